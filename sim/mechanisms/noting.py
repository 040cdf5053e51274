"""Noting what happens to cases, for a log: the kernels of any run, called for one need and one case at a time.

They take needs and cases in turn anyway, so all bits are the same. What a call has done is read off what it counted,
queued and put to sleep. Needs that neighbours meet, or residents do without, reach no office and are not noted.
"""

from __future__ import annotations

from sim.kernels.compiled import kernel
from sim.kernels.queueing import SERVED, WAITING
from sim.mechanisms.filing import file_needs
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import finishes
from sim.mechanisms.visits import station_at
from sim.world.cases import (
    CHILD,
    CURSOR,
    DAY,
    DUPLICATE,
    N_QUEUES,
    NOBODY,
    NONE,
    RETURNED_SLEEP,
    VACANT,
    Stage,
)
from sim.world.events import Activity
from sim.world.tallies import Tally

FILED, QUEUED, CARED, LEFT_QUEUE, RETURNED, OUTSIDE, REOPENED, CLOSED, LEFT = (int(a) for a in Activity)
ONLINE, HOTLINE, GRID, EXTERNAL = (int(s) for s in (Stage.ONLINE, Stage.HOTLINE, Stage.GRID, Stage.EXTERNAL))
BRANCH, DEPARTMENT = int(Stage.BRANCH), int(Stage.DEPARTMENT)
T_FILED, T_HELPED, T_REOPENED = int(Tally.FILED), int(Tally.CO_PRODUCED), int(Tally.REOPENED)
T_DEPARTED, T_AT, T_LEFT, T_SOLVED = (int(t) for t in (Tally.DEPARTED, Tally.DEPARTED_AT, Tally.LEFT, Tally.SOLVED))


@kernel
def file_noted(day, raised, needs, help_chance, help_seconds, ground, ledger, base, events):  # type: ignore[no-untyped-def]
    """`file_needs`, need by need; returns how many events are noted.

    Args:
        base: first compound of the district in the city.
        events: EVENT[MOST_AT_ONCE * raised.size] written.
    """
    n = 0
    marks, row = ledger.marks.copy(), ledger.row.copy()
    for k in range(raised.size):
        marks[:], row[:] = ledger.marks, ledger.row
        slot = _next_vacant(ledger)
        file_needs(day, raised[k : k + 1], needs, help_chance, help_seconds, ground, ledger)
        if ledger.row[T_FILED] - row[T_FILED] == ledger.row[T_HELPED] - row[T_HELPED]:
            continue
        case = ledger.pool[slot : slot + 1].copy()  # its slot may be vacant again: some are over at once
        created = case[0].created
        n = _note(events, n, case[0], FILED, created, created, ONLINE, ground, base)
        n = _follow(events, n, case[0], created, True, marks, row, ground, ledger, base)
    return n


@kernel
def note_found(first, ground, ledger, base, events):  # type: ignore[no-untyped-def]
    """The hazards that a patrol or a resident has found today, in the grid's queue from place `first` on."""
    n = 0
    for k in range(first, ledger.marks[GRID]):
        case = ledger.pool[ledger.queues[GRID, k]]
        n = _note(events, n, case, FILED, case.created, case.created, GRID, ground, base)
        n = _note(events, n, case, QUEUED, case.ready, case.ready, GRID, ground, base)
    return n


