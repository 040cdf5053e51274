"""Offices and firms paired with communities: hours they bring, and to whom (M22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View, towards
from sim.practices.workload import MONTH_WEEKS, helpable, picked, spend

MEMORY = 0.2  # share of last month in what a community is known for


@dataclass(frozen=True, kw_only=True)
class Pairing(Practice):
    """A share of the communities is paired with a unit that brings hours a month; some of them go to cases.

    random: by lot, for good, as units choose near and known ones; need: where fewest residents took part over the last
    months, known with a moving average, so that help goes where neighbours give least. Workers of a paired community
    spend hours to coordinate. How many units are paired is masked in the source; all magnitudes are assumptions.
    """

    coverage: float = lever(0.0, 0.0, 1.0, "share of communities paired", "mechanism M22")
    hours_month: float = lever(40.0, 0.0, 80.0, "hours a paired community and month", "mechanism M22")
    target: str = lever("random", None, None, "rule of pairing", choices=("random", "need"))
    case_share: float = lever(0.5, 0.0, 1.0, "share of hours spent on cases")
    coordination: float = lever(4.0, 0.0, 20.0, "hours of community staff a paired community and month")

    mechanism = "M22"
    tried: ClassVar[dict[str, Any]] = {"coverage": 0.4, "hours_month": 60.0}
    expected = (
        Expectation(outcome="helped_share", direction="up", reason="units give hours"),
        Expectation(
            outcome="gini_helped", direction="up", reason="by lot, some communities have a partner and some not"
        ),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff coordinate the units")

    def begin(self, view: View) -> State:
        """Nothing is known of who takes part but last month's share."""
        return {"active": view.active.copy()}

    def month(self, state: State, view: View) -> None:
        """What communities are known for follows what they do."""
        state["active"][:] = towards(state["active"], view.active, MEMORY)

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Hours to the paired."""
        if self.coverage == 0.0:
            return
        lot = view.lasting(22)[:, 0]
        rank = lot if self.target == "random" else state["active"] + 1e-9 * lot
        paired = picked(rank, self.coverage)
        effects.help += np.outer(paired, helpable()) * (self.hours_month * self.case_share)
        spend(view, effects, paired * (self.coordination / MONTH_WEEKS))
