"""The order in which a district's cases are worked on within a day: sleepers, then tier after tier."""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import kernel, loop
from sim.kernels.hashing import deal
from sim.kernels.queueing import ENDLESS
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, counter_of, gather, sort_by_station, work_through
from sim.mechanisms.visits import opens
from sim.world.cases import DAY, EXTERNAL_SLEEP, NONE, RETURNED_SLEEP, WHEEL, Stage

EXTERNAL, RETURNED = int(Stage.EXTERNAL), int(Stage.RETURNED)
SLEEPERS = ((EXTERNAL, EXTERNAL_SLEEP), (RETURNED, RETURNED_SLEEP))
DESK, BRANCH, COMPOUND = int(Stage.DESK), int(Stage.BRANCH), int(Stage.COMPOUND)


@kernel
def wake(where, ground, ledger):  # type: ignore[no-untyped-def]
    """Take a list of sleepers off: slots, order, ready times, outcomes and draws, as `conclude` takes them."""
    slots = np.empty(ledger.chain.size, np.int32)
    slots = slots[: _take_list(where, ledger, slots)]
    ready, words = np.empty(slots.size, np.int64), np.empty((4, slots.size), np.uint32)
    _wake(slots, ground, ledger, ready, words)
    deal(words, ground.key)
    return slots, np.arange(slots.size).astype(np.int32), ready, np.zeros(slots.size, np.int8), words


@loop
def _take_list(where, ledger, slots):  # type: ignore[no-untyped-def]
    n = 0
    slot = ledger.marks[where]
    ledger.marks[where] = NONE
    while slot != NONE:
        slots[n] = slot
        slot = ledger.chain[slot]
        n += 1
    return n


@loop
def _wake(slots, ground, ledger, ready, words):  # type: ignore[no-untyped-def]
    for n in range(slots.size):  # a short loop of its own, so that visits to memory overlap
        ready[n] = ledger.pool[slots[n]].ready
    for n in range(slots.size):
        case = ledger.pool[slots[n]]
        counter_of(case, ground.compounds[case.compound], words, n)


@kernel
def work_the_day(day, ground, ledger):  # type: ignore[no-untyped-def]
    """One day of a district: what woke up, then each tier of stations in order."""
    for stage, lists in SLEEPERS:
        slots, order, ready, outcome, words = wake(lists + day % WHEEL, ground, ledger)
        conclude(stage, day, ENDLESS, slots, order, ready, ready, outcome, words, ground, ledger)
    for stage in range(DESK, BRANCH + 1):
        if stage == COMPOUND or opens(stage, 0, day, ground.calendar):
            closing, slots, order, start, finish, outcome, words = work_a_tier(stage, day, ground, ledger)
            conclude(stage, day, closing, slots, order, start, finish, outcome, words, ground, ledger)


@kernel
def work_a_tier(stage, day, ground, ledger):  # type: ignore[no-untyped-def]
    """One day of the stations of a stage: when they close, and what `conclude` takes."""
    opening, closing = day * DAY + ground.dials[0].open[stage], day * DAY + ground.dials[0].close[stage]
    own = ground.stations[ground.first_station[stage] : ground.first_station[stage + 1]]
    add_shifts(stage, day, own, closing - opening, ground.calendar, ledger.row)
    slots, where, due, words = gather(stage, day, ground, ledger)
    order, ends = sort_by_station(ledger.pool, slots, where, due, own.size)
    start, finish, outcome = work_through(stage, ledger.pool, slots, order, ends, own, opening, closing, ledger.row)
    return closing, slots, order, start, finish, outcome, words
