"""Which option is the best buy, by what a step on an outcome is worth: acceptability curves over drawn assumptions.

A step is the least difference that counts (`runs.least_difference`). Costs and effects of a draw are the race's, moved
by what the draw changes (`recentred`), so a chance holds assumptions and one run's luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.compare import column
from analysis.cost_effectiveness import acceptability
from analysis.decision.assumed import FEWEST, Draws
from analysis.decision.recentred import Several, recentred
from analysis.decision.runs import COST, HEADLINE, better_of, least_difference

OFFERS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0)  # yuan a resident and year for a step


@dataclass(frozen=True, kw_only=True)
class Acceptable:
    """One outcome: `chance` by option is the share of draws in which it is the best buy, one for each offer.

    `step` is in the outcome's unit, `offers` in yuan a resident and year for a step. `best` has the greatest mean net
    benefit at each offer; it need not be the likeliest best buy.
    """

    outcome: str
    step: float
    offers: tuple[float, ...]
    chance: dict[str, tuple[float, ...]]
    best: tuple[str, ...]
    draws: int


def acceptable(draws: Draws, race: Several) -> tuple[Acceptable, ...]:
    """Curves of every headline outcome but cost; none for a lone option, or too few draws to say.

    `race` are the race's outcomes by option, around whose mean effects the draws are put.
    """
    costs = recentred(race, draws.again, draws.outcomes, COST)
    if len(draws.outcomes) < 2 or len(draws.points) < FEWEST or len(costs) < len(draws.outcomes):
        return ()
    found = []
    for outcome in HEADLINE:
        effects = {} if outcome == COST else recentred(race, draws.again, draws.outcomes, outcome)
        level = abs(float(np.nanmean(column(next(iter(race.values())), outcome)))) if effects else 0.0
        whole = ~np.isnan([*costs.values(), *effects.values()]).any(axis=0)
        if len(effects) < len(costs) or level == 0.0 or whole.sum() < FEWEST:
            continue
        step = least_difference(level)
        curve = acceptability(
            costs,
            {option: effect / step for option, effect in effects.items()},
            OFFERS,
            better=better_of(outcome),
        )
        found.append(
            Acceptable(
                outcome=outcome,
                step=step,
                offers=OFFERS,
                chance={o: tuple(curve.probability[:, i].tolist()) for i, o in enumerate(curve.options)},
                best=curve.best,
                draws=curve.draws,
            )
        )
    return tuple(found)
