"""A tier of stations works through its day: gather, sort by station and arrival, serve first come first served.

Counters finish what they began and send the rest home at closing. Field and office work pauses at closing and
resumes, first of all, at the next opening.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import kernel, loop, part
from sim.kernels.hashing import deal
from sim.kernels.queueing import SERVED, occupy, serve
from sim.mechanisms.pool import STEP, entity, occasion, push, word
from sim.mechanisms.visits import opens, station_at
from sim.world.cases import BEGUN, DAY, DUPLICATE, URGENT, Stage
from sim.world.city import I32, I64
from sim.world.tallies import Tally

COMPOUND, GRID, TEAM = int(Stage.COMPOUND), int(Stage.GRID), int(Stage.TEAM)
HOTLINE, COUNTER, TOWN_COUNTER = int(Stage.HOTLINE), int(Stage.COUNTER), int(Stage.TOWN_COUNTER)
BUSY, SHIFT = int(Tally.BUSY), int(Tally.SHIFT)
DIGIT = 11  # bits of time in a counting pass
LATER = 1 << 40  # seconds; added to what is not yet begun


@part
def finishes(stage):  # type: ignore[no-untyped-def]
    """Do stations of this stage finish what they began after closing, and send clients home?"""
    return stage in (HOTLINE, COMPOUND, COUNTER, TOWN_COUNTER)


@kernel
def gather(stage, day, ground, ledger):  # type: ignore[no-untyped-def]
    """The cases that a stage can work on today; the others stay in its queue.

    Returns:
        slots: int32[n]; where: int32[n] station within the stage; due: int64[n] in this order they are served, but
        for ties; words: uint32[4, n] the draws of the step that today may finish.
    """
    count = ledger.marks[stage]
    slots, where, due = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int64)
    words = np.empty((4, count), np.uint32)
    n = _gather(stage, day, ground, ledger, slots, where, due, words)
    if n < count:
        words = words[:, :n].copy()
    deal(words, ground.key)
    return slots[:n], where[:n], due[:n], words


@loop
def _gather(stage, day, ground, ledger, slots, where, due, words):  # type: ignore[no-untyped-def]
    first, stations = ground.first_station, ground.stations
    grows_urgent = stage >= TEAM and not finishes(stage)
    escalated = day * DAY - ground.dials[0].escalate
    end = (day + 1) * DAY
    n = 0
    count = ledger.marks[stage]
    ledger.marks[stage] = 0
    for j in range(count):  # a short loop of its own, so that visits to memory overlap
        where[j] = ledger.pool[ledger.queues[stage, j]].compound
    for j in range(count):
        slot = ledger.queues[stage, j]
        case = ledger.pool[slot]
        home = ground.compounds[where[j]]
        if grows_urgent and case.created < escalated:
            case.flags |= URGENT
        at = station_at(stage, home, case, first)
        if case.ready < end and (stage != COMPOUND or opens(stage, stations[at].weekdays, day, ground.calendar)):
            slots[n], where[n] = slot, at - first[stage]
            due[n] = np.int64(case.ready) + (0 if case.flags & BEGUN else LATER)
            counter_of(case, home, words, n)
            n += 1
        else:
            push(ledger, stage, slot)
    return n


@part
def counter_of(case, home, words, n):  # type: ignore[no-untyped-def]
    """Write the counter of the draws of a case's next finished step into column n."""
    words[0, n] = entity(case, home.first)
    words[1, n] = home.id
    words[2, n] = occasion(case)
    words[3, n] = word(STEP, np.int64(case.step) + 1, 0)


@part
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


@kernel
def sort_by_station(pool, slots, where, due, stations):  # type: ignore[no-untyped-def]
    """The order of service: int32[n] positions sorted by station, and inside a station by `due`, then `_before`.

    Counting passes over the digits of time and over stations; only ties are compared. Returns it with [stations + 1]
    bounds.
    """
    n = slots.size
    ends = np.zeros(stations + 1, np.int64)
    for i in range(n):
        ends[where[i] + 1] += 1
    for s in range(stations):
        ends[s + 1] += ends[s]
    order = np.empty(n, np.int32)
    _by_station(pool, slots, where, due, by_time(due), ends, ends[:stations].copy(), order)
    return order, ends


@loop
def _by_station(pool, slots, where, due, timely, ends, fill, order):  # type: ignore[no-untyped-def]
    for j in range(timely.size):
        i = timely[j]
        k = fill[where[i]]
        fill[where[i]] += 1
        first = ends[where[i]]
        while k > first and due[order[k - 1]] == due[i] and _before(pool[slots[i]], pool[slots[order[k - 1]]]):
            order[k] = order[k - 1]
            k -= 1
        order[k] = i


