"""How far an answer hangs on assumptions: every option run under many draws of what decides the signs.

A draw is one set of assumptions and one luck, shared by all options and the base, so a difference within a draw is an
option's effect given those assumptions. Draws run in a smaller share of the city: what they move is put around the
race's mean (`recentred`). The 5-95 % interval over draws is what a committee should look at first; the interval over
runs at the assumed values, however many, says nothing of it. A draw has one run, so a little of its spread is luck:
`luck` says how much, from runs whose luck alone differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.compare import column
from analysis.decision.recentred import Centre, Several, centre, effects_of, quantiles, recentred
from analysis.decision.runs import HEADLINE, least_difference
from analysis.scenario_discovery import Bound, by_chance, discover, limits_of, measure
from analysis.selection import sign_of
from sim.outcomes import OUTCOMES

F64 = npt.NDArray[np.float64]

LOW, HIGH = 0.05, 0.95  # of the draws lie below and above
FEWEST = 20  # draws below which nothing is said of what drives them
ERROR = 0.05  # of calling any lever of an effect a driver where none is
NAMED = 3  # drivers of an effect, at most
SHUFFLES = 99  # by which a box is compared with chance
CLEAR = 0.1  # of the draws on the rarer side: fewer, and the sign hardly hangs on anything


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A lever that the draws move: its value else, and the ends between which it was drawn."""

    lever: str
    value: float
    low: float
    high: float
    log: bool  # drawn evenly on the log scale


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Runs under drawn assumptions: points [n, levers]; outcomes by option, in the order of the points.

    `again` are runs at the values else, of the same city and days, whose luck alone differs. The first option is the
    base.
    """

    asked: int
    residents: int
    share: float
    levers: tuple[Swept, ...]
    points: F64
    outcomes: Several
    again: Several


@dataclass(frozen=True, kw_only=True)
class AssumedEffect:
    """An effect over draws around the race's `mean`, in the unit of the outcome: 5 %, 50 % and 95 % of them lie below.

    The ends allow for `error`, the Monte Carlo error of where the draws are put. `outside` says that the mean, at the
    values else, is not between them: most draws move the effect to one side. `better` and `worse` are shares of the
    draws (no change is neither), for outcomes with a better direction. `as_assumed` is the mean effect in the draws'
    own city at the values else; `luck` the share of the variance over draws that luck alone makes (None where neither
    varies).
    """

    option: str
    outcome: str
    mean: float
    low: float
    median: float
    high: float
    error: float
    outside: bool
    better: float | None
    worse: float | None
    as_assumed: float
    luck: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class AssumedBest:
    """How often each option is the best on an outcome over the draws; ties are shared out.

    `error` is the standard error of each chance, from the number of draws (two more of each kind added).
    """

    outcome: str
    chance: dict[str, float]
    error: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A lever that an effect surely moves with: Spearman's rank correlation over the draws."""

    option: str
    outcome: str
    lever: str
    correlation: float


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Where among the assumptions an option does worse than the base: a box found by PRIM, bounds that say little left
    out; none that shuffled draws give as easily.

    `density` is the share of draws inside that are worse, `overall` that of all draws, `coverage` the share of all
    worse draws that lie inside; `by_chance` is how often shuffled draws give as good a box.
    """

    option: str
    outcome: str
    bounds: tuple[Bound, ...]
    density: float
    coverage: float
    overall: float
    by_chance: float


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What the draws say; `draws` of `asked` ended, in a city of so many residents (`share` of the real one)."""

    asked: int
    draws: int
    residents: int
    share: float
    levers: tuple[Swept, ...]
    effects: tuple[AssumedEffect, ...]
    best: tuple[AssumedBest, ...]
    drivers: tuple[Driver, ...]
    failing: tuple[Failing, ...]


def over_assumptions(draws: Draws, race: Several) -> Assumed:
    """Sum the draws up: every outcome's effect, and of the headline outcomes the best, the drivers and the failures.

    `race` are the race's outcomes by option. An effect without two runs of the race and two again has no interval.
    """
    base, *options = draws.outcomes
    effects, drivers, failing = [], [], []
    for outcome in OUTCOMES:
        for option in options:
            at = centre(race, draws.again, option, outcome)
            d = effects_of(draws.outcomes, option, outcome)
            whole = ~np.isnan(d)
            if at is None or not whole.any():
                continue
            moved = at.shifted(d[whole])
            effect = _effect(option, outcome, moved, at)
            effects.append(effect)
            level = abs(float(np.nanmean(column(race[base], outcome))))
            if outcome in HEADLINE and whole.sum() >= FEWEST and _matters(effect, level):
                drivers += _drivers(option, outcome, moved, draws.points[whole], draws.levers)
                failing += _failing(effect, moved, draws.points[whole], draws.levers)
    return Assumed(
        asked=draws.asked,
        draws=len(draws.points),
        residents=draws.residents,
        share=draws.share,
        levers=draws.levers,
        effects=tuple(effects),
        best=_best(draws, race),
        drivers=tuple(drivers),
        failing=tuple(failing),
    )


