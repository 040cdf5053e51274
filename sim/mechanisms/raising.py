"""Who needs what today: the needs of four weeks at once, dealt out to days, then the item of each."""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import kernel, loop, part
from sim.kernels.hashing import block, deal, upper
from sim.mechanisms.needs import MOST, PeriodNeeds
from sim.rng import Purpose
from sim.world.city import AGE_BITS, I64, U8, U32

NEED, ITEM = int(Purpose.NEED) << 16, int(Purpose.ITEM) << 16
AGES = 6
NUMBER = 27  # bits below it hold the resident of a need, those from it on its number
SURGE = MOST + 1  # numbers from it on are of needs that only a surge brings


@kernel
def raise_needs(
    period: int, needs: PeriodNeeds, compounds: np.ndarray, traits: U8, key: U32, chunk: int, found: U32, count: I64
) -> bool:
    """The needs of a period, by day and in the order of residents, not yet thinned.

    Args:
        compounds: COMPOUND[C + 1].
        key: of the study.
        chunk: residents a block of draws.
        found: [PERIOD, capacity] written: resident, and the need's number from bit NUMBER on.
        count: [PERIOD] written.

    Returns:
        Whether the capacity was enough.
    """
    count[:] = 0
    words = np.empty((needs.layers, 4, chunk), np.uint32)
    some = np.empty(chunk, np.int32)
    enough: bool = _raise(period, needs, compounds, traits, key, words, some, found, count)
    return enough


@loop
def _raise(period, needs, compounds, traits, key, words, some, found, count):  # type: ignore[no-untyped-def]
    chunk = words.shape[2]
    for c in range(compounds.size - 1):
        home = compounds[c]
        for start in range(home.first, compounds[c + 1].first, chunk):
            size = min(chunk, compounds[c + 1].first - start)
            for layer in range(needs.layers):
                _draw(period, layer, home.id, start - home.first, size, key, words)
            for k in range(_find(needs, home.cell, start, size, traits, words, some)):
                i = some[k]
                row = home.cell * AGES + np.int64(traits[start + i] & AGE_BITS)
                for layer in range(needs.layers):
                    any_ = words[layer, 0, i] < needs.more[layer, row, 0]
                    if any_ and not _place(period, layer, row, i, needs, words, home, start + i, key, found, count):
                        return False
    return True


@part
def _find(needs, cell, start, size, traits, words, some):  # type: ignore[no-untyped-def]
    """The residents of a block who have a need, to the front of `some`, without a branch; returns how many."""
    n = 0
    for i in range(size):
        row = cell * AGES + np.int64(traits[start + i] & AGE_BITS)
        found = words[0, 0, i] < needs.more[0, row, 0]
        if needs.layers > 1:
            found |= words[1, 0, i] < needs.more[1, row, 0]
        some[n] = i
        n += found
    return n


@loop
def _draw(period, layer, identity, base, size, key, words):  # type: ignore[no-untyped-def]
    """The first block of draws of some residents of a compound; vectorised by the compiler."""
    last = np.uint32(NEED | layer << 8)
    k0, k1 = key[0], key[1]
    for i in range(size):
        a, b, d, e = block(np.uint32(base + i), identity, np.uint32(period), last, k0, k1)
        words[layer, 0, i], words[layer, 1, i], words[layer, 2, i], words[layer, 3, i] = a, b, d, e


@part
def _place(period, layer, row, i, needs, words, home, resident, key, found, count):  # type: ignore[no-untyped-def]
    """Put each need of a resident on its day; whether there was room."""
    most = words[layer, 0, i]  # word 0 of the first block is their number
    where = (most, words[layer, 1, i], words[layer, 2, i], words[layer, 3, i])
    number = 0
    while most < needs.more[layer, row, number]:
        at = number + 1
        if at % 4 == 0:
            last = np.uint32(NEED | layer << 8 | at // 4)
            where = block(np.uint32(resident - home.first), home.id, np.uint32(period), last, key[0], key[1])
        u = where[at % 4]
        day = np.int64(needs.guide[u >> np.uint32(24)])
        while needs.days[day] <= u and day + 1 < needs.days.size:
            day += 1
        n = count[day]
        if n == found.shape[1]:
            return False
        found[day, n] = np.uint32(resident | (number + SURGE * layer) << NUMBER)
        count[day] = n + 1
        number += 1
    return True


@kernel
def find_needs(day, found, ground):  # type: ignore[no-untyped-def]
    """The needs of a day, not yet thinned: resident, compound and number of each, and the words of its item.

    Args:
        found: a day's row of `raise_needs`.

    Returns:
        resident: int32[n], ascending; compound: int32[n]; number: int32[n]; words: uint32[4, n] draws.
    """
    resident, compound, number = (
        np.empty(found.size, np.int32), np.empty(found.size, np.int32), np.empty(found.size, np.int32),
    )  # fmt: skip
    _unpack(found, ground.compounds, resident, compound, number)
    return resident, compound, number, key_words(day, ITEM, resident, compound, number, ground)


@loop
def _unpack(found, compounds, resident, compound, number):  # type: ignore[no-untyped-def]
    c = 0
    for h in range(found.size):
        r = np.int64(found[h] & np.uint32((1 << NUMBER) - 1))
        while compounds[c + 1].first <= r:
            c += 1
        resident[h], compound[h], number[h] = r, c, found[h] >> np.uint32(NUMBER)


@kernel
def key_words(day, purpose, resident, compound, number, ground):  # type: ignore[no-untyped-def]
    """The draws of needs for one purpose: uint32[4, n]."""
    words = np.empty((4, resident.size), np.uint32)
    _counters(day, purpose, resident, compound, number, ground.compounds, words)
    deal(words, ground.key)
    return words


@loop
def _counters(day, purpose, resident, compound, number, compounds, words):  # type: ignore[no-untyped-def]
    for i in range(resident.size):
        words[0, i] = resident[i] - compounds[compound[i]].first
        words[1, i] = compounds[compound[i]].id
        words[2, i] = day | number[i] << 16
        words[3, i] = purpose


@part
def draw_item(shares, guide, row, u):  # type: ignore[no-untyped-def]
    """The item whose cumulative share first exceeds u, in one row of the tables."""
    k = np.int64(guide[row, u >> np.uint32(24)])
    while shares[row, k] <= u and k + 1 < shares.shape[1]:
        k += 1
    return k


@part
def is_kept(keep, number, item, word, share):  # type: ignore[no-untyped-def]
    """Is a drawn item kept today? `word` holds the draw in its upper half, `share` the place's demand in 2^-31."""
    return upper(word) < (keep[number // SURGE, item] * np.uint64(share)) >> np.uint64(31)
