"""One chessboard: town and country, targets, and stability work in one hand (M13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View

CONFLICT = 0.1  # today's share of admin time on contradicting targets


@dataclass(frozen=True, kw_only=True)
class Chessboard(Practice):
    """Three joint plans, each with a gain and a side that gives.

    Staff: communities' hours are shared anew inside a district, times 1 + parity x shift x (rural share - its mean), so
    that hours are conserved, rural places gain and urban ones give. Targets: admin time spent on contradicting ones,
    `target_conflict` of all admin time and .1 today, goes back to service when it falls. Stability: town teams share
    its staff and gain `stability_time` of their time, but settle visits less thoroughly. All sizes are assumptions.
    """

    urban_rural_parity: float = lever(0.0, 0.0, 1.0, "share of the gap in staff closed", "mechanism M13")
    target_conflict: float = lever(CONFLICT, 0.0, 0.3, "share of admin time on contradicting targets", "mechanism M13")
    stability_staff_shared: float = lever(0.0, 0.0, 1.0, "share of stability staff shared")
    shift: float = lever(0.15, 0.0, 0.4, "gap between rural and urban hours a head at full parity, share")
    stability_time: float = lever(0.15, 0.0, 0.5, "town teams' time gained when all are shared, share")
    shallow: float = lever(0.03, 0.0, 0.2, "visits closed but not solved, added when all are shared")

    mechanism = "M13"
    tried: ClassVar[dict[str, Any]] = {
        "urban_rural_parity": 1.0,
        "target_conflict": 0.05,
        "stability_staff_shared": 1.0,
    }
    expected = (
        Expectation(outcome="rural_gap_days", direction="down", reason="rural places gain hours, urban ones give"),
        Expectation(outcome="off_service_hours", direction="down", reason="targets contradict each other less"),
        Expectation(outcome="town_team_utilisation", direction="down", reason="stability staff do town work"),
    )
    cost = Expectation(outcome="solved_share", direction="down", reason="shared staff settle visits less thoroughly")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Share hours, free hours."""
        rural = 1.0 - view.urban
        effects.productivity *= 1.0 + self.urban_rural_parity * self.shift * (rural - view.mean(rural))
        admin = view.rules.staff.admin_share
        freed = admin * (CONFLICT - self.target_conflict) / (1.0 - admin)
        effects.productivity *= max(0.1, 1.0 + freed)
        effects.lost -= np.full(view.people.size, freed)
        effects.town_productivity *= 1.0 + self.stability_staff_shared * self.stability_time
        effects.false_home += self.stability_staff_shared * self.shallow
