"""Optimal computing budget allocation: where the next runs of a fixed budget raise the chance of picking the best most.

Chen, Lin, Yuecesan and Chick, "Simulation budget allocation for further enhancing the efficiency of ordinal
optimization", DEDS 10, 2000; Chen and Lee, Stochastic Simulation Optimization, 2011, chapters 3 and 4. It takes options
to be independent, and promises no probability: what was reached is estimated afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.correct_selection import CorrectSelection, correct_independent
from analysis.selection import F64, I64, Better, Sample, ask_apart, sign_of

CLOSEST = 1e-6  # of the widest gap: where nearer ones are put, so that exact ties share the runs


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a fixed budget bought: the option with the best mean, the runs of each [k], and how sure that is."""

    selected: int
    used: tuple[int, ...]
    runs: int
    correct: CorrectSelection


def ocba(mean: npt.ArrayLike, var: npt.ArrayLike, n: npt.ArrayLike, add: int, *, better: Better) -> I64:
    """How to split `add` more runs over k options, from their means, variances and runs so far: arrays [k].

    Runs are to stand in the ratio var / gap**2, with gap the distance to the best mean, and for the best itself
    sd * sqrt(sum(ratio**2 / var)). An option that already has more than its share keeps what it has. Shares are rounded
    down and the best gets the rest.

    Raises:
        ValueError: arrays of different length or below 2, a variance below 0, n below 1, add below 0, or nan.
    """
    means, variances, counts = _checked(mean, var, n, add)
    sign = sign_of(better)
    best = int((sign * means).argmax())
    ratio = _ratio(np.abs(means - means[best]), variances, best)
    total = int(counts.sum()) + add
    free = np.ones(means.size, dtype=np.bool_)
    while True:
        left = total - int(counts[~free].sum())
        share = np.floor(np.where(free, ratio, 0.0) / ratio[free].sum() * left).astype(np.int64)
        above = free & (share < counts)
        if not above.any():
            break
        free &= ~above
    share = np.where(free, share, counts)
    share[best] += total - int(share.sum())
    return np.asarray(share - counts)


def spend(sample: Sample, k: int, *, budget: int, n0: int, step: int, better: Better, delta: float = 0.0) -> Spent:
    """Spend `budget` runs on k options: n0 each, then `step` at a time where `ocba` says.

    `sample` is asked for one option at a time, under replication numbers that no other option gets.

    Raises:
        ValueError: k below 2, n0 below 3, step below 1, a budget below k * n0, or a sample that breaks its contract.
    """
    if k < 2 or n0 < 3 or step < 1 or budget < k * n0:
        raise ValueError(
            f"spend takes k >= 2, n0 >= 3, step >= 1 and budget >= k * n0, got {k}, {n0}, {step} and {budget}"
        )
    values = [ask_apart(sample, option, np.arange(n0), k) for option in range(k)]
    while (left := budget - sum(v.size for v in values)) > 0:
        mean, var, n = (np.array(x) for x in zip(*((v.mean(), v.var(ddof=1), v.size) for v in values), strict=True))
        for option in np.flatnonzero(more := ocba(mean, var, n, min(step, left), better=better)).tolist():
            numbers = np.arange(n[option], n[option] + more[option])
            values[option] = np.concatenate([values[option], ask_apart(sample, option, numbers, k)])
    correct = correct_independent(values, better=better, delta=delta)
    return Spent(selected=correct.best, used=tuple(v.size for v in values), runs=budget, correct=correct)


def _ratio(gap: F64, variance: F64, best: int) -> F64:
    """The runs' ratio [k], free of scale; even where nothing varies."""
    widest = float(gap.max())
    near = np.maximum(gap / widest, CLOSEST) if widest > 0.0 else np.ones_like(gap)
    ratio = variance / near**2
    others = np.arange(gap.size) != best
    ratio[best] = np.sqrt(variance[best] * (variance[others] / near[others] ** 4).sum())
    return ratio if ratio.sum() > 0.0 else np.ones_like(gap)


def _checked(mean: npt.ArrayLike, var: npt.ArrayLike, n: npt.ArrayLike, add: int) -> tuple[F64, F64, I64]:
    means, variances = np.asarray(mean, dtype=np.float64), np.asarray(var, dtype=np.float64)
    counts = np.asarray(n, dtype=np.int64)
    if means.ndim != 1 or means.size < 2 or not means.shape == variances.shape == counts.shape:
        raise ValueError(
            f"mean, var and n must be of equal length, at least 2, "
            f"got shapes {means.shape}, {variances.shape} and {counts.shape}"
        )
    if not (np.isfinite(means).all() and np.isfinite(variances).all() and (variances >= 0.0).all()):
        raise ValueError(f"mean must be finite and var at least 0, got {means.tolist()} and {variances.tolist()}")
    if (counts < 1).any() or add < 0:
        raise ValueError(f"n must be at least 1 and add at least 0, got {counts.tolist()} and {add}")
    return means, variances, counts
