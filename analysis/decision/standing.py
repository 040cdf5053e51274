"""What stands in each district before and after an option, and who walks further: read off the maps, without luck.

Walking is priced as the model prices a project's help, in yuan an hour: what it would take to pay everybody for the
longer way, on all visits they now make to offices and halls. Other losses are not in that price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.decision.runs import F64, Runs
from analysis.places import residents_by_place, town_of_place
from analysis.spread import OLDER_BAND
from sim.mechanisms.layouts import lay_out
from sim.reforms.base import Option, RuleBook
from sim.rules import Rules
from sim.trial import Record
from sim.world.cases import Stage
from sim.world.city import AGE_BITS, City
from sim.world.district import District, districts
from sim.world.jurisdictions import jurisdictions
from sim.world.layout import Layout, stations_of

KINDS = (
    "offices", "office_windows", "halls", "hall_windows", "compound_stations", "community_posts", "grid_posts",
    "town_posts",
)  # fmt: skip
NAMED = 10  # villages named of an option
FURTHER = 1.0  # minutes of a longer way that count
REMOTE = 30.0  # minutes from the nearest office of one's community
YEAR = 365.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many of a kind stand in a district ("" for all), before any option and with one in force."""

    option: str
    district: str
    district_en: str
    kind: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Village:
    """A community whose residents walk further to their office: mean minutes one way."""

    name: str
    town: str
    district: str
    district_en: str
    residents: int
    older: int  # 60 and over
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Walking:
    """Who walks further to an office or a hall under an option, and what would make up for it.

    `further` residents, a `share` of all, walk a minute or more further to their office, by `minutes` on average;
    `older` of those are 60 and over. `remote_before` and `remote_after` are rural residents of 60 and over more than
    half an hour from it. `hours` a year are spent on the longer ways, at `visits` a head and year to offices and halls
    together; at `hour` yuan each that is a `price` of so many yuan a resident of the city and year. `villages` lose
    most in sum.
    """

    option: str
    further: int
    share: float
    older: int
    minutes: float
    remote_before: int
    remote_after: int
    visits: float
    hours: float
    hour: float
    price: float
    villages: tuple[Village, ...]


@dataclass(frozen=True)
class Map:
    """All districts of a city laid out under the rules that end a run."""

    parts: tuple[tuple[District, Layout], ...]
    rules: tuple[Rules, ...]  # of each district

    @property
    def walk(self) -> F64:
        """[C, 2] minutes to the office of one's community and the hall of one's town."""
        return np.concatenate([layout.walk[:, 1:3] for _, layout in self.parts])


def laid_out(city: City, rules: Rules, option: Option, days: int) -> Map:
    """The districts under an option, at the end of a run, transition over."""
    book = RuleBook(base=rules, option=option, districts=tuple(int(code) for code in city.district_code))
    last, before = book.epochs(days)[-1], city.plans["before"]
    parts: list[tuple[District, Layout]] = []
    in_force: list[Rules] = []
    for district in districts(city):
        own = last.areas[last.area_of_district[district.code]]
        j = own.jurisdiction
        now = jurisdictions(city, towns=j.towns, villages=j.villages, town_cut=j.town_cut, village_cut=j.village_cut)
        parts.append((district, lay_out(district, before, now, own, 0.0)))
        in_force.append(own)
    return Map(tuple(parts), tuple(in_force))


def count(layout: Layout) -> dict[str, float]:
    """How many of each of KINDS a district has."""
    servers = {stage: float(layout.stations[stations_of(layout, stage)]["servers"].sum()) for stage in Stage}
    stations = stations_of(layout, Stage.COMPOUND)
    posts = layout.workers
    return {
        "offices": float(layout.offices),
        "office_windows": servers[Stage.COUNTER],
        "halls": float(layout.halls),
        "hall_windows": servers[Stage.TOWN_COUNTER],
        "compound_stations": float(stations.stop - stations.start),
        "community_posts": posts["community"] + posts["community_windows"],
        "grid_posts": posts["grid"],
        "town_posts": posts["town_team"] + posts["town_windows"] + posts["town_posts"],
    }


def totals(city: City, rules: Rules, option: Option, days: int) -> dict[str, float]:
    """How many of each of KINDS the city has under an option."""
    rows = [count(layout) for _, layout in laid_out(city, rules, option, days).parts]
    return {kind: sum(row[kind] for row in rows) for kind in KINDS}


