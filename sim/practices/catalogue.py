"""The catalogue of a centre: what is offered at its desks, and who can handle it (M37)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import seats, workers

FULL = 120.0  # items of a complete catalogue
TODAY, TRAINED = 100, 0.3


@dataclass(frozen=True, kw_only=True)
class Catalogue(Practice):
    """One visit is not enough where an item is missing or the clerk at the desk cannot handle it.

    again = missing (1 - items / 120) + unprepared (1 - cross_trained / 2), the same for all classes; what planning
    (M26) and the service list (M38) add stands beside it, and the three sum to about .10: one visit in ten is made
    again today, an assumption. A longer catalogue slows each desk by `breadth` per share of items above today's.
    """

    items: int = lever(TODAY, 20, 120, "items offered at a centre", "one centre lists 76, gtn-caselibrary.org.cn")
    cross_trained: float = lever(TRAINED, 0.0, 1.0, "share of clerks trained for every item", "mechanism M37")
    missing: float = lever(0.15, 0.0, 0.6, "chance of a second visit if no item were offered")
    unprepared: float = lever(0.04, 0.0, 0.2, "chance of a second visit if no clerk were trained for every item")
    breadth: float = lever(0.1, 0.0, 0.5, "share of pace lost at a desk with twice today's items")
    item_yuan: float = lever(1_500.0, 0.0, 20_000.0, "yuan a year, centre and item above today's")
    training_yuan: float = lever(3_000.0, 0.0, 20_000.0, "yuan a year to keep a worker trained for every item")

    mechanism = "M37"
    tried: ClassVar[dict[str, Any]] = {"items": 115, "cross_trained": 1.0}
    expected = (
        Expectation(outcome="one_visit_share", direction="up", reason="more is offered, every clerk handles it"),
        Expectation(outcome="days_to_solved", direction="down", reason="visits saved"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="items and training are paid")

    @property
    def on(self) -> bool:
        """Centres have a catalogue, whatever the rules."""
        return True

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Second visits, slower desks, money."""
        effects.again += self.missing * (1.0 - self.items / FULL) + self.unprepared * (1.0 - 0.5 * self.cross_trained)
        effects.desks *= 1.0 - self.breadth * max(0.0, self.items / TODAY - 1.0)
        effects.pay("practices", max(0, self.items - TODAY) * self.item_yuan * seats(view))
        taught = max(0.0, self.cross_trained - TRAINED) * float(np.cumsum(workers(view))[-1])
        effects.pay("practices", taught * self.training_yuan)