def _effect(option: str, outcome: str, d: F64, at: Centre) -> AssumedEffect:
    better = OUTCOMES[outcome].better
    gain = None if better == "neither" else sign_of(better) * d
    low, median, high = quantiles(d, at.error, (LOW, 0.5, HIGH))
    spread = float(d.var(ddof=1)) if d.size > 1 and not (d == d[0]).all() else 0.0
    return AssumedEffect(
        option=option,
        outcome=outcome,
        mean=at.mean,
        low=low,
        median=median,
        high=high,
        error=at.error,
        outside=not low <= at.mean <= high,
        better=None if gain is None else float((gain > 0.0).mean()),
        worse=None if gain is None else float((gain < 0.0).mean()),
        as_assumed=at.small,
        luck=min(1.0, at.luck / spread) if spread > 0.0 else None,
        n=d.size,
    )


def _matters(effect: AssumedEffect, level: float) -> bool:
    """Is the effect anything but next to nothing under some of the assumptions?"""
    return max(abs(effect.low), abs(effect.high)) > least_difference(level)


def _best(draws: Draws, race: Several) -> tuple[AssumedBest, ...]:
    found = []
    for outcome in HEADLINE:
        moved = recentred(race, draws.again, draws.outcomes, outcome)
        better = OUTCOMES[outcome].better
        if len(moved) < len(draws.outcomes) or better == "neither":
            continue
        table = np.array(list(moved.values())).T
        table = table[~np.isnan(table).any(axis=1)]
        if not len(table):
            continue
        good = sign_of(better) * table
        first = good == good.max(axis=1, keepdims=True)
        chance = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
        near = (chance * len(table) + 2.0) / (len(table) + 4.0)  # A. Agresti, B. Coull 1998: 0 of few is not surely 0
        error = np.sqrt(near * (1.0 - near) / (len(table) + 4.0))
        found.append(
            AssumedBest(
                outcome=outcome,
                chance=dict(zip(draws.outcomes, chance.tolist(), strict=True)),
                error=dict(zip(draws.outcomes, error.tolist(), strict=True)),
            )
        )
    return tuple(found)


def _drivers(option: str, outcome: str, d: F64, points: F64, levers: Sequence[Swept]) -> list[Driver]:
    found = strongest(d, points, [lever.lever for lever in levers])
    return [Driver(option=option, outcome=outcome, lever=lever, correlation=r) for lever, r in found]


def strongest(d: F64, points: F64, levers: Sequence[str]) -> list[tuple[str, float]]:
    """The levers with which an effect surely moves and Spearman's rank correlation, strongest first, three at most.

    So strong a correlation would any of them show by chance in 5 % of studies, at most.

    Args:
        d: [draws] the effect.
        points: [draws, levers] their values.
        levers: their names.
    """
    if (d == d[0]).all():
        return []
    found = []
    for lever, values in zip(levers, points.T, strict=True):
        if (values == values[0]).all():
            continue
        r = float(stats.spearmanr(values, d).statistic)
        t = abs(r) * np.sqrt((d.size - 2) / max(1.0 - r * r, 1e-12))
        if 2.0 * float(special.stdtr(d.size - 2, -t)) <= ERROR / len(levers):
            found.append((lever, r))
    return sorted(found, key=lambda x: -abs(x[1]))[:NAMED]


def _failing(effect: AssumedEffect, d: F64, points: F64, levers: Sequence[Swept]) -> list[Failing]:
    """The box of assumptions under which an option is worse than the base; only where it is now better, now worse."""
    better, worse = effect.better or 0.0, effect.worse or 0.0
    if min(better, worse) < CLEAR:
        return []
    failed = sign_of("higher" if OUTCOMES[effect.outcome].better == "higher" else "lower") * d < 0.0
    inputs = {lever.lever: values for lever, values in zip(levers, points.T, strict=True)}
    chance = by_chance(inputs, failed, shuffles=SHUFFLES, enough=int(ERROR * (1 + SHUFFLES)))
    found = []
    for box in discover(inputs, failed) if chance <= ERROR else ():
        kept = {bound.input for bound in box.bounds if bound.quasi_p <= ERROR}
        plain = measure({name: ends for name, ends in limits_of(box).items() if name in kept}, inputs, failed)
        if plain.bounds:
            found.append(
                Failing(
                    option=effect.option,
                    outcome=effect.outcome,
                    bounds=plain.bounds,
                    density=plain.density,
                    coverage=plain.coverage,
                    overall=float(failed.mean()),
                    by_chance=chance,
                )
            )
    return found
