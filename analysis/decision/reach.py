"""What service windows residents can walk to, competition for them included: read off the maps, without luck.

Two-step floating catchments (`analysis.access`): the minutes a week at which the windows of an office, branch or hall
are staffed are shared out among the residents who can walk there within the town's life circle, and a resident has the
shares of all sites in reach. A catchment keeps to the district, as its services do, and ignores the borders of towns
and communities: a run sends residents to the office of their own community and the hall of their own town, so this says
what stands near them, not where they go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from analysis.access import Access, Trips, two_step
from analysis.decision.runs import F64
from analysis.decision.standing import Map, older_residents
from analysis.equity import gini
from sim.mechanisms.dials import window_week
from sim.mechanisms.layouts import walking_pace
from sim.mechanisms.siting import walking
from sim.rules import Rules
from sim.world.cases import Stage
from sim.world.city import City
from sim.world.layout import stations_of

LEAST = 0.1  # of the mean under the base: a smaller change of a resident's minutes counts as none
NAMED = 5  # districts named of an option
SLACK = 1.0 + 1e-9  # of the radius searched, so that rounding leaves out nobody at the edge


@dataclass(frozen=True, kw_only=True)
class Without:
    """A district in which more residents have no window in reach than under the base: their share, before and after."""

    district: str
    district_en: str
    residents: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Access to service windows under an option; the base comes first, and changes are against it.

    `minutes` of open windows a resident and week, on average over residents, and their weighted `gini` (None where
    nobody has any). `none` is the share of residents without a window within `catchment` minutes of walking, by whom.
    Residents who lose more than `least` minutes are `fewer`, who gain as much `more`, and `lost_all` have no window of
    theirs left: as counts and as shares of all. In `districts` the share without a window grows most.
    """

    option: str
    catchment: float
    minutes: float
    gini: float | None
    none: float
    none_older_urban: float | None  # of those 60 and over; None where there are none
    none_older_rural: float | None
    minutes_change: float
    gini_change: float | None
    none_change: float
    least: float
    fewer: int
    fewer_share: float
    more: int
    more_share: float
    lost_all: int
    lost_all_share: float
    districts: tuple[Without, ...]


def reaches(city: City, rules: Rules, laid: Mapping[str, Map]) -> tuple[Reach, ...]:
    """Access under every option, from its map alone; the first is the base."""
    old = older_residents(city).astype(np.float64)
    base: F64 | None = None
    found: list[Reach] = []
    for option, own in laid.items():
        now = windows_in_reach(own, rules).access
        base = now if base is None else base
        found.append(_reach(option, base, now, old, rules, city))
    return tuple(found)


def windows_in_reach(laid: Map, rules: Rules) -> Access:
    """Window minutes a week of each compound's residents; places are the compounds of all districts in turn.

    How far residents walk and in what time is the base's, in `rules`; opening hours are those of the option.
    """
    places, sites, minutes, supply = [], [], [], []
    first_place = first_site = 0
    for (district, layout), own in zip(laid.parts, laid.rules, strict=True):
        counters = [layout.stations[stations_of(layout, s)]["servers"] for s in (Stage.COUNTER, Stage.TOWN_COUNTER)]
        place, site, way = _walks(np.column_stack((district.x, district.y)), layout.counter_at, rules)
        places.append(place + first_place)
        sites.append(site + first_site)
        minutes.append(way)
        supply.append(np.concatenate(counters) * window_week(own))
        first_place, first_site = first_place + district.x.size, first_site + len(layout.counter_at)
    trips = Trips(place=np.concatenate(places), site=np.concatenate(sites), minutes=np.concatenate(minutes))
    people = np.concatenate([district.population for district, _ in laid.parts])
    return two_step(np.concatenate(supply), people, trips, catchment=catchment(rules))


def catchment(rules: Rules) -> float:
    """Minutes of walking within which a window is in reach: the 15-minute life circle (GB 50180-2018)."""
    return rules.life_circles.town_minutes


def _walks(home: F64, at: F64, rules: Rules) -> tuple[np.ndarray, np.ndarray, F64]:
    """Compound, site and minutes of each walk within the catchment, by compound and then by site."""
    pace, limit = walking_pace(rules), catchment(rules)
    near = cKDTree(home).sparse_distance_matrix(cKDTree(at), limit / pace * SLACK, output_type="ndarray")
    order = np.lexsort((near["j"], near["i"]))
    place, site = near["i"][order], near["j"][order]
    way = at[site] - home[place]
    return place, site, walking(pace, way[:, 0], way[:, 1])


def _reach(option: str, was: F64, now: F64, old: F64, rules: Rules, city: City) -> Reach:
    people = city.population.astype(np.float64)
    urban = city.urban == 1
    mean, before = (float(a @ people) / city.residents for a in (now, was))
    uneven, was_uneven = (gini(a, people) if m > 0.0 else None for a, m in ((now, mean), (was, before)))
    least = LEAST * before
    fates = (was - now > least, now - was > least, (was > 0.0) & (now == 0.0))
    fewer, more, lost_all = (int(people[those].sum()) for those in fates)
    none = _share(now == 0.0, people) or 0.0
    return Reach(
        option=option,
        catchment=catchment(rules),
        minutes=mean,
        gini=uneven,
        none=none,
        none_older_urban=_share(now == 0.0, old * urban),
        none_older_rural=_share(now == 0.0, old * ~urban),
        minutes_change=mean - before,
        gini_change=None if uneven is None or was_uneven is None else uneven - was_uneven,
        none_change=none - (_share(was == 0.0, people) or 0.0),
        least=least,
        fewer=fewer,
        fewer_share=fewer / city.residents,
        more=more,
        more_share=more / city.residents,
        lost_all=lost_all,
        lost_all_share=lost_all / city.residents,
        districts=_districts(was == 0.0, now == 0.0, people, city),
    )


def _share(members: np.ndarray, people: F64) -> float | None:
    total = float(people.sum())
    return float(people[members].sum()) / total if total > 0.0 else None


def _districts(was: np.ndarray, now: np.ndarray, people: F64, city: City) -> tuple[Without, ...]:
    """Where the share of residents without a window grows, the largest growth first."""
    everyone, before, after = (
        np.bincount(city.district, people * those, len(city.district_name)) for those in (np.ones(was.size), was, now)
    )
    grown = (after - before) / np.maximum(everyone, 1.0)
    first = [int(d) for d in np.argsort(-grown, kind="stable")[:NAMED] if grown[d] > 0.0]
    return tuple(
        Without(
            district=city.district_name[d],
            district_en=city.district_name_en[d],
            residents=int(everyone[d]),
            before=float(before[d] / everyone[d]),
            after=float(after[d] / everyone[d]),
        )
        for d in first
    )
