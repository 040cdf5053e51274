"""What the money buys: the efficient options, effects at equal yearly cost, and when a one-off cost is earned back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.compare import Interval, Paired, paired
from analysis.cost_effectiveness import Increment, Worth, break_even, incremental_ratios
from analysis.decision.runs import COST, F64, HEADLINE, Runs, better_of, complete, outcome_table
from sim.trial import Record
from sim.world.accounts import ONE_OFF, PAID

YEAR = 365.0


@dataclass(frozen=True, kw_only=True)
class Bargain:
    """All options by cost and one outcome, cheapest first: which are efficient, what the next unit costs."""

    outcome: str
    increments: tuple[Increment, ...]


@dataclass(frozen=True, kw_only=True)
class EqualCost:
    """One outcome of an option that costs more than the base, at the extra cost that all such options are brought to.

    `effect` is the paired effect times `cost` over the option's own extra cost: as if a part of the option bought the
    same part of its effect. Its interval takes costs, which hardly vary between runs, as known. `worth` says at which
    price of a unit of the outcome the option is worth its cost, `price` is the border (None where there is none).
    """

    option: str
    outcome: str
    cost: float  # yuan a resident and year more than the base
    effect: float
    interval: Interval | None
    worth: Worth
    price: float | None


@dataclass(frozen=True, kw_only=True)
class Payback:
    """One-off cost of an option against what its running costs change, in yuan a resident.

    `running` is the change in yearly running cost while the option is in force. `years` until the one-off cost is
    earned back: None where running costs do not surely fall, 0 where there is no one-off cost to earn back.
    """

    option: str
    one_off: float
    running: float
    running_interval: Interval | None
    years: float | None


@dataclass(frozen=True, kw_only=True)
class Month:
    """Change in mean days to solved in one stretch of 30 days, counted from the option's start."""

    option: str
    from_day: int
    until_day: int
    paired: Paired


def bargains(runs: Runs) -> tuple[Bargain, ...]:
    """Cost against every other headline outcome, from means over complete replications."""
    found = []
    for outcome in HEADLINE:
        if outcome == COST or len(runs) < 2:
            continue
        both = _complete_pair(runs, outcome)
        if both is None:
            continue
        cost, effect = both
        rows = incremental_ratios(
            dict(zip(runs, cost.mean(axis=0).tolist(), strict=True)),
            dict(zip(runs, effect.mean(axis=0).tolist(), strict=True)),
            better=better_of(outcome),
        )
        found.append(Bargain(outcome=outcome, increments=rows))
    return tuple(found)


def equal_cost(runs: Runs, *, confidence: float = 0.95) -> tuple[EqualCost, ...]:
    """Options that surely cost more than the base, all brought to the least of their extra costs."""
    rest = list(runs)[1:]
    costs = complete(outcome_table(runs, COST))
    if len(costs) < 2:
        return ()
    names = list(runs)
    extra = {name: paired(costs[:, names.index(name)], costs[:, 0], confidence=confidence) for name in rest}
    dearer = {name: e.mean for name, e in extra.items() if e.t is not None and e.t.low > 0.0}
    if not dearer:
        return ()
    level = min(dearer.values())
    found = []
    for outcome in HEADLINE:
        both = None if outcome == COST else _complete_pair(runs, outcome)
        if both is None:
            continue
        cost, effect = both
        for name, mean in dearer.items():
            at = names.index(name)
            change = paired(effect[:, at], effect[:, 0], confidence=confidence)
            share = level / mean
            even = break_even(
                cost[:, at] - cost[:, 0], effect[:, at] - effect[:, 0], better=better_of(outcome), confidence=confidence
            )
            found.append(
                EqualCost(
                    option=name,
                    outcome=outcome,
                    cost=level,
                    effect=change.mean * share,
                    interval=_times(change.interval, share),
                    worth=even.worth,
                    price=even.willingness,
                )
            )
    return tuple(found)


def paybacks(runs: Runs, starts: Mapping[str, int], days: int, *, confidence: float = 0.95) -> tuple[Payback, ...]:
    """One-off costs of every option against the base, and the change in running cost; `starts` is each first day."""
    base, *rest = runs
    found = []
    for option in rest:
        once = _per_resident(runs[option], one_off=True) - _per_resident(runs[base], one_off=True)
        in_force = max(days - starts.get(option, 0), 1)
        running = (_per_resident(runs[option], one_off=False) - _per_resident(runs[base], one_off=False)) * (
            YEAR / in_force
        )
        change = paired(running, np.zeros_like(running), confidence=confidence)
        saved = change.interval is not None and change.interval.high < 0.0
        years = 0.0 if once.mean() <= 0.0 else float(once.mean()) / -change.mean if saved else None
        found.append(
            Payback(
                option=option,
                one_off=float(once.mean()),
                running=change.mean,
                running_interval=change.interval,
                years=years,
            )
        )
    return tuple(found)


def transition(runs: Runs, starts: Mapping[str, int], *, confidence: float = 0.95) -> tuple[Month, ...]:
    """How days to solved change month by month after an option starts: a dip that passes, or one that stays."""
    base, *rest = runs
    found = []
    for option in rest:
        days = len(runs[option][0].daily)
        for start in range(starts.get(option, 0), days - 29, 30):
            stretch = slice(start, start + 30)
            after, before = (np.array([_days_in(r, stretch) for r in runs[name]]) for name in (option, base))
            if (~(np.isnan(after) | np.isnan(before))).any():
                effect = paired(after, before, confidence=confidence)
                found.append(Month(option=option, from_day=start, until_day=start + 30, paired=effect))
    return tuple(found)


def _complete_pair(runs: Runs, outcome: str) -> tuple[F64, F64] | None:
    """Cost and outcome [n, options] of the replications that have both everywhere; None below two."""
    table = complete(np.concatenate([outcome_table(runs, COST), outcome_table(runs, outcome)], axis=1))
    return (table[:, : len(runs)], table[:, len(runs) :]) if len(table) >= 2 else None


def _per_resident(several: Sequence[Record], *, one_off: bool) -> F64:
    """[n] yuan a resident paid over the whole run, once or to keep things running."""

    def yuan(record: Record) -> float:
        cents = sum(c for name, c in record.money.items() if name.startswith(PAID) and (name == ONE_OFF) == one_off)
        return cents / 100.0 / record.residents

    return np.array([yuan(record) for record in several])


def _days_in(record: Record, stretch: slice) -> float:
    """Mean days to solved of the cases closed in a stretch of days; nan where none was."""
    seconds, closed = (record.tallies.index(name) for name in ("closed_seconds", "closed"))
    counts = record.daily[stretch].sum(axis=(0, 1))
    return float(counts[seconds] / counts[closed] / 86_400.0) if counts[closed] else float("nan")


def _times(interval: Interval | None, factor: float) -> Interval | None:
    return interval and Interval(low=interval.low * factor, high=interval.high * factor)
