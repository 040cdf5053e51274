"""Renovation of service centres for friendliness: they draw more, and hold fewer desks (M35)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import seats


@dataclass(frozen=True, kw_only=True)
class Renovation(Practice):
    """A renovated centre draws visits (choice.friendly per unit of share x friendliness) and residents feel at home.

    Where counters give way to sofas, windows lose `desk_lost` of their capacity; belonging adds to the logit of taking
    part. No count of visits before and after has been found: sizes are assumptions. Taking part is written into
    directly, so that happiness is no evidence for it.
    """

    renovated_share: float = lever(0.0, 0.0, 1.0, "share of centres renovated", "mechanism M35")
    friendliness: float = lever(1.0, 0.0, 1.0, "friendliness of a renovated centre", "mechanism M35")
    desk_lost: float = lever(0.05, 0.0, 0.3, "share of window capacity lost")
    belonging: float = lever(0.05, 0.0, 0.5, "logit of taking part at full renovation")
    yuan: float = lever(80_000.0, 0.0, 500_000.0, "yuan a year and centre over the life of a renovation")

    mechanism = "M35"
    tried: ClassVar[dict[str, Any]] = {"renovated_share": 1.0}
    expected = (
        Expectation(outcome="unmet_share", direction="down", reason="fewer do without when the centre is friendly"),
        Expectation(outcome="active_share", direction="up", reason="residents feel at home"),
        Expectation(
            outcome="counter_wait", direction="open", reason="more visits, fewer desks; less crowding elsewhere"
        ),
    )
    cost = Expectation(outcome="counter_utilisation", direction="up", reason="more visits to fewer desks")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Desks, belonging, money; `channels` reads what draws."""
        effects.desks *= 1.0 - self.desk_lost * self.renovated_share
        effects.engage += self.belonging * self.friendliness * self.renovated_share
        effects.pay("practices", self.renovated_share * self.yuan * seats(view))
