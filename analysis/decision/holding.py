"""How a choice holds up: over scenarios, and over weights of the outcomes that nobody has stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.decision.runs import F64, HEADLINE, Runs, better_of, outcome_table
from analysis.preferences import smaa, spanning
from analysis.robustness import assess
from analysis.selection import Better


@dataclass(frozen=True, kw_only=True)
class Regret:
    """One option over scenarios on one outcome, in its unit.

    `worst` is its worst mean, `largest` its largest regret (what it falls short of the best in the same scenario) with
    its standard error, `wins` the share of resampled studies in which it has the least of the largest regrets.
    """

    option: str
    worst: float | None
    largest: float | None
    se: float | None
    wins: float | None


@dataclass(frozen=True, kw_only=True)
class Robust:
    """One outcome: the options over scenarios. `minimax` have the least largest regret (several are a tie).

    `agreement` is the mean rank correlation (Kendall's tau) of the orders that any two robustness metrics give.
    """

    outcome: str
    scenarios: tuple[str, ...]
    options: tuple[Regret, ...]
    minimax: tuple[str, ...]
    agreement: float | None


@dataclass(frozen=True, kw_only=True)
class Favoured:
    """How an option fares over all weights of the outcomes and the luck of the runs.

    `ranks` is the share of draws in which it takes each rank, best first; `weights` by outcome are the mean weights of
    the draws that favour it (None where none does), `confidence` the chance that it is first under those.
    """

    option: str
    ranks: tuple[float, ...]
    weights: dict[str, float] | None
    confidence: float | None


def robust(scenarios: Mapping[str, Runs]) -> tuple[Robust, ...]:
    """Headline outcomes over two scenarios or more, from the replications that are complete in all of them."""
    found = []
    for outcome in HEADLINE if len(scenarios) > 1 else ():
        values = np.stack([outcome_table(runs, outcome) for runs in scenarios.values()], axis=-1)
        options = tuple(next(iter(scenarios.values())))
        if len(options) < 2 or np.isnan(values).any(axis=(1, 2)).all():
            continue
        found.append(_assessed(outcome, values, options, tuple(scenarios)))
    return tuple(found)


def _assessed(outcome: str, values: F64, options: tuple[str, ...], scenarios: tuple[str, ...]) -> Robust:
    assessment = assess(values, _better(outcome))
    largest, worst = assessment.of("minimax_regret"), assessment.of("maximin")
    pairs = [t for i, row in enumerate(assessment.agreement) for t in row[i + 1 :] if t is not None]
    return Robust(
        outcome=outcome,
        scenarios=scenarios,
        options=tuple(
            Regret(
                option=option,
                worst=worst.values[i],
                largest=largest.values[i],
                se=largest.se[i] if largest.se else None,
                wins=largest.wins[i] if largest.wins else None,
            )
            for i, option in enumerate(options)
        ),
        minimax=tuple(options[i] for i in largest.best),
        agreement=float(np.mean(pairs)) if pairs else None,
    )


def favoured(runs: Runs) -> tuple[Favoured, ...]:
    """Every option over all weights of the headline outcomes on which the options differ (none: no answer)."""
    if len(runs) < 2:
        return ()
    values = np.stack([outcome_table(runs, outcome) for outcome in HEADLINE], axis=-1)
    values = values[:, :, ~np.isnan(values).all(axis=(0, 1))]
    names = [outcome for outcome in HEADLINE if not np.isnan(outcome_table(runs, outcome)).all()]
    values = values[~np.isnan(values).any(axis=(1, 2))]
    if not len(values):
        return ()
    differ = np.ptp(values.mean(axis=0), axis=0) > 0.0
    names = [name for name, kept in zip(names, differ, strict=True) if kept]
    if len(names) < 2:
        return ()
    values = values[:, :, differ]
    criteria = spanning(values, {name: _better(name) for name in names})
    standings = smaa(values, criteria).standings
    return tuple(
        Favoured(
            option=option,
            ranks=standing.acceptability,
            weights=_named(standing.central_weights, names),
            confidence=standing.confidence,
        )
        for option, standing in zip(runs, standings, strict=True)
    )


def _named(weights: Sequence[float] | None, outcomes: Sequence[str]) -> dict[str, float] | None:
    return None if weights is None else dict(zip(outcomes, weights, strict=True))


def _better(outcome: str) -> Better:
    return "higher" if better_of(outcome) == "higher" else "lower"
