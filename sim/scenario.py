"""Scenarios: what no option controls. Calendar, surges, budget, demand; the same under every option."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

SURGE_TAGS = ("storm", "outbreak", "enrolment")


@dataclass(frozen=True, kw_only=True)
class Surge:
    """A stretch of days on which needs of one tag rise: storm, outbreak or enrolment."""

    tag: str
    from_day: int
    days: int
    factor: float  # times the usual rate of items with the tag, 1 to 3

    def __post_init__(self) -> None:
        if self.tag not in SURGE_TAGS:
            raise ValueError(f"tag must be one of {', '.join(SURGE_TAGS)}, got {self.tag!r}")
        if not 0 <= self.from_day <= 36_500:
            raise ValueError(f"from_day must be in [0, 36500] days, got {self.from_day}")
        if not 1 <= self.days <= 3_650:
            raise ValueError(f"days must be in [1, 3650] days, got {self.days}")
        if not 1.0 <= self.factor <= 3.0:
            raise ValueError(f"factor must be in [1, 3] times, got {self.factor}")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One world to test options in. Growth and ageing are fixed within a run."""

    start: date = date(2021, 1, 1)  # of day 0
    needs: float = 1.0  # times the base demand, 0.5 to 1.8
    older: float = 1.0  # times the needs of residents 60 and over, 0.5 to 1.5
    online: float = 0.0  # logit shift toward the online channel, -2 to 2
    budget: float = 1.0  # times the fund and project money, 0.3 to 2
    surges: tuple[Surge, ...] = ()

    def __post_init__(self) -> None:
        if not date(2021, 1, 1) <= self.start <= date(2035, 12, 31):
            raise ValueError(f"start must be in [2021-01-01, 2035-12-31], got {self.start}")
        for name, low, high in (("needs", 0.5, 1.8), ("older", 0.5, 1.5), ("online", -2.0, 2.0), ("budget", 0.3, 2.0)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be in [{low}, {high}], got {value}")
        for tag in SURGE_TAGS:
            same = sorted((s for s in self.surges if s.tag == tag), key=lambda s: s.from_day)
            for one, next_ in pairwise(same):
                if next_.from_day < one.from_day + one.days:
                    raise ValueError(f"surges of {tag} must not overlap, got one from day {next_.from_day}")
