"""What it is worth to know more before choosing: expected value of perfect and of partial information.

Rows are draws of all uncertain assumptions at once (a probabilistic analysis or a space-filling design over stated
ranges); each option has an outcome in every draw. Values are per decision, in the unit of the outcome.

Perfect information (H. Raiffa, R. Schlaifer, "Applied Statistical Decision Theory", 1961) means: choosing the best
option draw by draw. Where an outcome holds the luck of a run besides the assumptions, that is more than anyone can
learn; `evppi` of all assumptions together leaves the luck out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

F64 = npt.NDArray[np.float64]
Better = Literal["lower", "higher"]

FEWEST = 20  # draws below which no regression is tried
TIED = 1.96  # standard errors that two values may lie apart
KNOTS, KNOTS_TOGETHER = 30, 100  # of the regression on one assumption, on several
CAUTION = 1.4  # of the smoothing criterion: degrees of freedom count so much (Y.-J. Kim, C. Gu, JRSS B 66, 2004)


@dataclass(frozen=True, kw_only=True)
class Worth:
    """The expected gain from choosing once something is known, rather than now.

    The standard error holds the noise of the draws, and for `evppi` that of the regression, to first order; at a value
    of 0 (no draw would change the choice) it is 0 as well.
    """

    value: float
    se: float
    chosen: str  # the option to choose now: the best mean
    changes: float  # share of draws in which the choice would be another
    n: int  # whole draws


def evpi(outcomes: Mapping[str, npt.ArrayLike], *, better: Better) -> Worth:
    """Expected value of perfect information, from draws [n] of every option; draws with a gap (nan) are left out.

    Raises:
        ValueError: fewer than 2 options or whole draws, lengths that differ, infinite values.
    """
    names, gains, _ = _draws(outcomes, {}, better, fewest=2)
    return _worth(names, gains, gains)


def evppi(outcomes: Mapping[str, npt.ArrayLike], assumptions: Mapping[str, npt.ArrayLike], *, better: Better) -> Worth:
    """Expected value of knowing these assumptions (one, or several together), from draws [n] of each.

    What each option would be expected to bring, given the assumptions, is a smooth regression of its draws on them
    (M. Strong, J. E. Oakley, A. Brennan, Medical Decision Making 34, 2014); ours is a penalised spline, good for some
    five assumptions together, dependent ones included. Where the truth is 0 and options are close, the value leans
    upwards by about its standard error.

    Raises:
        ValueError: as `evpi`; no assumption, one that does not vary, or fewer than 20 whole draws.
    """
    names, gains, known = _draws(outcomes, assumptions, better, fewest=FEWEST)
    if not assumptions:
        raise ValueError("assumptions must name at least one, got none")
    return _worth(names, gains, _expected(gains, known))


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One assumption, and what it would be worth to know it."""

    assumption: str
    worth: Worth
    share: float | None  # of `evpi`, luck of the runs included; None where that is 0
    tied: bool  # cannot be told from the first (itself among them), at about 95 %


def measure_first(
    outcomes: Mapping[str, npt.ArrayLike], assumptions: Mapping[str, npt.ArrayLike], *, better: Better
) -> tuple[Measurement, ...]:
    """Every assumption by the value of knowing it alone, the most valuable first: what to measure or pilot first.

    Every one is judged on the same draws; ties are by a paired test. Errors: `evppi`.
    """
    names, gains, known = _draws(outcomes, assumptions, better, fewest=FEWEST)
    most = _worth(names, gains, gains).value
    found = []
    for i, assumption in enumerate(assumptions):
        expected = _expected(gains, known[:, i : i + 1])
        found.append((assumption, _worth(names, gains, expected), _rewards(gains, expected)))
    found.sort(key=lambda entry: -entry[1].value)
    ranked = []
    for assumption, worth, reward in found:
        first, first_reward = found[0][1], found[0][2]
        noise = float((first_reward - reward).std(ddof=1)) / math.sqrt(worth.n)
        tied = first.value - worth.value <= TIED * noise
        share = worth.value / most if most > 0.0 else None
        ranked.append(Measurement(assumption=assumption, worth=worth, share=share, tied=tied))
    return tuple(ranked)


def _worth(names: tuple[str, ...], gains: F64, expected: F64) -> Worth:
    """Worth of choosing by `expected` [n, options] instead of by the best mean."""
    reward = _rewards(gains, expected)
    now = int(gains.mean(axis=0).argmax())
    best = expected.max(axis=1)
    return Worth(
        value=max(float((best - expected[:, now]).mean()), 0.0),
        se=float(reward.std(ddof=1)) / math.sqrt(len(reward)),
        chosen=names[now],
        changes=float((expected[:, now] < best).mean()),
        n=len(reward),
    )


def _rewards(gains: F64, expected: F64) -> F64:
    """[n] what each draw would have gained by the choice that `expected` names.

    The choice is at a maximum, so its own error does not enter to first order, and the scatter of these gains is that
    of the value.
    """
    now = int(gains.mean(axis=0).argmax())
    informed = expected.argmax(axis=1)
    informed = np.where(expected[:, now] == expected.max(axis=1), now, informed)
    return np.asarray(gains[np.arange(len(gains)), informed] - gains[:, now], dtype=np.float64)


