"""Reform, rollout, option, rule book: what changes is apart from when and where.

A reform amends the rules and cannot reach a resident. A rollout puts a reform in force from a day on, in some places.
An option is a named set of rollouts, what the committee votes on; the empty one is the status quo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol, Self

from sim.rules import Rules

LAST = 36_500  # the latest day on which a rollout can begin
NEVER = LAST + 1


class Reform(Protocol):
    """A value that amends the rules in force. One with `permanent = True` cannot be taken back."""

    def amend(self, rules: Rules) -> Rules: ...


class ShippedReform(Reform, Protocol):
    """A reform of this project: it knows the value of itself that leaves the default rules as they are."""

    @classmethod
    def neutral(cls) -> Self: ...


def within(reform: Any, name: str, theme: type[Any], lever: str | None = None) -> None:
    """Check a reform's field against the range of the lever that it sets.

    Args:
        reform: the reform.
        name: its field.
        theme: the theme of the rules that holds the lever.
        lever: the lever's name where it differs from the field's.

    Raises:
        ValueError: the value is outside the range; names the field, the range and the value.
    """
    meta = next(f.metadata for f in fields(theme) if f.name == (lever or name))
    between(reform, name, meta["low"], meta["high"], meta["unit"])


def between(reform: Any, name: str, low: float, high: float, unit: str) -> None:
    """Check a reform's field against a range of its own; raises ValueError as `within` does."""
    value = getattr(reform, name)
    if not low <= value <= high:  # also false for nan
        raise ValueError(f"{name} must be in [{low}, {high}] {unit}, got {value}")


def lowered(present: float, target: float, share: float) -> float:
    """A probability brought this share of the way down to a target; left alone where it is there or below already.

    >>> lowered(0.03, 0.005, 1.0), lowered(0.03, 0.005, 0.0), lowered(0.001, 0.005, 1.0)
    (0.005, 0.03, 0.001)
    """
    return present if present <= target else present * (1.0 - share) + target * share


@dataclass(frozen=True, kw_only=True)
class Where:
    """The districts (six-digit codes) a rollout reaches; empty means the whole city."""

    district: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for code in self.district:
            if not 100_000 <= code <= 999_999:
                raise ValueError(f"district must be six-digit codes, got {code}")
        if len(set(self.district)) != len(self.district):
            raise ValueError(f"district must name each district once, got {list(self.district)}")

    def reaches(self, district: int) -> bool:
        """Is this district among them?"""
        return not self.district or district in self.district


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """One reform in force on days from_day <= d < until_day, in the places of `where`."""

    reform: Reform
    from_day: int = 0
    until_day: int | None = None
    where: Where = field(default_factory=Where)

    def __post_init__(self) -> None:
        if not 0 <= self.from_day <= LAST:
            raise ValueError(f"from_day must be in [0, {LAST}] days, got {self.from_day}")
        if self.until_day is not None:
            if self.until_day <= self.from_day:
                raise ValueError(f"until_day must be after from_day {self.from_day}, got {self.until_day}")
            if getattr(self.reform, "permanent", False):
                raise ValueError(f"until_day must be left out since a merge cannot be undone, got {self.until_day}")

    def active(self, day: int) -> bool:
        """Is the reform in force on this day?"""
        return self.from_day <= day and (self.until_day is None or day < self.until_day)


@dataclass(frozen=True, kw_only=True)
class Option:
    """Named rollouts, applied in order."""

    name: str = "status_quo"
    rollouts: tuple[tuple[str, Rollout], ...] = ()

    def __post_init__(self) -> None:
        names = [name for name, _ in self.rollouts]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: rollouts must have different names, got {', '.join(names)}")

    @property
    def begins(self) -> int:
        """The first day on which any of its reforms is in force, NEVER where it has none."""
        return min((rollout.from_day for _, rollout in self.rollouts), default=NEVER)


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """Days from_day <= d < until_day over which the same rules hold; `areas` are distinct, by district code."""

    from_day: int
    until_day: int
    areas: tuple[Rules, ...]
    area_of_district: Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """The rules in force, by district and day."""

    base: Rules
    option: Option
    districts: tuple[int, ...]

    def rules(self, district: int, day: int) -> Rules:
        """The base rules amended by each rollout active there on this day, in the option's order."""
        rules = self.base
        for _, rollout in self.option.rollouts:
            if rollout.active(day) and rollout.where.reaches(district):
                rules = rollout.reform.amend(rules)
        return rules

    def epochs(self, days: int) -> tuple[Epoch, ...]:
        """The stretches of [0, days) between changes of the rules. A rollout that changes nothing cuts nothing."""
        cuts = {0}
        for _, rollout in self.option.rollouts:
            cuts |= {d for d in (rollout.from_day, rollout.until_day) if d is not None and d < days}
        found: list[tuple[int, tuple[Rules, ...], dict[int, int]]] = []
        for start in sorted(cuts):
            rules = [self.rules(district, start) for district in self.districts]
            areas = tuple(dict.fromkeys(rules))
            where = {district: areas.index(r) for district, r in zip(self.districts, rules, strict=True)}
            if not found or found[-1][1:] != (areas, where):
                found.append((start, areas, where))
        ends = [start for start, _, _ in found[1:]] + [days]
        return tuple(
            Epoch(from_day=start, until_day=end, areas=areas, area_of_district=where)
            for (start, areas, where), end in zip(found, ends, strict=True)
        )
