"""Robustness: how options stand over scenarios that nobody chooses, and how much each may be regretted.

One outcome at a time, as a table [..., options, scenarios] in the outcome's unit. No scenario is likelier than another.
The metrics are those of McPhail et al., "Robustness metrics: how are they calculated, when should they be used and why
do they give different results?", Earth's Future 6, 2018. They disagree by design: each is one attitude to risk. Metrics
in the outcome's unit keep its sign, so a worst case of 12 days reads as 12 days; `Metric.better` says which way each is
better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.compare import BOOTSTRAP_KEY, RESAMPLES
from analysis.selection import Better, sign_of

F64 = npt.NDArray[np.float64]

ROUNDING = 1e-9  # of the largest magnitude: a smaller gap is a tie, a smaller spread is none
CELLS = 1 << 20  # of resampled tables held at once


def regret(table: npt.ArrayLike, better: Better) -> F64:
    """What each option falls short of the best one in the same scenario: [..., options, scenarios], unit kept, >= 0.

    Savage, "The theory of statistical decision", JASA 46, 1951. What is only rounding is 0.
    """
    good = _oriented(table, better)
    short = good.max(axis=-2, keepdims=True) - good
    return np.where(short > ROUNDING * np.abs(good).max(axis=(-2, -1), keepdims=True), short, 0.0)


def maximin(table: npt.ArrayLike, better: Better) -> F64:
    """The worst case of each option [..., options], as the outcome reads (Wald 1950)."""
    return np.asarray(sign_of(better) * _oriented(table, better).min(axis=-1))


def maximax(table: npt.ArrayLike, better: Better) -> F64:
    """The best case of each option [..., options], as the outcome reads."""
    return np.asarray(sign_of(better) * _oriented(table, better).max(axis=-1))


def hurwicz(table: npt.ArrayLike, better: Better, *, pessimism: float = 0.5) -> F64:
    """`pessimism` times the worst case plus the rest times the best case, [..., options] (Hurwicz 1953)."""
    if not 0.0 <= pessimism <= 1.0:
        raise ValueError(f"pessimism must be in [0, 1], got {pessimism}")
    return pessimism * maximin(table, better) + (1.0 - pessimism) * maximax(table, better)


def laplace(table: npt.ArrayLike) -> F64:
    """The mean over scenarios [..., options]: all equally likely."""
    return np.asarray(np.asarray(table, dtype=np.float64).mean(axis=-1))


def max_regret(table: npt.ArrayLike, better: Better) -> F64:
    """The largest regret of each option [..., options]; the least of these is minimax regret."""
    return np.asarray(regret(table, better).max(axis=-1))


def percentile_regret(table: npt.ArrayLike, better: Better, *, share: float = 0.9) -> F64:
    """The regret that a share in [0, 1] of the scenarios stays within, [..., options] (Herman et al. 2015; linear)."""
    return np.asarray(np.quantile(regret(table, better), share, axis=-1))


def mean_variance(table: npt.ArrayLike, better: Better) -> F64:
    """(mean + 1) / (sd + 1) where higher is better, (mean + 1) * (sd + 1) where lower is, [..., options].

    Hamarat et al. 2014; sd over scenarios with n - 1. It depends on the unit, and where mean <= -1 more spread would
    count as better: there it is undefined (nan).
    """
    values = np.asarray(table, dtype=np.float64)
    centre, spread = values.mean(axis=-1) + 1.0, values.std(axis=-1, ddof=1) + 1.0
    found = centre / spread if sign_of(better) > 0.0 else centre * spread
    return np.where(centre > 0.0, found, np.nan)


def undesirable_deviations(table: npt.ArrayLike, better: Better) -> F64:
    """How far the worse half of the scenarios lies, on average, from the option's own median: [..., options], >= 0.

    Kwakkel, Eker and Pruyt 2016; their sum divided by the number of scenarios in that half (rounded up).
    """
    good = np.sort(_oriented(table, better), axis=-1)
    half = good[..., : (good.shape[-1] + 1) // 2]
    return np.asarray((np.median(good, axis=-1, keepdims=True) - half).mean(axis=-1))


def skewness(table: npt.ArrayLike, better: Better) -> F64:
    """((q90 + q10) / 2 - q50) / ((q90 - q10) / 2) toward the better side, [..., options], in [-1, 1].

    Voudouris et al. 2014, Hamarat et al. 2014: above 0 the long tail is on the good side. (Later code of McPhail's
    takes the opposite sign, counting a bulk near the good end as better.) Undefined (nan) where q90 = q10.
    """
    good = _oriented(table, better)
    q10, q50, q90 = np.quantile(good, (0.1, 0.5, 0.9), axis=-1)
    return _ratio((q90 + q10) / 2.0 - q50, (q90 - q10) / 2.0, good)


def peakedness(table: npt.ArrayLike) -> F64:
    """(q90 - q10) / (q75 - q25), [..., options]: higher is more of the scenarios near the middle.

    Voudouris et al. 2014. Undefined (nan) where q75 = q25.
    """
    values = np.asarray(table, dtype=np.float64)
    q10, q25, q75, q90 = np.quantile(values, (0.1, 0.25, 0.75, 0.9), axis=-1)
    return _ratio(q90 - q10, q75 - q25, values)


def domain(table: npt.ArrayLike, better: Better, *, threshold: float) -> F64:
    """The share of scenarios in which each option meets the threshold (in the outcome's unit; equal is enough).

    Starr's domain criterion (Starr 1963), also called satisficing.
    """
    if not math.isfinite(threshold):
        raise ValueError(f"threshold must be finite, got {threshold}")
    return np.asarray((_oriented(table, better) >= sign_of(better) * threshold).mean(axis=-1))


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A robustness metric of tables [..., options, scenarios] -> [..., options], and its own better direction."""

    name: str
    better: Better
    measure: Callable[[F64], F64]


def metrics(better: Better, *, threshold: float | None = None, pessimism: float = 0.5) -> tuple[Metric, ...]:
    """The metric set for an outcome whose better direction is `better`; the domain criterion only with a threshold."""

    def metric(name: str, own: Better, measure: Callable[[F64], F64]) -> Metric:
        return Metric(name=name, better=own, measure=measure)

    found = [
        metric("maximin", better, lambda t: maximin(t, better)),
        metric("maximax", better, lambda t: maximax(t, better)),
        metric("hurwicz", better, lambda t: hurwicz(t, better, pessimism=pessimism)),
        metric("laplace", better, laplace),
        metric("minimax_regret", "lower", lambda t: max_regret(t, better)),
        metric("regret_90th_percentile", "lower", lambda t: percentile_regret(t, better)),
        metric("mean_variance", better, lambda t: mean_variance(t, better)),
        metric("undesirable_deviations", "lower", lambda t: undesirable_deviations(t, better)),
        metric("skewness", "higher", lambda t: skewness(t, better)),
        metric("peakedness", "higher", peakedness),
    ]
    if threshold is not None:
        found.append(metric("domain", "higher", lambda t: domain(t, better, threshold=threshold)))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Score:
    """One metric of k options, by their place in the order given; None where it is undefined.

    `best` are all options whose value is the best (equal to rounding: more than one is a tie). `se` are standard errors
    from replications, `wins` the share of resamples in which each option is best (ties share); both None below two
    replications. Worst cases and largest regrets of noisy means lean to the bad side where cells are close.
    """

    metric: str
    better: Better
    values: tuple[float | None, ...]
    se: tuple[float | None, ...] | None
    best: tuple[int, ...]
    wins: tuple[float, ...] | None


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Options over scenarios on one outcome.

    `regret` and `regret_se` [options][scenarios] are in its unit (`regret_se` None below two replications); `agreement`
    holds Kendall's tau-b between the rankings of the options by any two metrics, in the order of `scores`: 1 the same,
    -1 reversed, None where a metric is undefined or ranks nothing.
    """

    better: Better
    replications: int
    regret: tuple[tuple[float, ...], ...]
    regret_se: tuple[tuple[float, ...], ...] | None
    scores: tuple[Score, ...]
    agreement: tuple[tuple[float | None, ...], ...]

    def of(self, metric: str) -> Score:
        """The score by one metric."""
        names = [score.metric for score in self.scores]
        if metric not in names:
            raise ValueError(f"metric must be one of {', '.join(names)}, got {metric!r}")
        return self.scores[names.index(metric)]


def assess(
    values: npt.ArrayLike,
    better: Better,
    *,
    threshold: float | None = None,
    pessimism: float = 0.5,
    resamples: int = RESAMPLES,
    key: int = BOOTSTRAP_KEY,
) -> Assessment:
    """All metrics of one outcome: values [replications, options, scenarios], or [options, scenarios] without noise.

    Standard errors are by a paired bootstrap: whole replications are drawn again, so luck that options or scenarios
    share stays shared; times sqrt(n / (n - 1)), which makes that of the mean the usual one. Replications with a missing
    (nan) run are left out.

    Raises:
        ValueError: another shape, fewer than 2 options or scenarios, an infinite value, no complete replication, or a
            setting out of range.
    """
    if resamples < 2:
        raise ValueError(f"resamples must be at least 2, got {resamples}")
    runs = complete_runs(values, "scenarios")
    table = runs.mean(axis=0)
    chosen = metrics(better, threshold=threshold, pessimism=pessimism)
    points = [m.measure(table) for m in chosen]
    signs = [sign_of(m.better) * _order(p) for m, p in zip(chosen, points, strict=True)]
    regret_se, redrawn = None, None
    if len(runs) > 1:
        regret_se, redrawn = _redraw(runs, better, chosen, resamples, key)
    return Assessment(
        better=better,
        replications=len(runs),
        regret=_rows(regret(table, better)),
        regret_se=None if regret_se is None else _rows(regret_se),
        scores=tuple(
            _score(m, p, None if redrawn is None else redrawn[i], len(runs))
            for i, (m, p) in enumerate(zip(chosen, points, strict=True))
        ),
        agreement=tuple(tuple(_tau(a, b) for b in signs) for a in signs),
    )


def kendall(a: npt.ArrayLike, b: npt.ArrayLike) -> float | None:
    """Kendall's tau-b of two rows [k] of numbers: 1 the same order, -1 reversed; None where one is constant or has nan.

    Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"a and b must be two rows of equal length, got shapes {first.shape} and {second.shape}")
    return _tau(_order(first), _order(second))


