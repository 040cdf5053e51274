"""The order in which a district's cases are worked on within a day: sleepers, online, then tier after tier."""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import kernel, loop
from sim.kernels.hashing import deal
from sim.kernels.queueing import ENDLESS
from sim.mechanisms.pool import push
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, counter_of, gather, length, sort_by_station, work_through
from sim.mechanisms.visits import opens
from sim.world.cases import DAY, NONE, SLEEP, WHEEL, Stage

ONLINE, EXTERNAL, RETURNED = int(Stage.ONLINE), int(Stage.EXTERNAL), int(Stage.RETURNED)
DESK, BRANCH, COMPOUND = int(Stage.DESK), int(Stage.BRANCH), int(Stage.COMPOUND)


@kernel
def take_list(where, stage, ground, ledger):  # type: ignore[no-untyped-def]
    """The slots on a list whose cases are at a stage, their ready times and draws. The others stay."""
    count = length(where, ledger)
    slots, ready, words = np.empty(count, np.int32), np.empty(count, np.int64), np.empty((4, count), np.uint32)
    n = _take_list(where, stage, ground, ledger, slots, ready, words)
    if n < count:
        words = words[:, :n].copy()
    deal(words, ground.key)
    return slots[:n], ready[:n], words


@loop
def _take_list(where, stage, ground, ledger, slots, ready, words):  # type: ignore[no-untyped-def]
    n = 0
    slot = ledger.heads[where]
    ledger.heads[where] = NONE
    while slot != NONE:
        following = ledger.chain[slot]
        case = ledger.pool[slot]
        if case.stage == stage:
            slots[n], ready[n] = slot, case.ready
            counter_of(case, ground.compounds[case.compound], words, n)
            n += 1
        else:
            push(ledger, where, slot)
        slot = following
    return n


@kernel
def work_the_day(day, ground, ledger):  # type: ignore[no-untyped-def]
    """One day of a district: what woke up, what came online, then each tier of stations in order."""
    for stage in (EXTERNAL, RETURNED, ONLINE):
        where = ONLINE if stage == ONLINE else SLEEP + day % WHEEL
        slots, ready, words = take_list(where, stage, ground, ledger)
        order, served = np.arange(slots.size).astype(np.int32), np.zeros(slots.size, np.int8)
        conclude(stage, day, ENDLESS, slots, order, ready, ready, served, words, ground, ledger)
    for stage in range(DESK, BRANCH + 1):
        if stage != COMPOUND and not opens(stage, 0, day, ground.calendar):
            continue
        opening, closing = day * DAY + ground.dials[0].open[stage], day * DAY + ground.dials[0].close[stage]
        own = ground.stations[ground.first_station[stage] : ground.first_station[stage + 1]]
        add_shifts(stage, day, own, closing - opening, ground.calendar, ledger.row)
        slots, where, due, words = gather(stage, day, ground, ledger)
        order, ends = sort_by_station(ledger.pool, slots, where, due, own.size)
        start, finish, outcome = work_through(stage, ledger.pool, slots, order, ends, own, opening, closing, ledger.row)
        conclude(stage, day, closing, slots, order, start, finish, outcome, words, ground, ledger)
