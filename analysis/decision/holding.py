"""How a choice holds up: over scenarios, and over weights of the outcomes that nobody has stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.compare import column
from analysis.decision.recentred import Several
from analysis.decision.runs import F64, HEADLINE, Runs, better_of, outcome_table
from analysis.preferences import smaa, spanning
from analysis.robustness import assess


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Runs beside the race, by scenario (the main one first) and option, under the same lucks in a smaller city."""

    residents: int
    share: float
    outcomes: Mapping[str, Several]


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

    `agreement` is the mean rank correlation (Kendall's tau) of the orders that any two robustness metrics give. The
    runs, so many of each option and scenario, were of a city of so many residents (`share` of the real one).
    """

    outcome: str
    scenarios: tuple[str, ...]
    residents: int
    share: float
    replications: int
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


def robust(scenarios: Mapping[str, Several], *, residents: int, share: float) -> tuple[Robust, ...]:
    """Headline outcomes over two scenarios or more, from the replications that are complete in all of them."""
    found = []
    for outcome in HEADLINE if len(scenarios) > 1 else ():
        values = np.stack([_table(runs, outcome) for runs in scenarios.values()], axis=-1)
        options = tuple(next(iter(scenarios.values())))
        if len(options) < 2 or np.isnan(values).any(axis=(1, 2)).all():
            continue
        found.append(_assessed(outcome, values, options, tuple(scenarios), where=(residents, share)))
    return tuple(found)


def robust_elsewhere(beside: Elsewhere, race: Several) -> tuple[Robust, ...]:
    """The same from runs beside the race: what a scenario changes in the smaller city, put around the race's means."""
    main = next(iter(beside.outcomes.values()))

    def moved(option: str, outcome: str) -> float:
        ours, small = column(race[option], outcome), column(main[option], outcome)
        return float(np.nanmean(ours) - np.nanmean(small)) if np.isfinite(ours).any() else 0.0

    shifts = {option: {outcome: moved(option, outcome) for outcome in HEADLINE} for option in main}
    scenarios = {
        name: {
            option: [{o: run[o] + by for o, by in shifts[option].items() if o in run} for run in several]
            for option, several in runs.items()
        }
        for name, runs in beside.outcomes.items()
    }
    return robust(scenarios, residents=beside.residents, share=beside.share)


def _table(runs: Several, outcome: str) -> F64:
    """[replications, options]; nan where a run has none."""
    return np.array([column(several, outcome) for several in runs.values()]).T


def _assessed(
    outcome: str, values: F64, options: tuple[str, ...], scenarios: tuple[str, ...], *, where: tuple[int, float]
) -> Robust:
    assessment = assess(values, better_of(outcome))
    largest, worst = assessment.of("minimax_regret"), assessment.of("maximin")
    pairs = [t for i, row in enumerate(assessment.agreement) for t in row[i + 1 :] if t is not None]
    return Robust(
        outcome=outcome,
        scenarios=scenarios,
        residents=where[0],
        share=where[1],
        replications=int((~np.isnan(values).any(axis=(1, 2))).sum()),
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
    criteria = spanning(values, {name: better_of(name) for name in names})
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