def complete_runs(values: npt.ArrayLike, last: str) -> F64:
    """values [replications, options, last] or [options, last] as the complete replications among them.

    Raises:
        ValueError: another shape, fewer than 2 options or 2 of `last`, an infinite value, or no complete replication.
    """
    runs = np.asarray(values, dtype=np.float64)
    runs = runs[None] if runs.ndim == 2 else runs
    if runs.ndim != 3 or runs.shape[1] < 2 or runs.shape[2] < 2:
        raise ValueError(
            f"values must be [replications, options, {last}] with at least 2 options and 2 {last}, "
            f"got shape {np.shape(values)}"
        )
    if np.isinf(runs).any():
        raise ValueError("values must be finite or missing, got an infinite value")
    kept = runs[~np.isnan(runs).any(axis=(1, 2))]
    if not len(kept):
        raise ValueError("values must hold at least one replication with no missing run, got none")
    return kept


def resample_shares(n: int, resamples: int, key: int) -> F64:
    """The share of each of n replications in each bootstrap resample, [resamples, n]; equal keys give equal draws."""
    picks = np.random.Generator(np.random.Philox(key)).integers(n, size=(resamples, n))
    cells = (picks + n * np.arange(resamples)[:, None]).ravel()
    return np.asarray(np.bincount(cells, minlength=resamples * n).reshape(resamples, n) / n)


