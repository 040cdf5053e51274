"""Which assumption moves an outcome: designs, Morris screening, Sobol indices with intervals.

A design is an array of points in the units of the factors, laid out in blocks that belong together; running the model
at every point gives outcomes of the same layout, nan where a run failed. A block with a failed run is left out whole,
since its differences are lost. All draws depend on the key alone. Outcomes of one study should share their luck
(the same replications at every point), else indices of luck are added to those of the factors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.stats import qmc

from analysis.compare import BCA_FROM, Interval, bca_interval, t_interval

F64 = npt.NDArray[np.float64]
Factors = Mapping[str, tuple[float, float]]  # name -> lowest and highest value

KEY = 20_190_601


def latin_hypercube(factors: Factors, points: int, *, key: int = KEY) -> F64:
    """[points, factors] design with one point in each of `points` equal slices of every factor.

    M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21, 1979.
    """
    low, width = _ranges(factors)
    if points < 1:
        raise ValueError(f"points must be >= 1, got {points}")
    cube: F64 = qmc.LatinHypercube(len(low), seed=_generator(key)).random(points)
    return low + width * cube


def sobol_sequence(factors: Factors, points: int, *, key: int = KEY) -> F64:
    """[points, factors] design of a scrambled Sobol sequence; `points` is a power of two, which keeps it balanced.

    I. M. Sobol, 1967; A. B. Owen, "Scrambling Sobol and Niederreiter-Xing points", J. Complexity 14, 1998.
    """
    low, width = _ranges(factors)
    return low + width * _sobol(len(low), points, key, "points")


def morris_design(factors: Factors, trajectories: int, *, levels: int = 4, candidates: int = 0, key: int = KEY) -> F64:
    """[trajectories, factors + 1, factors] walks on a grid of `levels`, which move each factor once, by half or more.

    M. D. Morris, Technometrics 33, 1991: steps of levels / (2 (levels - 1)) of the range. With `candidates` above
    `trajectories`, those are kept of so many random walks that lie far apart (F. Campolongo, J. Cariboni, A. Saltelli,
    Environ. Model. Softw. 22, 2007), picked one by one as in M. V. Ruano et al., same journal 37, 2012.

    Raises:
        ValueError: no trajectory, an odd number of levels, 0 < candidates < trajectories.
    """
    low, width = _ranges(factors)
    if trajectories < 1:
        raise ValueError(f"trajectories must be >= 1, got {trajectories}")
    if levels < 2 or levels % 2:
        raise ValueError(f"levels must be even and >= 2, got {levels}")
    if candidates and candidates < trajectories:
        raise ValueError(f"candidates must be 0 or >= trajectories ({trajectories}), got {candidates}")
    walks = _walks(max(trajectories, candidates), len(low), levels, _generator(key))
    return low + width * (_far_apart(walks, trajectories) if candidates > trajectories else walks)


def saltelli_design(factors: Factors, blocks: int, *, pairs: bool = False, key: int = KEY) -> F64:
    """[blocks, runs, factors] for Sobol indices: 2 + k runs a block with k factors, 2 + 2 k with `pairs`.

    Runs of a block: A, B, then A with one factor from B after another, then (for pairs) B with one from A. A and B are
    halves of one Sobol sequence, so `blocks` is a power of two. A. Saltelli et al., Comput. Phys. Commun. 181, 2010.
    """
    low, width = _ranges(factors)
    k = len(low)
    both = _sobol(2 * k, blocks, key, "blocks")
    a, b = both[:, :k], both[:, k:]
    runs = [a, b]
    for kept, taken in ((a, b), (b, a)) if pairs else ((a, b),):
        runs.extend(np.where(np.arange(k) == i, taken, kept) for i in range(k))
    return low + width * np.stack(runs, axis=1)


@dataclass(frozen=True, kw_only=True)
class ElementaryEffects:
    """Effects of one factor over the walks, in units of the outcome for a move over its whole range."""

    factor: str
    mean: float  # near 0 with a large `size`: the direction depends on the other factors
    size: float  # mean absolute effect, by which factors are ranked
    spread: float  # standard deviation: large where the effect bends or hangs on other factors; 0 below two walks
    interval: Interval | None  # of `size`; BCa from 30 walks on, t below, none for one walk
    walks: int  # whole ones


def elementary_effects(
    factors: Factors, design: npt.ArrayLike, outcome: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[ElementaryEffects, ...]:
    """Elementary effects from a `morris_design` [walks, k + 1, k] and the outcome [walks, k + 1] at its points.

    Raises:
        ValueError: shapes that do not fit, steps that do not move each factor once, no whole walk, infinite values.
    """
    _, width = _ranges(factors)
    k = len(width)
    points = np.asarray(design, dtype=np.float64)
    if points.ndim != 3 or points.shape[1:] != (k + 1, k):
        raise ValueError(f"design must be [walks, {k + 1}, {k}], got shape {points.shape}")
    values, whole = _whole(outcome, points.shape[:2], 1)
    steps = np.diff(points[whole], axis=1) / width
    moved = steps != 0.0
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise ValueError("design must move one factor a step, and every factor once a walk")
    effects = (np.diff(values, axis=1)[:, :, None] / np.where(moved, steps, np.inf)).sum(axis=1)
    found = []
    for name, effect in zip(factors, effects.T, strict=True):
        size = np.abs(effect)
        interval = None
        if size.size >= 2:
            interval = (bca_interval if size.size >= BCA_FROM else t_interval)(size, confidence=confidence)
            interval = Interval(low=max(interval.low, 0.0), high=interval.high)
        found.append(
            ElementaryEffects(
                factor=name,
                mean=float(effect.mean()),
                size=float(size.mean()),
                spread=float(effect.std(ddof=1)) if size.size >= 2 else 0.0,
                interval=interval,
                walks=size.size,
            )
        )
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Index:
    """A share of the outcome's variance, with its bootstrap interval; noise can carry it below 0 or above 1."""

    factors: tuple[str, ...]
    value: float
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class SobolIndices:
    """Shares of the variance of an outcome over the ranges of the factors.

    `first` is what knowing one factor would take away on average, `total` what would be left if all others were known;
    `pairs` is what two factors do together beyond each alone (empty unless the design has the runs for it).
    """

    first: tuple[Index, ...]
    total: tuple[Index, ...]
    pairs: tuple[Index, ...]
    mean: float
    variance: float
    blocks: int  # whole ones
    lost: int  # blocks with a failed run


