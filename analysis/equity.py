"""Equity: how evenly something is spread over places, who wins and who loses, with intervals on the change.

An outcome by place comes as one row a run; runs of an option and of the base are paired by replication, and the
intervals are those of `analysis.compare`. An index is taken run by run, so it is of what residents live through in a
year, luck included; luck makes any index a little larger, on both sides of a comparison. A place without a value in
some run of either side counts nowhere.

The indices themselves are kernels: `gini`, `theil` (T) and `mean_log_deviation` (L) with their split, `atkinson`,
`concentration`, `quantile_ratio` (90:10). All refuse negative values; what each makes of a zero is said at each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.compare import Interval, Paired, Verdict, paired, t_interval, verdict
from analysis.places import FALSE_SHARE, FEWEST
from sim.kernels.inequality import Split, atkinson, concentration, gini, mean_log_deviation, quantile_ratio, theil

__all__ = [
    "INDICES",
    "Change",
    "Fate",
    "Loser",
    "Split",
    "WinnersAndLosers",
    "atkinson",
    "change",
    "concentration",
    "gini",
    "mean_log_deviation",
    "palma",
    "quantile_ratio",
    "theil",
    "winners_and_losers",
    "worst_decile",
]

F64 = npt.NDArray[np.float64]
Better = Literal["lower", "higher"]
Measure = Callable[[F64, F64], float]  # values and weights by place -> a number

NAMED = 10  # places named among the losers


def palma(x: npt.ArrayLike, w: npt.ArrayLike | None = None) -> float:
    """What the top tenth of the weight holds of x, over what the bottom four tenths hold; zeros count as they are.

    A. Cobham, A. Sumner, "Is it all about the tails? The Palma measure of income inequality", ECINEQ WP 308, 2013. A
    place across a border is shared out, so whole-numbered weights are copies.

    Raises:
        ValueError: lengths differ, a negative or missing value, no weight, or bottom tenths that hold nothing.

    >>> palma([1, 1, 1, 1, 2, 2, 2, 2, 2, 8])
    2.0
    """
    values, weights = _sorted(x, w)
    if values[0] < 0.0:
        raise ValueError(f"x must be >= 0, got {values[0]}")
    bottom = _held(values, weights, 0.4)
    if bottom == 0.0:
        raise ValueError("x must not be 0 throughout the bottom four tenths, the ratio has no value")
    return _held(values[::-1], weights[::-1], 0.1) / bottom


def worst_decile(x: npt.ArrayLike, w: npt.ArrayLike | None = None, *, better: Better) -> float:
    """Mean of x over the worst-off tenth of the weight: the highest x where lower is better, else the lowest.

    Zeros and negative values count as they are; a place across the border is shared out. Errors: `palma`.

    >>> worst_decile([4, 1, 2, 3], better="lower")
    4.0
    """
    values, weights = _sorted(x, w)
    if _sign(better) < 0.0:
        values, weights = values[::-1], weights[::-1]
    return _held(values, weights, 0.1) / (0.1 * float(weights.sum()))


INDICES: dict[str, Measure] = {  # of inequality: lower is more even; those that need groups or ranks are written out
    "gini": gini,
    "theil_t": lambda x, w: theil(x, w).total,
    "theil_l": lambda x, w: mean_log_deviation(x, w).total,
    "atkinson_half": lambda x, w: atkinson(x, 0.5, w),
    "atkinson_one": lambda x, w: atkinson(x, 1.0, w),
    "palma": palma,
    "ninety_ten": lambda x, w: quantile_ratio(x, w=w),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """An index under the base and under an option (means over runs), and its paired change with intervals."""

    base: float
    option: float
    paired: Paired
    verdict: Verdict
    left_out: float  # share of the weight in places without a value in some run


def change(
    measure: Measure,
    option: npt.ArrayLike,
    base: npt.ArrayLike,
    w: npt.ArrayLike | None = None,
    *,
    better: Literal["lower", "higher", "neither"],
    confidence: float = 0.95,
) -> Change:
    """How an index moves from the base to an option, from values by place [runs, places] paired by run.

    `w` [places] are weights (residents), 1 each by default; `better` is the better direction of the index: "lower" for
    all INDICES, that of the outcome for `worst_decile`. A split, for instance, by district codes:
    `change(lambda x, w: theil(x, w, districts).between, ...)`.

    Raises:
        ValueError: shapes that do not fit, no place with a value in every run, infinite values; those of the index.
    """
    after, before, weights, whole = _tables(option, base, "w", w)
    kept = np.where(whole, weights, 0.0)
    new = np.array([measure(row, kept) for row in np.where(whole, after, 0.0)])
    old = np.array([measure(row, kept) for row in np.where(whole, before, 0.0)])
    effect = paired(new, old, confidence=confidence)
    return Change(
        base=float(old.mean()),
        option=float(new.mean()),
        paired=effect,
        verdict=verdict(effect, better),
        left_out=float(weights[~whole].sum() / weights.sum()),
    )


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of residents: its mean over runs, and the interval of that mean (None for one run)."""

    mean: float
    interval: Interval | None


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a group of residents, each of whom is counted with the place of residence.

    `better` and `worse` are shares in a year: whose place does better or worse than in the same year under the base.
    `surely_better` and `surely_worse` are shares whose place does so on average over years, as far as runs can tell.
    """

    group: str
    residents: float
    better: Share
    worse: Share
    surely_better: float
    surely_worse: float


@dataclass(frozen=True, kw_only=True)
class Loser:
    """A place that surely does worse: its number, residents, mean under the base, and change, in the outcome's unit."""

    place: int
    residents: float
    base: float
    change: float
    interval: Interval


