"""How likely the option with the best mean is the best, and what picking it is expected to cost if it is not.

Estimates from the runs in hand, by the posterior of the means under a flat prior (normal outcomes). They are not the
guarantee of a procedure: a study that stops when they look good makes them look better than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.selection import F64, Better, sign_of

DRAWS = 10_000
DRAW_KEY = 20_190_602


@dataclass(frozen=True, kw_only=True)
class CorrectSelection:
    """How sure the choice of the option with the best mean is.

    `bonferroni` and `slepian` bound the probability that it is the best from below without simulation; the second is
    None where leads are negatively correlated, for which it is no bound. `chance` [k] is each option's probability of
    being the best, `good` that of the chosen lying within delta of the best; `opportunity_cost` is the expected
    distance to the best in the outcome's unit, `opportunity_cost_bound` what bounds it from above. Draws give `chance`
    and `good` to about 0.005, the cost to a few percent. Not knowing the variances, n runs each overstate the cost
    (n - 1) / (n - 3) times on average.
    """

    best: int
    bonferroni: float
    slepian: float | None
    chance: tuple[float, ...]
    good: float
    opportunity_cost: float
    opportunity_cost_bound: float
    runs: int


def correct_selection(
    data: npt.ArrayLike, *, better: Better, delta: float = 0.0, draws: int = DRAWS, key: int = DRAW_KEY
) -> CorrectSelection:
    """From runs under common random numbers: data [n, k], n >= 3, one row a replication.

    The means' posterior is multivariate t on n - 1 degrees of freedom with the covariance of the rows over n, so that
    the pairing counts. Bounds: Chen, "A lower bound for the correct subset-selection probability", IEEE Trans. Autom.
    Control 41, 1996; Branke, Chick and Schmidt, "Selecting a selection procedure", Management Science 53, 2007.

    Raises:
        ValueError: data not a finite table of at least 3 rows and 2 columns, delta below 0, or draws below 1.
    """
    larger = sign_of(better) * np.asarray(data, dtype=np.float64)
    if larger.ndim != 2 or larger.shape[0] < 3 or larger.shape[1] < 2 or not np.isfinite(larger).all():
        raise ValueError(f"data must be finite, at least 3 replications by 2 options, got shape {larger.shape}")
    n, k = larger.shape
    best = int(larger.mean(axis=0).argmax())
    behind = larger - larger[:, [best]]  # the best itself is exactly 0, as is every option that never differs from it
    mean = behind.mean(axis=0)
    root = np.linalg.qr(behind - mean, mode="r") / np.sqrt(n * (n - 1.0))
    rng = np.random.Generator(np.random.Philox(key))
    scale = np.sqrt((n - 1.0) / rng.chisquare(n - 1.0, (draws, 1)))
    means = mean + scale * (rng.standard_normal((draws, root.shape[0])) @ root)
    others = np.arange(k) != best
    covariance = root.T @ root
    return _judge(
        means,
        best=best,
        lead=-mean[others],
        se=np.sqrt(np.diag(covariance)[others]),
        nu=np.full(k - 1, n - 1.0),
        positive=bool((covariance >= 0.0).all()),
        delta=delta,
        runs=n * k,
    )


def correct_independent(
    values: Sequence[npt.ArrayLike], *, better: Better, delta: float = 0.0, draws: int = DRAWS, key: int = DRAW_KEY
) -> CorrectSelection:
    """From independent runs of each of k options: arrays of 3 or more values, of any lengths.

    The means' posterior is Student's t for each; the bounds use Welch's degrees of freedom (Branke, Chick and Schmidt
    2007).

    Raises:
        ValueError: fewer than 2 options, fewer than 3 or infinite values of one, delta below 0, or draws below 1.
    """
    runs = [sign_of(better) * np.asarray(v, dtype=np.float64) for v in values]
    if len(runs) < 2 or any(v.ndim != 1 or v.size < 3 or not np.isfinite(v).all() for v in runs):
        raise ValueError(f"values must be 2 or more rows of 3 or more finite values, got {[v.shape for v in runs]}")
    n = np.array([v.size for v in runs], dtype=np.float64)
    mean = np.array([v.mean() for v in runs])
    square = np.array([v.var(ddof=1) for v in runs]) / n
    rng = np.random.Generator(np.random.Philox(key))
    means = mean + np.sqrt(square) * rng.standard_t(n - 1.0, (draws, n.size))
    best = int(mean.argmax())
    others = np.arange(n.size) != best
    both = square[others] + square[best]
    welch = square[others] ** 2 / (n[others] - 1.0) + square[best] ** 2 / (n[best] - 1.0)
    return _judge(
        means,
        best=best,
        lead=mean[best] - mean[others],
        se=np.sqrt(both),
        nu=np.divide(both**2, welch, out=np.full(both.size, n.sum()), where=welch > 0.0),
        positive=True,
        delta=delta,
        runs=int(n.sum()),
    )


def _judge(
    means: F64, *, best: int, lead: F64, se: F64, nu: F64, positive: bool, delta: float, runs: int
) -> CorrectSelection:
    """Sum up posterior draws of the means [draws, k] and the leads of the best over the k - 1 others (se, nu)."""
    if not delta >= 0.0:
        raise ValueError(f"delta must be at least 0, got {delta}")
    if len(means) < 1:
        raise ValueError(f"draws must be at least 1, got {len(means)}")
    top = means.max(axis=1, keepdims=True)
    first = means == top
    regret = top[:, 0] - means[:, best]
    standard = np.divide(lead, se, out=np.full(lead.size, np.inf), where=se > 0.0)  # no noise: the lead is a fact
    ahead = special.stdtr(nu, standard)
    return CorrectSelection(
        best=best,
        bonferroni=max(0.0, 1.0 - float((1.0 - ahead).sum())),
        slepian=float(ahead.prod()) if positive else None,
        chance=tuple((first / first.sum(axis=1, keepdims=True)).mean(axis=0).tolist()),
        good=float((regret <= delta).mean()),
        opportunity_cost=float(regret.mean()),
        opportunity_cost_bound=float(_shortfall(standard, se, nu).sum()),
        runs=runs,
    )


def _shortfall(standard: F64, se: F64, nu: F64) -> F64:
    """E[max(-D, 0)] of D = se * (standard + T), T Student's t on nu > 1."""
    known = np.isinf(standard)
    z = np.where(known, 0.0, standard)
    loss = (nu + z**2) / (nu - 1.0) * stats.t.pdf(z, nu) - z * special.stdtr(nu, -z)
    return np.where(known, 0.0, se * loss)
