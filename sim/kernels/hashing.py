"""Counter-based draws: (seed, entity, day, purpose) -> bits, by Philox4x32-10.

Luck belongs to the decision, not to the order of calls: the same counter gives the same bits on any thread, in any
chunk, under any option. Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, log, normal_quantile
from sim.kernels.compiled import kernel, part

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint32(0x9E3779B9)
_W1 = np.uint32(0xBB67AE85)
_S32 = np.uint64(32)


@part
def block(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Ten rounds of Philox4x32 on one counter; all arguments and the four results are uint32."""
    for _ in range(10):
        p0 = _M0 * np.uint64(c0)
        p1 = _M1 * np.uint64(c2)
        c0, c1, c2, c3 = (
            np.uint32(np.uint32(p1 >> _S32) ^ c1 ^ k0),
            np.uint32(p1),
            np.uint32(np.uint32(p0 >> _S32) ^ c3 ^ k1),
            np.uint32(p0),
        )
        k0 = np.uint32(k0 + _W0)
        k1 = np.uint32(k1 + _W1)
    return c0, c1, c2, c3


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 of one counter (4 x uint32) under one key (2 x uint32): 4 x uint32.

    >>> [f"{word:08x}" for word in philox4x32((0, 0, 0, 0), (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    for word in (*counter, *key):
        if not 0 <= word < 2**32:
            raise ValueError(f"counter and key words must be in [0, 2^32), got {word}")
    words = _compiled(*(np.uint32(word) for word in (*counter, *key)))
    return int(words[0]), int(words[1]), int(words[2]), int(words[3])


@kernel
def _compiled(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    return block(c0, c1, c2, c3, k0, k1)


@kernel
def deal(words, key):  # type: ignore[no-untyped-def]
    """Turn counters into draws in place: words uint32[4, n], one counter a column; vectorised by the compiler."""
    for i in range(words.shape[1]):
        a, b, c, d = block(words[0, i], words[1, i], words[2, i], words[3, i], key[0], key[1])
        words[0, i], words[1, i], words[2, i], words[3, i] = a, b, c, d


@part
def upper(word):  # type: ignore[no-untyped-def]
    """The upper half of a word, as a draw in [0, 2^32) to compare with a threshold (steps of 2^16)."""
    return np.uint64(word) & np.uint64(0xFFFF0000)


@part
def lower(word):  # type: ignore[no-untyped-def]
    """The lower half of a word, as a draw in [0, 2^32) to compare with a threshold (steps of 2^16)."""
    return (np.uint64(word) & np.uint64(0xFFFF)) << np.uint64(16)


@part
def unit32(word):  # type: ignore[no-untyped-def]
    """A double in (0, 1) from one uint32."""
    return (np.float64(word) + 0.5) * 2.3283064365386963e-10


@part
def unit64(high, low):  # type: ignore[no-untyped-def]
    """A double in (0, 1) from two uint32: ((x >> 12) + 0.5) * 2^-52."""
    x = (np.uint64(high) << _S32) | np.uint64(low)
    return (np.float64(np.int64(x >> np.uint64(12))) + 0.5) * 2.220446049250313e-16


@part
def exponential(u):  # type: ignore[no-untyped-def]
    """Unit exponential by inversion, decreasing in u."""
    return -log(u)


@part
def lognormal(u, median, sigma):  # type: ignore[no-untyped-def]
    """Lognormal by inversion, increasing in u; the unit is that of the median."""
    return median * exp(sigma * normal_quantile(u))


@part
def chance(p):  # type: ignore[no-untyped-def]
    """The threshold t with P(uint32 < t) = p, as uint64, for Bernoulli draws by integer comparison."""
    return np.uint64(min(max(p, 0.0), 1.0) * 4294967296.0)


@kernel
def uniforms(entity, time, word, key):  # type: ignore[no-untyped-def]
    """Four doubles in (0, 1) for each entity (int64[n]) at one time: float64[n, 4]. `word` is purpose << 16 | draw."""
    out = np.empty((entity.size, 4))
    for i in range(entity.size):
        low, high = np.uint32(entity[i] & 0xFFFFFFFF), np.uint32(entity[i] >> 32)
        a, b, c, d = block(low, high, np.uint32(time), np.uint32(word), key[0], key[1])
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = unit32(a), unit32(b), unit32(c), unit32(d)
    return out
