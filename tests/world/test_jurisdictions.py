"""Maps of towns and communities only regroup compounds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.world import City, jurisdictions, synthetic
from sim.world.jurisdictions import MAPS


def check(city: City, plan: object) -> None:
    """Every compound in one community, every community in one town, all of them somewhere, numbered in order."""
    for lower, upper, count in (
        (np.arange(city.compound_id.size), plan.community_of, plan.community_code.size),
        (plan.community_of, plan.town_of, plan.town_code.size),
    ):
        assert lower.max() < upper.size
        assert np.array_equal(np.unique(upper), np.arange(count))
    district = plan.district_of[plan.town_of[plan.community_of]]
    assert np.array_equal(district, city.district)
    for first in (
        np.unique(plan.community_of, return_index=True)[1],
        np.unique(plan.town_of[plan.community_of], return_index=True)[1],
    ):
        assert np.all(np.diff(first) > 0)
    assert len(plan.community_name) == plan.community_code.size == np.unique(plan.community_code).size
    assert len(plan.town_name) == plan.town_code.size == np.unique(plan.town_code).size


@pytest.mark.parametrize(("towns", "villages"), list(product(MAPS, MAPS)))
def test_every_mix_regroups_the_same_people(share: City, towns: str, villages: str) -> None:
    plan = jurisdictions(share, towns=towns, villages=villages, town_cut=0.3, village_cut=0.4)
    check(share, plan)
    base = share.plans["after" if towns == "after" else "before"]
    expected = base.town_code.size - (round(0.3 * base.town_code.size) if towns == "percent" else 0)
    assert plan.town_code.size == expected
    base = share.plans["after" if villages == "after" else "before"]
    expected = base.community_code.size - (round(0.4 * base.community_code.size) if villages == "percent" else 0)
    assert plan.community_code.size == expected


def test_published_maps_are_given_back(share: City) -> None:
    for name in ("before", "after"):
        assert jurisdictions(share, towns=name, villages=name) is share.plans[name]


def test_old_villages_lie_in_the_new_town_of_all_their_residents(share: City) -> None:
    plan = jurisdictions(share, towns="after", villages="before")
    after = share.plans["after"]
    towns = after.town_code[after.town_of[after.community_of]]
    assert np.array_equal(plan.town_code[plan.town_of[plan.community_of]], towns)
    assert np.array_equal(plan.community_of, share.plans["before"].community_of)


def test_new_villages_lie_in_the_old_town_of_most_residents(share: City) -> None:
    plan = jurisdictions(share, towns="before", villages="after")
    before = share.plans["before"]
    old = before.town_code[before.town_of[before.community_of]]
    for m in range(plan.community_code.size):
        here = plan.community_of == m
        crowd = {code: share.population[here & (old == code)].sum() for code in np.unique(old[here])}
        assert crowd[plan.town_code[plan.town_of[m]]] == max(crowd.values())


def test_percentages_cut_no_more_than_asked(share: City) -> None:
    none = jurisdictions(share, towns="percent", villages="percent")
    before = share.plans["before"]
    for column in ("community_of", "town_of", "community_code", "town_x"):
        assert np.array_equal(getattr(none, column), getattr(before, column)), column
    some, more = (jurisdictions(share, towns="percent", villages="before", town_cut=cut) for cut in (0.2, 0.5))
    assert some.town_code.size > more.town_code.size


def test_merged_unit_is_the_most_populous_of_its_parts(share: City) -> None:
    plan = jurisdictions(share, towns="before", villages="percent", village_cut=0.5)
    before = share.plans["before"]
    people = np.bincount(before.community_of, weights=share.population)
    for m in range(plan.community_code.size):
        parts = np.unique(before.community_of[plan.community_of == m])
        head = parts[np.argmax(people[parts])]
        assert plan.community_code[m] == before.community_code[head]
        assert plan.urban[m] == before.urban[head]
        assert (plan.community_x[m], plan.community_y[m]) == (before.community_x[head], before.community_y[head])


def test_least_populous_joins_its_nearest_neighbour() -> None:
    city = synthetic(30_000, districts=1, towns_per_district=5, communities_per_town=2)
    before = city.plans["before"]
    town = before.town_of[before.community_of]
    people = np.bincount(town, weights=city.population)
    middle = np.stack([np.bincount(town, weights=city.population * side) / people for side in (city.x, city.y)], axis=1)
    least = int(np.argmin(people))
    off = np.hypot(*(middle - middle[least]).T)
    off[least] = np.inf
    merged = jurisdictions(city, towns="percent", villages="before", town_cut=0.2)
    now = merged.town_of[merged.community_of]
    assert np.unique(now[(town == least) | (town == int(np.argmin(off)))]).size == 1
    assert merged.town_code.size == 4


def test_one_town_cannot_be_cut() -> None:
    city = synthetic(2_000, districts=2, towns_per_district=1, communities_per_town=1)
    plan = jurisdictions(city, towns="percent", villages="percent", town_cut=0.6, village_cut=0.6)
    assert (plan.town_code.size, plan.community_code.size) == (2, 2)


@pytest.mark.parametrize(
    ("levers", "message"),
    [
        (
            {"towns": "aftr", "villages": "before"},
            "jurisdiction.towns must be one of before, after, percent, got 'aftr'",
        ),
        ({"towns": "percent", "villages": "before", "town_cut": 0.7}, r"jurisdiction.town_cut must be in \[0, 0.6\]"),
        ({"towns": "before", "villages": "percent", "village_cut": float("nan")}, "got nan"),
    ],
)
def test_bad_levers_are_named(share: City, levers: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jurisdictions(share, **levers)
