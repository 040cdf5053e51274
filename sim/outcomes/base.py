"""What an outcome is, and the counts of a finished run that outcomes are measured from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.kernels.inequality import gini
from sim.rules import Rules
from sim.world.accounts import ONE_OFF, PAID

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
DAY = 86_400.0
WRITTEN_OFF = 10.0  # years over which a one-off cost is spread, evenly and without interest; an assumption
Theme = Literal["response", "participation", "access", "money", "equity", "workforce", "experience"]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Sums over the days after the warm-up and over districts; P places, C compounds.

    `tally` is the daily count by name; `place` the monthly count by name, [P]. `state` are quantities by place in the
    month that the run ended in: productivity, trust (added to everybody's), vacant, again (mean chance of a second
    visit), engage (logit of taking part), volunteering (times the hours of volunteers), funds and raised (cents), and
    what practices tell of themselves (TOLD).
    """

    rules: Rules  # the base rules, without any option
    tally: dict[str, int]
    spread: I64  # [cells, bins]
    place: dict[str, I64]
    people: I64  # [P]
    state: dict[str, F64]
    ages: I64  # [P, ages] residents by age band
    party: I64  # [P, ages] party members among them
    size: F64  # [P] log of the community's residents over the reference
    lines: F64  # [5] mean share of residents active in a month, by line
    active: float  # the same, in at least one line
    votes: tuple[int, int, int, int]  # meetings, those with a quorum, projects, those for what is needed most
    trust: float  # mean over residents, practices apart
    walk: F64  # [C, 3] minutes to the nearest compound station (nan where there is none), centre, town complex
    facility: F64  # [C] minutes to the nearest facility
    compound_people: I64  # [C]
    compound_place: I64  # [C]
    latent: int  # hazards unknown at the end
    zone_hours: float  # a year that zones work in place of community workers
    step_minutes: float  # of a department's step, times residents
    off_service: float  # hours a year of community workers and town teams off service
    money: dict[str, int]  # cents by account after the warm-up; one-off costs of the whole run
    counted_days: int  # after the warm-up

    @property
    def residents(self) -> int:
        """Of the whole city."""
        return int(self.people.sum())

    @property
    def paid(self) -> float:
        """Cents paid after the warm-up, with what of one-off costs is written off in these days."""
        running = sum(c for account, c in self.money.items() if account.startswith(PAID) and account != ONE_OFF)
        return running + self.money[ONE_OFF] * (self.counted_days / 365.0 / WRITTEN_OFF)

    @property
    def yearly(self) -> float:
        """Turns cents of the days after the warm-up into yuan a resident and year."""
        return 365.0 / self.counted_days / self.residents / 100.0

    def mean(self, values: F64) -> float:
        """Mean over residents of a value by place."""
        return float(np.cumsum(values * self.people)[-1]) / self.residents


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A number that a run yields: unit, which way is better, what it means, and how it is measured.

    `measure` gives nan where nothing happened that it could measure.
    """

    name: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    theme: Theme
    meaning: str
    measure: Callable[[Counts], float]


def over(part: float, whole: float) -> float:
    """A ratio, nan over nothing."""
    return part / whole if whole else nan


def gini_of(part: I64 | F64, whole: I64 | F64, people: I64) -> float:
    """Gini over places, by residents, of a ratio of counts; nan where it is 0 everywhere."""
    seen = whole > 0
    if seen.sum() < 2 or not (part[seen] * people[seen]).any():
        return nan
    return float(gini(part[seen] / whole[seen], people[seen]))


def weighted_quantile(values: F64, weights: I64, p: float) -> float:
    """The least value that at least a share p of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, p * running[-1])])
