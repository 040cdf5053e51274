"""How many people serve, and with how much of their time (M11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import between, within
from sim.rules import Misroute, Rules


@dataclass(frozen=True, kw_only=True)
class StaffLevels:
    """Hire or cut posts, as multiples of those of today. Neutral: 1 everywhere."""

    community: float = 1.0  # times the community workers
    grid: float = 1.0  # times the grid workers
    town_team: float = 1.0  # times the town teams
    departments: float = 1.0  # times the branches of departments

    def __post_init__(self) -> None:
        for name in ("community", "grid", "town_team", "departments"):
            between(self, name, 0.5, 2.0, "times today's posts")

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        staff, grid, departments = rules.staff, rules.grid, rules.departments
        return replace(
            rules,
            staff=replace(
                staff,
                community_per_10k=staff.community_per_10k * self.community,
                town_team_per_10k=staff.town_team_per_10k * self.town_team,
            ),
            grid=replace(grid, workers_per_10k=grid.workers_per_10k * self.grid),
            departments=replace(departments, staff_per_10k=departments.staff_per_10k * self.departments),
        )


@dataclass(frozen=True, kw_only=True)
class ClearDuties:
    """Say who owns which task, and free workers of tasks off service (M11). Neutral: overlap 0.05, off service 1.

    Misroutes by overlapping duties fall to `overlap`, the only cause that a division of duties may touch.
    """

    overlap: float = 0.01  # misroutes by overlap, refinement A10
    off_service: float = 1.0  # times the share of time that community workers and town teams spend off service
    zones: float = 0.0  # share of the freed hours of community workers that staff of industrial zones now work, paid

    mechanism: ClassVar[str] = "M11"
    tried: ClassVar[dict[str, Any]] = {"overlap": 0.01, "off_service": 0.8, "zones": 1.0}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="first_right_share", direction="up", reason="each task has one owner"),
        Expectation(outcome="off_service_hours", direction="down", reason="promotion of investment goes to the zones"),
        Expectation(outcome="days_to_solved", direction="down", reason="more hours of service"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="zone_hours", direction="up", reason="the zones take on what towns give up"
    )

    def __post_init__(self) -> None:
        within(self, "overlap", Misroute)
        between(self, "off_service", 0.5, 1.0, "times today's share")
        between(self, "zones", 0.0, 1.0, "share of freed hours")

    @classmethod
    def neutral(cls) -> Self:
        return cls(overlap=Misroute().overlap)

    def amend(self, rules: Rules) -> Rules:
        staff = replace(
            rules.staff,
            admin_share=rules.staff.admin_share * self.off_service,
            offservice_share_town=rules.staff.offservice_share_town * self.off_service,
            zone_share=rules.staff.zone_share + rules.staff.admin_share * (1.0 - self.off_service) * self.zones,
        )
        overlap = min(rules.misroute.overlap, self.overlap)
        return replace(rules, staff=staff, misroute=replace(rules.misroute, overlap=overlap))
