"""One run: a trial in, a record out. Pure given its seed; imports neither mesa nor pandas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from sim.branching import branch
from sim.calendar import LONGEST_RUN
from sim.day import Run
from sim.recording import Record, record
from sim.reforms.base import Option, RuleBook
from sim.rules import Rules
from sim.scenario import Scenario
from sim.study import Study
from sim.world.city import City

__all__ = ["Record", "Trial", "Trunk", "grow_trunk", "prepare", "simulate"]


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
    return kind(study, trial.city, book_of(trial), trial.threads)


def book_of(trial: Trial) -> RuleBook:
    """The rules of a trial by district and day."""
    districts = tuple(int(code) for code in trial.city.district_code)
    return RuleBook(base=trial.rules, option=trial.option, districts=districts)


BY_ITSELF = ("city", "option")  # not compared by value where a trial meets a trunk


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """The first days of a trial and of all that differ from it in their option alone."""

    trial: Trial
    run: Run

    def carries(self, trial: Trial) -> bool:
        """Are these the first days of this trial too?"""
        names = [f.name for f in fields(Trial) if f.name not in BY_ITSELF]
        alike = all(getattr(trial, name) == getattr(self.trial, name) for name in names)
        return alike and trial.city is self.trial.city and trial.option.begins >= self.run.day


def grow_trunk(trial: Trial, day: int) -> Trunk:
    """Run a trial without its option up to the morning of a day, for its branches to go on from."""
    trial = replace(trial, option=Option())
    run = prepare(trial)
    while run.day < day:
        run.step()
    return Trunk(trial=trial, run=run)


def simulate(trial: Trial, watch: Callable[[int], None] | None = None, trunk: Trunk | None = None) -> Record:
    """Run one trial from its first day to its last, or from where its trunk ends: the same bits, in fewer steps.

    Args:
        trial: what to run.
        watch: told the number of each finished day.
        trunk: the first days of the trial, run before.

    Raises:
        ValueError: the trunk holds the first days of another trial.
    """
    if trunk is not None and not trunk.carries(trial):
        raise ValueError(f"the first {trunk.run.day} days are those of another trial")
    run = prepare(trial) if trunk is None else branch(trunk.run, book_of(trial))
    for day in run.days():
        if watch is not None:
            watch(day)
    return record(run)
