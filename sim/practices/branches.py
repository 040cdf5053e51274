"""The party's organisation reaches compounds and new kinds of firms; micro-grids of part-time volunteers (M18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import LINES, Effects, Expectation, Practice, State, View
from sim.practices.linkage import dose

PARTY = LINES.index("party")
HOUSEHOLD = 2.82  # residents of a family household: 20,937,757 / 7,419,822
WORKING_DAYS = 250.0


@dataclass(frozen=True, kw_only=True)
class Branches(Practice):
    """Branches in compounds and in firms and associations carry the policy dose over its last layer.

    Where a compound has one (by lot, beyond today's), residents' logit shifts by the layers' dose x what arrives x
    last_layer; members' line by party x the share of residents reached. Firms' branches reach urban residents alike, at
    half the effect. Micro-grids (a later policy, off by default): each has a volunteer who looks around for
    watch_minutes a day, so per hundred households eyes = 100 / microgrid_households x watch_minutes / 60 hours; those
    hours are taken from what volunteers give. All sizes are assumptions; the signs are open.
    """

    compound_coverage: float = lever(0.0, 0.0, 1.0, "share of compounds reached beyond today's")
    twonew_coverage: float = lever(0.0, 0.0, 1.0, "share of new firms and associations reached")
    microgrid_households: int = lever(0, 0, 100, "households a micro-grid, 24 to 100; 0: none", "mechanism M18")
    last_layer: float = lever(0.3, 0.0, 1.0, "share of the dose that a branch in the compound adds")
    party: float = lever(0.25, 0.0, 1.0, "logit of the party line when everybody is reached")
    watch_minutes: float = lever(4.0, 0.0, 30.0, "minutes a volunteer watches a micro-grid, a working day")
    branch_yuan: float = lever(3_000.0, 0.0, 30_000.0, "yuan a branch and year")
    microgrid_yuan: float = lever(600.0, 0.0, 6_000.0, "yuan a micro-grid and year")

    mechanism = "M18"
    tried: ClassVar[dict[str, Any]] = {"compound_coverage": 1.0, "twonew_coverage": 0.8, "microgrid_households": 59}
    expected = (
        Expectation(outcome="active_party", direction="up", reason="members find a branch where they live and work"),
        Expectation(outcome="active_share", direction="open", reason="the dose arrives, volunteers' time is bound"),
        Expectation(outcome="detection_lag", direction="open", reason="neighbours watch, staff may be busier"),
        Expectation(outcome="helped_share", direction="open", reason="more volunteers, fewer hours of each for cases"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="branches and micro-grids are paid for")

    def __post_init__(self) -> None:
        super().__post_init__()
        if 0 < self.microgrid_households < 24:
            raise ValueError(f"microgrid_households must be 0 or in [24, 100], got {self.microgrid_households}")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Reach compounds, reach firms, watch."""
        has = view.lasting(18, compounds=True)[:, 0] < self.compound_coverage
        firms = 0.5 * self.twonew_coverage * view.urban
        reached = np.minimum(1.0, view.by_place(has.astype(np.float64)) + firms)
        effects.engage += view.rules.layers.dose * self.last_layer * dose(view) * reached
        effects.lines[PARTY] += self.party * view.mean(reached)
        towns = np.unique(view.town).size
        effects.pay("practices", (int(has.sum()) + self.twonew_coverage * 10.0 * towns) * self.branch_yuan)
        if self.microgrid_households:
            self.watch(view, effects)

    def watch(self, view: View, effects: Effects) -> None:
        """Neighbours' eyes, and the hours that they cost volunteers."""
        eyes = 100.0 / self.microgrid_households * self.watch_minutes / 60.0
        effects.eyes += eyes
        volunteers = view.rules.volunteers
        given = volunteers.registered_share * volunteers.active_share * volunteers.hours_year
        bound = eyes * WORKING_DAYS / (100.0 * HOUSEHOLD)  # hours a resident and year
        effects.volunteers *= max(0.0, 1.0 - bound / given)
        grids = float(np.cumsum(view.people)[-1]) / HOUSEHOLD / self.microgrid_households
        effects.pay("practices", grids * self.microgrid_yuan)
