"""Vertical linkage of five levels: a direct channel down and up beside the layers (M15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import F64, Effects, Expectation, Practice, State, View


@dataclass(frozen=True, kw_only=True)
class Linkage(Practice):
    """Linkage makes up for a share of what each layer loses: retention' = retention + (1 - retention) x strength.

    The dose that arrives by it is that of `layers` at this retention. Upward, a share of misrouted cases is put right
    by the level above at once. Meetings and reports cost community staff `hours` a week at full strength; cases that
    skip a level cost town teams time.
    """

    strength: float = lever(0.0, 0.0, 1.0, "share of a layer's loss made up for", "mechanism M15")
    skip_level_prob: float = lever(0.0, 0.0, 0.3, "share of misroutes that the level above puts right", "mechanism M15")
    hours: float = lever(1.0, 0.0, 5.0, "hours of meetings a worker and week at full strength")
    town_time: float = lever(0.2, 0.0, 1.0, "share of town teams' time if all misroutes skipped a level")

    mechanism = "M15"
    tried: ClassVar[dict[str, Any]] = {"strength": 0.8, "skip_level_prob": 0.3}
    expected = (
        Expectation(outcome="dose", direction="up", reason="a direct channel makes up for what layers lose"),
        Expectation(outcome="active_share", direction="up", reason="more of the dose reaches residents"),
        Expectation(outcome="joint_days", direction="down", reason="misroutes are put right without a return"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="linkage is meetings and reports")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Add what arrives by the direct channel."""
        layers = view.rules.layers
        before = layers.arrives(view, layers.retention, layers.count)
        after = dose(view)
        effects.engage += layers.dose * (after - before)
        effects.told["dose"] = after
        effects.lose_hours(view, self.hours * self.strength)
        effects.skipped += self.skip_level_prob * (1.0 - effects.skipped)
        effects.town_productivity *= 1.0 - self.town_time * self.skip_level_prob


def dose(view: View) -> F64:
    """[P] share of the dose that arrives under the rules in force, linkage and all."""
    layers, linkage = view.rules.layers, view.rules.linkage
    kept = layers.retention + (1.0 - layers.retention) * linkage.strength
    arrives: F64 = layers.arrives(view, kept, layers.count)
    return arrives
