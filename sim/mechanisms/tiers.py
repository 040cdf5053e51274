"""The order in which a district's cases are worked on within a day: sleepers, online, then tier after tier."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.queueing import ENDLESS
from sim.mechanisms.filing import opens
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, gather, sort_by_station, work_through
from sim.world.cases import DAY, NONE, SLEEP, WHEEL, Stage

ONLINE, EXTERNAL, RETURNED = int(Stage.ONLINE), int(Stage.EXTERNAL), int(Stage.RETURNED)
DESK, BRANCH, COMPOUND = int(Stage.DESK), int(Stage.BRANCH), int(Stage.COMPOUND)


@njit(cache=True, nogil=True, error_model="numpy")
def take_list(heads, chain, where, stage, pool):  # type: ignore[no-untyped-def]
    """The slots on a list whose cases are at a stage, and their ready times. The others stay."""
    count = 0
    slot = heads[where]
    while slot != NONE:
        count += 1
        slot = chain[slot]
    slots, ready = np.empty(count, np.int32), np.empty(count, np.int64)
    n = 0
    slot = heads[where]
    heads[where] = NONE
    while slot != NONE:
        following = chain[slot]
        if pool[slot].stage == stage:
            slots[n] = slot
            ready[n] = pool[slot].ready
            n += 1
        else:
            chain[slot] = heads[where]
            heads[where] = slot
        slot = following
    return slots[:n], ready[:n]


@njit(cache=True, nogil=True, error_model="numpy")
def work_the_day(  # type: ignore[no-untyped-def]
    day, items, compounds, stations, first_station, dials, clocks, calendar, worked, pool, heads, chain, trust,
    seen, decay, waits, row, place, spread, key,
):  # fmt: skip
    """One day of a district: what woke up, what came online, then each tier of stations in order."""
    for stage in (EXTERNAL, RETURNED, ONLINE):
        where = ONLINE if stage == ONLINE else SLEEP + day % WHEEL
        slots, ready = take_list(heads, chain, where, stage, pool)
        conclude(
            stage, day, slots, ready, ready, np.zeros(slots.size, np.int8), ENDLESS, items, compounds, stations,
            first_station, dials, clocks, calendar, worked, pool, heads, chain, trust, seen, decay, waits, row,
            place, spread, key,
        )  # fmt: skip
    for stage in range(DESK, BRANCH + 1):
        if stage != COMPOUND and not opens(stage, 0, day, calendar):
            continue
        opening, closing = day * DAY + dials[0].open[stage], day * DAY + dials[0].close[stage]
        own = stations[first_station[stage] : first_station[stage + 1]]
        add_shifts(stage, day, own, closing - opening, calendar, row)
        slots, where = gather(stage, day, heads, chain, pool, compounds, stations, first_station, dials, calendar)
        slots, ends = sort_by_station(pool, slots, where, own.size)
        start, finish, outcome = work_through(stage, pool, slots, ends, own, opening, closing, row)
        conclude(
            stage, day, slots, start, finish, outcome, closing, items, compounds, stations, first_station, dials,
            clocks, calendar, worked, pool, heads, chain, trust, seen, decay, waits, row, place, spread, key,
        )  # fmt: skip