@dataclass(frozen=True, kw_only=True, eq=False)
class WinnersAndLosers:
    """Who wins and who loses, by group and by place."""

    fates: tuple[Fate, ...]  # "all" first
    losers: tuple[Loser, ...]  # the largest change first
    places: npt.NDArray[np.int8]  # 1 surely better, -1 surely worse, 0 neither
    left_out: float  # share of residents in places without a value in some run; all other shares are of the rest


def winners_and_losers(
    option: npt.ArrayLike,
    base: npt.ArrayLike,
    residents: npt.ArrayLike,
    *,
    better: Better,
    least: float,
    groups: Mapping[str, npt.ArrayLike] | None = None,
    confidence: float = 0.95,
    named: int = NAMED,
) -> WinnersAndLosers:
    """Winners and losers from an outcome by place [runs, places], paired by run, and residents by place.

    `least` >= 0 is the smallest change that counts, in the unit of the outcome. `groups` name columns of residents by
    place, such as those 60 and over, or those of one district (0 elsewhere). Of the places called sure at most 5 % are
    expected to be false (Y. Benjamini, Y. Hochberg, JRSS B 57, 1995; 2.5 % a side; none below three runs). Intervals
    of the losers named allow for the picking (Y. Benjamini, D. Yekutieli, JASA 100, 2005): at most 5 % should miss.

    A place without residents is not judged.

    Raises:
        ValueError: shapes that do not fit, negative residents, a group of nobody, least < 0, infinite values.
    """
    sign = _sign(better)
    if not 0.0 <= least < np.inf:
        raise ValueError(f"least must be in [0, inf), got {least}")
    after, before, people, whole = _tables(option, base, "residents", residents)
    judged = whole & (people > 0.0)
    gains = sign * (after - before)[:, judged]
    sure = _surely_above(gains, least).astype(np.int8) - _surely_above(-gains, least).astype(np.int8)
    columns = {"all": people, **{name: _weights(name, column, people.size) for name, column in (groups or {}).items()}}
    signs = np.zeros(people.size, dtype=np.int8)
    signs[judged] = sure
    return WinnersAndLosers(
        fates=tuple(_fate(name, column[judged], gains, sure, least, confidence) for name, column in columns.items()),
        losers=_losers(after, before, people, signs, sign, int(judged.sum()), named),
        places=signs,
        left_out=float(people[~whole].sum() / people.sum()),
    )


def _fate(group: str, people: F64, gains: F64, sure: npt.NDArray[np.int8], least: float, confidence: float) -> Fate:
    total = float(people.sum())
    if total == 0.0:
        raise ValueError(f"group {group!r} must have residents in places with a value in every run, got none")

    def share(of: npt.NDArray[np.bool_]) -> Share:
        by_run = of @ people / total
        interval = paired(by_run, np.zeros(len(by_run)), confidence=confidence).interval
        if interval is not None:
            interval = Interval(low=max(interval.low, 0.0), high=min(interval.high, 1.0))
        return Share(mean=float(by_run.mean()), interval=interval)

    return Fate(
        group=group,
        residents=total,
        better=share(gains > least),
        worse=share(gains < -least),
        surely_better=float(people[sure == 1].sum()) / total,
        surely_worse=float(people[sure == -1].sum()) / total,
    )


