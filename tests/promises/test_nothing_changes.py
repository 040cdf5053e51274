"""What changes nothing changes nothing at all: neutral reforms, late ones, and days before the start. All exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from promise_tools import one

from sim.reforms import REFORMS, CompoundStations, FundLevel, IntegratingCommittee, Merge, OneGrid, OnePlatform
from sim.reforms.base import Reform
from sim.trial import Record, Trial, simulate
from sim.world import City

DAYS = 45
CHANGES: dict[str, Reform] = {
    "merge": Merge(),
    "merge_percent": Merge(plan="percent", town_cut=0.3, village_cut=0.3),
    "one_grid": OneGrid(households=60, hire=True),
    "fund_level": FundLevel(level=3.0),
    "compound_stations": CompoundStations(share=0.9),
    "committee": IntegratingCommittee(),
    "one_platform": OnePlatform(),
}


def trial(city: City, **changes: object) -> Trial:
    return replace(Trial(city=city, days=DAYS, warmup=7, seed=5), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def status_quo(city: City) -> Record:
    return simulate(trial(city))


def assert_same(ours: Record, theirs: Record) -> None:
    assert str(ours.outcomes) == str(theirs.outcomes)  # as text, where nan is nan
    np.testing.assert_array_equal(ours.daily, theirs.daily)
    np.testing.assert_array_equal(ours.places, theirs.places)
    assert ours.money == theirs.money
    assert ours.digest == theirs.digest


@pytest.mark.parametrize("name", REFORMS)
def test_a_reform_at_its_neutral_value_changes_nothing(city: City, status_quo: Record, name: str) -> None:
    assert_same(simulate(trial(city, option=one(REFORMS[name].neutral(), from_day=10))), status_quo)


@pytest.mark.parametrize("name", CHANGES)
def test_a_reform_that_starts_after_the_horizon_changes_nothing(city: City, status_quo: Record, name: str) -> None:
    assert_same(simulate(trial(city, option=one(CHANGES[name], from_day=DAYS))), status_quo)


@pytest.mark.parametrize("name", CHANGES)
def test_a_reform_changes_its_own_days_and_none_before(city: City, status_quo: Record, name: str) -> None:
    record = simulate(trial(city, option=one(CHANGES[name], from_day=20)))
    np.testing.assert_array_equal(record.daily[:20], status_quo.daily[:20])
    assert record.digest != status_quo.digest
