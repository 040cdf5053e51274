"""What follows a step: the next owner, a return, external time, closing - or a client who left.

Fragmented departments work one after another, each assignment exposed to misroutes; those that a committee integrates
work in parallel and the case waits for the slowest (fork and join). A handoff to a later tier arrives the same day; to
the same or an earlier one it is worked on the next day, which keeps the stations of a day independent.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arithmetic import exp, normal_quantile
from sim.kernels.hashing import unit64
from sim.kernels.queueing import SERVED, WAITING
from sim.mechanisms.filing import station_at, walk_in
from sim.mechanisms.pool import draws, push, release, sleep, take_free, work_seconds
from sim.mechanisms.service import finishes
from sim.mechanisms.settling import close_case, lose_case
from sim.rng import Purpose
from sim.world.cases import BEGUN, CHILD, DAY, DUPLICATE, ORDER, OWNED, REOPENED, Stage
from sim.world.tallies import Tally

ROUTE, WORK, BACK = int(Purpose.ROUTE), int(Purpose.WORK), int(Purpose.RETURN)
ONLINE, HOTLINE, DESK, COMPOUND, GRID = (
    int(s) for s in (Stage.ONLINE, Stage.HOTLINE, Stage.DESK, Stage.COMPOUND, Stage.GRID)
)
COUNTER, TEAM, TOWN_COUNTER, TOWN_TEAM = (
    int(s) for s in (Stage.COUNTER, Stage.TEAM, Stage.TOWN_COUNTER, Stage.TOWN_TEAM)
)
BRANCH, DEPARTMENT, EXTERNAL, RETURNED, JOIN, CLOSED = (
    int(s) for s in (Stage.BRANCH, Stage.DEPARTMENT, Stage.EXTERNAL, Stage.RETURNED, Stage.JOIN, Stage.CLOSED)
)
T_OWNED, T_OWNED_SECONDS = int(Tally.OWNED), int(Tally.OWNED_SECONDS)
T_COUNTER, T_COUNTER_WAIT = int(Tally.COUNTER_SERVED), int(Tally.COUNTER_WAIT)
T_ABANDONED, T_ORDERS, T_MISROUTED = int(Tally.ABANDONED), int(Tally.ORDERS), int(Tally.MISROUTED)
T_REOPENED, T_SUBSTEPS = int(Tally.REOPENED), int(Tally.SUBSTEPS)
HALF = 1 << 31
N_DEPARTMENTS = 33
WAITS_AT = {COMPOUND: 0, COUNTER: 1, TOWN_COUNTER: 2, GRID: 3, HOTLINE: 4}  # channel of each first stage
CHANNEL_OF = np.array([WAITS_AT.get(stage, -1) for stage in range(len(Stage))], np.int64)
MOST_WAIT = 4 * 3600  # seconds; longer waits count as this in what a neighbourhood expects


@njit(cache=True, nogil=True, forceinline=True)
def add_working(at, seconds, worked):  # type: ignore[no-untyped-def]
    """The second at which so much working time (whole working days) has passed after `at`."""
    day = at // DAY
    left = seconds
    begin = at
    while True:
        if worked[day + 1] > worked[day]:
            span = (day + 1) * DAY - begin
            if left < span:
                return begin + left
            left -= span
        day += 1
        begin = day * DAY


@njit(cache=True, nogil=True, forceinline=True)
def next_stage(stage, case, item, dial, a, b, c):  # type: ignore[no-untyped-def]
    """Where a case goes after a finished step; CLOSED where it ends. Sets order, target and departments left."""
    if case.flags & DUPLICATE:
        return CLOSED
    if stage in (ONLINE, DESK, COUNTER, TOWN_COUNTER):
        if item.home:
            return TEAM
        if item.n_departments > 0 and np.uint64(a) < item.department:
            case.left = (1 << item.n_departments) - 1
            return BRANCH
        return CLOSED
    if stage == HOTLINE and np.uint64(a) < dial.order_share:
        case.flags |= ORDER
        if np.uint64(b) < dial.district_share:
            case.left = TEAM if c < HALF else TOWN_TEAM
        else:
            case.left = DEPARTMENT
            case.target = item.departments[0] if item.n_departments > 0 else case.item % N_DEPARTMENTS
        return np.int64(case.left)
    if stage == GRID and np.uint64(a) < dial.forward_share:
        return TOWN_TEAM
    if stage in (TEAM, TOWN_TEAM, DEPARTMENT):
        return EXTERNAL if case.flags & ORDER else CLOSED
    if stage == BRANCH:
        if case.left:
            return BRANCH
        return EXTERNAL if np.uint64(b) < item.statutory else CLOSED
    if stage == RETURNED:
        return np.int64(case.pending)
    return CLOSED


@njit(cache=True, nogil=True, forceinline=True)
def take_department(case, item):  # type: ignore[no-untyped-def]
    """The next department on a case's list becomes its target."""
    k = 0
    while (case.left >> k) & 1 == 0:
        k += 1
    case.left &= ~(1 << k) & 0xFF
    case.target = item.departments[k]


