"""A framework of articles and operating documents: units work more alike, and hours go into compliance (M25)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.kernels.arithmetic import exps, logs
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View


@dataclass(frozen=True, kw_only=True)
class Articles(Practice):
    """Log productivity x of a unit goes to x - completeness x pull x (x - mean): standards lift the weak and bind the
    strong (standardisation, H. Mintzberg, The Structuring of Organizations, 1979). Documents take compliance_hours a
    worker and week. It acts on what leaders, training and the rest have made of units. Both signs are open: a smaller
    spread at the same mean log lowers mean productivity a little, yet queues gain most where units are weak.
    """

    completeness: float = lever(0.0, 0.0, 1.0, "share of work that documents prescribe", "mechanism M25")
    compliance_hours: float = lever(0.0, 0.0, 10.0, "hours a worker and week", "mechanism M25")
    pull: float = lever(0.6, 0.0, 1.0, "share of a unit's deviation lost when all is prescribed")

    mechanism = "M25"
    tried: ClassVar[dict[str, Any]] = {"completeness": 1.0, "compliance_hours": 2.0}
    expected = (
        Expectation(outcome="unit_spread", direction="down", reason="practice is prescribed"),
        Expectation(outcome="gini_days", direction="open", reason="weak units gain, all lose hours"),
        Expectation(outcome="days_to_solved", direction="open", reason="weak units gain, all lose hours"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="compliance takes hours")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Draw units together."""
        x = logs(effects.productivity)
        effects.productivity *= exps(-self.completeness * self.pull * (x - view.mean(x)))
        effects.lose_hours(view, self.compliance_hours)
