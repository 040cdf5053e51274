"""The citizen cloud: what can be done online, with one account, and with somebody's help (M44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View


@dataclass(frozen=True, kw_only=True)
class CitizenCloud(Practice):
    """Items online are a share of the catalogue's: first those online today, then the others, most needed first.

    135 of 215 stand for the 113 of 180 items of the shipped catalogue that are online. One account adds
    `sign_on_logit` to the utility of going online of residents who are online; assistance adds `assist_logit` x assist
    to that of the others, and `clerk` x assist to the share of online cases on which a clerk spends time. The divide
    that this opens or closes: J. van Dijk, The Deepening Divide, 2005; sizes are assumptions.
    """

    items: int = lever(135, 0, 215, "items online of 215", "mechanism M44")
    single_sign_on: bool = lever(False, False, True, "one account for all items", "mechanism M44")
    assist: float = lever(0.0, 0.0, 1.0, "share of residents not online who find somebody to help", "mechanism M44")
    sign_on_logit: float = lever(0.3, 0.0, 1.5, "logit of going online")
    assist_logit: float = lever(1.0, 0.0, 3.0, "logit of going online, helped")
    clerk: float = lever(0.08, 0.0, 0.3, "share of online cases that assistance adds to clerks")
    item_yuan: float = lever(30_000.0, 0.0, 1_000_000.0, "yuan a year, million residents and item above today's")
    assist_yuan: float = lever(2.0, 0.0, 20.0, "yuan a year and resident not online")

    mechanism = "M44"
    tried: ClassVar[dict[str, Any]] = {"items": 145, "single_sign_on": True, "assist": 0.2}
    expected = (
        Expectation(outcome="online_share", direction="up", reason="more items, fewer hurdles"),
        Expectation(outcome="unmet_share", direction="down", reason="fewer do without"),
    )
    cost = Expectation(outcome="desk_utilisation", direction="up", reason="clerks have more cases to help with")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Pull of the channel and what it costs; which items are online is read by the study."""
        effects.digital += self.sign_on_logit * float(self.single_sign_on)
        effects.assisted += self.assist_logit * self.assist
        effects.clerk += self.clerk * self.assist
        people = float(np.cumsum(view.people)[-1])
        more = max(0, self.items - type(self)().items)
        effects.pay("practices", more * self.item_yuan * people / 1e6)
        offline = float(np.cumsum(view.people * (1.0 - view.online))[-1])
        effects.pay("practices", self.assist * self.assist_yuan * offline)
