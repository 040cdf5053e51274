"""The layout of a district under the rules in force: stations, whom they serve, how far they are."""

from __future__ import annotations

import numpy as np

from sim.kernels.hashing import uniforms
from sim.mechanisms.siting import Offices, areas, nearest, offices, seats, station_compounds, walking, with_points
from sim.mechanisms.staffing import (
    WORKING_DAYS,
    Stations,
    branch_fte,
    community_fte,
    grid_patches,
    town_fte,
    whole,
    window_posts,
    windows,
)
from sim.rng import Purpose, study_key
from sim.rules import Rules
from sim.services import CHANNELS
from sim.world.cases import Stage
from sim.world.city import I32, I64, Jurisdictions
from sim.world.district import District
from sim.world.layout import COMPOUND, POOLED, Layout, stations_of

WHOLE_DEMAND = 1 << 31  # all needs arise
PATCH = 1.0e6  # square metres of the patch whose travel is Grid.travel_minutes
POOL_WORD = int(Purpose.PLACES) << 16 | 62
PLACES_KEY = study_key(0)  # which compounds have a station is the city's, not the study's


class LocalMap:
    """A city's map of communities and towns, cut to one district and counted from 0."""

    def __init__(self, district: District, maps: Jurisdictions) -> None:
        community, community_of = np.unique(maps.community_of[district.span], return_inverse=True)
        town, town_of = np.unique(maps.town_of[community], return_inverse=True)
        self.community_of: I32 = community_of.astype(np.int32)
        self.town_of: I32 = town_of.astype(np.int32)
        self.communities, self.towns = community.size, town.size
        self.code, self.urban = maps.community_code[community], maps.urban[community]
        self.centre = maps.community_x[community], maps.community_y[community]
        self.hall = maps.town_x[town], maps.town_y[town]


def lay_out(district: District, before: Jurisdictions, now: Jurisdictions, rules: Rules, dip: float) -> Layout:
    """Stations and catchments of one district.

    Args:
        before: the map before any merge, which says where closed offices stood.
        now: the map in force.
        dip: share of productivity lost in merged units while they settle down.
    """
    base, local = LocalMap(district, before), LocalMap(district, now)
    people, town_of, keep = district.population, local.town_of[local.community_of], rules.jurisdiction
    centres = offices(local.community_of, base.community_of, people, local.communities, keep.keep_village_branches,
                      local.centre, base.centre)  # fmt: skip
    centres = with_points(centres, local.community_of, district.x, district.y, people, walking_pace(rules),
                          rules.life_circles.community_minutes, rules.circles.gaps_closed)  # fmt: skip
    halls = offices(town_of, base.town_of[base.community_of], people, local.towns, keep.keep_town_branches,
                    local.hall, base.hall)  # fmt: skip
    crowd = np.bincount(local.community_of, people, local.communities).astype(np.int64)
    parts = parts_of(local.community_of, base.community_of, local.communities)
    stations = Stations()
    table = compounds_table(district, local, crowd)
    walk = np.zeros((people.size, len(CHANNELS)))
    _desk(stations, rules, district)
    _compound_stations(stations, table, walk, rules, district, local)
    posts = _grids(stations, table, rules, district, local, crowd, slowed(parts, dip))
    _counters(stations, table, walk, rules, district, centres, Stage.COUNTER)
    _teams(stations, table, rules, district, local, crowd, slowed(parts, dip))
    _counters(stations, table, walk, rules, district, halls, Stage.TOWN_COUNTER)
    _town_teams(stations, table, rules, district, base, local, dip)
    branch = branch_fte(rules, district.residents)
    stations.add(Stage.BRANCH, whole(branch), branch)
    rows, first_station = stations.done()
    return Layout(
        compounds=_closed_by(table, district), stations=rows, first_station=first_station, walk=walk,
        community_of=local.community_of, community_people=crowd, community_code=local.code, urban=local.urban,
        community_of_place=of_places(local, district), parts=parts, seat=seats_of(local, district),
        town_of=local.town_of, towns=local.towns, offices=centres.unit.size, halls=halls.unit.size,
        counter_at=np.concatenate([np.column_stack((tier.x, tier.y)) for tier in (centres, halls)]),
        pace=rows["pace"].copy(), workers=paid_posts(rules, district, base.towns, posts),
    )  # fmt: skip


