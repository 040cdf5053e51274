"""More demand adds needs and takes none away; levers of supply move none. All checks are exact, under common draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from promise_tools import one

from sim.reforms import CompoundStations, Merge, OneGrid, OnePlatform, Windows
from sim.reforms.base import Reform
from sim.rules import Demand, Platform, Rules
from sim.scenario import Scenario, Surge
from sim.trial import Record, Trial, simulate
from sim.world import City
from sim.world.tallies import PLACE_COLUMNS

NEEDS = PLACE_COLUMNS.index("needs")


def ran(city: City, **changes: object) -> Record:
    return simulate(replace(Trial(city=city, days=40, warmup=0, seed=4), **changes))  # type: ignore[arg-type]


def raised(record: Record) -> np.ndarray:
    """[days, districts] needs."""
    return record.daily[:, :, record.tallies.index("needs")]


@pytest.mark.parametrize(
    "more",
    [
        {"scenario": Scenario(needs=1.5)},
        {"scenario": Scenario(older=1.5)},
        {"scenario": Scenario(surges=(Surge(tag="storm", from_day=5, days=20, factor=3.0),))},
        {"rules": Rules(demand=Demand(needs_per_head=9.0))},
    ],
    ids=["needs", "older", "storm", "needs_per_head"],
)
def test_more_demand_adds_needs_and_takes_none(city: City, more: dict[str, object]) -> None:
    """Day by day and district by district, and by place and month: nowhere fewer, somewhere more."""
    base, high = ran(city), ran(city, **more)
    assert (raised(high) >= raised(base)).all()
    assert (high.places[:, :, NEEDS] >= base.places[:, :, NEEDS]).all()
    assert raised(high).sum() > raised(base).sum()


@pytest.mark.parametrize(
    "reform",
    [Merge(), OneGrid(households=60, hire=True), CompoundStations(share=0.9), OnePlatform(), Windows(community=2.0)],
    ids=lambda reform: type(reform).__name__,
)
def test_reforms_of_supply_move_no_need(city: City, reform: Reform) -> None:
    np.testing.assert_array_equal(raised(ran(city, option=one(reform))), raised(ran(city)))


def test_seats_of_the_hotline_move_no_need(city: City) -> None:
    plenty = ran(city, rules=Rules(platform=Platform(hotline_seats_per_10k=1.0)))
    np.testing.assert_array_equal(raised(plenty), raised(ran(city)))
