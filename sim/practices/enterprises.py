"""Community social enterprises: part of what they earn flows back into the community's fund (M42)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View, normal
from sim.practices.workload import picked, spend

YEAR = 12.0


@dataclass(frozen=True, kw_only=True)
class Enterprises(Practice):
    """Where there is an enterprise, income of the fund a month = max(0, surplus (1 + luck z)) / 12 x reinvest.

    z is a normal draw a community and month; losses are the enterprise's own. Which communities have one is by lot,
    nested in `share`. The city helps each with a subsidy and its community's staff with hours. No figure is published
    for Chengdu's; surplus and luck are assumptions.
    """

    share: float = lever(0.0, 0.0, 0.4, "share of communities with an enterprise", "mechanism M42")
    reinvest: float = lever(0.3, 0.0, 0.5, "share of surplus that flows back", "mechanism M42")
    surplus: float = lever(200_000.0, 0.0, 2_000_000.0, "yuan a year and enterprise")
    luck: float = lever(1.0, 0.0, 3.0, "standard deviation of a month's surplus over its mean")
    subsidy: float = lever(20_000.0, 0.0, 200_000.0, "yuan a year and enterprise from the city")
    staff_hours: float = lever(3.0, 0.0, 40.0, "hours of community staff a week and enterprise")

    mechanism = "M42"
    tried: ClassVar[dict[str, Any]] = {"share": 0.4, "reinvest": 0.5}
    expected = (
        Expectation(outcome="raised_per_resident", direction="up", reason="surplus flows back"),
        Expectation(outcome="self_raised_share", direction="up", reason="beside the grants of the city"),
        Expectation(outcome="gini_raised", direction="up", reason="some communities have one, and luck differs"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff look after a business")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Luck of the month."""
        if self.share == 0.0:
            return
        there = picked(view.lasting(42)[:, 0], self.share)
        luck = np.maximum(0.0, 1.0 + self.luck * normal(view.draws(42)[:, 0]))
        effects.income += there * luck * (self.surplus / YEAR * self.reinvest)
        effects.pay("practices", self.subsidy * float(np.cumsum(there)[-1]))
        spend(view, effects, there * self.staff_hours)
