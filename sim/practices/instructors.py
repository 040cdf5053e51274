"""Party-building instructors visit weak units of a town and report upward (M33)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp, exps, logs
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View


@dataclass(frozen=True, kw_only=True)
class Instructors(Practice):
    """n instructors a town reach a share q = 1 - exp(-reach n) of what weak units lack.

    Log productivity x below the district's mean goes to x + lift x q x (mean - x); units above stay. What they report
    lowers the chance of being turned away by report x q. Sizes are assumptions.
    """

    per_town: int = lever(0, 0, 5, "instructors a town", "mechanism M33")
    reach: float = lever(0.35, 0.05, 1.0, "share of what is lacking that one more instructor reaches (rate)")
    lift: float = lever(0.7, 0.0, 1.0, "share of the gap to the mean closed where they reach")
    report: float = lever(0.015, 0.0, 0.05, "chance of being turned away that full reach prevents")
    wage: float = lever(96_000.0, 40_000.0, 200_000.0, "yuan an instructor and year")

    mechanism = "M33"
    tried: ClassVar[dict[str, Any]] = {"per_town": 3}
    expected = (
        Expectation(outcome="unit_spread", direction="down", reason="weak units are raised"),
        Expectation(outcome="staff_pace", direction="up", reason="weak units are raised, the others stay"),
        Expectation(outcome="deflected_share", direction="down", reason="instructors report who is turned away"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="instructors are paid")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Raise the units below the mean."""
        reached = 1.0 - float(exp(-self.reach * self.per_town))
        x = logs(effects.productivity)
        lacking = np.maximum(0.0, view.mean(x) - x)
        effects.productivity *= exps(self.lift * reached * lacking)
        effects.deflection -= self.report * reached
        effects.pay("practices", self.per_town * np.unique(view.town).size * self.wage)