def _expected(gains: F64, known: F64) -> F64:
    """[n, options] regression of every option's lead over the best of now on what is known."""
    now = int(gains.mean(axis=0).argmax())
    return _smooth(known, gains - gains[:, now : now + 1])


def _smooth(x: F64, y: F64) -> F64:
    """Fitted values [n, m] of a smooth regression of y [n, m] on x [n, k], no column of which is constant.

    Straight terms and bends; the roughness of the bends is weighed so that the generalised cross-validation error
    (P. Craven, G. Wahba, Numer. Math. 31, 1979) is least, column by column.
    """
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    plane = _basis(np.column_stack([np.ones(len(scaled)), scaled]))
    flat = plane @ (plane.T @ y)
    bends = _bends(scaled)
    shapes, strength, _ = np.linalg.svd(bends - plane @ (plane.T @ bends), full_matrices=False)
    curved = shapes.T @ (y - flat)
    power = strength**2
    weights = np.geomspace(1e-8, 1e4, 61) * max(float(power.max(initial=0.0)), 1e-300)
    kept = power / (power + weights[:, None])  # [weights, shapes]
    freedom = len(y) - CAUTION * (plane.shape[1] + kept.sum(axis=1))
    beyond = ((y - flat) ** 2).sum(axis=0) - (curved**2).sum(axis=0)
    error = (beyond + (1.0 - kept) ** 2 @ curved**2) / freedom[:, None] ** 2
    error[freedom <= 0.0] = np.inf
    return np.asarray(flat + shapes @ (kept[error.argmin(axis=0)].T * curved), dtype=np.float64)


def _bends(x: F64) -> F64:
    """[n, knots less straight terms] of a spline through knots of x [n, k], scaled to unit roughness.

    Cubes of the distance to the knots, less their straight part: J. Duchon, "Splines minimizing rotation-invariant
    semi-norms in Sobolev spaces", 1977, with the cube in any number of dimensions.
    """
    knots = _knots(x)
    straight = np.column_stack([np.ones(len(knots)), knots])
    vectors, size, _ = np.linalg.svd(straight)
    bent = vectors[:, np.count_nonzero(size > 1e-9 * size[0]) :]
    roughness, turned = np.linalg.eigh(bent.T @ cdist(knots, knots) ** 3 @ bent)
    clear = roughness > 1e-10 * roughness.max(initial=0.0)
    bent = bent @ turned[:, clear] / np.sqrt(roughness[clear])
    return np.asarray(cdist(x, knots) ** 3 @ bent, dtype=np.float64)


def _knots(x: F64) -> F64:
    """Some rows of x [n, k], spread evenly over its ranks: the next is always the farthest from those before."""
    rows = np.unique(x, axis=0)
    ranks = rows.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / len(rows)
    most = min(KNOTS if x.shape[1] == 1 else KNOTS_TOGETHER, len(rows), len(x) // 4)
    picked = [int(np.abs(ranks - 0.5).sum(axis=1).argmin())]
    distance = np.full(len(rows), np.inf)
    while len(picked) < most:
        distance = np.minimum(distance, ((ranks - ranks[picked[-1]]) ** 2).sum(axis=1))
        picked.append(int(distance.argmax()))
    return np.asarray(rows[picked], dtype=np.float64)


def _basis(columns: F64) -> F64:
    """An orthonormal basis of what the columns span."""
    vectors, size, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(vectors[:, size > 1e-9 * size[0]], dtype=np.float64)


def _draws(
    outcomes: Mapping[str, npt.ArrayLike], assumptions: Mapping[str, npt.ArrayLike], better: Better, *, fewest: int
) -> tuple[tuple[str, ...], F64, F64]:
    """Options, their gains [n, options] (more is better) and the assumptions [n, k] in whole draws; checked."""
    if better not in ("lower", "higher"):
        raise ValueError(f"better must be lower or higher, got {better!r}")
    if len(outcomes) < 2:
        raise ValueError(f"outcomes must be of at least 2 options, got {len(outcomes)}")
    columns = [np.asarray(draws, dtype=np.float64) for draws in (*outcomes.values(), *assumptions.values())]
    if any(column.ndim != 1 or column.size != columns[0].size for column in columns):
        raise ValueError(f"draws must be rows of equal length, got shapes {[column.shape for column in columns]}")
    table = np.column_stack(columns)
    table = table[~np.isnan(table).any(axis=1)]
    if not np.isfinite(table).all():
        raise ValueError("draws must be finite, got an infinite value")
    if len(table) < fewest:
        raise ValueError(f"draws must have at least {fewest} without a gap, got {len(table)}")
    gains, known = table[:, : len(outcomes)], table[:, len(outcomes) :]
    for assumption, constant in zip(assumptions, (known == known[0]).all(axis=0), strict=True):
        if constant:
            raise ValueError(f"assumptions must vary, {assumption!r} does not")
    return tuple(outcomes), gains if better == "higher" else -gains, known
