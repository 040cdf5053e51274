"""A station's day in the run is the first-come station of the kernels, case by case. Exact."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.queueing import first_come
from sim.mechanisms.service import LATER, sort_by_station, work_through
from sim.world.cases import CASE, DAY, URGENT, Stage
from sim.world.layout import STATION
from sim.world.tallies import N_TALLIES, Tally

CASES, STATIONS = 240, 3


@pytest.mark.parametrize("stage", [Stage.HOTLINE, Stage.TEAM], ids=["hotline", "team"])
@pytest.mark.parametrize("urgent", [0, URGENT], ids=["one_class", "two_classes"])
def test_a_station_serves_as_first_come_does(stage: Stage, urgent: int) -> None:
    """Cases come shuffled over three stations; the closing time is far enough off never to matter."""
    dice = np.random.default_rng(3)
    pool = np.zeros(CASES, CASE)
    pool["ready"] = dice.integers(9 * 3600, 17 * 3600, CASES)
    pool["work"] = dice.integers(60, 2400, CASES)
    pool["patience"] = dice.integers(0, 3600, CASES) if stage is Stage.HOTLINE else -1
    pool["flags"] = urgent * dice.integers(0, 2, CASES)
    pool["resident"] = np.arange(CASES)
    stations = np.zeros(STATIONS, STATION)
    stations["servers"] = [1, 2, 4]
    stations["pace"] = 1.0
    where = dice.integers(0, STATIONS, CASES).astype(np.int32)
    row = np.zeros(N_TALLIES, np.int64)
    slots = dice.permutation(CASES).astype(np.int32)
    order, ends = sort_by_station(pool, slots, where, pool["ready"][slots] + np.int64(LATER), STATIONS)
    opening, closing = 9 * 3600, 40 * DAY
    start, finish, outcome = work_through(int(stage), pool, slots, order, ends, stations, opening, closing, row)
    busy = 0
    for s in range(STATIONS):
        mine = slice(int(ends[s]), int(ends[s + 1]))
        cases = pool[slots[order[mine]]]
        theirs, verdict = first_come(
            cases["ready"].astype(np.int64), cases["work"].astype(np.int64), int(stations["servers"][s]),
            cases["patience"].astype(np.int64), (cases["flags"] & URGENT != 0).astype(np.int64),
        )  # fmt: skip
        np.testing.assert_array_equal(start[mine], theirs)
        np.testing.assert_array_equal(outcome[mine], verdict)
        served = verdict == 0
        np.testing.assert_array_equal(finish[mine][served], (theirs + cases["work"])[served])
        busy += int(cases["work"][served].sum())
    assert row[Tally.BUSY + stage - Stage.HOTLINE] == busy > 0
    assert (outcome != 0).any() == (stage is Stage.HOTLINE)
