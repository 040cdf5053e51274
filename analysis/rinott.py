"""Selection in two stages: a first batch tells how many runs each option needs, a second makes them, all at once.

For options that must run in parallel batches. Both procedures take independent options, so every option is asked for
under replication numbers of its own; with common random numbers use `analysis.selection.kn` or
`analysis.multiple_comparisons.nelson_matejcik`. With probability at least 1 - alpha the selected is the best whenever
the best leads by delta or more (normal outcomes, any variances).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from analysis.critical_points import dudewicz_dalal_h, rinott_h
from analysis.selection import F64, I64, Better, Sample, Selection, ask_apart, check_design, sign_of


def rinott_runs(variance: npt.ArrayLike, *, delta: float, alpha: float, n0: int) -> I64:
    """Runs in all that each of k options needs, from the variances [k] of its first n0: max(n0, (h S / delta)**2).

    Raises:
        ValueError: a setting out of range, or a variance below 0, missing or infinite.
    """
    return _runs(rinott_h, n0, variance, delta=delta, alpha=alpha, n0=n0)


def dudewicz_dalal_runs(variance: npt.ArrayLike, *, delta: float, alpha: float, n0: int) -> I64:
    """Runs in all that each of k options needs, from the variances [k] of its first n0: max(n0 + 1, (h1 S / delta)**2).

    Raises:
        ValueError: a setting out of range, or a variance below 0, missing or infinite.
    """
    return _runs(dudewicz_dalal_h, n0 + 1, variance, delta=delta, alpha=alpha, n0=n0)


def rinott(sample: Sample, k: int, *, delta: float, alpha: float, n0: int, better: Better) -> Selection:
    """Rinott's procedure: n0 runs of each of k options, the rest of `rinott_runs`, then the best mean of all runs.

    Rinott, "On two-stage selection procedures and related probability-inequalities", Commun. Statist. A7(8), 1978.

    Raises:
        ValueError: a setting out of range, or a sample that breaks its contract.
    """
    check_design(k, delta=delta, alpha=alpha, n0=n0)
    values = _two_stages(sample, k, n0, partial(rinott_runs, delta=delta, alpha=alpha, n0=n0))
    means = np.array([v.mean() for v in values])
    return _select(means, values, delta=delta, alpha=alpha, better=better)


def dudewicz_dalal(sample: Sample, k: int, *, delta: float, alpha: float, n0: int, better: Better) -> Selection:
    """Dudewicz and Dalal's procedure: as Rinott's with fewer runs, and a mean that weighs the two stages.

    The first stage's weight is n0 / N * (1 + sqrt(1 - N / n0 * (1 - (N - n0) * (delta / (h1 S))**2))), so that every
    weighted mean has the same studentised spread, delta / h1. Dudewicz and Dalal, Sankhya B37, 1975; Law, Simulation
    Modeling and Analysis, 10.4.1.

    Raises:
        ValueError: a setting out of range, or a sample that breaks its contract.
    """
    check_design(k, delta=delta, alpha=alpha, n0=n0)
    values = _two_stages(sample, k, n0, partial(dudewicz_dalal_runs, delta=delta, alpha=alpha, n0=n0))
    h = dudewicz_dalal_h(k, n0 - 1, 1.0 - alpha)
    means = np.array([_weighted(v, n0, delta / h) for v in values])
    return _select(means, values, delta=delta, alpha=alpha, better=better)


def _weighted(values: F64, n0: int, spread: float) -> float:
    first, second = values[:n0], values[n0:]
    s2 = float(first.var(ddof=1))
    if s2 == 0.0:
        return float(values.mean())
    n = values.size
    inside = 1.0 - n / n0 * (1.0 - (n - n0) * spread**2 / s2)
    weight = n0 / n * (1.0 + np.sqrt(max(inside, 0.0)))
    return float(weight * first.mean() + (1.0 - weight) * second.mean())


def _two_stages(sample: Sample, k: int, n0: int, runs: Callable[[F64], I64]) -> list[F64]:
    """All values of each option, in order: n0, then what `runs` makes of the k first-stage variances."""
    first = np.array([ask_apart(sample, option, np.arange(n0), k) for option in range(k)])
    return [
        np.concatenate([early, ask_apart(sample, option, np.arange(n0, total), k)]) if total > n0 else early
        for option, (early, total) in enumerate(zip(first, runs(first.var(axis=1, ddof=1)).tolist(), strict=True))
    ]


def _select(means: F64, values: list[F64], *, delta: float, alpha: float, better: Better) -> Selection:
    """The best mean; tied are those within delta of it.

    Intervals of half-width delta around differences from the best hold jointly with the same 1 - alpha, so an option
    further away is told apart (Nelson and Matejcik, Management Science 41, 1995, theorem 1).
    """
    larger = sign_of(better) * means
    selected = int(larger.argmax())
    close = larger > larger[selected] - delta
    close[selected] = False
    used = tuple(v.size for v in values)
    return Selection(
        selected=selected,
        survivors=(selected,),
        tied=tuple(np.flatnonzero(close).tolist()),
        guarantee="exact",
        alpha=alpha,
        delta=delta,
        used=used,
        runs=sum(used),
        at_most=None,
    )


def _runs(
    constant: Callable[[int, int, float], float],
    least: int,
    variance: npt.ArrayLike,
    *,
    delta: float,
    alpha: float,
    n0: int,
) -> I64:
    s2 = np.asarray(variance, dtype=np.float64)
    if s2.ndim != 1 or not (np.isfinite(s2).all() and (s2 >= 0.0).all()):
        raise ValueError(f"variance must be a row of finite values of at least 0, got {s2.tolist()}")
    check_design(s2.size, delta=delta, alpha=alpha, n0=n0)
    h = constant(s2.size, n0 - 1, 1.0 - alpha)
    return np.maximum(least, np.ceil(h**2 * s2 / delta**2)).astype(np.int64)
