"""What to measure first: the worth of knowing an assumption before choosing, over the draws of all of them.

Worths are counted in differences that matter (`runs.least_difference`), so that outcomes can be added up; nobody has
said that a step on one is worth as much as on another, so each outcome's own worth is kept too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.compare import column
from analysis.decision.assumed import FEWEST, Draws
from analysis.decision.recentred import Several, recentred
from analysis.decision.runs import HEADLINE, better_of, least_difference
from analysis.information import evpi, measure_first

MEASURED = 3  # assumptions named
SURE = 1.96  # standard errors that an assumption's worth on some outcome must lie above nothing


@dataclass(frozen=True, kw_only=True)
class Known:
    """One assumption and outcome: what choosing by that outcome would gain, in its unit, if the assumption were known.

    `se` is the error of `value`, `changes` the share of draws in which the choice would be another.
    """

    outcome: str
    value: float
    se: float
    changes: float


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """An assumption, and what knowing it is worth: in sum, in differences that matter, and by outcome."""

    lever: str
    worth: float
    outcomes: tuple[Known, ...]


@dataclass(frozen=True, kw_only=True)
class Knowing:
    """What everything known would gain by outcome, in its unit (luck of a run included), and what to measure first."""

    everything: dict[str, float]
    first: tuple[Measurement, ...]


def knowing(draws: Draws, race: Several) -> Knowing | None:
    """The assumptions most worth knowing; None for a lone option, or too few draws to say.

    `race` are the race's outcomes by option, around whose mean effects the draws are put.
    """
    if len(draws.outcomes) < 2 or len(draws.points) < FEWEST:
        return None
    levers = {
        swept.lever: values
        for swept, values in zip(draws.levers, draws.points.T, strict=True)
        if (values != values[0]).any()
    }
    everything: dict[str, float] = {}
    found: dict[str, list[Known]] = {lever: [] for lever in levers}
    scale: dict[str, float] = {}
    for outcome in HEADLINE:
        table = recentred(race, draws.again, draws.outcomes, outcome)
        if len(table) < len(draws.outcomes) or not levers:
            continue
        if (~np.isnan(np.array(list(table.values()))).any(axis=0)).sum() < FEWEST:
            continue
        better = better_of(outcome)
        everything[outcome] = evpi(table, better=better).value
        level = float(np.nanmean(column(next(iter(race.values())), outcome)))
        scale[outcome] = least_difference(level) or 1.0
        for m in measure_first(table, levers, better=better):
            known = Known(outcome=outcome, value=m.worth.value, se=m.worth.se, changes=m.worth.changes)
            found[m.assumption].append(known)
    if not everything:
        return None
    sums = {lever: sum(k.value / scale[k.outcome] for k in several) for lever, several in found.items()}
    sure = [lever for lever, several in found.items() if any(k.value > SURE * k.se for k in several)]
    order = sorted(sure, key=lambda lever: -sums[lever])[:MEASURED]
    first = tuple(Measurement(lever=x, worth=sums[x], outcomes=tuple(found[x])) for x in order)
    return Knowing(everything=everything, first=first)
