"""Results: everything a brief shows, computed once from records and kept as results.json; nothing is computed later.

Numbers are kept unrounded; a missing number is None (null). The file is deterministic: same records, same bytes.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from analysis.compare import Effect, effects
from analysis.decision.apart import Package, take_apart
from analysis.decision.assumed import Assumed, over_assumptions
from analysis.decision.choice import Choice, Verdict, choices, decide
from analysis.decision.fates import Equity, GroupDays, PlaceChange, equity, group_days, place_changes
from analysis.decision.holding import Favoured, Robust, favoured, robust, robust_elsewhere
from analysis.decision.horizon import Unseen, unseen
from analysis.decision.knowing import Knowing, knowing
from analysis.decision.margins import Margins, margins
from analysis.decision.money import (
    Bargain,
    EqualCost,
    Month,
    Payback,
    bargains,
    equal_cost,
    paybacks,
    transition,
)
from analysis.decision.reach import Reach, reaches
from analysis.decision.runs import Sampling
from analysis.decision.standing import Map, Standing, Walking, laid_out, standings
from analysis.decision.willing import Acceptable, acceptable
from analysis.rows import (
    Assumption,
    Entry,
    Facts,
    Leading,
    Level,
    OptionFacts,
    assumptions,
    broken,
    costs,
    entries,
    finite,
    leading,
    levels_of,
    option_facts,
    utilisation,
)
from analysis.spread import Spread, spreads
from analysis.unit_maps import SCALES, Scale, UnitMaps, unit_maps
from sim.reforms.base import Option
from sim.rules import Rules
from sim.trial import Record
from sim.world.city import City

__all__ = ["Facts", "Results", "build"]

FORMAT = 1
CORNER = re.compile(r"\[\n\s*(-?\d+),\n\s*(-?\d+)\n\s*\]")  # of an outline; kept on one line, as there are many


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
    towns: UnitMaps | None
    communities: UnitMaps | None  # of the plan of villages that an option ends with, as towns of theirs
    money: tuple[Entry, ...]
    costs: dict[str, float]  # option -> all that was paid, mean over runs, yuan per resident over the whole run
    utilisation: dict[str, dict[str, float]]  # option -> kind of station -> mean share
    broken: tuple[str, ...]  # "option: invariant" that did not hold in some run
    assumptions: tuple[Assumption, ...]
    levers: int  # how many there are
    levers_assumed: int  # of them, without a published source
    sampling: Sampling
    choices: tuple[Choice, ...]  # of every scenario
    verdict: Verdict  # of the main scenario
    group_days: tuple[GroupDays, ...]
    equity: tuple[Equity, ...]
    bargains: tuple[Bargain, ...]
    equal_cost: tuple[EqualCost, ...]
    paybacks: tuple[Payback, ...]
    transition: tuple[Month, ...]
    robust: tuple[Robust, ...]  # over scenarios, of the race or beside it
    favoured: tuple[Favoured, ...]
    acceptable: tuple[Acceptable, ...]  # over drawn assumptions
    assumed: Assumed | None
    apart: Package | None
    standing: tuple[Standing, ...]  # what an option opens, closes, adds or cuts, by district
    walking: tuple[Walking, ...]  # of options under which somebody walks further
    reach: tuple[Reach, ...]  # service windows within a walk, by option
    knowing: Knowing | None
    unseen: tuple[Unseen, ...]  # what the run is too short to show
    margins: Margins | None

    def save(self, path: str | Path) -> Path:
        """Write results.json: temporary file, then rename."""
        path = Path(path)
        text = json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, indent=1)
        text = CORNER.sub(r"[\1,\2]", text)
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


def build(
    records: Mapping[str, Sequence[Record]],
    city: City,
    *,
    facts: Facts,
    others: Mapping[str, Mapping[str, Sequence[Record]]] | None = None,
) -> Results:
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
    backing = assumptions(facts.rules)
    options = {name: facts.options.get(name, Option(name=name)) for name in records}
    laid = {name: laid_out(city, facts.rules, option, facts.days) for name, option in options.items()}
    stands, walks = standings(city, facts.rules, laid, facts.days, records)
    plans: dict[Scale, dict[str, str]] = {scale: _plans(laid, city, scale) for scale in SCALES}
    told = {name: _outcomes(runs) for name, runs in scenarios.items()}
    rows = [
        {"scenario": s, "option": o, "replication": r, "outcomes": outcomes}
        for s, runs in told.items()
        for o, several in runs.items()
        for r, outcomes in enumerate(several)
    ]
    raced = told[facts.scenario]
    found = {name: _choices(name, runs, facts) for name, runs in scenarios.items()}
    starts = {name: _start(option) for name, option in options.items()}
    return Results(
        format=FORMAT,
        question=facts.question,
        city=city.name,
        share=city.share,
        residents=one.residents,
        cases=float(np.mean([record.cases for several in records.values() for record in several])),
        days=facts.days,
        warmup=facts.warmup,
        seed=facts.seed,
        confidence=facts.confidence,
        command=facts.command,
        versions=dict(facts.versions),
        scenario=facts.scenario,
        scenarios=tuple(scenarios),
        options=tuple(option_facts(facts, name, plans["towns"][name], several) for name, several in records.items()),
        effects=effects(rows, confidence=facts.confidence),
        levels=tuple(levels_of(scenarios, facts.confidence)),
        leading=tuple(leading(scenarios, facts.confidence)),
        spreads=spreads(records),
        spread_edges=_finite_edges(one.spread_edges),
        changes=place_changes(records, city, confidence=facts.confidence),
        towns=unit_maps(records, city, plans["towns"], "towns"),
        communities=unit_maps(records, city, plans["communities"], "communities"),
        money=tuple(entries(records)),
        costs=costs(records),
        utilisation=utilisation(records),
        broken=tuple(broken(records)),
        assumptions=tuple(backing),
        levers=len(backing),
        levers_assumed=sum(lever.assumed for lever in backing),
        sampling=facts.sampling,
        choices=tuple(choice for several in found.values() for choice in several),
        verdict=decide(found[facts.scenario], tuple(records)),
        group_days=group_days(records, confidence=facts.confidence),
        equity=equity(records, city, confidence=facts.confidence),
        bargains=bargains(records),
        equal_cost=equal_cost(records, confidence=facts.confidence),
        paybacks=paybacks(records, starts, facts.days, confidence=facts.confidence),
        transition=transition(records, starts, confidence=facts.confidence),
        robust=_robust(told, city, facts),
        favoured=favoured(records),
        acceptable=acceptable(facts.draws, raced) if facts.draws else (),
        assumed=over_assumptions(facts.draws, raced) if facts.draws and len(facts.draws.points) else None,
        apart=take_apart(facts.coalitions, confidence=facts.confidence) if facts.coalitions else None,
        standing=stands,
        walking=walks,
        reach=reaches(city, facts.rules, laid),
        knowing=knowing(facts.draws, raced) if facts.draws else None,
        unseen=unseen(options, facts.rules, tuple(int(code) for code in city.district_code), facts.days),
        margins=margins(facts.beside, confidence=facts.confidence) if facts.beside else None,
    )


def _outcomes(runs: Mapping[str, Sequence[Record]]) -> dict[str, list[dict[str, float]]]:
    return {name: [finite(record.outcomes) for record in several] for name, several in runs.items()}


def _robust(
    raced: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]], city: City, facts: Facts
) -> tuple[Robust, ...]:
    if len(raced) == 1 and facts.elsewhere is not None:
        return robust_elsewhere(facts.elsewhere, raced[facts.scenario])
    return robust(raced, residents=city.residents, share=city.share)


def _check(scenario: str, runs: Mapping[str, Sequence[Record]]) -> None:
    if not runs:
        raise ValueError(f"records of scenario {scenario!r} must hold at least one option, got none")
    counts = {name: len(several) for name, several in runs.items()}
    if min(counts.values()) == 0 or len(set(counts.values())) > 1:
        raise ValueError(
            f"options of scenario {scenario!r} must have the same replications, at least one, got {counts}"
        )


def _choices(scenario: str, runs: Mapping[str, Sequence[Record]], facts: Facts) -> tuple[Choice, ...]:
    """Only the race of the main scenario was looked at while it ran: the others have as many runs, come what may."""
    sequential = facts.sampling.sequential and scenario == facts.scenario
    first = {"first": facts.sampling.first} if sequential else {}
    return choices(scenario, runs, confidence=facts.confidence, sequential=sequential, **first)


def _start(option: Option) -> int:
    """The first day on which anything of an option is in force."""
    return min((rollout.from_day for _, rollout in option.rollouts), default=0)


def _finite_edges(edges: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """An open last bin is drawn as wide as the one before it."""
    last = float(edges[-1]) if math.isfinite(edges[-1]) else float(edges[-2] ** 2 / edges[-3])
    return (*(float(edge) for edge in edges[:-1]), last)


def _plans(laid: Mapping[str, Map], city: City, scale: Scale) -> dict[str, str]:
    """The map of a scale that each option ends with: "after" where any district is under it."""

    def merged(rules: Rules) -> bool:
        j = rules.jurisdiction
        return "after" in city.plans and (j.towns if scale == "towns" else j.villages) == "after"

    return {name: "after" if any(map(merged, own.rules)) else "before" for name, own in laid.items()}
