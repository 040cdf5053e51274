"""One operating mechanism, a closed loop: deadlines, escalation, call-backs (M08)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import within
from sim.rules import Deadlines, Rules

_TODAY = Deadlines()


@dataclass(frozen=True, kw_only=True)
class ClosedLoop:
    """Set the deadline, when an open case turns urgent, and how many closed orders are called back (M08).

    Neutral: 15 working days, 10 days, 0.30. A call-back finds what was closed and not solved; it is worked on again.
    """

    days: float = _TODAY.days  # working days until an order is late
    escalate_after: float = _TODAY.escalate_after  # days until an open case turns urgent
    callback_share: float = _TODAY.callback_share  # of closed orders

    mechanism: ClassVar[str] = "M08"
    tried: ClassVar[dict[str, Any]] = {"days": 10.0, "escalate_after": 3.0, "callback_share": 0.9}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="reopened_share", direction="up", reason="call-backs find what was not solved"),
        Expectation(outcome="solved_share", direction="up", reason="what was not solved is worked on again"),
        Expectation(outcome="within_deadline", direction="down", reason="a shorter deadline is missed more often"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="order_days", direction="up", reason="reopened orders take a second round"
    )

    def __post_init__(self) -> None:
        for name in ("days", "escalate_after", "callback_share"):
            within(self, name, Deadlines)

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        deadlines = replace(
            rules.deadlines, days=self.days, escalate_after=self.escalate_after, callback_share=self.callback_share
        )
        return replace(rules, deadlines=deadlines)
