"""Made-up cities of any size and shape are whole cities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import City, synthetic, tiny


def check(city: City) -> None:
    assert city.population.min() >= 1
    assert city.households.min() >= 1
    assert city.traits.size == city.residents
    for column in (city.district, city.group, city.place, city.plans["after"].community_of):
        starts = column[np.flatnonzero(np.diff(column, prepend=-1))]
        assert np.array_equal(starts, np.arange(column.max() + 1))
    for plan in city.plans.values():
        assert np.array_equal(plan.district_of[plan.town_of[plan.community_of]], city.district)
    assert int(sum(city.totals[str(code)] for code in city.district_code)) == city.residents == city.totals["all"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    residents=st.integers(500, 60_000),
    districts=st.integers(1, 4),
    towns=st.integers(1, 5),
    communities=st.integers(1, 3),
)
def test_any_shape_is_a_city(residents: int, districts: int, towns: int, communities: int) -> None:
    city = synthetic(residents, districts=districts, towns_per_district=towns, communities_per_town=communities)
    check(city)
    assert city.residents == residents
    assert city.district_code.size == districts
    assert city.plans["before"].town_code.size == districts * towns
    assert city.plans["after"].town_code.size == districts * (towns - (towns + 1) // 3)
    assert city.plans["before"].community_code.size == districts * towns * communities
    merged = communities - (communities + 1) // 3
    assert city.plans["after"].community_code.size == districts * towns * merged


def test_fewest_residents_a_community() -> None:
    check(synthetic(8 * 27, districts=3, towns_per_district=3, communities_per_town=3))


@pytest.mark.parametrize("residents", [500, 20_000, 1_000_000])
def test_usual_shape_suits_any_size(residents: int) -> None:
    city = synthetic(residents)
    check(city)
    assert city.residents == residents
    assert city.plans["after"].town_code.size < city.plans["before"].town_code.size


def test_tiny() -> None:
    city = tiny()
    check(city)
    assert (city.residents, city.district_code.size) == (2_400, 2)
    assert [city.plans[name].town_code.size for name in ("before", "after")] == [6, 4]
    assert [city.plans[name].community_code.size for name in ("before", "after")] == [18, 12]
    assert set(city.urban.tolist()) == {0, 1}


def test_same_name_same_city_other_name_other_city() -> None:
    one, again, other = (synthetic(5_000, name=name) for name in ("a", "a", "b"))
    assert np.array_equal(one.traits, again.traits)
    assert np.array_equal(one.x, again.x)
    assert not np.array_equal(one.x, other.x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"residents": 63, "districts": 2, "towns_per_district": 2, "communities_per_town": 2},
            r"city.residents must be in \[64, ",
        ),
        ({"residents": 5_000, "districts": 0}, r"city.districts must be in \[1, 90\], got 0"),
        ({"residents": 5_000, "communities_per_town": 91}, r"city.communities_per_town must be in \[1, 90\], got 91"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        synthetic(**arguments)
