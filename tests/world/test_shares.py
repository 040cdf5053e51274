"""A share takes whole merge groups, nested, and changes nobody in them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.world import City, chengdu
from sim.world.shares import take


def towns_of(city: City) -> set[int]:
    return set(city.plans["before"].town_code.tolist())


def test_shares_are_nested(whole: City) -> None:
    previous: set[int] = set()
    for share in (0.003, 0.01, 0.02, 0.035, 0.05, 0.1, 0.17, 0.2, 0.5, 0.8, 0.99):
        towns = towns_of(take(whole, share))
        assert previous <= towns
        previous = towns
    assert len(previous) < 375


@pytest.mark.parametrize("wanted", [0.02, 0.05, 0.1, 0.2, 0.5])
def test_share_is_reached_and_told(whole: City, wanted: float) -> None:
    city = take(whole, wanted)
    assert city.share == city.residents / whole.residents
    assert city.share == pytest.approx(wanted, rel=0.12)
    urban = city.population[city.urban == 1].sum() / city.residents
    assert urban == pytest.approx(0.7877, abs=0.14)


def test_groups_are_whole_and_at_most_a_quarter_of_their_stratum(whole: City, share: City) -> None:
    kept = np.isin(whole.compound_id, share.compound_id)
    people = np.bincount(whole.group, weights=whole.population)
    urban = np.bincount(whole.group, weights=whole.population * whole.urban) * 2 >= people
    for group in range(people.size):
        assert kept[whole.group == group].all() or not kept[whole.group == group].any()
    for stratum in (urban, ~urban):
        chosen = [group for group in np.flatnonzero(stratum) if kept[whole.group == group].any()]
        target = 0.05 * people[stratum].sum()
        assert max(people[chosen]) <= target / 4
        assert abs(people[chosen].sum() - target) < max(people[stratum]) / 2


def test_resident_is_the_same_under_any_share(whole: City, share: City) -> None:
    rows = np.flatnonzero(np.isin(whole.compound_id, share.compound_id))
    for column in ("compound_id", "households", "x", "y", "kind", "urban", "population"):
        assert np.array_equal(getattr(whole, column)[rows], getattr(share, column)), column
    traits = [whole.traits[whole.first_resident[c] : whole.first_resident[c + 1]] for c in rows]
    assert np.array_equal(np.concatenate(traits), share.traits)


def test_share_numbers_its_own_places_and_keeps_codes(whole: City, share: City) -> None:
    rows = np.flatnonzero(np.isin(whole.compound_id, share.compound_id))
    for name, plan in share.plans.items():
        before = whole.plans[name]
        assert np.array_equal(plan.community_code[plan.community_of], before.community_code[before.community_of[rows]])
        towns = before.town_of[before.community_of[rows]]
        assert np.array_equal(plan.town_code[plan.town_of[plan.community_of]], before.town_code[towns])
        assert np.array_equal(plan.district_of[plan.town_of[plan.community_of]], share.district)
        assert np.array_equal(np.unique(plan.community_of), np.arange(plan.community_code.size))
        assert np.array_equal(np.unique(plan.town_of), np.arange(plan.town_code.size))
        office = dict(zip(before.community_code.tolist(), before.community_x.tolist(), strict=True))
        assert [office[code] for code in plan.community_code.tolist()] == plan.community_x.tolist()
    assert np.array_equal(share.district_code[share.district], whole.district_code[whole.district[rows]])
    assert [share.place_name[p] for p in share.place] == [whole.place_name[p] for p in whole.place[rows]]
    assert share.totals == whole.totals
    assert set(share.boundaries) == set(share.district_code.tolist())


def test_smallest_share_has_a_group_of_each_stratum() -> None:
    city = chengdu(1e-6, cache=False)
    assert len(np.unique(city.group)) == 2
