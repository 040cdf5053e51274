"""Planning: from settings to cases and trials, each trial with the id that names all it depends on.

A case is an option in a scenario at a point of the design. Cases whose configuration is the same are run once. Trials
are numbered replication by replication: stopped early, all cases stand equally far.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from experiments.design import PlannedTrial, described_option, plain
from experiments.provenance import model_version
from experiments.refusal import COMMAND_LINE, Refusal
from experiments.settings import group
from experiments.sweep.axes import Value
from experiments.sweep.designs import Point
from experiments.sweep.disk import canonical, seal_of
from experiments.sweep.reading import Built, SweepSettings, described_axes
from experiments.typed import typed
from sim.rng import RNG_LAYOUT
from sim.rules import Rules

FORMAT = 1
MOST_TRIALS = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An option in a scenario at a point; `values` are those of the axes, the config's own where the point has none."""

    number: int  # of its point
    point: Point
    option: str
    scenario: str
    values: tuple[Value | None, ...]  # None where the axis is another option's
    identity: str  # of its configuration


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All trials of a sweep. A trial's number is (replication, distinct case)."""

    settings: SweepSettings
    cases: tuple[Case, ...]
    distinct: tuple[int, ...] = field(repr=False)  # the first case of each configuration
    unique: tuple[int, ...] = field(repr=False)  # for each case, the place of its configuration in `distinct`

    @property
    def replications(self) -> int:
        """Replications of each case."""
        return self.settings.knobs.replications

    @property
    def trials(self) -> int:
        """How many trials are run."""
        return len(self.distinct) * self.replications

    @cached_property
    def identity(self) -> str:
        """SHA-256 over all that the store will hold: configurations, seeds, and which tables are kept."""
        knobs = self.settings.knobs
        rows = [[c.number, c.option, c.scenario, list(c.values), c.identity] for c in self.cases]
        kept = {"format": FORMAT, "series": knobs.series, "places": knobs.places}
        return seal_of({"cases": rows, "seed": knobs.seed, "replications": self.replications, "kept": kept,
                        "axes": [axis.key for axis in self.settings.axes]})  # fmt: skip

    def case(self, number: int) -> Case:
        """The case of a trial."""
        return self.cases[self.distinct[number % len(self.distinct)]]

    def replication(self, number: int) -> int:
        """The replication of a trial."""
        return number // len(self.distinct)

    def run_id(self, number: int) -> str:
        """SHA-256 of configuration, model version, layout of draws, seed and replication."""
        text = f"{self.case(number).identity}:{self.settings.knobs.seed}:{self.replication(number)}"
        return sha256(text.encode()).hexdigest()

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Trials by their run id."""
        return {self.run_id(number): number for number in range(self.trials)}

    def label(self, number: int) -> str:
        """A trial as messages name it."""
        case = self.case(number)
        words = [f"option {case.option}", f"scenario {case.scenario}"]
        words += [f"{axis.key}={value}" for axis, value in zip(self.settings.axes, case.values, strict=True)
                  if value is not None]  # fmt: skip
        return ", ".join([*words, f"replication {self.replication(number)}"])

    def trial(self, number: int) -> PlannedTrial:
        """A trial, ready to travel."""
        case, knobs = self.case(number), self.settings.knobs
        built = self.settings.build(case.option, case.scenario, case.point)
        return PlannedTrial(
            city=self.settings.city, option=built.option, scenario=case.scenario, scenario_values=built.scenario,
            rules=built.rules, days=knobs.days, warmup=knobs.warmup, seed=knobs.seed,
            replication=self.replication(number), threads=knobs.threads, chunk=knobs.chunk,
        )  # fmt: skip


def plan_sweep(settings: SweepSettings) -> Plan:
    """Every option in every scenario at every point, each built once, so that a mistake is told before anything runs.

    Raises:
        Refusal: a point outside what its levers allow, or too many trials.
    """
    points = settings.design.points(settings.axes)
    total = len(points) * len(settings.scenarios) * len(settings.options) * settings.knobs.replications
    if total > MOST_TRIALS:
        raise Refusal(f"{COMMAND_LINE}: {total} trials: a sweep may have at most {MOST_TRIALS}")
    cases = tuple(
        _case(settings, number, point, option, scenario)
        for number, point in enumerate(points)
        for scenario in settings.scenarios
        for option in settings.options
    )
    first: dict[str, int] = {}
    for place, case in enumerate(cases):
        first.setdefault(case.identity, place)
    order = {identity: place for place, identity in enumerate(first)}
    return Plan(
        settings=settings, cases=cases, distinct=tuple(first.values()),
        unique=tuple(order[case.identity] for case in cases),
    )  # fmt: skip


def described_plan(plan: Plan) -> dict[str, Any]:
    """The plan as plain data, but for its cases: what plan.json keeps."""
    settings = plan.settings
    base = next(iter(settings.scenarios.values()))
    return {
        "format": FORMAT,
        "plan": plan.identity,
        "command": settings.command,
        "experiment": settings.experiment,
        "trials": plan.trials,
        "cases": len(plan.cases),
        "config": {
            "city": plain(asdict(settings.city)),  # type: ignore[call-overload]
            "options": list(settings.options),
            "scenarios": list(settings.scenarios),
            "rules": asdict(typed(Rules, group(base, "rules"), "rules", base.origin)),
            "design": asdict(settings.design),  # type: ignore[call-overload]
            "axes": described_axes(settings.axes),
            **{name: getattr(settings.knobs, name) for name in ("days", "warmup", "series", "places")},
        },
        "seed": settings.knobs.seed,
        "replications": plan.replications,
        "rng_layout": RNG_LAYOUT,
        "model": model_version(),
    }


def _case(settings: SweepSettings, number: int, point: Point, option: str, scenario: str) -> Case:
    built = settings.build(option, scenario, point)
    config = {
        "city": plain(asdict(settings.city)),  # type: ignore[call-overload]
        "option": list(described_option(built.option).items()),
        "scenario": plain(asdict(built.scenario)),
        "rules": asdict(built.rules),
        "days": settings.knobs.days,
        "warmup": settings.knobs.warmup,
    }
    text = canonical({"config": config, "model": model_version(), "rng_layout": RNG_LAYOUT})
    values = tuple(_value_of(built, option, axis.key) for axis in settings.axes)
    return Case(number=number, point=point, option=option, scenario=scenario, values=values,
                identity=sha256(text).hexdigest())  # fmt: skip


def _value_of(built: Built, option: str, key: str) -> Value | None:
    """The value that a key has, once all is built."""
    root, *parts = key.split(".")
    place: Any = {"rules": built.rules, "scenario": built.scenario}.get(root)
    if root == "option":
        if parts[0] != option:
            return None
        rollout = dict(built.option.rollouts)[parts[1]]
        place, parts = (rollout if hasattr(rollout, parts[2]) else rollout.reform), parts[2:]
    for part in parts:
        place = getattr(place, part)
    return place if isinstance(place, bool | int | float | str) else str(place)


def config_of(plan: Plan, number: int) -> dict[str, Any]:
    """What a quarantine keeps of a trial: its configuration in full, its seed, its replication."""
    trial = plan.trial(number)
    return {
        "label": plan.label(number),
        "city": plain(asdict(trial.city)),  # type: ignore[call-overload]
        "option": {trial.option.name: described_option(trial.option)},
        "scenario": {trial.scenario: plain(asdict(trial.scenario_values))},
        "rules": asdict(trial.rules),
        "days": trial.days,
        "warmup": trial.warmup,
        "seed": trial.seed,
        "replication": trial.replication,
    }
