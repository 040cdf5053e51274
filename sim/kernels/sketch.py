"""Quantiles of durations from counts in logarithmic bins, which merge by adding.

Sixteen bins an octave, found by bit operations (no logarithm, so the same bin on every processor): a second below 32
has a bin of its own, above that a bin is at most 1/16 of its lower edge wide. A quantile therefore differs from the
sample's own by less than 6.25 %; over smooth distributions the mean difference is below 0.5 %.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.kernels.compiled import kernel

BINS = 448  # up to 2^31 seconds (68 years); longer ones count in the last bin
_LONGEST = (1 << 31) - 1
_OFFSET = (1023 + 3) << 4  # exponent of 8.0 in a double, followed by four bits of mantissa


@kernel
def bin_of(seconds: int) -> int:
    """The bin, 0 to BINS - 1, of a duration in whole seconds (below 0 counts as 0).

    >>> int(bin_of(15)), int(bin_of(32)), int(bin_of(33)), int(bin_of(34))
    (15, 32, 32, 33)
    """
    if seconds < 16:
        return int(max(seconds, 0))
    bits = np.float64(min(seconds, _LONGEST)).view(np.int64)
    return int((bits >> 48) - _OFFSET)


@kernel
def edges() -> npt.NDArray[np.int64]:
    """Lower edge of each bin and the end of the last, seconds: int64[BINS + 1]."""
    edge = np.empty(BINS + 1, np.int64)
    for k in range(BINS + 1):
        edge[k] = k if k < 16 else (16 + (k & 15)) << ((k >> 4) - 1)
    return edge


@kernel
def tally(seconds: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> None:
    """Add durations (whole seconds, 1-d) to counts, int64[BINS]."""
    for i in range(seconds.size):
        counts[bin_of(seconds[i])] += 1


@kernel
def quantile(counts: npt.NDArray[np.int64], p: float) -> float:
    """The p-quantile, seconds, of the durations in counts, int64[BINS]; nan where there are none.

    Inverse of the empirical distribution, linear over the whole seconds of a bin; p is clamped to [0, 1].
    """
    total = 0
    for k in range(BINS):
        total += counts[k]
    if total == 0:
        return np.nan
    rank = min(max(p, 0.0), 1.0) * total
    edge = edges()
    before = 0
    last = 0
    for k in range(BINS):
        if counts[k] == 0:
            continue
        last = k
        if before + counts[k] >= rank:
            break
        before += counts[k]
    share = (rank - before) / counts[last]
    return float(edge[last] + share * (edge[last + 1] - 1 - edge[last]))
