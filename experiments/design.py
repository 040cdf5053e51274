"""Design: settings -> the trials of a study, each a small value that travels to wherever it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any

from experiments.cities import CitySpec, city_of
from experiments.provenance import model_version
from experiments.settings import Settings
from sim.reforms.base import Option
from sim.rng import RNG_LAYOUT
from sim.rules import Rules
from sim.scenario import Scenario
from sim.trial import Record, Trial, simulate


@dataclass(frozen=True, kw_only=True)
class PlannedTrial:
    """A trial before its city is founded."""

    city: CitySpec
    option: Option
    scenario: str
    scenario_values: Scenario
    rules: Rules
    days: int
    warmup: int
    seed: int
    replication: int
    threads: int
    chunk: int

    @property
    def label(self) -> str:
        """The trial as messages name it."""
        return f"option {self.option.name}, scenario {self.scenario}, replication {self.replication}"


def plan(settings: Settings) -> tuple[PlannedTrial, ...]:
    """Every option in every scenario, replication by replication: stopped early, all options stand equally far."""
    return tuple(
        PlannedTrial(
            city=settings.city, option=option, scenario=name, scenario_values=scenario, rules=settings.rules,
            days=settings.days, warmup=settings.warmup, seed=settings.seed, replication=replication,
            threads=settings.threads, chunk=settings.chunk,
        )
        for replication in settings.replications
        for name, scenario in settings.scenarios.items()
        for option in settings.options
    )  # fmt: skip


def conduct(planned: PlannedTrial, watch: Callable[[int], None] | None = None) -> Record:
    """Run a planned trial; `watch` is told of each finished day."""
    return simulate(trial_of(planned), watch)


def trial_of(planned: PlannedTrial) -> Trial:
    """The trial in its city, which is founded once in each process."""
    return Trial(
        city=city_of(planned.city), option=planned.option, scenario=planned.scenario_values, rules=planned.rules,
        days=planned.days, warmup=planned.warmup, seed=planned.seed, replication=planned.replication,
        threads=planned.threads, chunk=planned.chunk,
    )  # fmt: skip


def described(settings: Settings) -> dict[str, Any]:
    """All that the results of a study depend on beside the model, as plain data: the configuration a manifest keeps."""
    return {
        "city": asdict(settings.city),  # type: ignore[call-overload]
        "options": {option.name: described_option(option) for option in settings.options},
        "scenarios": {name: plain(asdict(scenario)) for name, scenario in settings.scenarios.items()},
        "rules": asdict(settings.rules),
        "days": settings.days,
        "warmup": settings.warmup,
        "seed": settings.seed,
        "replications": list(settings.replications),
        **({} if settings.verb == "run" else {
            "adaptive": settings.adaptive, "assumptions": settings.assumptions, "attribute": settings.attribute,
            "elsewhere": {name: plain(asdict(scenario)) for name, scenario in settings.elsewhere.items()},
        }),
    }  # fmt: skip


def described_option(option: Option) -> dict[str, Any]:
    """An option as plain data: entry -> reform, its fields, when and where."""
    return {
        entry: {
            "reform": f"{type(rollout.reform).__module__}:{type(rollout.reform).__qualname__}",
            **{f.name: plain(getattr(rollout.reform, f.name)) for f in fields(rollout.reform)},  # type: ignore[arg-type]
            "from_day": rollout.from_day,
            "until_day": rollout.until_day,
            "where": {"district": list(rollout.where.district)},
        }
        for entry, rollout in option.rollouts
    }


def identity(settings: Settings) -> str:
    """The id of a study: SHA-256 of configuration, model and layout of draws. Equal ids mean equal results."""
    text = json.dumps(
        {"verb": settings.verb, "config": described(settings), "model": model_version(), "rng_layout": RNG_LAYOUT},
        sort_keys=True, ensure_ascii=True, separators=(",", ":"),
    )  # fmt: skip
    return sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """The same with lists for tuples and text for dates, as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
