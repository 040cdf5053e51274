"""The democratic procedure of the fund: proposal, vote, monitoring, review (M29)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import LINES, Effects, Expectation, Practice, State, View
from sim.practices.workload import spend

FULL = 4
SELF_GOVERNMENT = LINES.index("self_government")


@dataclass(frozen=True, kw_only=True)
class Procedure(Practice):
    """Steps left out save time and hours and lose what they are for: k of four left out, from the last one on.

    noise x (1 + blind k), leakage x (1 + leak k), delay - months_each k, self-government's logit - aware k, and hours
    of staff come back. Four steps and thirteen articles: Chengdu Daily 2018-05-29; B. A. Olken, Journal of Political
    Economy 115, 2007, on monitoring and leakage in village projects. Magnitudes are assumptions. The quorum of the
    vote is the council's (M20).
    """

    steps: int = lever(FULL, 0, FULL, "steps kept of the four", "Chengdu Daily 2018-05-29")
    blind: float = lever(0.5, 0.0, 2.0, "share of a council's error added a step left out")
    leak: float = lever(1.0, 0.0, 3.0, "share of leakage added a step left out")
    aware: float = lever(0.08, 0.0, 0.5, "logit of self-government lost a step left out")
    months_each: float = lever(0.5, 0.0, 1.0, "months that a step takes")
    staff_hours: float = lever(0.5, 0.0, 5.0, "hours of community staff a week and step")

    mechanism = "M29"
    tried: ClassVar[dict[str, Any]] = {"steps": 1}
    expected = (
        Expectation(outcome="project_yuan", direction="up", reason="projects begin sooner"),
        Expectation(outcome="off_service_hours", direction="down", reason="hours of procedure come back"),
        Expectation(outcome="match_share", direction="down", reason="nobody proposes or reviews: needs are missed"),
    )
    cost = Expectation(outcome="active_self_government", direction="down", reason="residents have less of a say")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """What the steps left out change."""
        out = FULL - self.steps
        effects.noise *= 1.0 + self.blind * out
        effects.leakage *= 1.0 + self.leak * out
        effects.delay -= int(self.months_each * out + 0.5)
        effects.lines[SELF_GOVERNMENT] -= self.aware * out
        spend(view, effects, -self.staff_hours * out)
