"""Co-production, and disputes met by law and by neighbours' own compact: one core, three ways of governing (M19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp
from sim.levers import lever
from sim.practices.base import DISPUTES, LINES, Effects, Expectation, Practice, State, View

SHARE = 0.25  # of volunteers' hours on cases today, volunteers.case_share
VOLUNTEERS = LINES.index("volunteers")


@dataclass(frozen=True, kw_only=True)
class Coproduction(Practice):
    """A share of volunteers' hours is steered to cases, .25 today: their hours for cases are times share / .25.

    Help succeeds with quality, at most 1; what quality exceeds 1 by saves hours. E. Ostrom, World Development 24, 1996.
    Steering takes joy: the volunteer line shifts by -weariness x (share - .25) / .25. Disputes arise times
    1 - legal x (1 - exp(-law / half_law)) and times 1 - compact x virtue: law is hours of legal aid and mediation per
    1,000 residents and year, virtue the share of residents who keep the neighbourhood's compact. Sizes are assumptions.
    """

    share: float = lever(SHARE, 0.0, 0.5, "share of volunteers' hours on cases", "mechanism M19")
    quality: float = lever(1.0, 0.5, 1.1, "success of help beside staff's", "mechanism M19")
    law: float = lever(0.0, 0.0, 40.0, "hours of legal aid per 1,000 residents and year added")
    virtue: float = lever(0.0, 0.0, 1.0, "compliance with the compact, beyond today's")
    weariness: float = lever(0.1, 0.0, 0.5, "logit of volunteering lost when the share doubles")
    legal: float = lever(0.3, 0.0, 0.6, "share of disputes that plenty of legal aid prevents")
    half_law: float = lever(15.0, 2.0, 60.0, "hours per 1,000 at which most of it works")
    compact: float = lever(0.2, 0.0, 0.5, "share of disputes that a compact kept by all prevents")
    hour_yuan: float = lever(150.0, 40.0, 500.0, "yuan an hour of legal aid")

    mechanism = "M19"
    tried: ClassVar[dict[str, Any]] = {"share": 0.5, "quality": 1.05, "law": 20.0, "virtue": 0.5}
    expected = (
        Expectation(outcome="helped_share", direction="up", reason="more hours meet cases"),
        Expectation(outcome="team_utilisation", direction="down", reason="cases that neighbours meet leave staff"),
        Expectation(outcome="disputes", direction="down", reason="aid, mediation and the compact prevent them"),
        Expectation(outcome="active_volunteers", direction="down", reason="volunteers tire of cases"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="lawyers and mediators are paid")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Steer hours; prevent disputes."""
        effects.volunteers *= self.share / SHARE * max(1.0, self.quality)
        effects.helped *= min(1.0, self.quality)
        effects.lines[VOLUNTEERS] -= self.weariness * (self.share - SHARE) / SHARE
        prevented = self.legal * (1.0 - float(exp(-self.law / self.half_law)))
        effects.demand[:, DISPUTES] *= (1.0 - prevented) * (1.0 - self.compact * self.virtue)
        effects.pay("practices", self.law * float(np.cumsum(view.people)[-1]) / 1000.0 * self.hour_yuan)
