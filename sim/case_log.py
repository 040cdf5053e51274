"""The case log: what happened to each case, when and at which station, for one trial that is run again to be looked at.

A run that keeps a log calls the kernels of any other run, but for one need and one case at a time, which they take in
turn anyway: so all bits are the same, and a run without a log pays nothing. What a call has done is read off what it
counted, queued and put to sleep. Needs that neighbours meet, or residents do without, reach no office and are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.day import Run
from sim.district_run import DistrictRun
from sim.kernels.queueing import ENDLESS, SERVED, WAITING
from sim.mechanisms.city_stations import CityStations
from sim.mechanisms.filing import file_needs
from sim.mechanisms.needs import DayNeeds
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, finishes, gather, sort_by_station, work_through
from sim.mechanisms.tables import Ground, Ledger
from sim.mechanisms.tiers import wake
from sim.mechanisms.visits import opens, station_at
from sim.recording import Record, record
from sim.rules import Rules
from sim.trial import Trial, prepare
from sim.world.cases import (
    BEGUN,
    CHILD,
    CURSOR,
    DAY,
    DUPLICATE,
    EXTERNAL_SLEEP,
    N_QUEUES,
    NONE,
    RETURNED_SLEEP,
    VACANT,
    WHEEL,
    Stage,
)
from sim.world.city import U32
from sim.world.district import District
from sim.world.tallies import Tally


class Activity(IntEnum):
    """What happens to a case."""

    FILED = 0
    ASSIGNED = 1  # it reaches its first station, or that again
    SERVED = 2
    HANDED_ON = 3  # it reaches a further station
    RETURNED = 4  # a station refuses it, and it waits to be assigned again
    OUTSIDE = 5  # time outside, or a statutory term, passes
    REOPENED = 6  # a call-back finds it unsolved
    LEFT_QUEUE = 7  # its resident leaves unserved, to come again
    CLOSED = 8
    LEFT = 9  # its resident leaves unserved for good


class Step(IntEnum):
    """Where in an activity, as XES calls it (IEEE 1849)."""

    START = 0
    COMPLETE = 1
    SUSPEND = 2
    RESUME = 3


EVENT = np.dtype(
    [
        ("at", np.int64),  # seconds since the first day's midnight
        ("resident", np.uint32),  # in the district; NOBODY for a hazard
        ("compound", np.int32),  # in the district
        ("station", np.int32),  # among those of its stage under the map in force; a department's number; -1 none
        ("district", np.int16),  # among those of the city
        ("day", np.int16),  # with resident, compound, number and flags the identity of the case
        ("number", np.uint8),
        ("item", np.uint8),
        ("channel", np.uint8),
        ("age", np.uint8),
        ("flags", np.uint8),
        ("activity", np.uint8),
        ("step", np.uint8),
        ("stage", np.uint8),
        ("solved", np.uint8),  # of a case that is closed
    ]
)
Events = npt.NDArray[np.void]  # EVENT[n] in the order in which they were noted: of one case, the order of what happened
FIRST = (Stage.HOTLINE, Stage.DESK, Stage.COMPOUND, Stage.GRID, Stage.COUNTER, Stage.TOWN_COUNTER)


def simulate_logged(trial: Trial, watch: Callable[[int], None] | None = None) -> tuple[Record, Events]:
    """What `simulate` gives, and the log of its cases. Many times slower; threads make no difference."""
    run = prepare(trial, _LoggedRun)
    assert isinstance(run, _LoggedRun)
    parts = []
    for day in run.days():
        parts.append(np.array(run.noted, EVENT))
        run.noted.clear()
        if watch is not None:
            watch(day)
    return record(run), np.concatenate(parts)


class _LoggedRun(Run):
    """A run that notes what happens; one district after another, so that the order of its notes is always the same."""

    def __init__(self, *given: Any) -> None:
        self.noted: list[tuple[int, ...]] = []
        super().__init__(*given)
        self._pool = None

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
    """A district that works need by need and case by case, and notes what comes of each."""

    def __init__(self, run: _LoggedRun, district: District) -> None:
        super().__init__(run.study, district)
        self._note = run.noted.append

    def morning(self, day: int, month: int) -> None:
        super().morning(day, month)
        for slot in self.memory.queues[Stage.GRID, self._filed : self.memory.marks[Stage.GRID]]:  # found on patrol
            case = self.memory.pool[slot]
            self._add(case, Activity.FILED, int(case["created"]), Stage.GRID)
            self._add(case, Activity.ASSIGNED, int(case["ready"]), Stage.GRID)

    def file(self, day: int, raised: U32, today: DayNeeds, ground: Ground, ledger: Ledger) -> None:
        seconds = int(self.rules.volunteers.minutes * 60.0)
        for k in range(raised.size):
            slot, marks, row = _next_vacant(ledger), ledger.marks.copy(), ledger.row.copy()
            file_needs(day, raised[k : k + 1], today, self.help_chance, seconds, ground, ledger)
            found = ledger.row - row
            if found[Tally.FILED] == found[Tally.CO_PRODUCED]:
                continue
            case = ledger.pool[slot].copy()  # its slot may be vacant again: some are over at once
            self._add(case, Activity.FILED, int(case["created"]), Stage.ONLINE)
            self._follow(case, int(case["created"]), Stage.ONLINE, True, marks, found, ledger)
        self._filed = int(ledger.marks[Stage.GRID])

    def work(self, day: int, month: int) -> None:
        """`tiers.work_the_day`, its verbs called from here."""
        ground, ledger = self.ground, self.ledger(day, month)
        for stage, lists in ((Stage.EXTERNAL, EXTERNAL_SLEEP), (Stage.RETURNED, RETURNED_SLEEP)):
            slots, ready, words = wake(lists + day % WHEEL, ground, ledger)
            order, served = np.arange(slots.size, dtype=np.int32), np.zeros(slots.size, np.int8)
            self.conclude(int(stage), day, ENDLESS, slots, order, ready, ready, served, words, ground, ledger)
        for stage in range(int(Stage.DESK), int(Stage.BRANCH) + 1):
            if stage != Stage.COMPOUND and not opens(stage, 0, day, ground.calendar):
                continue
            opening, closing = (day * DAY + int(ground.dials[0][name][stage]) for name in ("open", "close"))
            own = ground.stations[ground.first_station[stage] : ground.first_station[stage + 1]]
            add_shifts(stage, day, own, closing - opening, ground.calendar, ledger.row)
            slots, where, due, words = gather(stage, day, ground, ledger)
            order, ends = sort_by_station(ledger.pool, slots, where, due, own.size)
            served = work_through(stage, ledger.pool, slots, order, ends, own, opening, closing, ledger.row)
            self.conclude(stage, day, closing, slots, order, *served, words, ground, ledger)

    def conclude(
        self, stage: int, day: int, closing: int, slots: Any, order: Any, start: Any, finish: Any, outcome: Any,
        words: Any, ground: Ground, ledger: Ledger,
    ) -> None:  # fmt: skip
        """`routing.conclude`, case by case."""
        for i in range(order.size):
            slot, one = slots[order[i]], slice(i, i + 1)
            case, marks, row = ledger.pool[slot].copy(), ledger.marks.copy(), ledger.row.copy()
            at = int(finish[i])
            if case["flags"] & CHILD:  # the case goes on when its last part is done
                at = max(at, int(ledger.pool[case["patience"]]["ready"]))
            conclude(stage, day, closing, slots, order[one], start[one], finish[one], outcome[one], words, ground,
                     ledger)  # fmt: skip
            found = ledger.row - row
            if outcome[i] == SERVED:
                paused = finish[i] > closing and not finishes(stage) and stage < Stage.EXTERNAL
                self._served(case, stage, int(start[i]), closing if paused else int(finish[i]), paused)
                if not paused:
                    self._follow(case, at, stage, True, marks, found, ledger)
            elif outcome[i] != WAITING or finishes(stage):
                left = closing if outcome[i] == WAITING else int(case["ready"]) + int(case["patience"])
                if not found[Tally.DEPARTED]:
                    self._add(case, Activity.LEFT_QUEUE, max(left, day * DAY), stage)
                self._follow(case, left, stage, False, marks, found, ledger)

    def _served(self, case: Any, stage: int, start: int, until: int, paused: bool) -> None:
        """A station worked on a case, or time outside has passed."""
        if stage == Stage.EXTERNAL:
            self._add(case, Activity.OUTSIDE, until, stage)
        elif stage < Stage.EXTERNAL:
            self._add(case, Activity.SERVED, start, stage, Step.RESUME if case["flags"] & BEGUN else Step.START)
            self._add(case, Activity.SERVED, until, stage, Step.SUSPEND if paused else Step.COMPLETE)

    def _follow(
        self, case: Any, at: int, stage: int, served: bool, marks: Any, found: Any, ledger: Ledger
    ) -> None:
        """What a call has done with a case that was at a stage: reopened, queued, sent to sleep, ended."""
        again = not served or stage == Stage.RETURNED
        if found[Tally.REOPENED]:
            self._add(case, Activity.REOPENED, at, case["stage"])
            at += DAY
        for where in np.flatnonzero(ledger.marks[:CURSOR] != marks[:CURSOR]):
            if where < N_QUEUES:
                for slot in ledger.queues[where, marks[where] : ledger.marks[where]]:
                    new = ledger.pool[slot]
                    if new["flags"] & DUPLICATE and not case["flags"] & DUPLICATE:
                        self._add(new, Activity.FILED, int(new["created"]), Stage.ONLINE)
                    what = Activity.ASSIGNED if again or where in FIRST else Activity.HANDED_ON
                    self._add(new, what, int(new["ready"]), where)
                continue
            slot = ledger.marks[where]
            while slot not in (NONE, marks[where]):
                new, slot = ledger.pool[slot], ledger.chain[slot]
                if where < RETURNED_SLEEP:
                    self._add(new, Activity.OUTSIDE, at, Stage.EXTERNAL, Step.START)
                else:
                    self._add(new, Activity.RETURNED, at, new["pending"])
        if found[Tally.DEPARTED]:
            ended = Activity.CLOSED if served and not found[Tally.LEFT] else Activity.LEFT
            self._add(case, ended, int(found[Tally.DEPARTED_AT]), case["stage"], solved=int(found[Tally.SOLVED]))

    def _add(self, case: Any, activity: int, at: int, stage: int, step: int = Step.COMPLETE, solved: int = 0) -> None:
        where = -1
        if Stage.ONLINE < stage < Stage.EXTERNAL and activity != Activity.FILED:
            where = self._station(case, stage)
        self._note(
            (at, case["resident"], case["compound"], where, self.district.index, case["day"], case["number"], case["item"],
             case["channel"], case["age"], case["flags"], activity, step, stage, solved)
        )  # fmt: skip

    def _station(self, case: Any, stage: int) -> int:
        """The number of a station among those of its stage, or of the department."""
        if stage == Stage.HOTLINE:
            return 0
        if stage in (Stage.BRANCH, Stage.DEPARTMENT):
            return int(case["target"])
        home, first = self.ground.compounds[case["compound"]], self.ground.first_station
        return int(station_at(int(stage), home, case, first) - first[stage])


def _next_vacant(ledger: Ledger) -> int:
    """The slot that `pool.take_free` would give to the next case."""
    cursor = int(ledger.marks[CURSOR])
    vacant = ledger.chain == VACANT
    return cursor + int(vacant[cursor:].argmax()) if vacant[cursor:].any() else int(vacant.argmax())
