"""The case log: what happened to each case, when and at which station, for a trial that is run to be looked at.

A run that keeps a log works its needs and cases one at a time (`sim/mechanisms/noting.py`), to the same bits; a run
without one never comes here. Cases are in the log from the first day on, the warm-up included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.day import Run
from sim.district_run import DistrictRun
from sim.kernels.queueing import ENDLESS
from sim.mechanisms.city_stations import CityStations
from sim.mechanisms.needs import DayNeeds
from sim.mechanisms.noting import conclude_noted, file_noted, note_found
from sim.mechanisms.tables import Ground, Ledger
from sim.mechanisms.tiers import BRANCH, COMPOUND, DESK, SLEEPERS, wake, work_a_tier
from sim.mechanisms.visits import opens
from sim.recording import Record, record
from sim.rules import Rules
from sim.trial import Trial, prepare
from sim.world.cases import WHEEL, Stage
from sim.world.city import U32
from sim.world.district import District
from sim.world.events import EVENT, MOST_AT_ONCE, Events

__all__ = ["EVENT", "Events", "simulate_logged"]


def simulate_logged(trial: Trial, keep: Callable[[Events], None], watch: Callable[[int], None] | None = None) -> Record:
    """What `simulate` gives; `keep` is given the events of each finished day, EVENT[n], districts in their order.

    Threads make no difference, neither to the log nor to the time that it takes.
    """
    run = prepare(trial, _LoggedRun)
    assert isinstance(run, _LoggedRun)
    for day in run.days():
        keep(np.concatenate([run.noted[0], *run.noted[1:]]))
        run.noted.clear()
        if watch is not None:
            watch(day)
    return record(run)


class _LoggedRun(Run):
    """A run that notes what happens; one district after another, so that the order of its notes is always the same."""

    def __init__(self, *given: Any) -> None:
        self.noted: list[Events] = []
        super().__init__(*given)
        self.pool = None

    def district_run(self, district: District) -> DistrictRun:
        return _LoggedDistrict(self, district)

    def city_stations(self, posts: Sequence[tuple[Rules, int]]) -> CityStations:
        return _LoggedStations(self, posts)


class _LoggedStations(CityStations):
    def __init__(self, run: _LoggedRun, posts: Sequence[tuple[Rules, int]]) -> None:
        super().__init__(posts)
        self._run = run

    def conclude(self, district: int, *day_of_a_stage: Any) -> None:
        local = self._run.districts[district]
        assert isinstance(local, _LoggedDistrict)
        local.conclude(*day_of_a_stage)


class _LoggedDistrict(DistrictRun):
    def __init__(self, run: _LoggedRun, district: District) -> None:
        super().__init__(run.study, district)
        self._noted, self._base = run.noted, district.span.start

    def morning(self, day: int, month: int) -> None:
        super().morning(day, month)
        found = int(self.memory.marks[Stage.GRID]) - self._in_grid
        self._keep(found, note_found, self._in_grid, self.ground, self.ledger(day, month))

    def file(self, day: int, raised: U32, today: DayNeeds, ground: Ground, ledger: Ledger) -> None:
        seconds = int(self.rules.volunteers.minutes * 60.0)
        self._keep(raised.size, file_noted, day, raised, today, self.help_chance, seconds, ground, ledger)
        self._in_grid = int(ledger.marks[Stage.GRID])

    def work(self, day: int, month: int) -> None:
        """`work_the_day`, its verbs called from here."""
        ground, ledger = self.ground, self.ledger(day, month)
        for stage, lists in SLEEPERS:
            slots, order, ready, outcome, words = wake(lists + day % WHEEL, ground, ledger)
            self.conclude(stage, day, ENDLESS, slots, order, ready, ready, outcome, words, ground, ledger)
        for stage in range(DESK, BRANCH + 1):
            if stage == COMPOUND or opens(stage, 0, day, ground.calendar):
                closing, *worked = work_a_tier(stage, day, ground, ledger)
                self.conclude(stage, day, closing, *worked, ground, ledger)

    def conclude(self, stage: int, day: int, closing: int, slots: Any, order: Any, *rest: Any) -> None:
        """What a stage did for this district's cases on a day; the arguments are those of `routing.conclude`."""
        self._keep(order.size, conclude_noted, stage, day, closing, slots, order, *rest)

    def _keep(self, most: int, noting: Callable[..., int], *given: Any) -> None:
        """Call a kernel that notes what becomes of so many cases at most."""
        events = np.empty(MOST_AT_ONCE * most, EVENT)
        self._noted.append(events[: noting(*given, self._base, events)].copy())
