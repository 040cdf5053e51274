"""Assigning: a case is handed to a team or department, goes astray, or sets several departments to work at once.

Fragmented departments work one after another, each assignment exposed to misroutes; those that a committee integrates
work in parallel and the case waits for the slowest (fork and join).
"""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import part
from sim.kernels.hashing import lower
from sim.mechanisms.pool import STEP, draws, push, release, sleep, take_free, work_seconds
from sim.world.cases import CHILD, DAY, ORDER, RETURNED_SLEEP, URGENT, Stage
from sim.world.tallies import Tally

TEAM, BRANCH, RETURNED, JOIN = (int(s) for s in (Stage.TEAM, Stage.BRANCH, Stage.RETURNED, Stage.JOIN))
T_ASSIGNED, T_COORDINATION = int(Tally.ASSIGNED), int(Tally.COORDINATION_SECONDS)
T_MISROUTED, T_SUBSTEPS = int(Tally.MISROUTED), int(Tally.SUBSTEPS)
PART = 64  # added to the department in the draws of a case's parallel part
JOINT = 63  # target in the draws of whether departments work jointly


@part
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


@part
def take_department(case, item):  # type: ignore[no-untyped-def]
    """The next department on a case's list becomes its target."""
    k = 0
    while (case.left >> k) & 1 == 0:
        k += 1
    case.left &= ~(1 << k) & 0xFF
    case.target = item.departments[k]


@part
def assign(slot, case, item, stage, at, words, ground, ledger):  # type: ignore[no-untyped-def]
    """Hand a case to a stage: it is refused and sent back, or it arrives with its work."""
    dial = ground.dials[0]
    case.handoffs = min(np.int64(case.handoffs) + 1, 255)
    ledger.row[T_ASSIGNED] += 1
    wrong = lower(words[2]) < dial.misroute
    ledger.row[T_MISROUTED] += wrong
    if wrong and lower(words[2]) < dial.skipped:  # the level above puts it right at once
        case.handoffs = min(np.int64(case.handoffs) + 1, 255)
    elif wrong:
        case.pending = stage
        case.stage = RETURNED
        case.ready = add_working(at, dial.return_time, ground.worked)
        sleep(ledger, RETURNED_SLEEP, slot, np.int64(case.ready))
        return
    case.pending = 0
    case.stage = stage
    case.ready = at + dial.dispatch
    mean = dial.order_minutes if stage == TEAM and case.flags & ORDER else dial.minutes[stage]
    mean = mean * item.work + (dial.coordination if case.flags & CHILD else 0.0)
    ledger.row[T_COORDINATION] += np.int64(dial.coordination) if case.flags & CHILD else 0
    case.work = work_seconds(words[0], mean, dial.sigma[stage])
    push(ledger, stage, slot)


@part
def fork(slot, case, compound, item, at, ground, ledger):  # type: ignore[no-untyped-def]
    """Set the integrated departments of a case, or all that work on it jointly, to work at once if they are several."""
    dial = ground.dials[0]
    jointly = False
    if item.n_departments > 1 and (dial.parallel > 0 or dial.priority > 0):
        words = draws(case, compound.first, compound.id, STEP, JOINT, ground.key)
        jointly = np.uint64(words[0]) < dial.parallel
        if np.uint64(words[1]) < dial.priority:
            case.flags |= URGENT
    integrated = 0
    for k in range(item.n_departments):
        if (case.left >> k) & 1 and (jointly or item.departments[k] < dial.integrated):
            integrated |= 1 << k
    if integrated & (integrated - 1) == 0:
        return False
    case.left &= ~integrated & 0xFF
    case.stage = JOIN
    case.ready = at
    for k in range(item.n_departments):
        if (integrated >> k) & 1:
            case.pending += 1
            part = take_free(ledger)
            ledger.pool[part] = case
            child = ledger.pool[part]
            child.flags = case.flags | CHILD
            child.patience = slot
            child.pending = 0
            child.left = 0
            child.target = item.departments[k]
            child.handoffs = 0
            ledger.row[T_SUBSTEPS] += 1
            words = draws(child, compound.first, compound.id, STEP, PART + np.int64(child.target), ground.key)
            assign(part, child, item, BRANCH, at, words, ground, ledger)
    return True


@part
def join(child, slot, at, ledger):  # type: ignore[no-untyped-def]
    """A part of a case is done: give its slot back; returns the slot of the case it belongs to."""
    parent, handoffs = child.patience, np.int64(child.handoffs)
    release(ledger, slot)
    case = ledger.pool[parent]
    case.pending -= 1
    case.ready = max(np.int64(case.ready), at)
    case.handoffs = min(np.int64(case.handoffs) + handoffs, 255)
    return np.int32(parent)