@kernel
def by_time(due):  # type: ignore[no-untyped-def]
    """Positions in ascending order of time, int32[n]: counting passes over digits, the last first."""
    n = due.size
    low, high = LATER, np.int64(0)
    for i in range(n):
        low, high = min(low, due[i] & (LATER - 1)), max(high, due[i] & (LATER - 1))
    span = high - low + 1
    key, order, other = np.empty(n, np.int64), np.arange(n).astype(np.int32), np.empty(n, np.int32)
    for i in range(n):
        key[i] = (due[i] & (LATER - 1)) - low + (span if due[i] >= LATER else 0)
    bits = 1
    while 2 * span >> bits > 0:
        bits += 1
    passes = (bits + DIGIT - 1) // DIGIT
    digit = (bits + passes - 1) // passes
    bound = np.empty((1 << digit) + 1, np.int32)
    for k in range(passes):
        _by_digit(key, k * digit, (1 << digit) - 1, bound, order, other)
        order, other = other, order
    return order


@loop
def _by_digit(key, shift, mask, bound, order, to):  # type: ignore[no-untyped-def]
    bound[:] = 0
    for i in range(key.size):
        bound[((key[i] >> shift) & mask) + 1] += 1
    for k in range(mask + 1):
        bound[k + 1] += bound[k]
    for j in range(key.size):
        d = (key[order[j]] >> shift) & mask
        to[bound[d]] = order[j]
        bound[d] += 1


@part
def resume(pool, slots, order, lo, hi, opening, servers, free):  # type: ignore[no-untyped-def]
    """Give work in progress its servers back; returns the first position not in progress.

    Where servers have become fewer, work in progress finishes all the same and new work waits for it.
    """
    for k in range(servers):
        free[k] = opening
    begun = lo
    while begun < hi and pool[slots[order[begun]]].flags & BEGUN:
        end = opening + pool[slots[order[begun]]].work
        if servers > 0 and end > free[0]:
            occupy(free, servers, end)
        begun += 1
    return begun


@kernel
def work_through(stage, pool, slots, order, ends, stations, opening, closing, row):  # type: ignore[no-untyped-def]
    """Serve the sorted cases of a stage. Returns start, finish (seconds) and outcome in order of service.

    `stations` are those of the stage; opening and closing are seconds since the first day's midnight.
    """
    n = slots.size
    arrival, work, patience = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    urgent, outcome = np.empty(n, np.uint8), np.empty(n, np.int8)
    start, finish = np.empty(n, np.int64), np.empty(n, np.int64)
    most = 1
    for s in range(stations.size):
        most = max(most, stations[s].servers)
    _work_through(
        stage, pool, slots, order, ends, stations, opening, closing, row, np.empty(most, np.int64), arrival, work,
        patience, urgent, start, finish, outcome,
    )  # fmt: skip
    return start, finish, outcome


@loop
def _work_through(  # type: ignore[no-untyped-def]
    stage, pool, slots, order, ends, stations, opening, closing, row, free, arrival, work, patience, urgent, start,
    finish, outcome,
):  # fmt: skip
    lasts = finishes(stage)
    for s in range(stations.size):
        station = stations[s]
        lo, hi = ends[s], ends[s + 1]
        station.busy = 0
        if lo == hi:
            continue
        begun = resume(pool, slots, order, lo, hi, opening, station.servers, free)
        for i in range(lo, hi):
            case = pool[slots[order[i]]]
            arrival[i] = max(np.int64(case.ready), opening)
            patience[i] = np.int64(case.patience) if lasts else -1
            urgent[i] = case.flags & URGENT
            work[i] = np.int64((case.work + station.travel) * station.pace)
            if i < begun:
                start[i], outcome[i], work[i] = opening, SERVED, case.work
        serve(arrival, work, patience, urgent, begun, hi, free, station.servers, closing, start, outcome)
        for i in range(lo, hi):
            finish[i] = start[i] + work[i]
            if outcome[i] == SERVED:
                station.busy += (finish[i] if lasts else min(finish[i], closing)) - start[i]
        row[BUSY + stage - HOTLINE] += station.busy


@kernel
def add_shifts(stage, day, stations, seconds, calendar, row):  # type: ignore[no-untyped-def]
    """Count the seconds on shift of a stage's stations today."""
    for s in range(stations.size):
        if opens(stage, stations[s].weekdays, day, calendar):
            row[SHIFT + stage - HOTLINE] += stations[s].servers * seconds


@kernel
def split(order: I32, bounds: I64) -> I64:
    """Positions in the order of service, int64[n], district by district.

    Args:
        order: [n] cases in the order of service.
        bounds: [districts + 1] first case of each district.
    """
    owner = np.empty(order.size, np.int64)
    for k in range(bounds.size - 1):
        owner[bounds[k] : bounds[k + 1]] = k
    fill = bounds.copy()
    own = np.empty(order.size, np.int64)
    for i in range(order.size):
        k = owner[order[i]]
        own[fill[k]] = i
        fill[k] += 1
    return own
