"""Plans and standards by type of community: what its centre offers fits who lives there, or does not (M26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import F64, Effects, Expectation, Practice, State, View
from sim.practices.workload import seats, spend
from sim.services import COMPOUND_KINDS

TYPES = ("rural", "urban", "industrial", "park", "international")
HAMLET, DORMITORY = COMPOUND_KINDS.index("hamlet"), COMPOUND_KINDS.index("dormitory")
MOSTLY, MANY = 0.5, 0.3  # shares of residents in hamlets, in dormitories, that make a community rural, industrial
# Chance of a second visit that a centre of one cut adds, by type and class (assumption; about .02 over the city).
GAP = np.array([
    [0.010, 0.030, 0.040], [0.005, 0.010, 0.020], [0.020, 0.030, 0.030], [0.010, 0.015, 0.040], [0.030, 0.060, 0.040],
])  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Planning(Practice):
    """A community has a type, and a centre of one cut fits each type and class of service less or more.

    again = GAP[type, class] (1 - level), beside the catalogue (M37) and the service list (M38). Rural: most residents
    in hamlets; industrial: many in dormitories, or by lot; park and international: by lot among the rest. Lots are the
    city's, for good, since the types of Chengdu's communities are not published.
    """

    level: float = lever(0.0, 0.0, 1.0, "how far centres follow the standard of their type", "mechanism M26")
    industrial: float = lever(0.10, 0.0, 0.4, "share of communities, rural ones apart, that are industrial by lot")
    park: float = lever(0.10, 0.0, 0.4, "share of them that are park communities")
    international: float = lever(0.03, 0.0, 0.2, "share of them that are international")
    yuan: float = lever(60_000.0, 0.0, 500_000.0, "yuan a year and community for plans and fittings at full level")
    staff_hours: float = lever(1.0, 0.0, 10.0, "hours of community staff a week for appraisal at full level")

    mechanism = "M26"
    tried: ClassVar[dict[str, Any]] = {"level": 0.8}
    expected = (
        Expectation(outcome="fit_gap", direction="down", reason="each type has a centre of its own cut"),
        Expectation(outcome="one_visit_share", direction="up", reason="what is asked for is there"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="plans and fittings are paid")

    @property
    def on(self) -> bool:
        """Communities have types, whatever the rules."""
        return True

    def types(self, view: View) -> F64:
        """[P] number in TYPES."""
        hamlets, dormitories = (view.by_place((view.kind == k).astype(np.float64)) for k in (HAMLET, DORMITORY))
        cuts = np.cumsum([self.industrial, self.park, self.international])
        lot = np.searchsorted(cuts, view.lasting(26)[:, 0], side="right")
        by_lot = np.where(lot < 3, lot + 2, 1)
        found = np.where(hamlets > MOSTLY, 0, np.where(dormitories > MANY, 2, by_lot))
        return np.asarray(found, np.float64)

    def act(self, state: State, view: View, effects: Effects) -> None:
        """What the standard leaves of the gap, and what it takes."""
        types = view.once(("planning", self.industrial, self.park, self.international), lambda: self.types(view))
        effects.again += GAP[types.astype(np.int64)] * (1.0 - self.level)
        effects.pay("practices", self.level * self.yuan * seats(view))
        spend(view, effects, self.level * self.staff_hours)
