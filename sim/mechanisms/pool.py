"""Lists of slots in a district's pool of cases: push, pop, and the draws of a case."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arithmetic import exp, log, normal_quantile
from sim.kernels.hashing import block, unit32, unit64
from sim.rng import Purpose
from sim.world.cases import DAY, FREE, NOBODY, ROOM, SLEEP, WHEEL

WORK = int(Purpose.WORK)
HAZARD_INDEX = 0x80000000  # entity of a hazard's draws: this plus its number


@njit(cache=True, nogil=True, forceinline=True)
def push(heads, chain, where, slot):  # type: ignore[no-untyped-def]
    """Put a slot on a list."""
    chain[slot] = heads[where]
    heads[where] = slot


@njit(cache=True, nogil=True, forceinline=True)
def take_free(heads, chain):  # type: ignore[no-untyped-def]
    """A free slot; there must be one."""
    slot = heads[FREE]
    heads[FREE] = chain[slot]
    heads[ROOM] -= 1
    return slot


@njit(cache=True, nogil=True, forceinline=True)
def release(heads, chain, slot):  # type: ignore[no-untyped-def]
    """Give a slot back."""
    push(heads, chain, FREE, slot)
    heads[ROOM] += 1


@njit(cache=True, nogil=True, forceinline=True)
def sleep(heads, chain, slot, until):  # type: ignore[no-untyped-def]
    """Put a slot on the list of the day of `until`, seconds, less than WHEEL days ahead."""
    push(heads, chain, SLEEP + (until // DAY) % WHEEL, slot)


@njit(cache=True, nogil=True, forceinline=True)
def draws(case, first, identity, purpose, target, key):  # type: ignore[no-untyped-def]
    """Four uint32 that belong to this case, purpose, target and step, whatever else happens in the city."""
    if case.resident == NOBODY:
        entity = np.uint32(HAZARD_INDEX + case.number)
    else:
        entity = np.uint32(np.int64(case.resident) - first)
    word = (purpose << 16) | ((np.int64(case.step) & 63) << 10) | (target << 2) | (np.int64(case.number) & 3)
    return block(entity, identity, np.uint32(np.int64(case.day)), np.uint32(word), key[0], key[1])


@njit(cache=True, nogil=True, forceinline=True)
def work_seconds(case, first, identity, stage, target, mean, sigma, key):  # type: ignore[no-untyped-def]
    """Lognormal work of a step with the given mean, whole seconds, at least 1."""
    a, b, _, _ = draws(case, first, identity, WORK, (stage << 4) ^ target, key)
    z = normal_quantile(unit64(a, b))
    return max(np.int64(1), np.int64(mean * exp(sigma * z - 0.5 * sigma * sigma)))


@njit(cache=True, nogil=True, forceinline=True)
def patience_seconds(u, median):  # type: ignore[no-untyped-def]
    """Exponential patience from one uint32, whole seconds."""
    return np.int64(median * 1.4426950408889634 * -log(unit32(u)))
