"""The integrating committee (M02): departments that work side by side and refuse each other less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import lowered, within
from sim.rules import Departments, Misroute, Rules

ALL_DEPARTMENTS = 33


@dataclass(frozen=True, kw_only=True)
class IntegratingCommittee:
    """Integrate departments under a committee with some authority (M02). Neutral: no department.

    Refusals fall towards `refusal` by authority times the share of departments integrated, the only cause of
    misroutes that a committee may touch; each step costs coordination minutes in return.
    """

    departments: int = ALL_DEPARTMENTS
    authority: float = 1.0  # 0 none, 1 its word is final
    refusal: float = 0.005  # misroutes by refusal with every department and full authority, refinement A10

    mechanism: ClassVar[str] = "M02"
    tried: ClassVar[dict[str, Any]] = {"departments": 33, "authority": 1.0}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="joint_days", direction="open", reason="parallel steps save time, coordination costs"),
        Expectation(outcome="first_right_share", direction="up", reason="departments refuse each other less"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="coordination_hours", direction="up", reason="each parallel step is coordinated"
    )

    def __post_init__(self) -> None:
        within(self, "departments", Departments, "integrated")
        within(self, "authority", Departments)
        within(self, "refusal", Misroute)

    @classmethod
    def neutral(cls) -> Self:
        return cls(departments=0, authority=0.0)

    def amend(self, rules: Rules) -> Rules:
        if self.departments == 0:
            return rules
        strength = self.authority * self.departments / ALL_DEPARTMENTS
        return replace(
            rules,
            departments=replace(rules.departments, integrated=self.departments, authority=self.authority),
            misroute=replace(rules.misroute, refusal=lowered(rules.misroute.refusal, self.refusal, strength)),
        )
