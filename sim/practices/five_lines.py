"""Five lines: how the effort of organising is shared over five ways of taking part (M16)."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import logs
from sim.levers import lever
from sim.practices.base import F64, LINES, Effects, Expectation, Practice, State, View

EVEN = 0.2
LEAST = 0.02  # effort below which a line is not left: its users come by themselves


@dataclass(frozen=True, kw_only=True)
class FiveLines(Practice):
    """The logit of each line shifts by response x log(5 w), w its share of the effort: an even share changes nothing.

    Shares are weights over their sum, so that what one line gains others give. Diminishing returns (the log) are an
    assumption; the lines reach different residents, since party and volunteer lines are open to few.
    """

    party: float = lever(EVEN, 0.0, 1.0, "weight of the party line", "mechanism M16")
    self_government: float = lever(EVEN, 0.0, 1.0, "weight of self-government", "mechanism M16")
    associations: float = lever(EVEN, 0.0, 1.0, "weight of associations", "mechanism M16")
    volunteers: float = lever(EVEN, 0.0, 1.0, "weight of volunteers", "mechanism M16")
    services: float = lever(EVEN, 0.0, 1.0, "weight of services and activities", "mechanism M16")
    response: float = lever(0.25, 0.0, 1.0, "logit of a line per log of its effort over an even share")

    mechanism = "M16"
    tried: ClassVar[dict[str, Any]] = {
        "party": 0.1, "self_government": 0.35, "associations": 0.1, "volunteers": 0.35, "services": 0.1,
    }  # fmt: skip
    expected = (
        Expectation(outcome="active_self_government", direction="up", reason="a line with more effort recruits more"),
        Expectation(outcome="active_volunteers", direction="up", reason="a line with more effort recruits more"),
        Expectation(outcome="helped_share", direction="up", reason="more volunteers give hours"),
    )
    cost = Expectation(outcome="active_associations", direction="down", reason="the lines given up lose")

    def shares(self) -> F64:
        """[5] weights over their mean: 1 is an even share."""
        weights = [max(LEAST, getattr(self, line)) for line in LINES]
        mean = fsum(weights) / len(weights)
        return np.array([1.0 if max(weights) == min(weights) else w / mean for w in weights])

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Shift the lines."""
        effects.lines += self.response * logs(self.shares())
