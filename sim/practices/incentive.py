"""The part of the fund that is paid by appraisal: it buys effort, and gaming (M28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View

TODAY = 0.24


@dataclass(frozen=True, kw_only=True)
class Incentive(Practice):
    """Appraisal pays what is counted: residents mobilised (effort) and cases closed, solved or not (gaming).

    With d = share - .24: engage += effort d, false closures += gaming d (B. Holmstrom and P. Milgrom, Journal of Law,
    Economics and Organization 7, 1991; G. Bevan and C. Hood, Public Administration 84, 2006). Both sizes are
    assumptions, so that the sum of it is open.
    """

    share: float = lever(TODAY, 0.18, 0.30, "share of the fund paid by appraisal")
    effort: float = lever(1.5, 0.0, 10.0, "logit of taking part per unit of the share")
    gaming: float = lever(0.4, 0.0, 2.0, "share of closings not solved per unit of the share")

    mechanism = "M28"
    tried: ClassVar[dict[str, Any]] = {"share": 0.30}
    expected = (
        Expectation(outcome="active_share", direction="open", reason="effort; its size is assumed"),
        Expectation(outcome="gini_funds", direction="open", reason="the active get more, wherever they live"),
    )
    cost = Expectation(outcome="solved_share", direction="down", reason="what is counted is closed, solved or not")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """More or less of both than today."""
        more = self.share - TODAY
        effects.engage += self.effort * more
        effects.false_closure += self.gaming * more
        effects.false_home += self.gaming * more