@njit(cache=True, nogil=True, forceinline=True)
def assign(slot, case, compound, item, stage, at, d, dial, worked, heads, chain, row, key):  # type: ignore[no-untyped-def]
    """Hand a case to a stage: it is refused and sent back, or it arrives with its work."""
    case.handoffs = min(np.int64(case.handoffs) + 1, 255)
    if np.uint64(d) < dial.misroute:
        row[T_MISROUTED] += 1
        case.pending = stage
        case.stage = RETURNED
        case.ready = add_working(at, dial.return_time, worked)
        sleep(heads, chain, slot, np.int64(case.ready))
        return
    case.pending = 0
    case.stage = stage
    case.ready = at + dial.dispatch
    mean = dial.order_minutes if stage == TEAM and case.flags & ORDER else dial.minutes[stage]
    mean = mean * item.work + (dial.coordination if case.flags & CHILD else 0.0)
    case.work = work_seconds(
        case, compound.first, compound.id, stage, np.int64(case.target), mean, dial.sigma[stage], key
    )
    push(heads, chain, stage, slot)


@njit(cache=True, nogil=True, forceinline=True)
def fork(slot, case, compound, item, at, dial, worked, pool, heads, chain, row, key):  # type: ignore[no-untyped-def]
    """Set the integrated departments of a case to work in parallel, if there are two or more."""
    integrated = 0
    for k in range(item.n_departments):
        if (case.left >> k) & 1 and item.departments[k] < dial.integrated:
            integrated |= 1 << k
    if integrated & (integrated - 1) == 0:
        return False
    case.left &= ~integrated & 0xFF
    case.stage = JOIN
    case.ready = at
    for k in range(item.n_departments):
        if (integrated >> k) & 1:
            case.pending += 1
            part = take_free(heads, chain)
            pool[part] = case
            child = pool[part]
            child.flags = case.flags | CHILD
            child.patience = slot
            child.pending = 0
            child.left = 0
            child.target = item.departments[k]
            child.handoffs = 0
            row[T_SUBSTEPS] += 1
            _, _, _, d = draws(child, compound.first, compound.id, ROUTE, np.int64(child.target), key)
            assign(part, child, compound, item, BRANCH, at, d, dial, worked, heads, chain, row, key)
    return True


@njit(cache=True, nogil=True, forceinline=True)
def external_time(case, compound, dial, key):  # type: ignore[no-untyped-def]
    """Lognormal external and statutory time, seconds of working days, at most 60 of them."""
    a, b, _, _ = draws(case, compound.first, compound.id, WORK, EXTERNAL, key)
    days = dial.statutory * exp(dial.statutory_sigma * normal_quantile(unit64(a, b)))
    return min(np.int64(days), 60 * DAY)


@njit(cache=True, nogil=True, forceinline=True)
def come_back(  # type: ignore[no-untyped-def]
    slot, case, compound, item, stage, day, at, dial, clocks, calendar, stations, first_station, heads, chain,
    trust, seen, decay, row, place, key,
):  # fmt: skip
    """A client who left unserved: again at the next opening, or never."""
    row[T_ABANDONED] += 1
    case.step += 1
    a, b, _, _ = draws(case, compound.first, compound.id, BACK, stage, key)
    if np.uint64(a) < dial.return_share:
        at_station = station_at(stage, compound, case, first_station) if stage != HOTLINE else np.int64(0)
        case.ready = walk_in(stage, stations[at_station].weekdays, day + 1, clocks, b, calendar)
        push(heads, chain, stage, slot)
    else:
        lose_case(case, compound, item.kind, at, day, dial, trust, seen, decay, row, place)
        release(heads, chain, slot)


