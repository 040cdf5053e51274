"""Paired effects under common random numbers: every option against a base, on every outcome, with intervals.

Replication r of an option and of the base share every draw that both make, so their difference carries far less noise
than either level. All intervals are two-sided and hold one at a time, not jointly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.outcomes import OUTCOMES

F64 = npt.NDArray[np.float64]
Verdict = Literal["better", "worse", "unclear", "same", "higher", "lower"]

BCA_FROM = 30  # pairs; below it the bootstrap's tails are too short and only t is shown
RESAMPLES = 4_000
BOOTSTRAP_KEY = 20_190_601


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A two-sided confidence interval, in the unit of what it is about."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Does the whole interval lie on one side of the value?"""
        return self.low > value or self.high < value


@dataclass(frozen=True, kw_only=True)
class Paired:
    """A mean difference option - base over n pairs, in the unit of the outcome.

    `se` and `t` are None below two pairs, `bca` below 30. `variance_reduction` is
    var(option) + var(base) over var(difference): how many times more runs independent draws would need; None where
    it is undefined or without bound. `identical` says that every difference is exactly 0.
    """

    mean: float
    se: float | None
    t: Interval | None
    bca: Interval | None
    variance_reduction: float | None
    n: int
    confidence: float
    identical: bool

    @property
    def interval(self) -> Interval | None:
        """The interval that tables show: BCa where there is one, else t."""
        return self.bca or self.t


