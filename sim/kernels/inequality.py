"""Weighted inequality: Gini, concentration, Theil with its exact split, Atkinson, ratio of quantiles.

Sums run in the order of the input (or of a stable sort) with the rounding error carried along, and logarithms are
our own, so that a figure has the same bits on every processor. F. A. Cowell, "Measurement of Inequality", in: Handbook
of Income Distribution 1, 2000. Negative values are refused everywhere; what a zero means is said at each measure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.kernels.arithmetic import exp, log
from sim.kernels.compiled import kernel

Column = npt.NDArray[np.float64]


class Split(NamedTuple):
    """An index and its parts; total is computed on its own, and equals between + within up to 1e-12."""

    total: float
    between: float
    within: float


def gini(x: npt.ArrayLike, w: npt.ArrayLike | None = None) -> float:
    """Gini coefficient of x >= 0 with weights w >= 0 (None: 1 each); zeros of x count as they are.

    A whole-numbered weight is the same as that many copies. Errors: see `concentration`.

    >>> gini([1, 2, 3, 4, 5]) == 4 / 15
    True
    """
    return concentration(x, x, w)


def concentration(x: npt.ArrayLike, rank: npt.ArrayLike, w: npt.ArrayLike | None = None) -> float:
    """Concentration index of x >= 0 over places ordered by rank, in (-1, 1); above 0, x gathers at high ranks.

    Twice the weighted covariance of x and the fractional rank, over the mean of x; equal ranks share their middle.
    N. Kakwani, A. Wagstaff and E. van Doorslaer, "Socioeconomic inequalities in health", J. Econometrics 77, 1997.

    Raises:
        ValueError: lengths differ, a value is negative or not finite, or x or w adds up to 0.
    """
    values, weights = _columns(x, w)
    ranks = _column("rank", rank, values.size)
    order = np.argsort(ranks, kind="stable")
    return float(_concentration(values[order], ranks[order], weights[order]))


def theil(x: npt.ArrayLike, w: npt.ArrayLike | None = None, groups: npt.ArrayLike | None = None) -> Split:
    """Theil's T and its split between and within groups (codes 0, 1, ...; None: one group).

    T = sum of income shares times log(x / mean); a zero of x adds nothing (0 log 0 = 0). Within is the mean of the
    groups' T by their share of x. Errors: see `concentration`; a group without weight adds nothing.

    >>> round(theil([1, 2, 3, 4, 5]).total, 6)
    0.119688
    """
    values, weights = _columns(x, w)
    return Split(*map(float, _split(values, weights, _codes(groups, values.size), False)))


def mean_log_deviation(x: npt.ArrayLike, w: npt.ArrayLike | None = None, groups: npt.ArrayLike | None = None) -> Split:
    """Theil's L, the mean of log(mean / x), and its split; within is the mean of the groups' L by their weight.

    Raises:
        ValueError: as `concentration`, and a zero of x (L would be infinite).

    >>> round(mean_log_deviation([1, 2, 3, 4, 5]).total, 6)
    0.141114
    """
    values, weights = _columns(x, w, zeros="mean log deviation")
    return Split(*map(float, _split(values, weights, _codes(groups, values.size), True)))


def atkinson(x: npt.ArrayLike, aversion: float, w: npt.ArrayLike | None = None) -> float:
    """Atkinson index, 1 - equally distributed equivalent / mean; aversion > 0.

    Raises:
        ValueError: as `concentration`, aversion <= 0, or a zero of x with aversion >= 1 (the index would be 1
            whatever the others have).

    >>> round(atkinson([1, 2, 3, 4, 5], 0.5), 6)
    0.063153
    """
    if not 0.0 < aversion < 100.0:
        raise ValueError(f"aversion must be in (0, 100), got {aversion}")
    values, weights = _columns(x, w, zeros=f"Atkinson with aversion {aversion:g}" if aversion >= 1.0 else None)
    return float(_atkinson(values, weights, float(aversion)))


def quantile_ratio(x: npt.ArrayLike, upper: float = 0.9, lower: float = 0.1, w: npt.ArrayLike | None = None) -> float:
    """The upper quantile of x over the lower one (90:10 by default); a quantile is the least x that reaches its share.

    Raises:
        ValueError: as `concentration`, shares not 0 < lower <= upper < 1, or a lower quantile of 0.
    """
    if not 0.0 < lower <= upper < 1.0:
        raise ValueError(f"shares must be 0 < lower <= upper < 1, got {lower} and {upper}")
    values, weights = _columns(x, w)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    slack = 1e-12 * reached[-1]  # so that 0.1 of 30 is the third, whatever the rounding
    low, high = (values[order[np.searchsorted(reached, share * reached[-1] - slack)]] for share in (lower, upper))
    if low == 0.0:
        raise ValueError(f"the {lower:g} quantile is 0, so the ratio is not defined")
    return float(high / low)


def _columns(x: npt.ArrayLike, w: npt.ArrayLike | None, zeros: str | None = None) -> tuple[Column, Column]:
    """Values and weights, checked; `zeros` names the measure that cannot take a zero."""
    values = _column("x", x, None)
    weights = np.ones(values.size) if w is None else _column("w", w, values.size)
    for name, column in (("x", values), ("w", weights)):
        if (column < 0.0).any():
            raise ValueError(f"{name} must be >= 0, got {column.min()}")
    if not (values * weights > 0.0).any():
        raise ValueError("x and w must not be 0 everywhere")
    kept = weights > 0.0
    if zeros is not None and (values[kept] == 0.0).any():
        raise ValueError(f"x must be > 0 for {zeros}, got 0 at position {int(np.argmax(kept & (values == 0.0)))}")
    return values, weights


def _column(name: str, values: npt.ArrayLike, size: int | None) -> Column:
    column = np.asarray(values, np.float64)
    if column.ndim != 1 or (size is not None and column.size != size):
        wanted = "one-dimensional" if size is None else f"of length {size} like x"
        raise ValueError(f"{name} must be {wanted}, got shape {column.shape}")
    if not np.isfinite(column).all():
        raise ValueError(f"{name} must be finite, got {column[np.argmin(np.isfinite(column))]}")
    return column


def _codes(groups: npt.ArrayLike | None, size: int) -> npt.NDArray[np.int64]:
    if groups is None:
        return np.zeros(size, np.int64)
    codes = np.asarray(groups)
    if codes.shape != (size,) or codes.dtype.kind not in "iu" or (codes < 0).any():
        raise ValueError(f"groups must be {size} codes 0, 1, ..., got {codes.dtype} of shape {codes.shape}")
    return codes.astype(np.int64)


@kernel
def _add(sums, k, term):  # type: ignore[no-untyped-def]
    """Add term to sums[k, 0], its rounding error to sums[k, 1] (A. Neumaier, ZAMM 54, 1974)."""
    old = sums[k, 0]
    new = old + term
    sums[k, 1] += (old - new) + term if abs(old) >= abs(term) else (term - new) + old
    sums[k, 0] = new


@kernel
def _concentration(x, rank, w):  # type: ignore[no-untyped-def]
    """All columns ordered by rank; equal ranks form a block."""
    sums = np.zeros((3, 2))  # weight, x, and x by twice the rank of its block's middle
    i = 0
    while i < x.size:
        j = i
        block_weight, block_x = 0.0, 0.0
        while j < x.size and rank[j] == rank[i]:
            block_weight += w[j]
            block_x += w[j] * x[j]
            j += 1
        before = sums[0, 0] + sums[0, 1]
        _add(sums, 2, block_x * (2.0 * before + block_weight))
        _add(sums, 0, block_weight)
        _add(sums, 1, block_x)
        i = j
    weight, total, ranked = sums[0].sum(), sums[1].sum(), sums[2].sum()
    return (ranked - weight * total) / (weight * total)


@kernel
def _split(x, w, group, deviation):  # type: ignore[no-untyped-def]
    """Total, between and within of Theil's L (deviation) or T."""
    count = group.max() + 1
    sums = np.zeros((2 * count + 2, 2))  # weight and x of each group, then of all
    for i in range(x.size):
        for k in (group[i], count):
            _add(sums, 2 * k, w[i])
            _add(sums, 2 * k + 1, w[i] * x[i])
    total = sums[:, 0] + sums[:, 1]
    weight, amount = total[2 * count], total[2 * count + 1]
    mean = amount / weight
    parts = np.zeros((3, 2))
    for i in range(x.size):
        if w[i] > 0.0 and x[i] > 0.0:
            own = total[2 * group[i] + 1] / total[2 * group[i]]
            share = w[i] / weight if deviation else w[i] * x[i] / amount
            sign = -1.0 if deviation else 1.0
            _add(parts, 0, sign * share * log(x[i] / mean))
            _add(parts, 2, sign * share * log(x[i] / own))
    for k in range(count):
        if total[2 * k + 1] > 0.0:
            share = total[2 * k] / weight if deviation else total[2 * k + 1] / amount
            sign = -1.0 if deviation else 1.0
            _add(parts, 1, sign * share * log(total[2 * k + 1] / total[2 * k] / mean))
    return parts[0].sum(), parts[1].sum(), parts[2].sum()


@kernel
def _atkinson(x, w, aversion):  # type: ignore[no-untyped-def]
    """The power mean by logarithms, with the largest term taken out so that none overflows."""
    sums = np.zeros((3, 2))
    for i in range(x.size):
        _add(sums, 0, w[i])
        _add(sums, 1, w[i] * x[i])
    weight = sums[0].sum()
    mean = sums[1].sum() / weight
    power = 1.0 - aversion
    peak = -np.inf
    for i in range(x.size):
        if w[i] > 0.0 and x[i] > 0.0:
            peak = max(peak, power * log(x[i] / mean))
    for i in range(x.size):
        if w[i] > 0.0 and x[i] > 0.0:
            ratio = log(x[i] / mean)
            _add(sums, 2, w[i] * (ratio if power == 0.0 else exp(power * ratio - peak)))
    average = sums[2].sum() / weight
    return 1.0 - exp(average if power == 0.0 else (peak + log(average)) / power)