@kernel
def conclude_noted(  # type: ignore[no-untyped-def]
    stage, day, closing, slots, order, start, finish, outcome, words, ground, ledger, base, events
):
    """`conclude`, case by case; returns how many events are noted. `events` is EVENT[MOST_AT_ONCE * order.size]."""
    n = 0
    marks, row = ledger.marks.copy(), ledger.row.copy()
    for i in range(order.size):
        slot = slots[order[i]]
        marks[:], row[:] = ledger.marks, ledger.row
        case = ledger.pool[slot : slot + 1].copy()
        at = finish[i]
        if case[0].flags & CHILD:  # the case goes on when its last part is done
            at = max(at, ledger.pool[case[0].patience].ready)
        conclude(stage, day, closing, slots, order[i : i + 1], start[i : i + 1], finish[i : i + 1],
                 outcome[i : i + 1], words, ground, ledger)  # fmt: skip
        lasts = finishes(stage)
        if outcome[i] == SERVED:
            pauses = finish[i] > closing and not lasts and stage < EXTERNAL
            if stage < EXTERNAL:
                until = closing if pauses else finish[i]
                n = _note(events, n, case[0], CARED, start[i], until, stage, ground, base)
                events[n - 1].pauses = pauses
            if not pauses:
                n = _follow(events, n, case[0], at, True, marks, row, ground, ledger, base)
        elif outcome[i] != WAITING or lasts:
            left = closing if outcome[i] == WAITING else case[0].ready + case[0].patience
            left = max(left, day * DAY)
            if ledger.row[T_DEPARTED] == row[T_DEPARTED]:
                n = _note(events, n, case[0], LEFT_QUEUE, left, left, stage, ground, base)
            n = _follow(events, n, case[0], left, False, marks, row, ground, ledger, base)
    return n


@kernel
def _follow(events, n, case, at, served, marks, row, ground, ledger, base):  # type: ignore[no-untyped-def]
    """Note what a call has done with a case: reopened, queued, sent to sleep, ended.

    Args:
        case: what it was before; at: the second at which it left its stage.
        marks, row: the ledger's before.
    """
    if ledger.row[T_REOPENED] > row[T_REOPENED]:
        n = _note(events, n, case, REOPENED, at, at, case.stage, ground, base)
        at += DAY
    for where in range(N_QUEUES):
        for k in range(marks[where], ledger.marks[where]):
            new = ledger.pool[ledger.queues[where, k]]
            if new.flags & DUPLICATE and not case.flags & DUPLICATE:
                n = _note(events, n, new, FILED, new.created, new.created, ONLINE, ground, base)
            n = _note(events, n, new, QUEUED, new.ready, new.ready, where, ground, base)
    for where in range(N_QUEUES, CURSOR):
        slot = ledger.marks[where]
        while slot != NONE and slot != marks[where]:
            new = ledger.pool[slot]
            if where >= RETURNED_SLEEP:
                n = _note(events, n, new, RETURNED, at, new.ready, new.pending, ground, base)
            else:
                n = _note(events, n, new, OUTSIDE, at, new.ready, EXTERNAL, ground, base)
            slot = ledger.chain[slot]
    if ledger.row[T_DEPARTED] > row[T_DEPARTED]:
        until = ledger.row[T_AT] - row[T_AT]
        ended = CLOSED if served and ledger.row[T_LEFT] == row[T_LEFT] else LEFT
        if until > at:  # time outside that ends on the same day
            n = _note(events, n, case, OUTSIDE, at, until, EXTERNAL, ground, base)
        n = _note(events, n, case, ended, until, until, case.stage, ground, base)
        events[n - 1].solved = ledger.row[T_SOLVED] > row[T_SOLVED]
    return n


@kernel
def _note(events, n, case, activity, start, end, stage, ground, base):  # type: ignore[no-untyped-def]
    """Write one event; returns how many there are now."""
    event = events[n]
    event.start, event.end = start, end
    event.compound = base + case.compound
    event.inside = -1 if case.resident == NOBODY else case.resident - ground.compounds[case.compound].first
    event.station = -1
    if stage == HOTLINE:
        event.station = 0
    elif stage in (BRANCH, DEPARTMENT):
        event.station = case.target
    elif ONLINE < stage < EXTERNAL:
        home = ground.compounds[case.compound]
        event.station = station_at(stage, home, case, ground.first_station) - ground.first_station[stage]
    event.day, event.number, event.item = case.day, case.number, case.item
    event.channel, event.age, event.flags = case.channel, case.age, case.flags
    event.activity, event.stage, event.pauses, event.solved = activity, stage, 0, 0
    return n + 1


@kernel
def _next_vacant(ledger):  # type: ignore[no-untyped-def]
    """The slot that `take_free` would give to the next case; any where none is vacant."""
    slot = ledger.marks[CURSOR]
    for _ in range(ledger.chain.size):
        if ledger.chain[slot] == VACANT:
            break
        slot = slot + 1 if slot + 1 < ledger.chain.size else 0
    return slot
