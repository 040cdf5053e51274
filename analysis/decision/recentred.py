"""What assumptions and scenarios change, put around the race's own estimates.

Hundreds of draws are affordable only in a smaller share of the city, whose levels and effects are not the race's. What
carries over is the shift that moved assumptions cause: so an effect under a draw is the race's mean effect, plus the
effect in the draw, less the mean effect of runs of the same small city at the values as they are. The draws then lie
around the mean that stands beside them, and their spread is that of the assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.compare import Paired, column, paired
from analysis.decision.runs import F64

Outcomes = Mapping[str, float]
Several = Mapping[str, Sequence[Outcomes]]  # by option, in the same order of runs; the first option is the base

NODES = special.ndtri((np.arange(31) + 0.5) / 31.0)  # equally likely values of a standard normal


@dataclass(frozen=True, kw_only=True)
class Centre:
    """Where the effects of an option on an outcome are put, in the outcome's unit.

    `mean` is the race's mean effect, `small` that of the smaller city at the values as they are, `error` the standard
    error of `mean - small`, `luck` the variance of an effect in the smaller city between runs whose luck alone differs.
    """

    mean: float
    small: float
    error: float
    luck: float

    def shifted(self, effects: F64) -> F64:
        """Effects of the smaller city around the race's mean; where nothing moves, that mean to the last bit."""
        return self.mean + (effects - self.small)


def centre(race: Several, again: Several, option: str, outcome: str) -> Centre | None:
    """The centre of one option and outcome; None without two pairs of runs of both."""
    ours, small = (_pairs(runs, option, outcome) for runs in (race, again))
    if ours is None or small is None or ours.se is None or small.se is None:
        return None
    return Centre(
        mean=ours.mean,
        small=small.mean,
        error=float(np.hypot(ours.se, small.se)),
        luck=small.n * small.se**2,
    )


def effects_of(runs: Several, option: str, outcome: str) -> F64:
    """[n] effects of an option against the base, run by run; nan where either has no value."""
    base = next(iter(runs))
    return column(runs[option], outcome) - column(runs[base], outcome)


def recentred(race: Several, again: Several, draws: Several, outcome: str) -> dict[str, F64]:
    """Option -> effects [n] under the draws around the race's mean; the base's are 0. Without a centre, left out."""
    base, *options = draws
    centres = {option: centre(race, again, option, outcome) for option in options}
    found = {o: c.shifted(effects_of(draws, o, outcome)) for o, c in centres.items() if c is not None}
    return {base: effects_of(draws, base, outcome), **found} if found else {}


def quantiles(values: F64, error: float, shares: Sequence[float]) -> tuple[float, ...]:
    """Quantiles of values [n], each blurred by a normal error of the same size."""
    blurred = (values[:, None] + error * NODES).ravel() if error > 0.0 else values
    return tuple(float(q) for q in np.quantile(blurred, shares))


def _pairs(runs: Several, option: str, outcome: str) -> Paired | None:
    d = effects_of(runs, option, outcome)
    d = d[~np.isnan(d)]
    return paired(d, np.zeros(d.size), resamples=2) if d.size else None
