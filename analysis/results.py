"""Results: everything a brief shows, computed once from records and kept as results.json; nothing is computed later.

Numbers are kept unrounded; a missing number is None (null). The file is deterministic: same records, same bytes.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from analysis.compare import Effect, column, effects, leaders, t_interval
from analysis.places import PlaceChange, Towns, place_changes, town_maps
from analysis.spread import Spread, spreads
from sim.outcomes import OUTCOMES
from sim.reforms.base import Option, RuleBook
from sim.rules import ASSUMPTION, Rules, levers
from sim.trial import Record
from sim.world.city import City

FORMAT = 1


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
    """A lever at its value before any option; `assumed` where no source backs it."""

    lever: str
    value: str
    low: str | None
    high: str | None
    unit: str
    source: str
    assumed: bool


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything a brief shows. Options are in the order given; the first is the base of every effect."""

    format: int
    question: str
    city: str
    share: float
    residents: int
    cases: float
    days: int
    warmup: int
    seed: int
    confidence: float
    command: str
    versions: dict[str, str]
    scenario: str
    scenarios: tuple[str, ...]
    options: tuple[OptionFacts, ...]
    effects: tuple[Effect, ...]
    levels: tuple[Level, ...]
    leading: tuple[Leading, ...]
    spreads: tuple[Spread, ...]
    spread_edges: tuple[float, ...]
    changes: tuple[PlaceChange, ...]
    towns: Towns | None
    money: tuple[Entry, ...]
    utilisation: dict[str, dict[str, float]]  # option -> kind of station -> mean share
    broken: tuple[str, ...]  # "option: invariant" that did not hold in some run
    assumptions: tuple[Assumption, ...]

    def save(self, path: str | Path) -> Path:
        """Write results.json: temporary file, then rename."""
        path = Path(path)
        text = json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, indent=1)
        part = path.with_name(path.name + ".part")
        part.write_text(text + "\n", encoding="utf-8", newline="\n")
        os.replace(part, path)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Results:
        """Read what `save` wrote.

        Raises:
            ValueError: not a results file of this format, in one line.
        """
        try:
            results = TypeAdapter(cls).validate_json(Path(path).read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "file"
            raise ValueError(f"{Path(path).name}: {where}: {first['msg']}") from None
        if results.format != FORMAT:
            raise ValueError(f"{Path(path).name}: format must be {FORMAT}, got {results.format}")
        return results


def build(records: Mapping[str, Sequence[Record]], city: City, *, facts: Facts,
          others: Mapping[str, Mapping[str, Sequence[Record]]] | None = None) -> Results:  # fmt: skip
    """Results from option -> records by replication; every option has the same replications, in the same order.

    The first option is the base. `others` holds further scenarios (name -> option -> records): for those, effects,
    levels and leaders alone are kept.

    Raises:
        ValueError: no options, no records, or unequal numbers of replications.
    """
    scenarios = {facts.scenario: records, **(others or {})}
    for name, runs in scenarios.items():
        _check(name, runs)
    one = next(iter(records.values()))[0]
    plans = {name: _plan(facts, facts.options.get(name, Option(name=name)), city) for name in records}
    rows = [{"scenario": s, "option": o, "replication": r, "outcomes": _finite(record.outcomes)}
            for s, runs in scenarios.items() for o, several in runs.items() for r, record in enumerate(several)]  # fmt: skip
    return Results(
        format=FORMAT, question=facts.question, city=city.name, share=city.share, residents=one.residents,
        cases=float(np.mean([record.cases for several in records.values() for record in several])),
        days=facts.days, warmup=facts.warmup, seed=facts.seed, confidence=facts.confidence, command=facts.command,
        versions=dict(facts.versions), scenario=facts.scenario, scenarios=tuple(scenarios),
        options=tuple(_option(facts, name, plans[name], several) for name, several in records.items()),
        effects=effects(rows, confidence=facts.confidence), levels=tuple(_levels(scenarios, facts.confidence)),
        leading=tuple(_leading(scenarios, facts.confidence)), spreads=spreads(records),
        spread_edges=_finite_edges(one.spread_edges),
        changes=place_changes(records, city, confidence=facts.confidence),
        towns=town_maps(records, city, plans), money=tuple(_money(records)),
        utilisation=_utilisation(records), broken=tuple(_broken(records)), assumptions=tuple(_assumptions(facts.rules)),
    )  # fmt: skip


def _check(scenario: str, runs: Mapping[str, Sequence[Record]]) -> None:
    if not runs:
        raise ValueError(f"records of scenario {scenario!r} must hold at least one option, got none")
    counts = {name: len(several) for name, several in runs.items()}
    if min(counts.values()) == 0 or len(set(counts.values())) > 1:
        raise ValueError(f"options of scenario {scenario!r} must have the same replications, at least one, got {counts}")


def _finite(outcomes: Mapping[str, float]) -> dict[str, float]:
    return {name: value if math.isfinite(value) else math.nan for name, value in outcomes.items()}


def _finite_edges(edges: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """An open last bin is drawn as wide as the one before it."""
    last = float(edges[-1]) if math.isfinite(edges[-1]) else float(edges[-2] ** 2 / edges[-3])
    return (*(float(edge) for edge in edges[:-1]), last)


def _plan(facts: Facts, option: Option, city: City) -> str:
    book = RuleBook(base=facts.rules, option=option, districts=tuple(int(code) for code in city.district_code))
    last = book.epochs(facts.days)[-1]
    after = any(area.jurisdiction.towns == "after" for area in last.areas) and "after" in city.plans
    return "after" if after else "before"


def _option(facts: Facts, name: str, plan: str, runs: Sequence[Record]) -> OptionFacts:
    steps = tuple(
        Step(name=label, reform=type(r.reform).__name__, values=_values(r.reform), from_day=r.from_day,
             until_day=r.until_day, districts=tuple(int(code) for code in r.where.district))
        for label, r in facts.options.get(name, Option(name=name)).rollouts
    )  # fmt: skip
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


def _levels(scenarios: Mapping[str, Mapping[str, Sequence[Record]]], confidence: float) -> list[Level]:
    found = []
    for scenario, runs in scenarios.items():
        for option, several in runs.items():
            for outcome in OUTCOMES:
                x = column([_finite(record.outcomes) for record in several], outcome)
                x = x[~np.isnan(x)]
                if x.size:
                    t = t_interval(x, confidence=confidence) if x.size >= 2 else None
                    found.append(Level(scenario=scenario, option=option, outcome=outcome, mean=float(x.mean()),
                                       low=t and t.low, high=t and t.high, n=int(x.size)))  # fmt: skip
    return found


def _leading(scenarios: Mapping[str, Mapping[str, Sequence[Record]]], confidence: float) -> list[Leading]:
    found = []
    for scenario, runs in scenarios.items():
        for name, outcome in OUTCOMES.items():
            samples = {o: column([_finite(r.outcomes) for r in several], name) for o, several in runs.items()}
            if outcome.better != "neither" and not any(np.isnan(x).any() for x in samples.values()):
                best = leaders(samples, outcome.better, confidence=confidence)
                found.append(Leading(scenario=scenario, outcome=name, options=best))
    return found


def _money(records: Mapping[str, Sequence[Record]]) -> list[Entry]:
    return [
        Entry(option=option, account=account, yuan_per_resident=sum(r.money.get(account, 0) for r in runs) / 100 / sum(r.residents for r in runs))
        for option, runs in records.items() for account in dict.fromkeys(a for r in runs for a in r.money)
    ]  # fmt: skip


def _utilisation(records: Mapping[str, Sequence[Record]]) -> dict[str, dict[str, float]]:
    return {
        option: {kind: sum(r.utilisation[kind] for r in runs) / len(runs) for kind in runs[0].utilisation}
        for option, runs in records.items()
    }


def _broken(records: Mapping[str, Sequence[Record]]) -> list[str]:
    return [f"{option}: {check}" for option, runs in records.items()
            for check in dict.fromkeys(name for r in runs for name, held in r.checks.items() if not held)]  # fmt: skip


def _assumptions(rules: Rules) -> list[Assumption]:
    found = []
    for key, lever in levers():
        theme, name = key.split(".")
        meta = lever.metadata
        low, high = (None, None) if meta["choices"] else (text(meta["low"]), text(meta["high"]))
        found.append(Assumption(lever=key, value=text(getattr(getattr(rules, theme), name)), low=low, high=high,
                                unit=meta["unit"], source=meta["source"], assumed=meta["source"] == ASSUMPTION))  # fmt: skip
    return found
