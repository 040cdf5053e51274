"""What a comparison runs, in which order: a race in blocks, other scenarios, draws of assumptions, parts of a package.

Replications of all options come in blocks, under common random numbers; after each block the race of Kim and Nelson is
looked at, and it stops once the selection is guaranteed on every headline outcome, or once the most replications are
made. The other runs are few numbers each, in smaller shares of the city, so only their outcomes travel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from experiments.assumptions import AGAIN, Drawn, drawn, small
from experiments.cities import CitySpec
from experiments.design import PlannedTrial, plan
from experiments.margins import Variant, variants
from experiments.run import Conduct
from experiments.settings import Settings
from sim.reforms.base import Option
from sim.trial import Record

if TYPE_CHECKING:
    from analysis.decision.runs import Sampling

FIRST = 8  # replications before the race is first looked at
BLOCK = 4  # replications from one look to the next
LUCKS = 4  # runs of each combination of a package: the luck they share hardly leaves any
APART = 0.005  # of Chengdu at most, for them: combinations are many, and only their differences count
ELSEWHERE = 4  # runs of every option in each scenario beside the race

# ("race", number in the plan, 0), ("draw" | "again", which, option), ("part" | "margin", which, luck),
# ("scenario", which * ELSEWHERE + luck, option)
Key: TypeAlias = tuple[str, int, int]
Outcomes: TypeAlias = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A trial, whether all of its record is wanted or its outcomes alone, and whether it is of the race."""

    trial: PlannedTrial
    whole: bool
    race: bool


def do(conduct: Conduct, task: Task) -> Record | Outcomes:
    """Run a task; beside the race nobody would see that an invariant did not hold, so that is an error.

    Raises:
        ValueError: an invariant did not hold in a run beside the race.
    """
    record = conduct(task.trial)
    if task.whole and task.race:
        return record
    broken = [name for name, held in record.checks.items() if not held]
    if broken:
        raise ValueError(f"does not hold: {', '.join(broken)}")
    return record if task.whole else record.outcomes


