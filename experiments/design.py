"""Design: settings -> the trials of a study, each a small value that travels to wherever it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
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
from sim.trial import Record, Trial, Trunk, grow_trunk, simulate


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
    shared: int = 0  # first days that it may share with others of the study: changes speed, never a bit

    @property
    def label(self) -> str:
        """The trial as messages name it."""
        return f"option {self.option.name}, scenario {self.scenario}, replication {self.replication}"


def plan(settings: Settings) -> tuple[PlannedTrial, ...]:
    """Every option in every scenario, replication by replication: stopped early, all options stand equally far."""
    shared = shared_days(settings.options, settings.days)
    return tuple(
        PlannedTrial(
            city=settings.city, option=option, scenario=name, scenario_values=scenario, rules=settings.rules,
            days=settings.days, warmup=settings.warmup, seed=settings.seed, replication=replication,
            threads=settings.threads, chunk=settings.chunk, shared=shared,
        )
        for replication in settings.replications
        for name, scenario in settings.scenarios.items()
        for option in settings.options
    )  # fmt: skip


def shared_days(options: Sequence[Option], days: int) -> int:
    """The first days to run once for all options that have not begun by then: so many that the most is spared.

    >>> shared_days([Option()], 90)
    0
    """
    begin = [min(option.begins, days) for option in options]
    spared = {day: day * (sum(other >= day for other in begin) - 1) for day in begin}
    best = max(spared, key=spared.__getitem__, default=0)
    return best if spared.get(best) else 0


def conduct(planned: PlannedTrial, watch: Callable[[int], None] | None = None) -> Record:
    """Run a planned trial; `watch` is told of each finished day."""
    trial = trial_of(planned)
    return simulate(trial, watch, _trunk_of(planned, trial))


_trunks: dict[PlannedTrial, Trunk] = {}
MOST_SHARED = 5_000_000  # residents: a state of more, kept beside the one that is run, takes too much memory


def _trunk_of(planned: PlannedTrial, trial: Trial) -> Trunk | None:
    """The first days of a trial if it shares them; one trunk is kept at a time in each process."""
    day = min(planned.shared, planned.days)
    if not 0 < day <= planned.option.begins or trial.city.residents > MOST_SHARED:
        return None
    alike = replace(planned, option=Option())
    if alike not in _trunks or _trunks[alike].trial.city is not trial.city:  # founded anew since
        _trunks.clear()
        _trunks[alike] = grow_trunk(trial, day)
    return _trunks[alike]


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