@njit(cache=True, nogil=True, error_model="numpy")
def conclude(  # type: ignore[no-untyped-def]
    stage, day, slots, start, finish, outcome, closing, items, compounds, stations, first_station, dials, clocks,
    calendar, worked, pool, heads, chain, trust, seen, decay, waits, row, place, spread, key,
):  # fmt: skip
    """Carry each case of a stage on from what its station did with it today.

    Args:
        slots, start, finish, outcome: by position; see `work_through`.
        closing: second at which the stage closed today.
        waits: [places, channels, 2] seconds waited and cases, of the week.
    """
    dial = dials[0]
    for i in range(slots.size):
        slot = slots[i]
        case = pool[slot]
        compound = compounds[case.compound]
        item = items[case.item]
        if outcome[i] != SERVED:
            if outcome[i] == WAITING and not finishes(stage):
                push(heads, chain, stage, slot)
                continue
            left = closing if outcome[i] == WAITING else np.int64(case.ready) + case.patience
            come_back(
                slot, case, compound, item, stage, day, max(left, day * DAY), dial, clocks, calendar, stations,
                first_station, heads, chain, trust, seen, decay, row, place, key,
            )  # fmt: skip
            continue
        note_start(case, compound, stage, start[i], row, waits)
        if finish[i] > closing and not finishes(stage) and stage < EXTERNAL and stage != ONLINE:
            case.work = finish[i] - closing
            case.flags |= BEGUN
            push(heads, chain, stage, slot)
            continue
        case.flags &= ~BEGUN & 0xFF
        at = finish[i]
        if case.flags & CHILD and stage == BRANCH:
            slot = join(case, slot, at, pool, heads, chain)
            case = pool[slot]
            if case.pending > 0:
                continue
            at = np.int64(case.ready)
        case.step += 1
        a, b, c, d = draws(case, compound.first, compound.id, ROUTE, stage, key)
        towards = next_stage(stage, case, item, dial, a, b, c)
        if stage == HOTLINE and case.flags & ORDER:
            row[T_ORDERS] += 1
        if towards == EXTERNAL:
            until = add_working(at, external_time(case, compound, dial, key), worked)
            if until // DAY > day:
                case.stage = EXTERNAL
                case.ready = until
                sleep(heads, chain, slot, until)
                continue
            at = until
            towards = CLOSED
        if towards == CLOSED:
            order = case.flags & ORDER
            solved = np.uint64(c) >= (dial.false_order if order else dial.false_counter)
            if solved or not order or case.flags & REOPENED or np.uint64(b) >= dial.callback:
                close_case(
                    case, compound, item.kind, at, day, solved, dial, worked, trust, seen, decay, row, place, spread
                )
                release(heads, chain, slot)
                continue
            case.flags |= REOPENED  # the call-back tells; its owner takes it up again the next day
            row[T_REOPENED] += 1
            towards = np.int64(case.left)
            at += DAY
        if towards == BRANCH and stage != RETURNED:
            if stage != BRANCH and fork(slot, case, compound, item, at, dial, worked, pool, heads, chain, row, key):
                continue
            take_department(case, item)
        assign(slot, case, compound, item, towards, at, d, dial, worked, heads, chain, row, key)


@njit(cache=True, nogil=True, forceinline=True)
def join(child, slot, at, pool, heads, chain):  # type: ignore[no-untyped-def]
    """A part of a case is done: give its slot back; returns the slot of the case it belongs to."""
    parent, handoffs = child.patience, np.int64(child.handoffs)
    release(heads, chain, slot)
    case = pool[parent]
    case.pending -= 1
    case.ready = max(np.int64(case.ready), at)
    case.handoffs = min(np.int64(case.handoffs) + handoffs, 255)
    return np.int32(parent)


@njit(cache=True, nogil=True, forceinline=True)
def note_start(case, compound, stage, start, row, waits):  # type: ignore[no-untyped-def]
    """Somebody starts on a case: the first owner, and what clients waited."""
    if case.flags & BEGUN == 0 and stage < EXTERNAL:
        if case.flags & (OWNED | CHILD) == 0:
            case.flags |= OWNED
            row[T_OWNED] += 1
            row[T_OWNED_SECONDS] += start - case.created
        channel = CHANNEL_OF[stage]
        if channel >= 0:
            wait = min(max(start - np.int64(case.ready), 0), MOST_WAIT)
            waits[compound.place, channel, 0] += wait
            waits[compound.place, channel, 1] += 1
            if channel in (1, 2):
                row[T_COUNTER] += 1
                row[T_COUNTER_WAIT] += wait
