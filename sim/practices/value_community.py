"""A community of values: trust and shared norms that grow with work on them and fade without it (M14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp
from sim.levers import lever
from sim.practices.base import DISPUTES, Effects, Expectation, Practice, State, View

LN2 = 0.6931471805599453


@dataclass(frozen=True, kw_only=True)
class ValueCommunity(Practice):
    """A stock v of shared norms, 0 to 1: v' = v 2^(-1 / half_life_months) + investment x build x (1 - v) a month.

    Its steady state is i b / (1 - 2^(-1/h) + i b) with i b = investment x build. Residents' trust rises by trust x v,
    taking part by engage x v, and a share calm x v of disputes does not arise. R. D. Putnam, Bowling Alone, 2000, for
    the stock and its decay; sizes are assumptions. Outcomes show trust and happiness without it as well.
    """

    investment: float = lever(0.0, 0.0, 1.0, "share of full effort", "mechanism M14")
    half_life_months: float = lever(18.0, 6.0, 36.0, "months until half is forgotten", "mechanism M14")
    build: float = lever(0.06, 0.0, 0.3, "share of the gap closed a month at full effort")
    trust: float = lever(0.06, 0.0, 0.2, "trust added by the full stock")
    engage: float = lever(0.2, 0.0, 0.6, "logit of taking part by the full stock")
    calm: float = lever(0.25, 0.0, 0.6, "share of disputes that the full stock prevents")
    yuan: float = lever(8.0, 0.0, 60.0, "yuan a resident and year at full effort")

    mechanism = "M14"
    tried: ClassVar[dict[str, Any]] = {"investment": 1.0}
    expected = (
        Expectation(outcome="trust", direction="up", reason="shared norms are trust in each other"),
        Expectation(outcome="active_share", direction="up", reason="norms of taking part"),
        Expectation(outcome="disputes", direction="down", reason="norms settle what would become a dispute"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="the effort is paid")

    def begin(self, view: View) -> State:
        """Nothing beyond today."""
        return {"stock": np.zeros(view.people.size)}

    def month(self, state: State, view: View) -> None:
        """Some is forgotten, some is built."""
        v = state["stock"]
        kept = float(exp(-LN2 / self.half_life_months))
        v[:] = np.minimum(1.0, v * kept + self.investment * self.build * (1.0 - v))

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Trust, taking part, and fewer disputes."""
        v = state["stock"]
        effects.trust += self.trust * v
        effects.engage += self.engage * v
        effects.demand[:, DISPUTES] *= 1.0 - self.calm * v
        effects.pay("practices", self.investment * self.yuan * float(np.cumsum(view.people)[-1]))
