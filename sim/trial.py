"""One run: a trial in, a record out. Pure given its seed; imports neither mesa nor pandas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.calendar import LONGEST_RUN
from sim.day import Run
from sim.recording import Record, record
from sim.reforms.base import Option, RuleBook
from sim.rules import Rules
from sim.scenario import Scenario
from sim.study import Study
from sim.world.city import City

__all__ = ["Record", "Trial", "prepare", "simulate"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """City, option, scenario, seed: all that a result depends on. Threads and chunk change speed, never a bit."""

    city: City
    option: Option = field(default_factory=Option)
    scenario: Scenario = field(default_factory=Scenario)
    rules: Rules = field(default_factory=Rules)
    days: int = 90
    warmup: int = 28  # days left out of the outcomes
    seed: int = 1
    replication: int = 0
    threads: int = 1
    chunk: int = 4096  # residents a block of draws

    def __post_init__(self) -> None:
        for name, low, high in (
            ("days", 1, LONGEST_RUN), ("warmup", 0, self.days - 1), ("threads", 1, 256), ("chunk", 1, 1 << 24),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be in [{low}, {high}], got {getattr(self, name)}")


def prepare(trial: Trial, kind: type[Run] = Run) -> Run:
    """The run of a trial before its first day."""
    study = Study(
        trial.scenario,
        trial.rules,
        days=trial.days,
        warmup=trial.warmup,
        seed=trial.seed,
        replication=trial.replication,
        chunk=trial.chunk,
        city_people=trial.city.totals["all"],
    )
    book = RuleBook(
        base=trial.rules, option=trial.option, districts=tuple(int(code) for code in trial.city.district_code)
    )
    return kind(study, trial.city, book, trial.threads)


def simulate(trial: Trial, watch: Callable[[int], None] | None = None) -> Record:
    """Run one trial from its first day to its last; `watch` is told the number of each finished day."""
    run = prepare(trial)
    for day in run.days():
        if watch is not None:
            watch(day)
    return record(run)
