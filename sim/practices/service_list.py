"""The list of basic services: what is demanded drifts away from it until a review follows (M38)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import F64, Effects, Expectation, Practice, State, View
from sim.practices.workload import seats, spend

MOST = 0.3  # chance of a second visit at which a list could hardly fit worse
WEEKS, MONTHS = 52.0, 12.0
REVIEW, FOLLOWS = 12, 0.5  # months between reviews and share of the gap closed, today


@dataclass(frozen=True, kw_only=True)
class ServiceList(Practice):
    """Second visits because supply lags demand: gap grows by `drift` times U(.5, 1.5) a month; a review closes
    `responsiveness` of it.

    The same for all classes, beside the catalogue (M37) and planning (M26). Communities are reviewed in turn, a share
    1 / review_months each month. Under constant drift d the gap right after a review settles at
    d T (1 - r) / r. A run begins there under today's rules, whatever is in force.
    """

    review_months: int = lever(REVIEW, 1, 24, "months between reviews", "mechanism M38")
    responsiveness: float = lever(FOLLOWS, 0.0, 1.0, "share of the gap that a review closes", "mechanism M38")
    drift: float = lever(0.0015, 0.0, 0.01, "chance of a second visit that a month of drift adds")
    review_yuan: float = lever(4_000.0, 0.0, 50_000.0, "yuan a review and community beyond one a year")
    review_hours: float = lever(16.0, 0.0, 80.0, "hours of community staff a review that is followed in full")

    mechanism = "M38"
    tried: ClassVar[dict[str, Any]] = {"review_months": 3, "responsiveness": 0.9}
    expected = (
        Expectation(outcome="one_visit_share", direction="up", reason="what is offered follows what is asked for"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="reviews are paid")

    @property
    def on(self) -> bool:
        """There is a list, whatever the rules."""
        return True

    def age(self, view: View, months: int) -> F64:
        """[P] months since the last review under reviews every `months`; 0 in the month of one."""
        phase = np.floor(view.lasting(38)[:, 0] * months)
        return np.asarray((view.month + phase) % months)

    def begin(self, view: View) -> State:
        """As today's reviews leave it."""
        after = self.drift * REVIEW * (1.0 - FOLLOWS) / FOLLOWS
        return {"gap": np.minimum(MOST, after + self.drift * self.age(view, REVIEW))}

    def month(self, state: State, view: View) -> None:
        """Demand drifts; where a review is due, supply follows."""
        gap = state["gap"]
        gap += self.drift * (0.5 + view.draws(38)[:, 0])
        gap[self.age(view, self.review_months) == 0.0] *= 1.0 - self.responsiveness
        np.minimum(gap, MOST, out=gap)

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Second visits, money, hours."""
        effects.again += state["gap"][:, None]
        yearly = MONTHS / self.review_months
        effects.pay("practices", max(0.0, yearly - MONTHS / REVIEW) * self.review_yuan * seats(view))
        more = yearly * self.responsiveness - MONTHS / REVIEW * FOLLOWS
        spend(view, effects, more * self.review_hours / WEEKS)
