"""Academies train community staff and social organisations; what is learnt is forgotten (M34)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp, exps
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import meetable_hours

LN2 = 0.6931471805599453


@dataclass(frozen=True, kw_only=True)
class Academies(Practice):
    """Training days not yet forgotten are a stock d: d' = d 2^(-1 / half_life) + days_year / 12 a month.

    Skill is q = 1 - exp(-d / enough), of diminishing returns. Log productivity of communities rises by skill x q,
    trained organisations give partners x q hours per 1,000 residents and month to cases, and the chance of being turned
    away falls by courtesy x q. Each day is one away from work and costs tuition. Sizes are assumptions.
    """

    days_year: float = lever(0.0, 0.0, 20.0, "training days a worker and year", "mechanism M34")
    half_life: float = lever(12.0, 3.0, 36.0, "months until half is forgotten")
    skill: float = lever(0.20, 0.0, 0.5, "log productivity of the fully trained")
    enough: float = lever(8.0, 2.0, 40.0, "days at which most is learnt")
    courtesy: float = lever(0.02, 0.0, 0.05, "chance of being turned away that training prevents")
    partners: float = lever(4.0, 0.0, 40.0, "hours of trained organisations per 1,000 residents a month")
    tuition: float = lever(300.0, 0.0, 2_000.0, "yuan a worker and day")

    mechanism = "M34"
    tried: ClassVar[dict[str, Any]] = {"days_year": 12.0}
    expected = (
        Expectation(outcome="deflected_share", direction="down", reason="the trained know what they may grant"),
        Expectation(outcome="helped_share", direction="up", reason="organisations are trained as well"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="training days are days away")

    def begin(self, view: View) -> State:
        """No days beyond today's."""
        return {"days": np.zeros(view.people.size)}

    def month(self, state: State, view: View) -> None:
        """Some is forgotten, some is learnt."""
        state["days"] *= float(exp(-LN2 / self.half_life))
        state["days"] += self.days_year / 12.0

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Skill, courtesy, partners; days away."""
        learnt = 1.0 - exps(-state["days"] / self.enough)
        effects.productivity *= exps(self.skill * learnt)
        effects.deflection -= self.courtesy * view.mean(learnt)
        effects.help += meetable_hours(self.partners * learnt * view.people / 1000.0)
        staff = view.rules.staff
        effects.lose_hours(view, self.days_year / staff.days_a_year, per=1.0)
        workers = float(np.cumsum(view.people)[-1]) * staff.community_per_10k / 1e4
        effects.pay("practices", self.days_year * workers * self.tuition)