def standings(
    city: City, rules: Rules, laid: Mapping[str, Map], days: int, runs: Runs
) -> tuple[tuple[Standing, ...], tuple[Walking, ...]]:
    """What every option after the first changes, from the maps of all: by district, and for those who walk.

    Same maps, no rows.
    """
    (_, before), *rest = laid.items()
    visits = _visits(next(iter(runs.values())), days)
    rows: list[Standing] = []
    walks: list[Walking] = []
    for option, after in rest:
        rows += _rows(option, before, after, city)
        longer = after.walk - before.walk
        if (longer > 0.0).any():
            walks.append(_walking(option, before.walk, after.walk, visits, rules, city))
    return tuple(rows), tuple(walks)


def _rows(option: str, before: Map, after: Map, city: City) -> list[Standing]:
    """The kinds of which any district has more or fewer: for all districts, then for those that do."""
    was, now = ([count(layout) for _, layout in several.parts] for several in (before, after))
    places = [(d.index, old, new) for (d, _), old, new in zip(before.parts, was, now, strict=True)]
    every = [{kind: sum(row[kind] for row in rows) for kind in KINDS} for rows in (was, now)]
    moved = [kind for kind in KINDS if any(_differ(old[kind], new[kind]) for _, old, new in places)]

    def row(name: str, name_en: str, kind: str, old: float, new: float) -> Standing:
        return Standing(option=option, district=name, district_en=name_en, kind=kind, before=old, after=new)

    return [
        *(row("", "", kind, every[0][kind], every[1][kind]) for kind in moved),
        *(
            row(city.district_name[i], city.district_name_en[i], kind, old[kind], new[kind])
            for i, old, new in places
            for kind in moved
            if _differ(old[kind], new[kind])
        ),
    ]


def _differ(before: float, after: float) -> bool:
    return abs(after - before) > 1e-9


def _visits(runs: Sequence[Record], days: int) -> tuple[float, float]:
    """Visits a head and year to offices of communities and to halls, as the base has them."""

    def rate(channel: str) -> float:
        filed = sum(int(r.daily[:, :, r.tallies.index(f"filed_{channel}")].sum()) for r in runs)
        return filed / sum(r.residents for r in runs) * YEAR / days

    return rate("community_centre"), rate("town_complex")


def _walking(option: str, was: F64, now: F64, visits: tuple[float, float], rules: Rules, city: City) -> Walking:
    people, old = city.population.astype(np.float64), older_residents(city).astype(np.float64)
    longer = now - was
    far = longer[:, 0] >= FURTHER
    there_and_back = 2.0 / 60.0
    hours = float((people * (np.maximum(longer, 0.0) @ np.array(visits))).sum()) * there_and_back
    hour = rules.fund.project_yuan / rules.fund.project_hours
    rural = city.urban == 0
    further = float(people[far].sum())
    return Walking(
        option=option,
        further=int(further),
        share=further / city.residents,
        older=int(old[far].sum()),
        minutes=float((people * longer[:, 0])[far].sum() / further) if further else 0.0,
        remote_before=int(old[rural & (was[:, 0] > REMOTE)].sum()),
        remote_after=int(old[rural & (now[:, 0] > REMOTE)].sum()),
        visits=sum(visits),
        hours=hours,
        hour=hour,
        price=hours * hour / city.residents,
        villages=_villages(was[:, 0], now[:, 0], people, old, city),
    )


def _villages(was: F64, now: F64, people: F64, old: F64, city: City) -> tuple[Village, ...]:
    size = len(city.place_name)
    residents = residents_by_place(city)

    def by_place(values: F64) -> F64:
        return np.asarray(np.bincount(city.place, values, size))

    lost = by_place(people * (now - was))
    plan, town_of = city.plans["before"], town_of_place(city, "before")
    start, end, older = by_place(people * was), by_place(people * now), by_place(old)
    found = []
    for place in np.argsort(-lost, kind="stable")[:NAMED]:
        if lost[place] < FURTHER * residents[place] or residents[place] == 0:
            continue
        town = int(town_of[place])
        district = int(plan.district_of[town])
        found.append(
            Village(
                name=city.place_name[place],
                town=plan.town_name[town],
                district=city.district_name[district],
                district_en=city.district_name_en[district],
                residents=int(residents[place]),
                older=int(older[place]),
                before=float(start[place] / residents[place]),
                after=float(end[place] / residents[place]),
            )
        )
    return tuple(found)


def older_residents(city: City) -> np.ndarray:
    """[C] residents 60 and over of each compound."""
    found = np.zeros(city.population.size, dtype=np.int64)
    lived = np.flatnonzero(city.population > 0)
    if lived.size:
        old = (city.traits & AGE_BITS) >= OLDER_BAND
        found[lived] = np.add.reduceat(old, city.first_resident[lived], dtype=np.int64)
    return found
