"""Rows of results: what each option is, its levels, leaders, money, load, and the assumptions behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from analysis.compare import column, leaders, t_interval
from analysis.decision.apart import Coalitions
from analysis.decision.assumed import Draws
from analysis.decision.holding import Elsewhere
from analysis.decision.margins import Beside
from analysis.decision.runs import Sampling
from sim.levers import ASSUMPTION
from sim.outcomes import OUTCOMES
from sim.reforms.base import Option
from sim.rules import Rules, levers
from sim.trial import Record
from sim.world.accounts import PAID

OF_MECHANISM = "mechanism "  # what a source begins with that is no publication


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the runs were: given by whoever ran them, since records do not say."""

    options: Mapping[str, Option]
    days: int
    warmup: int
    seed: int
    command: str
    versions: Mapping[str, str]
    question: str = ""  # in the committee's words; empty for the standing question
    scenario: str = "base"
    rules: Rules = field(default_factory=Rules)  # in force before any option
    confidence: float = 0.95
    sampling: Sampling = field(default_factory=Sampling)
    draws: Draws | None = None  # runs under drawn assumptions
    coalitions: Coalitions | None = None  # runs of the parts of a package
    beside: Beside | None = None  # runs of a little more, of branches kept, of a surge
    elsewhere: Elsewhere | None = None  # runs in other scenarios


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rollout of an option: which reform with which values, from when until when, in which districts (codes)."""

    name: str
    reform: str
    values: dict[str, str]
    from_day: int
    until_day: int | None
    districts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class OptionFacts:
    """An option, the map of towns ("before" or "after") it ends with, and the digests of its runs by replication."""

    name: str
    steps: tuple[Step, ...]
    plan: str
    digests: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Level:
    """The mean of one outcome under one option with its t interval (None below two runs), in the outcome's unit."""

    scenario: str
    option: str
    outcome: str
    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Leading:
    """The options that cannot be told from the best on an outcome; one name is a separable best."""

    scenario: str
    outcome: str
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Money of one account under one option: mean over runs, yuan per resident over the whole run."""

    option: str
    account: str
    yuan_per_resident: float


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """A lever at its value before any option; `assumed` where no publication backs it.

    `mechanisms` are those (M01 to M45) whose description alone the value and its range follow.
    """

    lever: str
    value: str
    low: str | None
    high: str | None
    unit: str
    source: str
    assumed: bool
    mechanisms: tuple[str, ...]


def finite(outcomes: Mapping[str, float]) -> dict[str, float]:
    """Outcomes with nan for whatever is not finite."""
    return {name: value if math.isfinite(value) else math.nan for name, value in outcomes.items()}


def option_facts(facts: Facts, name: str, plan: str, runs: Sequence[Record]) -> OptionFacts:
    """What an option is, from its value and its runs."""
    steps = tuple(
        Step(
            name=label,
            reform=type(r.reform).__name__,
            values=_values(r.reform),
            from_day=r.from_day,
            until_day=r.until_day,
            districts=tuple(int(code) for code in r.where.district),
        )
        for label, r in facts.options.get(name, Option(name=name)).rollouts
    )
    return OptionFacts(name=name, steps=steps, plan=plan, digests=tuple(record.digest for record in runs))


def _values(reform: object) -> dict[str, str]:
    return {f.name: text(getattr(reform, f.name)) for f in fields(reform)}  # type: ignore[arg-type]


def text(value: object) -> str:
    """A lever's value as people write it: whole numbers without a point, yes and no for switches."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def levels_of(scenarios: Mapping[str, Mapping[str, Sequence[Record]]], confidence: float) -> list[Level]:
    """Mean levels of every scenario, option and outcome, in that order."""
    found = []
    for scenario, runs in scenarios.items():
        for option, several in runs.items():
            for outcome in OUTCOMES:
                x = column([finite(record.outcomes) for record in several], outcome)
                x = x[~np.isnan(x)]
                if x.size:
                    t = t_interval(x, confidence=confidence) if x.size >= 2 else None
                    found.append(
                        Level(
                            scenario=scenario,
                            option=option,
                            outcome=outcome,
                            mean=float(x.mean()),
                            low=t.low if t else None,
                            high=t.high if t else None,
                            n=int(x.size),
                        )
                    )
    return found


def leading(scenarios: Mapping[str, Mapping[str, Sequence[Record]]], confidence: float) -> list[Leading]:
    """The options that lead on each outcome with a better direction that every run has."""
    found = []
    for scenario, runs in scenarios.items():
        for name, outcome in OUTCOMES.items():
            samples = {o: column([finite(r.outcomes) for r in several], name) for o, several in runs.items()}
            if outcome.better != "neither" and not any(np.isnan(x).any() for x in samples.values()):
                best = leaders(samples, outcome.better, confidence=confidence)
                found.append(Leading(scenario=scenario, outcome=name, options=best))
    return found


def entries(records: Mapping[str, Sequence[Record]]) -> list[Entry]:
    """Mean money by option and account."""
    return [
        Entry(
            option=option,
            account=account,
            yuan_per_resident=sum(r.money.get(account, 0) for r in runs) / 100 / sum(r.residents for r in runs),
        )
        for option, runs in records.items()
        for account in dict.fromkeys(a for r in runs for a in r.money)
    ]


def costs(records: Mapping[str, Sequence[Record]]) -> dict[str, float]:
    """Mean of all that was paid over the whole run by option, yuan per resident."""
    return {
        option: sum(cents for r in runs for account, cents in r.money.items() if account.startswith(PAID))
        / 100
        / sum(r.residents for r in runs)
        for option, runs in records.items()
    }


def utilisation(records: Mapping[str, Sequence[Record]]) -> dict[str, dict[str, float]]:
    """Mean utilisation by option and kind of station."""
    return {
        option: {kind: sum(r.utilisation[kind] for r in runs) / len(runs) for kind in runs[0].utilisation}
        for option, runs in records.items()
    }


def broken(records: Mapping[str, Sequence[Record]]) -> list[str]:
    """Invariants that did not hold in some run."""
    return [
        f"{option}: {check}"
        for option, runs in records.items()
        for check in dict.fromkeys(name for r in runs for name, held in r.checks.items() if not held)
    ]


def assumptions(rules: Rules) -> list[Assumption]:
    """Every lever at its value in the rules."""
    found = []
    for key, lever in levers():
        theme, name = key.split(".")
        meta = lever.metadata
        low, high = (None, None) if meta["choices"] else (text(meta["low"]), text(meta["high"]))
        found.append(
            Assumption(
                lever=key,
                value=text(getattr(getattr(rules, theme), name)),
                low=low,
                high=high,
                unit=meta["unit"],
                source=meta["source"],
                assumed=meta["source"] == ASSUMPTION or bool(_mechanisms(meta["source"])),
                mechanisms=_mechanisms(meta["source"]),
            )
        )
    return found


def _mechanisms(source: str) -> tuple[str, ...]:
    """The mechanisms that a source names in place of a publication: "mechanism M01, M11"."""
    return tuple(source.removeprefix(OF_MECHANISM).split(", ")) if source.startswith(OF_MECHANISM) else ()
