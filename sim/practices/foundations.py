"""Community foundations and micro-funds: money raised in the neighbourhood, and matched (M30)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exps, logs
from sim.levers import lever
from sim.practices.base import F64, Effects, Expectation, Practice, State, View
from sim.practices.workload import picked

YEAR = 12.0


@dataclass(frozen=True, kw_only=True)
class Foundations(Practice):
    """A covered community raises yuan_per_resident x wealth^elasticity a head and year; the city adds `match` of it.

    Incomes are not published by community: wealth stands for them, the share who are online plus that in urban
    committees over the district's mean. Foundations arise where wealth is, by a lottery weighted by it (the order of
    exponential draws over weights), nested in coverage. That voluntary money follows wealth is L. M. Salamon's
    "philanthropic particularism" (Journal of Voluntary Action Research 16, 1987); the size is an assumption. Today's
    0.5 yuan a head and year over the city (47 million yuan in 4.5 years) is left out.
    """

    coverage: float = lever(0.0, 0.0, 0.3, "share of communities with a fund", "mechanism M30")
    yuan_per_resident: float = lever(3.0, 0.0, 5.0, "yuan a resident and year", "mechanism M30")
    match: float = lever(0.5, 0.0, 1.0, "yuan that the city adds to each raised", "mechanism M30")
    elasticity: float = lever(1.0, 0.0, 2.0, "log of what is raised per log of wealth")

    mechanism = "M30"
    tried: ClassVar[dict[str, Any]] = {"coverage": 0.3, "yuan_per_resident": 5.0}
    expected = (
        Expectation(outcome="raised_per_resident", direction="up", reason="neighbours give, the city adds"),
        Expectation(outcome="self_raised_share", direction="up", reason="beside the grants of the city"),
        Expectation(outcome="gini_raised", direction="up", reason="funds arise where wealth is, and raise more there"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="the city pays the match")

    def wealth(self, view: View) -> F64:
        """[P] over the mean of the district's residents."""
        raw = view.online + view.urban + 0.1
        return np.asarray(raw / view.mean(raw))

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Money to the covered."""
        if self.coverage == 0.0:
            return
        wealth = self.wealth(view)
        covered = picked(-logs(1.0 - view.lasting(30)[:, 0]) / wealth, self.coverage)
        a_head = self.yuan_per_resident * exps(self.elasticity * logs(wealth))
        raised = covered * view.people * a_head
        effects.income += raised * ((1.0 + self.match) / YEAR)
        effects.pay("practices", self.match * float(np.cumsum(raised)[-1]))