def parts_of(unit_of: I32, part_of: I32, units: int) -> I64:
    """[units] of how many parts each unit is made."""
    pairs = np.unique(unit_of.astype(np.int64) * (int(part_of.max()) + 1) + part_of)
    return np.bincount(pairs // (int(part_of.max()) + 1), minlength=units)


def slowed(parts: I64, dip: float) -> np.ndarray:
    """[units] productivity: 1 - dip where a unit is made of several parts, else 1."""
    return np.where(parts > 1, 1.0 - dip, 1.0)


def of_places(local: LocalMap, district: District) -> I64:
    """[P] the community of each place's first compound."""
    community = np.zeros(district.places, np.int64)
    community[district.place[::-1]] = local.community_of[::-1]
    return community


def walking_pace(rules: Rules) -> float:
    """Minutes a metre of straight line."""
    return rules.choice.detour / rules.choice.walking_speed


def compounds_table(district: District, local: LocalMap, crowd: I64) -> np.ndarray:
    """The compounds' records, stations apart."""
    people, community = district.population, local.community_of
    table = np.zeros(people.size, COMPOUND)
    table["id"] = district.compound_id
    table["first"] = district.first_resident[:-1]
    table["place"] = district.place
    table["community"] = community
    table["cell"] = district.cell
    table["urban"] = district.urban
    table["demand"] = WHOLE_DEMAND
    table["crowd"] = crowd[community]
    order = np.argsort(community, kind="stable")
    before = np.cumsum(people[order]) - people[order]
    start = np.cumsum(crowd) - crowd
    table["offset"][order] = before - start[community[order]]
    return table


def _closed_by(table: np.ndarray, district: District) -> np.ndarray:
    """One more record, whose `first` ends the last compound."""
    end = np.zeros(1, COMPOUND)
    end["first"] = district.residents
    return np.concatenate([table, end])


def _desk(stations: Stations, rules: Rules, district: District) -> None:
    fte = np.array([district.residents * rules.platform.desk_per_10k / 1e4])
    fte *= rules.staff.days_a_year / WORKING_DAYS
    stations.add(Stage.DESK, whole(fte), fte)


def _compound_stations(
    stations: Stations, table: np.ndarray, walk: np.ndarray, rules: Rules, district: District, local: LocalMap
) -> None:
    has = station_compounds(district.compound_id, PLACES_KEY, rules.carriers.compound_share)
    at, metres = nearest(district.x, district.y, local.community_of, local.communities, has)
    number = np.cumsum(has, dtype=np.int64) - 1
    ids = district.compound_id[has == 1].astype(np.int64)
    openings = rules.carriers.compound_openings
    days = np.zeros(ids.size, np.int32)
    for k in range(openings):
        days |= np.int32(1) << ((ids + (7 * k) // openings) % 7).astype(np.int32)
    ones = np.ones(ids.size)
    first = stations.add(Stage.COMPOUND, ones.astype(np.int32), ones, weekdays=days, place=district.place[has == 1])
    table["station"] = np.where(at >= 0, first + number[at], -1)
    walk[:, 0] = walking(walking_pace(rules), metres, np.zeros(metres.size))


def _grids(
    stations: Stations,
    table: np.ndarray,
    rules: Rules,
    district: District,
    local: LocalMap,
    crowd: I64,
    merged: np.ndarray,
) -> float:
    households = np.bincount(local.community_of, district.households, local.communities).astype(np.int64)
    count, servers, fte, posts = grid_patches(rules, households, crowd)
    area = areas(district, local.community_of, local.communities) / count
    travel = rules.grid.travel_minutes * 60.0 * np.clip(np.sqrt(area / PATCH), 0.3, 3.0)
    first = stations.add(
        Stage.GRID, np.repeat(servers, count), np.repeat(fte * merged, count), travel=np.repeat(travel, count),
        households=np.repeat(households / count / 100.0, count), place=np.repeat(seats_of(local, district), count),
        unit=np.repeat(np.arange(local.communities), count),
    )  # fmt: skip
    start = first + np.cumsum(count) - count
    table["grid_first"] = start[local.community_of]
    table["grid_count"] = count[local.community_of]
    return float(np.cumsum(posts)[-1])


def seats_of(local: LocalMap, district: District) -> I32:
    """[M] the seat of each community of a local map."""
    return seats(local.community_of, district.place, district.population, local.communities)


def _teams(
    stations: Stations,
    table: np.ndarray,
    rules: Rules,
    district: District,
    local: LocalMap,
    crowd: I64,
    merged: np.ndarray,
) -> None:
    """One team a community; in towns that pool them, one team answers for all communities."""
    fte = community_fte(rules, crowd)
    posts, travel, unit = fte * merged, np.zeros(fte.size), np.arange(fte.size)
    team_of = unit.copy()
    pooled = pooling_towns(district, local, rules.one_team.pooled_share)[local.town_of]
    if pooled.any():
        _, first, team_of = np.unique(
            np.where(pooled, fte.size + local.town_of, unit), return_index=True, return_inverse=True
        )
        slower = 1.0 + rules.one_team.skill_mix * (1.0 - rules.one_team.cross_training)
        posts = np.bincount(team_of, posts / np.where(pooled, slower, 1.0))
        fte = np.bincount(team_of, fte).astype(np.float64)
        travel = np.where(pooled, _trips(district, local, rules)[local.town_of], 0.0)[first]
        unit = np.where(pooled, POOLED - local.town_of, unit)[first]
    first_team = stations.add(Stage.TEAM, whole(fte), posts, travel=travel, unit=unit)
    table["team"] = first_team + team_of[local.community_of]


def pooling_towns(district: District, local: LocalMap, share: float) -> np.ndarray:
    """[T] which towns pool their teams: those of a smaller share are among those of a larger one."""
    first = np.full(local.towns, district.compound_id.size)
    np.minimum.at(first, local.town_of[local.community_of], np.arange(district.compound_id.size))
    return np.asarray(uniforms(district.compound_id[first].astype(np.int64), 0, POOL_WORD, PLACES_KEY)[:, 0] < share)


def _trips(district: District, local: LocalMap, rules: Rules) -> np.ndarray:
    """[T] seconds a case that a pooled team travels beyond a community's own."""
    town_of = local.town_of[local.community_of]
    town = np.sqrt(areas(district, town_of, local.towns) / PATCH)
    own = np.sqrt(areas(district, local.community_of, local.communities) / PATCH)
    count = np.bincount(local.town_of, minlength=local.towns)
    mean = np.bincount(local.town_of, own, local.towns) / np.maximum(1, count)
    return np.asarray(rules.grid.travel_minutes * 60.0 * rules.one_team.trips * np.clip(town - mean, 0.0, 3.0))


def _town_teams(
    stations: Stations,
    table: np.ndarray,
    rules: Rules,
    district: District,
    base: LocalMap,
    local: LocalMap,
    dip: float,
) -> None:
    town_of, base_town_of = local.town_of[local.community_of], base.town_of[base.community_of]
    people = np.bincount(town_of, district.population, local.towns).astype(np.int64)
    fte = town_fte(rules, people) * slowed(parts_of(town_of, base_town_of, local.towns), dip)
    table["town_team"] = stations.add(Stage.TOWN_TEAM, whole(fte), fte, unit=np.arange(fte.size)) + town_of


def _counters(
    stations: Stations,
    table: np.ndarray,
    walk: np.ndarray,
    rules: Rules,
    district: District,
    offices_: Offices,
    stage: Stage,
) -> None:
    town = stage is Stage.TOWN_COUNTER
    carriers = rules.carriers
    least = np.where(offices_.seat == 1, 2, 1) if town else 1
    per_window = carriers.town_residents_per_window if town else carriers.community_residents_per_window
    count = windows(offices_.people, per_window, least)
    first = stations.add(stage, count, count.astype(np.float64), unit=offices_.unit)
    table["town_counter" if town else "counter"] = first + offices_.of
    walk[:, 2 if town else 1] = walking(
        walking_pace(rules), offices_.x[offices_.of] - district.x, offices_.y[offices_.of] - district.y
    )


def paid_posts(rules: Rules, district: District, towns: int, grid: float) -> dict[str, float]:
    """Posts on the payroll by kind of staff."""
    people, staff = district.residents / 1e4, rules.staff
    community = people * staff.community_per_10k
    at_windows = window_posts(rules, community, district.residents)
    return {
        "community": community,
        "community_windows": at_windows[0],
        "town_windows": at_windows[1],
        "grid": grid,
        "town_team": people * staff.town_team_per_10k * (1 - rules.jurisdiction.cost_saving),
        "town_posts": towns * staff.town_posts * (1 - rules.jurisdiction.cost_saving),
    }


def hand_over(earlier: Layout, later: Layout) -> None:
    """Tell new stations how busy their place's stations were on the last working day: patrols depend on it."""
    if earlier.stations.size == later.stations.size and np.array_equal(earlier.first_station, later.first_station):
        later.stations["busy"] = earlier.stations["busy"]
        return
    old, new = earlier.stations[stations_of(earlier, Stage.GRID)], later.stations[stations_of(later, Stage.GRID)]
    places = 1 + int(max(old["place"].max(), new["place"].max()))
    busy = np.bincount(old["place"], old["busy"], places)
    servers = np.bincount(old["place"], old["servers"], places)
    typical = busy.sum() / max(1.0, servers.sum())
    each = np.where(servers > 0, busy / np.maximum(1.0, servers), typical)
    new["busy"] = np.floor(each[new["place"]] * new["servers"]).astype(np.int64)
