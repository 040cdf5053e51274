"""What an option costs for what it gains: incremental ratios, net benefit, acceptability, break-even.

Costs are in yuan (or any money), smaller is better; of effects the better direction is always asked for, and gains are
counted in it. M. Drummond et al., "Methods for the Economic Evaluation of Health Care Programmes", 4th ed., 2015.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.compare import Interval

F64 = npt.NDArray[np.float64]
Point = tuple[float, float]  # cost, gain
Better = Literal["lower", "higher"]
Status = Literal["efficient", "dominated", "extendedly dominated"]
Worth = Literal["always", "never", "from", "up to", "no difference"]


@dataclass(frozen=True, kw_only=True)
class Increment:
    """One option in the order of cost.

    `against` names, for an efficient option, the next cheaper efficient one (none for the cheapest), from which
    `extra_cost`, `extra_gain` and their ratio are taken; for a dominated one, an option that costs no more and gains
    no less; for an extendedly dominated one, the two efficient options some mix of which beats it.
    """

    option: str
    cost: float
    effect: float
    status: Status
    against: tuple[str, ...]
    extra_cost: float | None
    extra_gain: float | None
    ratio: float | None  # money per unit gained


def incremental_ratios(
    costs: Mapping[str, float], effects: Mapping[str, float], *, better: Better
) -> tuple[Increment, ...]:
    """Incremental cost-effectiveness ratios of all options, cheapest first, dominated ones told apart.

    The efficient options lie on the lower border of costs over gains, so ratios rise from one to the next. Options of
    equal cost and effect share their fate. Costs and effects are taken as known: see `acceptability` for their noise.

    Raises:
        ValueError: costs and effects of different options, none, or a value that is not finite.
    """
    names = _same_options(costs, effects)
    sign = _sign(better)
    point = {name: (float(costs[name]), sign * float(effects[name])) for name in names}
    if not np.isfinite(list(point.values())).all():
        raise ValueError("costs and effects must be finite")
    points = sorted(set(point.values()), key=lambda p: (p[0], -p[1]))
    border = _border(points)
    first = {at: next(name for name in names if point[name] == at) for at in points}
    found = []
    for name in sorted(names, key=lambda name: (point[name][0], -point[name][1])):
        cost, gain = point[name]
        status, rivals = _fate((cost, gain), points, border)
        step = (cost - rivals[0][0], gain - rivals[0][1]) if status == "efficient" and rivals else None
        found.append(
            Increment(
                option=name,
                cost=cost,
                effect=float(effects[name]),
                status=status,
                against=tuple(first[rival] for rival in rivals),
                extra_cost=step[0] if step else None,
                extra_gain=step[1] if step else None,
                ratio=step[0] / step[1] if step else None,
            )
        )
    return tuple(found)


def net_benefit(costs: npt.ArrayLike, effects: npt.ArrayLike, willingness: float, *, better: Better) -> F64:
    """Money's worth of the effects less the costs, elementwise; `willingness` is money per unit gained, >= 0."""
    if not 0.0 <= willingness < math.inf:
        raise ValueError(f"willingness must be in [0, inf), got {willingness}")
    gains = _sign(better) * np.asarray(effects, dtype=np.float64)
    return np.asarray(willingness * gains - np.asarray(costs, dtype=np.float64), dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Acceptability:
    """How often each option is the best buy, by willingness to pay: rows [willingness], columns [options]."""

    options: tuple[str, ...]
    willingness: F64
    probability: F64  # share of draws in which the option has the greatest net benefit; ties are shared out
    low: F64  # Wilson's interval of the probability, one at a time
    high: F64
    expected: F64  # mean net benefit
    best: tuple[str, ...]  # the option to choose: the greatest mean, which need not be the likeliest best
    draws: int


def acceptability(
    costs: Mapping[str, npt.ArrayLike],
    effects: Mapping[str, npt.ArrayLike],
    willingness: npt.ArrayLike,
    *,
    better: Better,
    confidence: float = 0.95,
) -> Acceptability:
    """Acceptability curve and frontier from draws [n] of every option, the n-th of all options belonging together.

    E. Fenwick, K. Claxton, M. Sculpher, Health Economics 10, 2001. A draw in which any option has no value (nan) is
    left out for all. Intervals: E. B. Wilson, JASA 22, 1927.

    Raises:
        ValueError: different options or lengths, no whole draw, infinite values, willingness < 0.
    """
    names = _same_options(costs, effects)
    cost, effect = _whole([costs[name] for name in names], [effects[name] for name in names])
    offers = np.atleast_1d(np.asarray(willingness, dtype=np.float64))
    gains = [net_benefit(cost, effect, float(offer), better=better) for offer in offers]
    expected = np.array([gain.mean(axis=0) for gain in gains])
    best = [gain == gain.max(axis=1, keepdims=True) for gain in gains]
    probability = np.array([(b / b.sum(axis=1, keepdims=True)).mean(axis=0) for b in best])
    low, high = _wilson(probability, len(cost), confidence)
    chosen = tuple(names[i] for i in expected.argmax(axis=1))
    return Acceptability(
        options=names,
        willingness=offers,
        probability=probability,
        low=low,
        high=high,
        expected=expected,
        best=chosen,
        draws=len(cost),
    )


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """The willingness to pay at which an option is worth as much as the base, and which side of it favours it.

    `willingness` and `worth` go by the means of the runs; `region` is all of [0, inf) at which the runs cannot tell the
    two apart: no piece, one, or two, the last perhaps without end.
    """

    willingness: float | None  # money per unit gained; None where worth is "always", "never" or "no difference"
    worth: Worth  # "from": worth it where a unit is valued at more than this; "up to": where it is valued at less
    region: tuple[Interval, ...]
    n: int


def break_even(
    extra_cost: npt.ArrayLike, extra_effect: npt.ArrayLike, *, better: Better, confidence: float = 0.95
) -> BreakEven:
    """Break-even willingness of an option from its paired differences to the base [n >= 2], with Fieller's region.

    The region holds the true break-even point in `confidence` of all studies if differences are normal, also where
    the effect is close to 0 and a ratio has no usable standard error (E. C. Fieller, JRSS B 16, 1954).

    Raises:
        ValueError: lengths differ, fewer than 2 whole pairs, infinite values, confidence outside (0, 1).
    """
    cost, effect = (column[:, 0] for column in _whole([extra_cost], [extra_effect]))
    gain = _sign(better) * effect
    mean_cost, mean_gain = _mean(cost), _mean(gain)
    worth: Worth
    if mean_cost == 0.0 and mean_gain == 0.0:
        worth = "no difference"
    elif mean_cost <= 0.0 <= mean_gain:
        worth = "always"
    elif mean_gain <= 0.0 <= mean_cost:
        worth = "never"
    else:
        worth = "from" if mean_gain > 0.0 else "up to"
    return BreakEven(
        willingness=mean_cost / mean_gain if worth in ("from", "up to") else None,
        worth=worth,
        region=_undecided(cost, gain, 0.0, math.inf, confidence),
        n=cost.size,
    )


@dataclass(frozen=True, kw_only=True)
class Crossings:
    """The levels of a lever at which an option turns from a loss to a gain or back, within the levels that were run."""

    levels: tuple[float, ...]
    region: tuple[Interval, ...]  # all levels at which runs cannot tell the change from none


def break_even_levels(levels: Sequence[float], changes: npt.ArrayLike, *, confidence: float = 0.95) -> Crossings:
    """Where the change against the base is nothing, from changes [levels, n >= 2] paired by run, in any one unit.

    Between neighbouring levels each run is taken to change linearly; the region is then exact for normal changes
    (Fieller 1954), level by level. Runs with a missing level are left out. A stretch without any change between a loss
    and a gain counts where it begins.

    Raises:
        ValueError: levels that do not rise, a shape that does not fit, fewer than 2 whole runs, infinite values.
    """
    at = np.asarray(levels, dtype=np.float64)
    if at.ndim != 1 or at.size < 2 or not (np.diff(at) > 0.0).all():
        raise ValueError(f"levels must be at least 2 and rise, got {at.tolist()}")
    table = np.asarray(changes, dtype=np.float64)
    if table.ndim != 2 or len(table) != at.size:
        raise ValueError(f"changes must have a row for each of {at.size} levels, got shape {table.shape}")
    runs, _ = _whole(list(table), [])
    means = np.array([_mean(run) for run in runs.T])
    moved = np.flatnonzero(means)
    crossings = []
    for i, j in pairwise(moved):
        if means[i] * means[j] < 0.0:
            step = means[i] / (means[i] - means[j]) if j == i + 1 else 1.0
            crossings.append(float(at[i] + step * (at[i + 1] - at[i])))
    pieces: list[tuple[float, float]] = []
    for k, width in enumerate(np.diff(at)):
        found = _undecided(-runs[:, k], runs[:, k + 1] - runs[:, k], 0.0, 1.0, confidence)
        pieces.extend((float(at[k] + width * piece.low), float(at[k] + width * piece.high)) for piece in found)
    return Crossings(levels=tuple(crossings), region=_joined(pieces))


def _border(points: Sequence[Point]) -> tuple[Point, ...]:
    """The efficient of points in order of cost and falling gain: no mix of others costs as little and gains more."""
    border = [points[0]]
    while ahead := [p for p in points if p[1] > border[-1][1]]:
        cost, gain = border[-1]
        ratios = [(p[0] - cost) / (p[1] - gain) for p in ahead]
        least = min(ratios) * (1.0 + 1e-12)  # points on one line all stay
        border.append(min((p for p, ratio in zip(ahead, ratios, strict=True) if ratio <= least), key=lambda p: p[1]))
    return tuple(border)


def _fate(point: Point, points: Sequence[Point], border: Sequence[Point]) -> tuple[Status, Sequence[Point]]:
    """The status of a (cost, gain), and the points that decide it, efficient ones first."""
    if point in border:
        i = border.index(point)
        return "efficient", border[i - 1 : i] if i else ()
    rivals = [p for p in (*border, *points) if p != point and p[0] <= point[0] and p[1] >= point[1]]
    if rivals:
        return "dominated", rivals[:1]
    above = next(i for i, p in enumerate(border) if p[1] > point[1])
    return "extendedly dominated", border[above - 1 : above + 1]


def _undecided(cost: F64, gain: F64, low: float, high: float, confidence: float) -> tuple[Interval, ...]:
    """The x in [low, high] at which the mean of x * gain - cost [n] cannot be told from 0 by a paired t test.

    These x solve a x^2 - 2 b x + c <= 0, where a, b, c are the products of the means less their errors.
    """
    n = cost.size
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    mean_cost, mean_gain = _mean(cost), _mean(gain)
    off_cost, off_gain = cost - mean_cost, gain - mean_gain
    scale = float(special.stdtrit(n - 1, 0.5 + confidence / 2.0)) ** 2 / (n * (n - 1))
    a = mean_gain**2 - scale * float(off_gain @ off_gain)
    b = mean_gain * mean_cost - scale * float(off_gain @ off_cost)
    c = mean_cost**2 - scale * float(off_cost @ off_cost)
    roots = [x for x in _roots(a, b, c) if low <= x <= high]
    edges = sorted({low, high, *roots})
    pieces = [(x, x) for x in roots]
    for left, right in pairwise(edges):
        inside = (left + right) / 2.0 if math.isfinite(right) else 2.0 * left + 1.0
        if a * inside * inside - 2.0 * b * inside + c <= 0.0:
            pieces.append((left, right))
    return _joined(pieces)


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """The x with a x^2 - 2 b x + c = 0; roots that rounding cannot part are one."""
    if a == 0.0:
        return (c / (2.0 * b),) if b != 0.0 else ()
    disc = b * b - a * c
    if abs(disc) <= 1e-12 * max(b * b, abs(a * c)):
        return (b / a,)
    if disc < 0.0:
        return ()
    far = b + math.copysign(math.sqrt(disc), b)
    return far / a, c / far


def _joined(pieces: Sequence[tuple[float, float]]) -> tuple[Interval, ...]:
    """Pieces (low, high) in order, those that touch made one."""
    whole: list[tuple[float, float]] = []
    for low, high in sorted(pieces):
        if whole and low <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return tuple(Interval(low=low, high=high) for low, high in whole)


def _wilson(share: F64, n: int, confidence: float) -> tuple[F64, F64]:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    z2 = float(special.ndtri(0.5 + confidence / 2.0)) ** 2 / n
    middle = (share + z2 / 2.0) / (1.0 + z2)
    half = np.sqrt(z2 * (share * (1.0 - share) + z2 / 4.0)) / (1.0 + z2)
    return np.minimum(np.maximum(middle - half, 0.0), share), np.maximum(np.minimum(middle + half, 1.0), share)


def _sign(better: Better) -> float:
    if better not in ("lower", "higher"):
        raise ValueError(f"better must be lower or higher, got {better!r}")
    return 1.0 if better == "higher" else -1.0


def _same_options(costs: Mapping[str, object], effects: Mapping[str, object]) -> tuple[str, ...]:
    if not costs or costs.keys() != effects.keys():
        raise ValueError(f"costs and effects must have the same options, got {list(costs)} and {list(effects)}")
    return tuple(costs)


def _whole(costs: Sequence[npt.ArrayLike], effects: Sequence[npt.ArrayLike]) -> tuple[F64, F64]:
    """Costs and effects [draws, options] of the draws that are whole; checked."""
    columns = [np.asarray(column, dtype=np.float64) for column in (*costs, *effects)]
    if any(column.ndim != 1 or column.size != columns[0].size for column in columns):
        raise ValueError(f"draws must be rows of equal length, got shapes {[column.shape for column in columns]}")
    table = np.column_stack(columns)
    table = table[~np.isnan(table).any(axis=1)]
    if not np.isfinite(table).all():
        raise ValueError("draws must be finite, got an infinite value")
    if len(table) < 2:
        raise ValueError(f"draws must have at least 2 without a gap, got {len(table)}")
    return table[:, : len(costs)], table[:, len(costs) :]


def _mean(x: F64) -> float:
    return float(x[0]) if (x == x[0]).all() else float(x.mean())  # a constant has itself as its mean, to the last bit
