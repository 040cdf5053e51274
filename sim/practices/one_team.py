"""One team: community teams of a town pooled into one (M05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Expectation, Practice


@dataclass(frozen=True, kw_only=True)
class OneTeam(Practice):
    """In a share of towns the teams of all communities answer as one: one queue, the same hours, longer trips.

    Pooling servers shortens queues (D. R. Smith and W. Whitt, Bell System Technical Journal 60, 1981), but not where
    service differs: without cross-training work takes 1 + skill_mix (1 - cross_training) times as long, and trips
    grow with the root of the area. Which towns pool is drawn once for the city. Read by `mechanisms.layouts`.
    """

    pooled_share: float = lever(0.0, 0.0, 1.0, "share of towns whose teams are pooled", "mechanism M05")
    cross_training: float = lever(0.5, 0.0, 1.0, "share of skills that all share", "mechanism M05")
    skill_mix: float = lever(0.12, 0.0, 1.0, "longer a case takes whoever is free and not of the trade")
    trips: float = lever(0.5, 0.0, 1.0, "share of a team's cases that start from the base")

    mechanism = "M05"
    tried: ClassVar[dict[str, Any]] = {"pooled_share": 1.0, "cross_training": 1.0}
    expected = (
        Expectation(outcome="days_to_solved", direction="down", reason="one queue for many servers"),
        Expectation(outcome="order_days", direction="down", reason="nobody waits beside an idle worker"),
    )
    cost = Expectation(outcome="team_utilisation", direction="up", reason="longer trips and mixed skills")
