"""What follows a step: the next owner, a return, external time, closing - or a client who left.

A handoff to a later tier arrives the same day; to the same or an earlier one it is worked on the next day, which keeps
the stations of a day independent.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, normal_quantile
from sim.kernels.compiled import loop, part
from sim.kernels.hashing import lower, unit32, upper
from sim.kernels.queueing import SERVED, WAITING
from sim.mechanisms.assigning import add_working, assign, fork, join, take_department
from sim.mechanisms.pool import STEP, draws, push, release, sleep, work_seconds
from sim.mechanisms.service import finishes
from sim.mechanisms.settling import close_case, lose_case
from sim.mechanisms.visits import station_at, walk_in
from sim.rng import Purpose
from sim.world.cases import (
    BEGUN,
    CHILD,
    DAY,
    DUPLICATE,
    EXTERNAL_SLEEP,
    ORDER,
    OWNED,
    REOPENED,
    Stage,
)  # fmt: skip
from sim.world.tallies import Tally

BACK = int(Purpose.RETURN)
ONLINE, HOTLINE, DESK, COMPOUND, GRID = (
    int(s) for s in (Stage.ONLINE, Stage.HOTLINE, Stage.DESK, Stage.COMPOUND, Stage.GRID)
)
COUNTER, TEAM, TOWN_COUNTER, TOWN_TEAM = (
    int(s) for s in (Stage.COUNTER, Stage.TEAM, Stage.TOWN_COUNTER, Stage.TOWN_TEAM)
)
BRANCH, DEPARTMENT, EXTERNAL, RETURNED, CLOSED = (
    int(s) for s in (Stage.BRANCH, Stage.DEPARTMENT, Stage.EXTERNAL, Stage.RETURNED, Stage.CLOSED)
)
T_OWNED, T_OWNED_SECONDS = int(Tally.OWNED), int(Tally.OWNED_SECONDS)
T_COUNTER, T_COUNTER_WAIT = int(Tally.COUNTER_SERVED), int(Tally.COUNTER_WAIT)
T_ABANDONED, T_ORDERS, T_REOPENED = int(Tally.ABANDONED), int(Tally.ORDERS), int(Tally.REOPENED)
T_REVISITS, T_DEFLECTED = int(Tally.REVISITS), int(Tally.DEFLECTED)
HALF = 1 << 31
WAITS_AT = {COMPOUND: 0, COUNTER: 1, TOWN_COUNTER: 2, GRID: 3, HOTLINE: 4}  # channel of each first stage
CHANNEL_OF = np.array([WAITS_AT.get(stage, -1) for stage in range(len(Stage))], np.int64)
MOST_WAIT = 4 * 3600  # seconds; longer waits count as this in what a neighbourhood expects


@part
def next_stage(stage, case, item, dial, words):  # type: ignore[no-untyped-def]
    """Where a case goes after a finished step; CLOSED where it ends. Sets order, target and departments left."""
    if case.flags & DUPLICATE:
        return CLOSED
    goes, where = upper(words[1]), lower(words[1])
    if stage in (ONLINE, DESK, COUNTER, TOWN_COUNTER):
        if item.home:
            return TEAM
        if item.n_departments > 0 and goes < item.department:
            case.left = (1 << item.n_departments) - 1
            return BRANCH
        return CLOSED
    if stage == HOTLINE and goes < dial.order_share:
        case.flags |= ORDER
        if where < dial.district_share:
            case.left = TEAM if words[2] < HALF else TOWN_TEAM
        else:
            case.left = DEPARTMENT
            case.target = item.lead
        return np.int64(case.left)
    if stage == GRID and goes < dial.forward_share:
        return TOWN_TEAM
    if stage in (TEAM, TOWN_TEAM, DEPARTMENT):
        return EXTERNAL if case.flags & ORDER else CLOSED
    if stage == BRANCH:
        if case.left:
            return BRANCH
        return EXTERNAL if where < item.statutory else CLOSED
    if stage == RETURNED:
        return np.int64(case.pending)
    return CLOSED


@part
def external_time(u, dial):  # type: ignore[no-untyped-def]
    """Lognormal external and statutory time from one uint32, seconds of working days, at most 60 of them."""
    days = dial.statutory * exp(dial.statutory_sigma * normal_quantile(unit32(u)))
    return min(np.int64(days), 60 * DAY)


@part
def come_back(slot, case, compound, stage, day, at, ground, ledger):  # type: ignore[no-untyped-def]
    """A client who left unserved: again at the next opening, or never."""
    case.step += 1
    a, b, _, _ = draws(case, compound.first, compound.id, BACK, stage, ground.key)
    if np.uint64(a) < ground.dials[0].return_share:
        at_station = station_at(stage, compound, case, ground.first_station) if stage != HOTLINE else np.int64(0)
        case.ready = walk_in(stage, ground.stations[at_station].weekdays, day + 1, b, ground)
        push(ledger, stage, slot)
    else:
        lose_case(case, compound, ground.items[case.item].kind, at, ground, ledger)
        release(ledger, slot)


@loop
def conclude(stage, day, closing, slots, order, start, finish, outcome, words, ground, ledger):  # type: ignore[no-untyped-def]
    """Carry each case of a stage on from what its station did with it today, in order of service.

    Args:
        closing: second at which the stage closed today.
        slots, words: see `gather`; order: see `sort_by_station`.
        start, finish, outcome: in order of service; see `work_through`.
    """
    for i in range(order.size):
        slot = slots[order[i]]
        case = ledger.pool[slot]
        compound = ground.compounds[case.compound]
        if outcome[i] == WAITING and not finishes(stage):
            push(ledger, stage, slot)
        elif outcome[i] != SERVED:
            left = closing if outcome[i] == WAITING else np.int64(case.ready) + case.patience
            ledger.row[T_ABANDONED] += 1
            come_back(slot, case, compound, stage, day, max(left, day * DAY), ground, ledger)
        else:
            note_start(case, compound, stage, start[i], ledger)
            if finish[i] > closing and not finishes(stage) and stage < EXTERNAL and stage != ONLINE:
                case.work = finish[i] - closing
                case.flags |= BEGUN
                push(ledger, stage, slot)
            else:
                case.flags &= ~BEGUN & 0xFF
                draw = words[:, order[i]]
                carry_on(stage, day, slot, finish[i], (draw[0], draw[1], draw[2], draw[3]), ground, ledger)


@part
def carry_on(stage, day, slot, at, words, ground, ledger):  # type: ignore[no-untyped-def]
    """A step is finished at a second: the case waits for its other parts, for time to pass, ends, or goes on."""
    case = ledger.pool[slot]
    compound = ground.compounds[case.compound]
    item, dial = ground.items[case.item], ground.dials[0]
    if case.flags & CHILD and stage == BRANCH:
        slot = join(case, slot, at, ledger)
        case = ledger.pool[slot]
        if case.pending > 0:
            return
        at = np.int64(case.ready)
        case.step += 1
        words = draws(case, compound.first, compound.id, STEP, 0, ground.key)
    else:
        case.step += 1
        if stage in (COMPOUND, COUNTER, TOWN_COUNTER) and must_return(
            slot, case, stage, compound, day, at, words, ground, ledger
        ):
            return
    towards = next_stage(stage, case, item, dial, words)
    if stage == HOTLINE and case.flags & ORDER:
        ledger.row[T_ORDERS] += 1
    if towards == EXTERNAL:
        until = add_working(at, external_time(words[3], dial), ground.worked)
        if until // DAY > day:
            case.stage = EXTERNAL
            case.ready = until
            sleep(ledger, EXTERNAL_SLEEP, slot, until)
            return
        at = until
        towards = CLOSED
    if towards == CLOSED:
        if end(slot, case, compound, item, at, words, ground, ledger):
            return
        towards = np.int64(case.left)
        at += DAY
    if towards == BRANCH and stage != RETURNED:
        if stage != BRANCH and fork(slot, case, compound, item, at, ground, ledger):
            return
        take_department(case, item)
    assign(slot, case, item, towards, at, words, ground, ledger)


@part
def must_return(slot, case, stage, compound, day, at, words, ground, ledger):  # type: ignore[no-untyped-def]
    """Is a client turned away at first contact, or asked to come again with what is missing? Then it waits here."""
    dial, item = ground.dials[0], ground.items[case.item]
    if case.step == 1 and lower(words[3]) < dial.deflection:
        ledger.row[T_DEFLECTED] += 1
        come_back(slot, case, compound, stage, day, at, ground, ledger)
        return True
    if stage == COMPOUND or upper(words[3]) >= np.uint64(compound.again[item.kind]):
        return False
    ledger.row[T_REVISITS] += 1
    station = station_at(stage, compound, case, ground.first_station)
    case.ready = walk_in(stage, ground.stations[station].weekdays, day + 1, words[1], ground)
    case.work = work_seconds(words[0], dial.minutes[stage] * item.work, dial.sigma[stage])
    push(ledger, stage, slot)
    return True


@part
def end(slot, case, compound, item, at, words, ground, ledger):  # type: ignore[no-untyped-def]
    """Close a case, or find by a call-back that it was not solved: then its owner takes it up again the next day."""
    dial, order = ground.dials[0], case.flags & ORDER
    wrong = dial.false_order if order else dial.false_home if item.home else dial.false_counter
    solved = upper(words[2]) >= wrong
    if solved or not order or case.flags & REOPENED or lower(words[1]) >= dial.callback:
        close_case(case, compound, item.kind, at, solved, ground, ledger)
        release(ledger, slot)
        return True
    case.flags |= REOPENED
    ledger.row[T_REOPENED] += 1
    return False


@part
def note_start(case, compound, stage, start, ledger):  # type: ignore[no-untyped-def]
    """Somebody starts on a case: the first owner, and what clients waited."""
    if case.flags & BEGUN == 0 and stage < EXTERNAL:
        row, waits = ledger.row, ledger.waits
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