def paired(
    option: npt.ArrayLike,
    base: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    key: int = BOOTSTRAP_KEY,
) -> Paired:
    """The mean difference option - base of runs paired by replication: arrays [n] in the same order and unit.

    Pairs with a missing (nan) side are left out.

    Raises:
        ValueError: different shapes, no complete pair, an infinite value, or confidence outside (0, 1).
    """
    a, b = np.asarray(option, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"option and base must be two rows of equal length, got shapes {a.shape} and {b.shape}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    complete = ~(np.isnan(a) | np.isnan(b))
    a, b = a[complete], b[complete]
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("option and base must be finite, got an infinite value")
    if a.size == 0:
        raise ValueError("option and base must share at least one complete pair, got none")
    d = a - b
    n = d.size
    return Paired(
        mean=_mean(d),
        se=_standard_error(d) if n >= 2 else None,
        t=t_interval(d, confidence=confidence) if n >= 2 else None,
        bca=bca_interval(d, confidence=confidence, resamples=resamples, key=key) if n >= BCA_FROM else None,
        variance_reduction=_variance_reduction(a, b, d),
        n=n,
        confidence=confidence,
        identical=bool((d == 0.0).all()),
    )


def t_interval(x: npt.ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Student's interval of a mean from x [n], n >= 2; exact for normal x. A constant x gives a point."""
    values = np.asarray(x, dtype=np.float64)
    if values.size < 2:
        raise ValueError(f"a t interval takes at least 2 values, got {values.size}")
    half = float(special.stdtrit(values.size - 1, 0.5 + confidence / 2.0)) * _standard_error(values)
    return Interval(low=_mean(values) - half, high=_mean(values) + half)


def bca_interval(
    x: npt.ArrayLike, *, confidence: float = 0.95, resamples: int = RESAMPLES, key: int = BOOTSTRAP_KEY
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of a mean from x [n], n >= 2.

    Efron, "Better bootstrap confidence intervals", JASA 1987. The resamples depend on (n, resamples, key) alone, so
    the same data always give the same interval. A constant x gives a point.
    """
    values = np.asarray(x, dtype=np.float64)
    if values.size < 2:
        raise ValueError(f"a BCa interval takes at least 2 values, got {values.size}")
    mean = _mean(values)
    centred = values - mean
    cubed, squared = float((centred**3).sum()), float((centred**2).sum())
    if squared == 0.0 or (values == values[0]).all():
        return Interval(low=float(values[0]), high=float(values[0]))
    means = np.sort(values[_picks(values.size, resamples, key)].mean(axis=1))
    below = (np.count_nonzero(means < mean) + 0.5 * np.count_nonzero(means == mean)) / resamples
    bias = float(special.ndtri(min(max(below, 0.5 / resamples), 1.0 - 0.5 / resamples)))
    # the jackknife means of a mean are (sum - x_i) / (n - 1), so the acceleration has this closed form
    acceleration = cubed / (6.0 * squared**1.5)
    z = float(special.ndtri(0.5 + confidence / 2.0))
    low, high = (float(special.ndtr(bias + (bias + s) / (1.0 - acceleration * (bias + s)))) for s in (-z, z))
    return Interval(low=float(np.quantile(means, low)), high=float(np.quantile(means, high)))


def replications_needed(differences: npt.ArrayLike, half_width: float, *, confidence: float = 0.95) -> int:
    """How many pairs bring the t interval's half-width down to `half_width`, from the differences [n >= 2] seen so far.

    The smallest m >= 2 with t(m - 1) * sd / sqrt(m) <= half_width (Law, Simulation Modeling and Analysis, 9.4.1);
    run to m, look again, and stop once the answer is no larger than the pairs in hand.
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.size < 2:
        raise ValueError(f"the rule takes at least 2 differences, got {d.size}")
    if not half_width > 0.0:
        raise ValueError(f"half_width must be above 0, got {half_width}")
    sd = _standard_error(d) * math.sqrt(d.size)

    def fits(m: int) -> bool:
        return float(special.stdtrit(m - 1, 0.5 + confidence / 2.0)) * sd / math.sqrt(m) <= half_width

    low, high = 1, 2
    while not fits(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One outcome of one option against the base, in one scenario."""

    scenario: str
    option: str
    base: str
    outcome: str
    paired: Paired
    verdict: Verdict


def effects(
    rows: Iterable[Mapping[str, Any]], *, base: str | None = None, confidence: float = 0.95
) -> tuple[Effect, ...]:
    """Paired effects of all options on all outcomes, scenario by scenario.

    `rows` hold option, scenario, replication and outcomes (name -> value, nan where there is none); the base is the
    first option seen unless named. An outcome without one complete pair gives no effect.

    Raises:
        ValueError: a repeated (option, scenario, replication), an unknown outcome, or a base that was never run.
    """
    table = _index(rows)
    options = list(dict.fromkeys(option for _, option in table))
    if not options:
        return ()
    base = options[0] if base is None else base
    if base not in options:
        raise ValueError(f"base must be one of {', '.join(options)}, got {base!r}")
    found: list[Effect] = []
    for (scenario, option), runs in table.items():
        reference = table.get((scenario, base), {})
        common = sorted(runs.keys() & reference.keys())
        if option == base or not common:
            continue
        for outcome in OUTCOMES:
            a, b = column([runs[r] for r in common], outcome), column([reference[r] for r in common], outcome)
            if not (np.isnan(a) | np.isnan(b)).all():
                effect = paired(a, b, confidence=confidence)
                found.append(
                    Effect(
                        scenario=scenario,
                        option=option,
                        base=base,
                        outcome=outcome,
                        paired=effect,
                        verdict=verdict(effect, OUTCOMES[outcome].better),
                    )
                )
    return tuple(found)


def verdict(effect: Paired, better: Literal["lower", "higher", "neither"]) -> Verdict:
    """What an effect says given the better direction; "unclear" where its interval holds 0 or there is none.

    Outcomes without a better direction are "higher" or "lower".
    """
    if effect.identical:
        return "same"
    interval = effect.interval
    if interval is None or not interval.excludes(0.0):
        return "unclear"
    up = effect.mean > 0.0
    if better == "neither":
        return "higher" if up else "lower"
    return "better" if up == (better == "higher") else "worse"


def leaders(
    samples: Mapping[str, npt.ArrayLike], better: Literal["lower", "higher"], *, confidence: float = 0.95
) -> tuple[str, ...]:
    """The options that cannot be told from the best on one outcome: samples map option to values [n], paired.

    One name is a separable best. An option falls out only if its paired t interval against some other option lies
    wholly on the worse side, at the Bonferroni level over all pairs; so with probability `confidence` the true best
    stays in (for normal differences).
    """
    names = list(samples)
    if len(names) < 2:
        return tuple(names)
    sign = 1.0 if better == "higher" else -1.0
    joint = 1.0 - (1.0 - confidence) / (len(names) * (len(names) - 1) / 2)
    beaten: set[str] = set()
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            effect = paired(samples[first], samples[second], confidence=joint, resamples=2)
            if effect.t is None or not effect.t.excludes(0.0):
                continue
            beaten.add(second if sign * effect.mean > 0.0 else first)
    return tuple(name for name in names if name not in beaten)


def column(runs: Sequence[Mapping[str, float]], outcome: str) -> F64:
    """One outcome over runs [n]; nan where a run has none."""
    return np.array([run.get(outcome, math.nan) for run in runs], dtype=np.float64)


def _index(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[int, Mapping[str, float]]]:
    table: dict[tuple[str, str], dict[int, Mapping[str, float]]] = {}
    for row in rows:
        runs = table.setdefault((row["scenario"], row["option"]), {})
        if row["replication"] in runs:
            raise ValueError(
                f"replication {row['replication']} of {row['option']!r} in {row['scenario']!r} comes twice"
            )
        for name in row["outcomes"]:
            if name not in OUTCOMES:
                raise ValueError(f"outcomes must be among {', '.join(OUTCOMES)}, got {name!r}")
        runs[row["replication"]] = row["outcomes"]
    return table


def _mean(x: F64) -> float:
    return float(x[0]) if (x == x[0]).all() else float(x.mean())  # a constant has itself as its mean, to the last bit


def _standard_error(x: F64) -> float:
    return 0.0 if (x == x[0]).all() else float(x.std(ddof=1)) / math.sqrt(x.size)


def _variance_reduction(a: F64, b: F64, d: F64) -> float | None:
    if d.size < 2 or (d == d[0]).all():
        return None
    return float((a.var(ddof=1) + b.var(ddof=1)) / d.var(ddof=1))


@lru_cache(maxsize=8)
def _picks(n: int, resamples: int, key: int) -> npt.NDArray[np.int64]:
    return np.random.Generator(np.random.Philox(key)).integers(n, size=(resamples, n))
