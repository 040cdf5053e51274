"""Floating catchments: an example by hand, supply is conserved, long and square tables agree. Exact."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.access import FAST_DECAY, SLOW_DECAY, Trips, enhanced_two_step, two_step

# two sites, three places; the middle place reaches both, the last one the second site only
SUPPLY, DEMAND = [30.0, 10.0], [100.0, 50.0, 200.0]
MINUTES = [[5.0, 40.0], [10.0, 15.0], [60.0, 25.0]]


def test_two_steps_by_hand() -> None:
    """Catchment of 30 minutes: ratios 30 / 150 and 10 / 250."""
    access = two_step(SUPPLY, DEMAND, MINUTES, catchment=30.0)
    assert access.ratio == pytest.approx([0.2, 0.04])
    assert access.access == pytest.approx([0.2, 0.24, 0.04])
    assert (access.reached, access.stranded) == (40.0, 0.0)


def test_enhanced_two_steps_by_hand() -> None:
    """Zones 1, .68, .22: site 1 meets 100 + 50, site 2 meets .68 * 50 + .22 * 200 = 78."""
    access = enhanced_two_step(SUPPLY, DEMAND, MINUTES)
    assert access.ratio == pytest.approx([30 / 150, 10 / 78])
    assert access.access == pytest.approx([30 / 150, 30 / 150 + 0.68 * 10 / 78, 0.22 * 10 / 78])


def test_a_zone_holds_its_outer_edge() -> None:
    assert two_step([1.0], [1.0], [[30.0]], catchment=30.0).access.tolist() == [1.0]
    assert two_step([1.0], [1.0], [[30.0 + 1e-9]], catchment=30.0).access.tolist() == [0.0]
    two = enhanced_two_step([1.0], [1.0, 1.0], [[10.0], [10.1]])  # 1 / 1.68, once in full and once at .68
    assert two.access == pytest.approx([1 / 1.68, 0.68 / 1.68])


@pytest.mark.parametrize("zones", [((15.0, 1.0),), SLOW_DECAY, FAST_DECAY, ((5.0, 1.0), (20.0, 0.0))])
def test_access_times_demand_is_the_supply_within_reach(zones: tuple[tuple[float, float], ...]) -> None:
    luck = np.random.default_rng(5)
    for _ in range(20):
        supply, demand = luck.exponential(size=40), luck.exponential(size=90) * (luck.random(90) < 0.7)
        minutes = luck.exponential(25.0, (90, 40))
        got = enhanced_two_step(supply, demand, minutes, zones=zones)
        assert float(got.access @ demand) == pytest.approx(got.reached, rel=1e-12)
        assert got.reached + got.stranded == pytest.approx(supply.sum(), rel=1e-12)
        assert got.stranded == pytest.approx(supply[np.isnan(got.ratio)].sum(), rel=1e-12)


def test_one_zone_of_full_weight_is_the_plain_form() -> None:
    plain = two_step(SUPPLY, DEMAND, MINUTES, catchment=20.0)
    zoned = enhanced_two_step(SUPPLY, DEMAND, MINUTES, zones=((10.0, 1.0), (20.0, 1.0)))
    assert plain.access.tolist() == zoned.access.tolist()


def test_long_and_square_tables_agree_in_any_order() -> None:
    luck = np.random.default_rng(6)
    minutes = luck.exponential(25.0, (50, 20))
    supply, demand = luck.exponential(size=20), luck.exponential(size=50)
    square = enhanced_two_step(supply, demand, minutes)
    order = luck.permutation(minutes.size)
    place, site = (axis.ravel()[order] for axis in np.indices(minutes.shape))
    near = minutes[place, site] < 40.0  # what lies beyond all zones may be left out
    trips = Trips(place=place[near], site=site[near], minutes=minutes[place, site][near])
    assert enhanced_two_step(supply, demand, trips).access == pytest.approx(square.access, rel=1e-12)


def test_supply_out_of_reach_is_told_and_not_spread() -> None:
    access = two_step([5.0, 7.0], [10.0, 0.0], [[3.0, np.inf], [4.0, 2.0]], catchment=10.0)
    assert (access.reached, access.stranded) == (5.0, 7.0)
    assert access.access.tolist() == [0.5, 0.5] and np.isnan(access.ratio[1])
    none = two_step([5.0], [1.0], Trips(place=np.zeros(0, int), site=np.zeros(0, int), minutes=[]), catchment=10.0)
    assert none.access.tolist() == [0.0] and none.stranded == 5.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([-1.0], [1.0], [[1.0]]), "supply must be finite and >= 0, got -1.0"),
        (([1.0], [np.nan], [[1.0]]), "demand must be finite and >= 0, got nan"),
        (([1.0], [], np.zeros((0, 1))), r"demand must be a row of at least one amount, got shape \(0,\)"),
        (([1.0], [1.0], [[1.0, 2.0]]), r"minutes must be 1 places by 1 sites, got shape \(1, 2\)"),
        (([1.0], [1.0], [[np.nan]]), "minutes must be >= 0, got nan"),
        (([1.0], [1.0], Trips(place=[1], site=[0], minutes=[1.0])), r"place must be in \[0, 0\], got 1 to 1"),
        (([1.0], [1.0], Trips(place=[0, 0], site=[0, 0], minutes=[1.0, 2.0])), "each pair of place and site once"),
        (([1.0], [1.0], Trips(place=[0.0], site=[0], minutes=[1.0])), "place must be a row of whole numbers"),
        (([1.0], [1.0], Trips(place=[0], site=[0], minutes=[1.0, 2.0])), "trips must be rows of equal length"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: tuple[object, object, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        two_step(*arguments, catchment=10.0)


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        ((), "pairs of minutes and weight"),
        (((0.0, 1.0),), "rising minutes above 0"),
        (((10.0, 1.0), (5.0, 0.5)), "rising minutes"),
        (((np.inf, 1.0),), "rising minutes"),
        (((10.0, 0.5), (20.0, 0.6)), "weights in .0, 1. that do not rise"),
        (((10.0, 1.5),), "weights in"),
    ],
)
def test_zones_that_make_no_sense_are_refused(zones: tuple[tuple[float, float], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        enhanced_two_step([1.0], [1.0], [[1.0]], zones=zones)
