"""A share of a city: whole merge groups, stratified by urban and rural, nested.

Thinning people would break queues, so a share takes towns whole, with all towns that the merge ties to them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.kernels.hashing import philox4x32
from sim.rng import Purpose
from sim.world.city import City, Jurisdictions
from sim.world.gazetteer import I64
from sim.world.population import DRAW_GROUP

QUARTER = 4  # no group above a quarter of its stratum's target


def take(city: City, share: float) -> City:
    """The compounds of a share of the whole city (`traits` stays empty); `City.share` is the share reached.

    In each stratum (groups whose residents are mostly urban, or rural) groups come in the order of a hash fixed by
    the city; one above a quarter of the stratum's target is skipped; taking stops nearest to the target. To keep
    shares nested, groups are lined up percent by percent: what 1 % takes 2 % keeps, and a share between two percents
    takes a part of what the upper one adds (so its quarter is the upper one's). Every stratum yields a group.
    """
    residents = np.bincount(city.group, weights=city.population).astype(np.int64)
    urban = np.bincount(city.group, weights=city.population * city.urban).astype(np.int64)
    ranks = _hash_order(city, residents.size)
    chosen = np.zeros(residents.size, np.bool_)
    for stratum in (2 * urban >= residents, 2 * urban < residents):
        groups = [group for group in ranks if stratum[group]]
        if groups:
            chosen[_nearest(groups, residents, share)] = True
    return _only(city, chosen[city.group])


def _hash_order(city: City, groups: int) -> list[int]:
    """Groups by a draw keyed by the lowest code of a town in them."""
    plan = city.plans["before"]
    town = plan.town_of[plan.community_of]
    code = np.full(groups, np.iinfo(np.int64).max)
    np.minimum.at(code, city.group, plan.town_code[town])

    def draw(group: int) -> tuple[int, int]:
        low, high = int(code[group]) & 0xFFFFFFFF, int(code[group]) >> 32
        word = int(Purpose.PLACES) << 16 | DRAW_GROUP
        return philox4x32((low, high, 0, word), city.key)[0], group

    return sorted(range(groups), key=draw)


def _nearest(groups: list[int], residents: I64, share: float) -> list[int]:
    """The groups of one stratum, given in hash order, whose residents come nearest to the share; at least one."""
    total = sum(int(residents[group]) for group in groups)
    waiting, reached = list(groups), 0
    taken: list[int] = []
    for percent in range(1, 101):
        rung, target = percent * total / 100, min(share * 100, percent) * total / 100
        for group in [g for g in waiting if QUARTER * int(residents[g]) <= rung or percent == 100]:
            size = int(residents[group])
            if abs(reached + size - rung) >= abs(reached - rung):
                break
            if taken and abs(reached + size - target) >= abs(reached - target):
                return taken
            taken.append(group)
            waiting.remove(group)
            reached += size
        if percent >= share * 100 and taken:
            return taken
    return taken


def _only(city: City, kept: np.ndarray) -> City:
    """The city of the kept compounds, places and districts numbered anew, codes and whole-city totals kept."""
    people = city.population[kept]
    districts, district = np.unique(city.district[kept], return_inverse=True)
    places, place = np.unique(city.place[kept], return_inverse=True)
    codes = city.district_code[districts]
    return replace(
        city,
        compound_id=city.compound_id[kept],
        first_resident=np.concatenate(([0], np.cumsum(people))),
        households=city.households[kept],
        x=city.x[kept],
        y=city.y[kept],
        kind=city.kind[kept],
        urban=city.urban[kept],
        place=place.astype(np.int32),
        group=np.unique(city.group[kept], return_inverse=True)[1].astype(np.int32),
        district=district.astype(np.int32),
        district_code=codes,
        district_name=tuple(city.district_name[d] for d in districts),
        district_name_en=tuple(city.district_name_en[d] for d in districts),
        place_name=tuple(city.place_name[p] for p in places),
        plans={name: _plan_of(plan, kept, districts) for name, plan in city.plans.items()},
        share=int(people.sum()) / city.residents,
        boundaries={int(code): city.boundaries[int(code)] for code in codes},
    )


def _plan_of(plan: Jurisdictions, kept: np.ndarray, districts: np.ndarray) -> Jurisdictions:
    """A map over the kept compounds; groups are kept whole, so units are too, in the same order."""
    communities, community_of = np.unique(plan.community_of[kept], return_inverse=True)
    towns, town_of = np.unique(plan.town_of[communities], return_inverse=True)
    return Jurisdictions(
        community_of=community_of.astype(np.int32),
        town_of=town_of.astype(np.int32),
        district_of=np.searchsorted(districts, plan.district_of[towns]).astype(np.int32),
        community_code=plan.community_code[communities],
        town_code=plan.town_code[towns],
        community_name=tuple(plan.community_name[m] for m in communities),
        town_name=tuple(plan.town_name[t] for t in towns),
        urban=plan.urban[communities],
        community_x=plan.community_x[communities],
        community_y=plan.community_y[communities],
        town_x=plan.town_x[towns],
        town_y=plan.town_y[towns],
    )