@dataclass(kw_only=True)
class Race:
    """The runs of a comparison: what is to do, what has ended, and how the race stands."""

    settings: Settings
    jobs: tuple[PlannedTrial, ...] = ()
    drawn: Drawn | None = None
    margins: dict[tuple[str, str], Variant] = field(default_factory=dict)
    small: dict[Key, Record] = field(default_factory=dict)  # whole records of the city beside the race
    records: dict[int, Record] = field(default_factory=dict)
    others: dict[Key, Outcomes] = field(default_factory=dict)
    failed: dict[Key, str] = field(default_factory=dict)
    labels: dict[Key, str] = field(default_factory=dict)
    settled: bool = False
    stopped: bool = False

    def __post_init__(self) -> None:
        self.jobs = plan(self.settings)
        self.drawn = drawn(self.settings) if self.settings.assumptions else None
        self.margins = variants(self.settings) if self.drawn else {}

    @property
    def most(self) -> int:
        """The most replications."""
        return len(self.settings.replications)

    def lucks(self, usual: int) -> int:
        """Runs of what is run beside the race: not more than of an option in it, as who asks for few wants a look."""
        return min(usual, self.most)

    @property
    def adaptive(self) -> bool:
        """Is there anything to look at before the last replication?"""
        return self.settings.adaptive and self.most > FIRST

    @property
    def width(self) -> int:
        """Trials a replication."""
        return len(self.settings.options) * len(self.settings.scenarios)

    @property
    def parts(self) -> tuple[Option, ...]:
        """The package to take apart, with every choice of its reforms: choice b holds reform i where bit i is set."""
        named = [o for o in self.settings.options if o.name == self.settings.attribute]
        return tuple(
            Option(name=o.name, rollouts=tuple(r for i, r in enumerate(o.rollouts) if bits >> i & 1))
            for o in named
            for bits in range(1 << len(o.rollouts))
        )

    @property
    def city(self) -> CitySpec:
        """The city of the runs beside the race."""
        return small(self.settings.city)

    @property
    def apart(self) -> CitySpec:
        """The city in which a package is taken apart."""
        return small(self.settings.city, APART)

    def planned(self) -> int:
        """How many trials the whole takes, as far as is known."""
        raced = self._raced() if self.settled else len(self.jobs)
        again, elsewhere, apart = (self.lucks(usual) for usual in (AGAIN, ELSEWHERE, LUCKS))
        beside = len(self.settings.options) * (self.settings.assumptions + again) if self.drawn else 0
        beside += len(self.settings.options) * len(self.settings.elsewhere) * elsewhere
        return raced + beside + len(self.margins) * again + len(self.parts) * apart

    def tasks(self) -> Iterator[tuple[Key, Task] | None]:
        """Tasks in order; None where the next hangs on one that has not ended."""
        yield from self._race()
        yield from self._beside()

    def take(self, key: Key, result: Record | Outcomes | None, error: Exception | None) -> None:
        """Keep what a task gave."""
        if isinstance(result, Record) and key[0] == "race":
            self.records[key[1]] = result
        elif isinstance(result, Record):
            self.small[key] = result
            self.others[key] = result.outcomes
        elif result is not None:
            self.others[key] = result
        else:
            self.failed[key] = f"{self.labels[key]}: {type(error).__name__}: {error}"

    @property
    def failures(self) -> list[str]:
        """What failed, in order: of the race first."""
        return [self.failed[key] for key in sorted(self.failed, key=lambda key: (key[0] != "race", key))]

    def sampling(self) -> Sampling:
        """How the number of replications came about."""
        from analysis.decision.runs import Sampling

        done = self.settled or self._raced() >= len(self.jobs)
        ended = "settled" if self.settled else "budget" if done else "stopped"
        if not self.adaptive:
            return Sampling(ended="fixed" if done else "stopped", first=min(FIRST, self.most), most=self.most)
        return Sampling(ended=ended, first=FIRST, most=self.most)  # type: ignore[arg-type]

    def paired(self) -> dict[str, dict[str, list[Record]]]:
        """Scenario -> option -> records of the replications that every option ended in every scenario."""
        missing = {job.replication for index, job in enumerate(self.jobs) if index not in self.records}
        found: dict[str, dict[str, list[Record]]] = {}
        for index, job in enumerate(self.jobs):
            if job.replication not in missing:
                found.setdefault(job.scenario, {}).setdefault(job.option.name, []).append(self.records[index])
        return found

    def _race(self) -> Iterator[tuple[Key, Task] | None]:
        at = 0
        while at < self.most:
            until = min(self.most, (at + BLOCK if at else FIRST) if self.adaptive else self.most)
            for index in range(at * self.width, until * self.width):
                yield self._task(("race", index, 0), self.jobs[index], self.jobs[index].label, whole=True)
            at = until
            while self._raced() < at * self.width:
                yield None
            if at < self.most and self._settled():
                self.settled = True
                return

    def _raced(self) -> int:
        """Trials of the race that have ended, one way or another."""
        return len(self.records) + sum(key[0] == "race" for key in self.failed)

    def _settled(self) -> bool:
        from analysis.decision.choice import settled

        runs = self.paired().get(next(iter(self.settings.scenarios)), {})
        return settled(runs, first=FIRST)

    def _beside(self) -> Iterator[tuple[Key, Task]]:
        for which in ("again", "scenario", "draw") if self.drawn else ():
            if which == "scenario":
                yield from self._elsewhere()
                continue
            for number in range(self.lucks(AGAIN) if which == "again" else self.settings.assumptions):
                for place, option in enumerate(self.settings.options):
                    assert self.drawn is not None
                    make = self.drawn.trial_again if which == "again" else self.drawn.trial
                    label = f"option {option.name}, {'luck' if which == 'again' else 'assumptions'} {number}"
                    planned = make(self.settings, option, number)
                    yield self._task((which, number, place), planned, label, whole=which == "again")
        yield from self._margins()
        apart = Drawn(assumptions=(), values=(), points=(), city=self.apart)
        for replication in range(self.lucks(LUCKS)):  # choices under one luck follow each other: they share days
            for bits, option in enumerate(self.parts):
                trial = apart.trial_again(self.settings, option, replication)
                names = ", ".join(name for name, _ in option.rollouts) or "nothing"
                yield self._task(("part", bits, replication), trial, f"part of {option.name}: {names}")

    def _elsewhere(self) -> Iterator[tuple[Key, Task]]:
        assert self.drawn is not None
        for which, (name, scenario) in enumerate(self.settings.elsewhere.items()):
            for luck in range(self.lucks(ELSEWHERE)):
                for place, option in enumerate(self.settings.options):
                    trial = self.drawn.trial_again(self.settings, option, luck)
                    trial = replace(trial, scenario=name, scenario_values=scenario)
                    yield self._task(("scenario", which * ELSEWHERE + luck, place), trial, trial.label)

    def _margins(self) -> Iterator[tuple[Key, Task]]:
        assert self.drawn is not None or not self.margins
        for luck in range(self.lucks(AGAIN)):
            for number, ((kind, name), variant) in enumerate(self.margins.items()):
                assert self.drawn is not None
                trial = self.drawn.trial_again(self.settings, variant.option, luck)
                if variant.scenario is not None:
                    trial = replace(trial, scenario=kind, scenario_values=variant.scenario)
                yield self._task(("margin", number, luck), trial, f"{kind} {name}, luck {luck}", whole=True)

    def _task(self, key: Key, trial: PlannedTrial, label: str, *, whole: bool = False) -> tuple[Key, Task]:
        self.labels[key] = label
        return key, Task(trial=trial, whole=whole, race=key[0] == "race")


def work_of(conduct: Conduct) -> partial[Record | Outcomes]:
    """What a worker does with a task."""
    return partial(do, conduct)