def sobol_indices(
    factors: Iterable[str], outcome: npt.ArrayLike, *, confidence: float = 0.95, resamples: int = 1_000, key: int = KEY
) -> SobolIndices:
    """Sobol indices from the outcome [blocks, 2 + k or 2 + 2 k] of a `saltelli_design`.

    First order and pairs after A. Saltelli, Comput. Phys. Commun. 145, 2002, and Saltelli et al., ibid. 181, 2010;
    total after M. J. W. Jansen, ibid. 117, 1999. Intervals are percentiles over resampled blocks; they take blocks as
    independent, and so are wider than need be for a Sobol sequence.

    Raises:
        ValueError: a shape that does not fit, fewer than 2 whole blocks, infinite values, or none that differ.
    """
    names = tuple(factors)
    k = len(names)
    table = np.asarray(outcome, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] not in (2 + k, 2 + 2 * k):
        raise ValueError(f"outcome must be [blocks, {2 + k} or {2 + 2 * k}], got shape {table.shape}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    values, whole = _whole(table, table.shape, 2)
    mean = float(values[:, :2].mean())
    if (values[:, :2] == values[0, 0]).all():
        raise ValueError(f"outcome must vary, got {values[0, 0]} everywhere")
    terms = _terms(values - mean, k)
    variance, indices = _indices(terms.mean(axis=0), k)
    _, drawn = _indices(_resampled_means(terms, resamples, key), k)
    together = combinations(names, 2) if table.shape[1] > 2 + k else ()
    found = _named([*((name,) for name in names * 2), *together], indices, drawn, confidence)
    return SobolIndices(
        first=found[:k],
        total=found[k : 2 * k],
        pairs=found[2 * k :],
        mean=mean,
        variance=float(variance),
        blocks=len(values),
        lost=int((~whole).sum()),
    )


def _named(groups: Sequence[tuple[str, ...]], values: F64, drawn: F64, confidence: float) -> tuple[Index, ...]:
    """Indices with percentile intervals, from values [indices] and resampled ones [resamples, indices]."""
    tails = np.quantile(drawn, [0.5 - confidence / 2.0, 0.5 + confidence / 2.0], axis=0)
    return tuple(
        Index(factors=group, value=float(value), interval=Interval(low=float(low), high=float(high)))
        for group, value, low, high in zip(groups, values, *tails, strict=True)
    )


def _terms(values: F64, k: int) -> F64:
    """[blocks, terms] whose means make the indices: two for the variance, then those of first order, total, pairs."""
    a, b = values[:, 0], values[:, 1]
    mixed, turned = values[:, 2 : 2 + k], values[:, 2 + k :]
    columns = [(a**2 + b**2) / 2.0, (a + b) / 2.0]
    columns += [b * (mix - a) for mix in mixed.T]
    columns += [(a - mix) ** 2 / 2.0 for mix in mixed.T]
    if turned.size:
        columns += [turned[:, i] * mixed[:, j] - a * b for i, j in combinations(range(k), 2)]
    return np.stack(columns, axis=1)


def _indices(means: F64, k: int) -> tuple[F64, F64]:
    """Variance [...] and indices [..., indices] from means of terms [..., terms]; 0 where nothing varies."""
    variance = means[..., 0] - means[..., 1] ** 2
    varies = variance[..., None] > 0.0
    shares = np.where(varies, means[..., 2:] / np.where(varies, variance[..., None], 1.0), 0.0)
    for n, (i, j) in enumerate(combinations(range(k), 2)):
        if 2 * k + n < shares.shape[-1]:
            shares[..., 2 * k + n] -= shares[..., i] + shares[..., j]
    return variance, shares


def _resampled_means(terms: F64, resamples: int, key: int) -> F64:
    """[resamples, terms] means over blocks drawn with replacement."""
    luck, n = _generator(key), len(terms)
    return np.array([np.bincount(luck.integers(n, size=n), minlength=n) @ terms / n for _ in range(resamples)])


def _whole(outcome: npt.ArrayLike, shape: tuple[int, ...], fewest: int) -> tuple[F64, npt.NDArray[np.bool_]]:
    """The blocks (rows) of the outcome without a failed run, and which they are; checked."""
    values = np.asarray(outcome, dtype=np.float64)
    if values.shape != shape:
        raise ValueError(f"outcome must be {shape[0]} blocks of {shape[1]} runs, got shape {values.shape}")
    if np.isinf(values).any():
        raise ValueError("outcome must be finite (nan for a failed run), got an infinite value")
    whole = np.asarray(~np.isnan(values).any(axis=1))
    if whole.sum() < fewest:
        raise ValueError(f"outcome must have at least {fewest} blocks without a failed run, got {whole.sum()}")
    return values[whole], whole


def _walks(count: int, k: int, levels: int, luck: np.random.Generator) -> F64:
    """[count, k + 1, k] random walks on the grid in the unit cube."""
    step = levels / (2.0 * (levels - 1))
    start = luck.integers(levels // 2, size=(count, k)) / (levels - 1)
    down = luck.random((count, k)) < 0.5
    turn = luck.permuted(np.tile(np.arange(k), (count, 1)), axis=1)  # at which step a factor moves
    moved = turn[:, None, :] < np.arange(k + 1)[None, :, None]
    return np.asarray(start[:, None, :] + step * (moved != down[:, None, :]), dtype=np.float64)


def _far_apart(walks: F64, keep: int) -> F64:
    """`keep` of the walks, picked one by one so that the sum of their squared distances grows most."""
    count, points, k = walks.shape
    every = walks.reshape(count * points, k)
    apart = np.array([cdist(walk, every).sum(axis=0).reshape(count, points).sum(axis=1) for walk in walks]) ** 2
    picked = [int(i) for i in np.unravel_index(apart.argmax(), apart.shape)][:keep]
    while len(picked) < keep:
        gain = apart[picked].sum(axis=0)
        gain[picked] = -1.0
        picked.append(int(gain.argmax()))
    return walks[picked]


def _sobol(dimensions: int, points: int, key: int, name: str) -> F64:
    if points < 1 or points & (points - 1):
        raise ValueError(f"{name} must be a power of two, got {points}")
    sequence = qmc.Sobol(dimensions, seed=_generator(key))
    return np.asarray(sequence.random_base2(points.bit_length() - 1), dtype=np.float64)


def _ranges(factors: Factors) -> tuple[F64, F64]:
    """Lowest values and widths [k], checked."""
    if not factors:
        raise ValueError("factors must name at least one, got none")
    for name, (low, high) in factors.items():
        if not -np.inf < low < high < np.inf:
            raise ValueError(f"factors must have finite ranges with low < high, got {low} to {high} for {name!r}")
    table = np.array(list(factors.values()), dtype=np.float64)
    return table[:, 0], table[:, 1] - table[:, 0]


def _generator(key: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key))
