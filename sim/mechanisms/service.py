"""A tier of stations works through its day: gather, sort by station and arrival, serve first come first served.

Counters finish what they began and send the rest home at closing. Field and office work pauses at closing and
resumes, first of all, at the next opening.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.queueing import SERVED, serve
from sim.mechanisms.filing import opens, station_at
from sim.mechanisms.pool import push
from sim.world.cases import BEGUN, DAY, DUPLICATE, NONE, URGENT, Stage
from sim.world.tallies import Tally

COMPOUND, GRID, TEAM = int(Stage.COMPOUND), int(Stage.GRID), int(Stage.TEAM)
HOTLINE, COUNTER, TOWN_COUNTER = int(Stage.HOTLINE), int(Stage.COUNTER), int(Stage.TOWN_COUNTER)
BUSY, SHIFT, BUCKETS = int(Tally.BUSY), int(Tally.SHIFT), 2048


@njit(cache=True, nogil=True, forceinline=True)
def finishes(stage):  # type: ignore[no-untyped-def]
    """Do stations of this stage finish what they began after closing, and send clients home?"""
    return stage in (HOTLINE, COMPOUND, COUNTER, TOWN_COUNTER)


@njit(cache=True, nogil=True, error_model="numpy")
def gather(stage, day, heads, chain, pool, compounds, stations, first_station, dials, calendar):  # type: ignore[no-untyped-def]
    """The cases that a stage can work on today: slots and stations. The others stay on its list."""
    count = 0
    slot = heads[stage]
    while slot != NONE:
        count += 1
        slot = chain[slot]
    slots = np.empty(count, np.int32)
    where = np.empty(count, np.int32)
    end = (day + 1) * DAY
    n = 0
    slot = heads[stage]
    heads[stage] = NONE
    while slot != NONE:
        following = chain[slot]
        case = pool[slot]
        if stage >= TEAM and not finishes(stage) and day * DAY - case.created > dials[0].escalate:
            case.flags |= URGENT
        at = station_at(stage, compounds[case.compound], case, first_station)
        weekdays = stations[at].weekdays if stage == COMPOUND else 0
        if case.ready < end and opens(stage, weekdays, day, calendar):
            slots[n] = slot
            where[n] = at - first_station[stage]
            n += 1
        else:
            push(heads, chain, stage, slot)
        slot = following
    return slots[:n], where[:n]


@njit(cache=True, nogil=True, forceinline=True)
def _before(x, y):  # type: ignore[no-untyped-def]
    """Does case x go before case y? Work in progress, then arrival, then identity."""
    if (x.flags & BEGUN) != (y.flags & BEGUN):
        return x.flags & BEGUN != 0
    if x.ready != y.ready:
        return x.ready < y.ready
    if x.compound != y.compound:
        return x.compound < y.compound
    if x.resident != y.resident:
        return x.resident < y.resident
    if x.day != y.day:
        return x.day < y.day
    if x.number != y.number:
        return x.number < y.number
    if (x.flags & DUPLICATE) != (y.flags & DUPLICATE):
        return x.flags & DUPLICATE < y.flags & DUPLICATE
    return x.target < y.target


@njit(cache=True, nogil=True, error_model="numpy")
def sort_by_station(pool, slots, where, stations):  # type: ignore[no-untyped-def]
    """Sort slots by station, and inside a station by `_before`. Returns slots and [stations + 1] bounds.

    Two counting passes (coarse arrival, station) and an insertion sort over what is then nearly in order.
    """
    n = slots.size
    low, high = np.int64(1 << 40), np.int64(0)
    for i in range(n):
        ready = np.int64(pool[slots[i]].ready)
        low, high = min(low, ready), max(high, ready)
    width = (high - low) // BUCKETS + 1
    bound = np.zeros(BUCKETS + 1, np.int64)
    for i in range(n):
        bound[(pool[slots[i]].ready - low) // width + 1] += 1
    for k in range(BUCKETS):
        bound[k + 1] += bound[k]
    coarse = np.empty(n, np.int32)
    for i in range(n):
        k = (pool[slots[i]].ready - low) // width
        coarse[bound[k]] = i
        bound[k] += 1
    ends = np.zeros(stations + 1, np.int64)
    for i in range(n):
        ends[where[i] + 1] += 1
    for s in range(stations):
        ends[s + 1] += ends[s]
    fill = ends[:stations].copy()
    done = np.empty(n, np.int32)
    for j in range(n):
        i = coarse[j]
        k = fill[where[i]]
        fill[where[i]] += 1
        first = ends[where[i]]
        while k > first and _before(pool[slots[i]], pool[done[k - 1]]):
            done[k] = done[k - 1]
            k -= 1
        done[k] = slots[i]
    return done, ends


@njit(cache=True, nogil=True, error_model="numpy")
def resume(pool, slots, lo, hi, opening, servers, free):  # type: ignore[no-untyped-def]
    """Give work in progress its servers back; returns the first position not in progress.

    Where servers have become fewer, work in progress finishes all the same and new work waits for it.
    """
    begun = lo
    while begun < hi and pool[slots[begun]].flags & BEGUN:
        begun += 1
    ends = np.empty(begun - lo, np.int64)
    for i in range(lo, begun):
        ends[i - lo] = opening + pool[slots[i]].work
    ends.sort()
    idle = max(0, servers - ends.size)
    for k in range(idle):
        free[k] = opening
    for k in range(servers - idle):
        free[idle + k] = ends[ends.size - (servers - idle) + k]
    return begun


@njit(cache=True, nogil=True, error_model="numpy")
def work_through(stage, pool, slots, ends, stations, opening, closing, row):  # type: ignore[no-untyped-def]
    """Serve the sorted cases of a stage. Returns start, finish (seconds) and outcome by position.

    `stations` are those of the stage; opening and closing are seconds since the first day's midnight.
    """
    n = slots.size
    arrival, work, patience = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    urgent, outcome = np.empty(n, np.uint8), np.empty(n, np.int8)
    start, finish = np.empty(n, np.int64), np.empty(n, np.int64)
    most = 1
    for s in range(stations.size):
        most = max(most, stations[s].servers)
    free = np.empty(most, np.int64)
    kind = stage - HOTLINE
    for s in range(stations.size):
        station = stations[s]
        lo, hi = ends[s], ends[s + 1]
        begun = resume(pool, slots, lo, hi, opening, station.servers, free)
        for i in range(lo, hi):
            case = pool[slots[i]]
            arrival[i] = max(np.int64(case.ready), opening)
            patience[i] = np.int64(case.patience) if finishes(stage) else -1
            urgent[i] = case.flags & URGENT
            if i < begun:
                start[i] = opening
                outcome[i] = SERVED
                work[i] = case.work
            else:
                work[i] = np.int64((case.work + station.travel) * station.pace)
        serve(arrival, work, patience, urgent, begun, hi, free, station.servers, closing, start, outcome)
        busy = np.int64(0)
        for i in range(lo, hi):
            finish[i] = start[i] + work[i]
            if outcome[i] == SERVED:
                busy += (finish[i] if finishes(stage) else min(finish[i], closing)) - start[i]
        station.busy = busy
        row[BUSY + kind] += busy
    return start, finish, outcome


@njit(cache=True, nogil=True, error_model="numpy")
def add_shifts(stage, day, stations, seconds, calendar, row):  # type: ignore[no-untyped-def]
    """Count the seconds on shift of a stage's stations today."""
    for s in range(stations.size):
        if opens(stage, stations[s].weekdays, day, calendar):
            row[SHIFT + stage - HOTLINE] += stations[s].servers * seconds
