"""Campaigns for volunteers, and how they tire (M23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import log
from sim.levers import lever
from sim.practices.base import LINES, Effects, Expectation, Practice, State, View
from sim.practices.workload import spend

VOLUNTEERS = LINES.index("volunteers")
WEEKS = 52.0


@dataclass(frozen=True, kw_only=True)
class Volunteering(Practice):
    """Hours given = registered x active share x hours, as rules.volunteers has them, times what a campaign makes of
    each.

    A newly registered volunteer gives 1 - `dilution` of what the others give; the active share moves on the logit
    scale; asked for more hours than `norm_hours` a year, volunteers tire: their logit falls by `fatigue` per share
    above the norm (A. M. Omoto and M. Snyder, Journal of Personality and Social Psychology 68, 1995, on who stays; the
    size is an assumption). Staff look after who is recruited, and each costs insurance and training.
    """

    registered: float = lever(1.0, 0.25, 1.27, "times the registered", "mechanism M23")
    active: float = lever(1.0, 0.33, 1.67, "times the active share of the registered", "mechanism M23")
    hours: float = lever(1.0, 0.42, 3.33, "times the hours asked of an active volunteer", "mechanism M23")
    dilution: float = lever(0.3, 0.0, 1.0, "share less that a new volunteer gives")
    norm_hours: float = lever(12.0, 12.0, 40.0, "hours a year above which volunteers tire")
    fatigue: float = lever(0.5, 0.0, 2.0, "logit lost per share of hours above the norm")
    yuan: float = lever(30.0, 0.0, 300.0, "yuan a year and volunteer registered anew")
    staff_hours: float = lever(1.0, 0.0, 10.0, "hours of community staff a year and active volunteer gained")

    mechanism = "M23"
    tried: ClassVar[dict[str, Any]] = {"registered": 1.2, "active": 1.1, "hours": 1.1}
    expected = (
        Expectation(outcome="volunteer_hours", direction="up", reason="more volunteers, asked for more"),
        Expectation(outcome="helped_share", direction="up", reason="a part of the hours goes to cases"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff look after those recruited")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Numbers, activity, hours, fatigue."""
        v = view.rules.volunteers
        more = self.registered - 1.0
        effects.volunteering *= (1.0 + more * (1.0 - self.dilution if more > 0.0 else 1.0)) * self.hours
        share = min(0.9, v.active_share * self.active)
        shift = log(share / (1.0 - share)) - log(v.active_share / (1.0 - v.active_share))
        over = max(0.0, v.hours_year * self.hours / self.norm_hours - 1.0)
        effects.lines[VOLUNTEERS] += shift - self.fatigue * over
        people, recruited = view.people * v.registered_share, max(0.0, more)
        effects.pay("practices", self.yuan * recruited * float(np.cumsum(people)[-1]))
        gained = max(0.0, self.registered * share - v.active_share)
        spend(view, effects, people * (gained * self.staff_hours / WEEKS))
