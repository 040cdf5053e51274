"""Life circles closed: service points where residents live outside the walk to a community office (M41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Expectation, Practice


@dataclass(frozen=True, kw_only=True)
class Circles(Practice):
    """Open branch offices until this share of the residents outside their community's 10-minute circle is inside
    one.

    The minutes are those of rules.life_circles. Points stand at compounds, in each community chosen one by one for
    most residents newly inside (greedy cover: at least 1 - 1/e of the best, G. L. Nemhauser et al., Mathematical
    Programming 14, 1978), and those of all communities of a district open in the order of how many they reach. A point
    has windows by the residents for whom it is nearest, and costs what a kept branch costs; those at its windows are
    not hired anew. It acts through the layout (`sim.mechanisms.siting.extra_points`), not month by month.
    """

    gaps_closed: float = lever(0.0, 0.0, 1.0, "share of residents outside the circle that come inside one")

    mechanism = "M41"
    tried: ClassVar[dict[str, Any]] = {"gaps_closed": 0.5}
    expected = (
        Expectation(outcome="circle_community", direction="up", reason="points where residents were outside"),
        Expectation(outcome="walk_minutes", direction="down", reason="a point is nearer than the centre"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="each point is run")
