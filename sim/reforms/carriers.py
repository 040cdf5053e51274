"""Service carriers: stations in compounds, windows, opening hours (M36)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import between, within
from sim.rules import Carriers, Rules

_TODAY = Carriers()


@dataclass(frozen=True, kw_only=True)
class CompoundStations:
    """Put volunteer-run stations into a share of the compounds (M36). Neutral: 0.15, two openings a week."""

    share: float  # of compounds
    openings: int = _TODAY.compound_openings  # a week, two hours each

    mechanism: ClassVar[str] = "M36"
    tried: ClassVar[dict[str, Any]] = {"share": 0.4, "openings": 3}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="circle_compound", direction="up", reason="a station in more compounds"),
        Expectation(outcome="unmet_share", direction="down", reason="fewer do without when a station is near"),
    )
    cost: ClassVar[Expectation] = Expectation(outcome="cost_per_resident", direction="up", reason="stations are run")

    def __post_init__(self) -> None:
        within(self, "share", Carriers, "compound_share")
        within(self, "openings", Carriers, "compound_openings")

    @classmethod
    def neutral(cls) -> Self:
        return cls(share=_TODAY.compound_share)

    def amend(self, rules: Rules) -> Rules:
        carriers = replace(rules.carriers, compound_share=self.share, compound_openings=self.openings)
        return replace(rules, carriers=carriers)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Staff more or fewer windows at the counters, as a multiple of those of today (M36). Neutral: 1 and 1."""

    community: float = 1.0  # times the windows of community centres
    town: float = 1.0  # times the windows of town complexes

    mechanism: ClassVar[str] = "M36"
    tried: ClassVar[dict[str, Any]] = {"community": 1.5, "town": 1.5}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="counter_wait", direction="down", reason="more windows"),
        Expectation(outcome="counter_utilisation", direction="down", reason="the same visits at more windows"),
    )
    cost: ClassVar[Expectation] = Expectation(outcome="cost_per_resident", direction="up", reason="windows are run")

    def __post_init__(self) -> None:
        between(self, "community", 0.25, 4.0, "times today's windows")
        between(self, "town", 0.25, 4.0, "times today's windows")

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        carriers = replace(
            rules.carriers,
            community_residents_per_window=rules.carriers.community_residents_per_window / self.community,
            town_residents_per_window=rules.carriers.town_residents_per_window / self.town,
        )
        return replace(rules, carriers=carriers)


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """Open centres longer on working days, and on Saturdays (M36). Neutral: neither."""

    extra_hours: float = 0.0  # a day after 17:00, staffed
    saturday: bool = False

    mechanism: ClassVar[str] = "M36"
    tried: ClassVar[dict[str, Any]] = {"extra_hours": 2.0, "saturday": True}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="first_owner_hours", direction="down", reason="the next opening is sooner"),
        Expectation(outcome="counter_wait", direction="down", reason="visits spread over more hours"),
    )
    cost: ClassVar[Expectation] = Expectation(outcome="cost_per_resident", direction="up", reason="hours are staffed")

    def __post_init__(self) -> None:
        within(self, "extra_hours", Carriers)
        within(self, "saturday", Carriers)

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, carriers=replace(rules.carriers, extra_hours=self.extra_hours, saturday=self.saturday))