def _surely_above(gains: F64, least: float) -> npt.NDArray[np.bool_]:
    """Which columns of gains [runs, places] have a mean above `least`: one-sided t tests, Benjamini-Hochberg rule."""
    n, places = gains.shape
    if n < FEWEST:
        return np.zeros(places, dtype=np.bool_)
    constant = (gains == gains[0]).all(axis=0)
    error = np.where(constant, 1.0, gains.std(axis=0, ddof=1) / np.sqrt(n))
    p = special.stdtr(n - 1, (least - gains.mean(axis=0)) / error)
    p = np.where(constant, np.where(gains[0] > least, 0.0, 1.0), p)
    fit = np.sort(p) <= FALSE_SHARE / 2.0 * np.arange(1, places + 1) / places
    return np.asarray(p <= np.sort(p)[np.flatnonzero(fit)[-1]]) if fit.any() else np.zeros(places, dtype=np.bool_)


def _losers(
    after: F64, before: F64, people: F64, signs: npt.NDArray[np.int8], sign: float, judged: int, named: int
) -> tuple[Loser, ...]:
    """The places that surely do worse by the most, with intervals that allow for the picking."""
    at = np.flatnonzero(signs == -1)
    changes = after - before
    at = at[np.argsort(sign * changes[:, at].mean(axis=0), kind="stable")][:named]
    confidence = 1.0 - FALSE_SHARE * at.size / judged
    return tuple(
        Loser(
            place=int(place),
            residents=float(people[place]),
            base=float(before[:, place].mean()),
            change=float(changes[:, place].mean()),
            interval=t_interval(changes[:, place], confidence=confidence),
        )
        for place in at
    )


def _tables(
    option: npt.ArrayLike, base: npt.ArrayLike, name: str, w: npt.ArrayLike | None
) -> tuple[F64, F64, F64, npt.NDArray[np.bool_]]:
    """Option and base [runs, places], weights [places], and which places have a value in every run; checked."""
    after, before = np.asarray(option, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if after.ndim != 2 or after.shape != before.shape or after.size == 0:
        raise ValueError(f"option and base must both be [runs, places], got shapes {after.shape} and {before.shape}")
    if np.isinf(after).any() or np.isinf(before).any():
        raise ValueError("option and base must be finite (nan for no value), got an infinite value")
    weights = _weights(name, np.ones(after.shape[1]) if w is None else w, after.shape[1])
    whole = np.asarray(~(np.isnan(after) | np.isnan(before)).any(axis=0))
    if not (weights[whole] > 0.0).any():
        raise ValueError("at least one place with weight must have a value in every run, got none")
    return after, before, weights, whole


def _weights(name: str, w: npt.ArrayLike, places: int) -> F64:
    weights = np.asarray(w, dtype=np.float64)
    if weights.shape != (places,):
        raise ValueError(f"{name} must be of length {places}, got shape {weights.shape}")
    fit = np.isfinite(weights) & (weights >= 0.0)
    if not fit.all():
        raise ValueError(f"{name} must be finite and >= 0, got {weights[~fit][0]}")
    return weights


def _sorted(x: npt.ArrayLike, w: npt.ArrayLike | None) -> tuple[F64, F64]:
    """Values that have weight, in rising order, and their weights; checked."""
    values = np.asarray(x, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"x must be one-dimensional, got shape {values.shape}")
    weights = _weights("w", np.ones(values.size) if w is None else w, values.size)
    if not np.isfinite(values).all():
        raise ValueError(f"x must be finite, got {values[~np.isfinite(values)][0]}")
    if not (weights > 0.0).any():
        raise ValueError("w must not be 0 everywhere")
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0.0]
    return values[order], weights[order]


def _held(values: F64, weights: F64, share: float) -> float:
    """What the first `share` of the weight holds; the value across the border is shared out."""
    reached = np.cumsum(weights)
    within = np.clip(share * reached[-1] - (reached - weights), 0.0, weights)
    return float(values @ within)


def _sign(better: Better) -> float:
    if better not in ("lower", "higher"):
        raise ValueError(f"better must be lower or higher, got {better!r}")
    return 1.0 if better == "higher" else -1.0
