"""Slots in a district's pool of cases: take, queue, sleep, release; and the draws of a case."""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, log, normal_quantile
from sim.kernels.compiled import loop, part
from sim.kernels.hashing import block, unit32
from sim.rng import Purpose
from sim.world.cases import CURSOR, DAY, NOBODY, NONE, ROOM, VACANT, WHEEL
from sim.world.city import I32

STEP = int(Purpose.STEP)
HAZARD_INDEX = 0x80000000  # entity of a hazard's draws: this plus its number


@part
def push(ledger, stage, slot):  # type: ignore[no-untyped-def]
    """Put a slot into the queue of a stage."""
    n = ledger.marks[stage]
    ledger.queues[stage, n] = slot
    ledger.marks[stage] = n + 1


@part
def take_free(ledger):  # type: ignore[no-untyped-def]
    """A vacant slot; there must be one. They are taken in ascending order, so that cases of a place lie together."""
    slot = ledger.marks[CURSOR]
    while ledger.chain[slot] != VACANT:
        slot += 1
        if slot == ledger.chain.size:
            slot = 0
    ledger.chain[slot] = NONE
    ledger.marks[CURSOR] = slot + 1 if slot + 1 < ledger.chain.size else 0
    ledger.marks[ROOM] -= 1
    return slot


@part
def release(ledger, slot):  # type: ignore[no-untyped-def]
    """Give a slot back."""
    ledger.chain[slot] = VACANT
    ledger.marks[ROOM] += 1


@part
def sleep(ledger, lists, slot, until):  # type: ignore[no-untyped-def]
    """Put a slot on the list, among `lists`, of the day of `until`, seconds, less than WHEEL days ahead."""
    where = lists + (until // DAY) % WHEEL
    ledger.chain[slot] = ledger.marks[where]
    ledger.marks[where] = slot


@part
def entity(case, first):  # type: ignore[no-untyped-def]
    """The entity of a case's draws: its resident in the compound, or its hazard."""
    if case.resident == NOBODY:
        return np.uint32(HAZARD_INDEX + case.number)
    return np.uint32(np.int64(case.resident) - first)


@part
def occasion(case):  # type: ignore[no-untyped-def]
    """The third counter word of a case's draws: day of its need, and number (from bit 16)."""
    return np.uint32(np.int64(case.day) | np.int64(case.number) << 16)


@part
def word(purpose, step, target):  # type: ignore[no-untyped-def]
    """The last counter word of a case's draws: purpose, step (8 bits) and target (8)."""
    return np.uint32((purpose << 16) | ((step & 0xFF) << 8) | target)


@part
def draws(case, first, identity, purpose, target, key):  # type: ignore[no-untyped-def]
    """Four uint32 that belong to this case, purpose, target and step, whatever else happens in the city."""
    last = word(purpose, np.int64(case.step), target)
    return block(entity(case, first), identity, occasion(case), last, key[0], key[1])


@part
def work_seconds(u, mean, sigma):  # type: ignore[no-untyped-def]
    """Lognormal work of a step with the given mean, from one uint32: whole seconds, at least 1."""
    return work_at(normal_quantile(unit32(u)), mean, sigma)


@part
def work_at(z, mean, sigma):  # type: ignore[no-untyped-def]
    """Lognormal work with the given mean at a standard normal quantile: whole seconds, at least 1."""
    return max(np.int64(1), np.int64(mean * exp(sigma * z - 0.5 * sigma * sigma)))


@part
def patience_seconds(u, median):  # type: ignore[no-untyped-def]
    """Exponential patience from one uint32, whole seconds."""
    return np.int64(median * 1.4426950408889634 * -log(unit32(u)))


@loop
def copy_cases(pool: np.ndarray, slots: I32, base: int, to: np.ndarray, first: int) -> None:
    """Copy the cases in some slots, their compounds counted through the city: its ties are broken by identity."""
    for i in range(slots.size):
        to[first + i] = pool[slots[i]]
        to[first + i].compound += base
