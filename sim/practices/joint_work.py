"""Joint work of departments: side by side on a case, judged together (M04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View


@dataclass(frozen=True, kw_only=True)
class JointWork(Practice):
    """A share of the cases of several departments is worked on by all at once; joint appraisal puts them first.

    What is appraised is closing, so that a weight on it also breeds closing without solving (B. Holmstrom and
    P. Milgrom, Journal of Law, Economics, and Organization 7, 1991): `kpi_weight` x `gaming`. Meetings cost hours.
    """

    parallel_share: float = lever(0.0, 0.0, 1.0, "share of cases worked on at once", "mechanism M04")
    kpi_weight: float = lever(0.0, 0.0, 1.0, "weight of joint appraisal", "mechanism M04")
    gaming: float = lever(0.08, 0.0, 0.5, "share of orders more closed unsolved where closing is all that counts")
    meeting_hours: float = lever(1.5, 0.0, 10.0, "hours of community staff a week at full parallel work")

    mechanism = "M04"
    tried: ClassVar[dict[str, Any]] = {"parallel_share": 0.8, "kpi_weight": 0.5}
    expected = (
        Expectation(outcome="joint_days", direction="open", reason="parallel work saves time, every part queues"),
        Expectation(outcome="solved_share", direction="open", reason="gaming lowers it, call-backs find it out"),
    )
    cost = Expectation(outcome="team_utilisation", direction="up", reason="meetings take hours of service")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Routes, order of queues, false closure, hours."""
        effects.parallel = 1.0 - (1.0 - effects.parallel) * (1.0 - self.parallel_share)
        effects.priority = max(effects.priority, self.kpi_weight)
        effects.false_closure += self.gaming * self.kpi_weight
        effects.lose_hours(view, self.meeting_hours * self.parallel_share)