def _redraw(runs: F64, better: Better, chosen: Sequence[Metric], resamples: int, key: int) -> tuple[F64, list[F64]]:
    """Standard errors of regret [options, scenarios], and each metric over the resamples [resamples, options]."""
    n = len(runs)
    found: list[list[F64]] = [[] for _ in chosen]
    point = regret(runs.mean(axis=0), better)
    first, second = np.zeros_like(point), np.zeros_like(point)
    for tables in _resampled_tables(runs, resamples, key):
        shift = regret(tables, better) - point
        first, second = first + shift.sum(axis=0), second + (shift**2).sum(axis=0)
        for rows, metric in zip(found, chosen, strict=True):
            rows.append(metric.measure(tables))
    variance = np.maximum(second / resamples - (first / resamples) ** 2, 0.0)
    return np.sqrt(variance * n / (n - 1)), [np.concatenate(rows) for rows in found]


def _resampled_tables(runs: F64, resamples: int, key: int) -> Iterator[F64]:
    """Mean tables [r, options, scenarios] of resampled replications, a few at a time."""
    n, *shape = runs.shape
    flat = runs.reshape(n, -1)
    shares = resample_shares(n, resamples, key)
    step = max(1, CELLS // flat.shape[1])
    for start in range(0, resamples, step):
        yield (shares[start : start + step] @ flat).reshape(-1, *shape)


def _score(metric: Metric, point: F64, redrawn: F64 | None, n: int) -> Score:
    se = wins = None
    if redrawn is not None:
        tops = _tops(sign_of(metric.better) * redrawn)
        counts = np.maximum(tops.sum(axis=-1, keepdims=True), 1)
        wins = tuple((tops / counts).mean(axis=0).tolist())
        se = _known(redrawn.std(axis=0) * math.sqrt(n / (n - 1)))
    return Score(
        metric=metric.name,
        better=metric.better,
        values=_known(point),
        se=se,
        best=tuple(np.flatnonzero(_tops(sign_of(metric.better) * point)).tolist()),
        wins=wins,
    )


def _tops(good: F64) -> npt.NDArray[np.bool_]:
    """Which of the options [..., k] (larger is better) are the best, to rounding; nan never is."""
    known = np.where(np.isnan(good), -np.inf, good)
    best = known.max(axis=-1, keepdims=True)
    slack = ROUNDING * np.where(np.isinf(known), 0.0, np.abs(known)).max(axis=-1, keepdims=True)
    return np.asarray((known >= best - slack) & ~np.isnan(good))


def _order(row: F64) -> F64:
    """Which of each two [k, k] is larger: 1, 0 (equal to rounding) or -1; nan where a value is."""
    gap = row[:, None] - row[None, :]
    slack = ROUNDING * np.abs(row).max()
    return np.where(np.abs(gap) <= slack, 0.0, np.sign(gap))


def _tau(a: F64, b: F64) -> float | None:
    pairs = math.sqrt(float((a**2).sum()) * float((b**2).sum()))
    return float((a * b).sum()) / pairs if pairs > 0.0 else None


def _oriented(table: npt.ArrayLike, better: Better) -> F64:
    return np.asarray(sign_of(better) * np.asarray(table, dtype=np.float64))


def _ratio(above: F64, below: F64, values: F64) -> F64:
    """above / below [..., options], nan where `below` is 0 to the rounding of the values [..., options, scenarios]."""
    there = below > ROUNDING * np.abs(values).max(axis=-1)
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=there))


def _known(row: F64) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(x) else x for x in row.tolist())


def _rows(table: F64) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, table.tolist()))
