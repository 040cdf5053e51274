"""Residents' groups form, and some become organisations that serve (M43)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import F64, LINES, Effects, Expectation, Practice, State, View
from sim.practices.workload import MONTH_WEEKS, helpable, spend

ASSOCIATIONS = LINES.index("associations")


@dataclass(frozen=True, kw_only=True)
class SelfOrganisation(Practice):
    """Active residents are the soil: room K = active residents / members; groups G grow into it, some turn providers
    S.

    G' = G + rate (K - G - S)+ - (convert + fade) G,  S' = S + convert G - close S, by place and month. In a steady
    state S = convert / close x G and G = rate K / (rate (1 + convert / close) + convert + fade). Providers give hours
    to cases, groups draw residents into associations. Soil differs: the active gain most (R. D. Putnam, Making
    Democracy Work, 1993). Rates and hours are assumptions.
    """

    incubation_rate: float = lever(0.0, 0.0, 0.1, "share of the room filled a month", "mechanism M43")
    members: float = lever(20.0, 5.0, 100.0, "active residents a group")
    convert: float = lever(0.05, 0.0, 0.3, "share of groups that become providers a month")
    fade: float = lever(0.03, 0.0, 0.2, "share of groups that end a month")
    close: float = lever(0.02, 0.001, 0.2, "share of providers that close a month")
    provider_hours: float = lever(20.0, 0.0, 200.0, "hours on cases a provider and month")
    draw: float = lever(0.2, 0.0, 1.0, "logit of associations where the room is filled")
    staff_hours: float = lever(6.0, 0.0, 40.0, "hours of community staff a group formed")

    mechanism = "M43"
    tried: ClassVar[dict[str, Any]] = {"incubation_rate": 0.1}
    expected = (
        Expectation(outcome="helped_share", direction="up", reason="providers meet needs"),
        Expectation(outcome="active_associations", direction="up", reason="groups draw residents"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff incubate groups")

    def begin(self, view: View) -> State:
        """Groups of today help as neighbours do; only new ones are counted."""
        return {name: np.zeros(view.people.size) for name in ("groups", "providers", "formed", "room")}

    def month(self, state: State, view: View) -> None:
        """Groups form, fade and convert; providers close."""
        state["room"][:] = view.active * view.people / self.members
        self.grow(state)

    def grow(self, state: State) -> None:
        """A month of groups and providers."""
        groups, providers = state["groups"], state["providers"]
        formed: F64 = self.incubation_rate * np.maximum(0.0, state["room"] - groups - providers)
        converted = self.convert * groups
        groups += formed - converted - self.fade * groups
        providers += converted - self.close * providers
        state["formed"][:] = formed

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Hours of providers, what groups draw, hours of staff."""
        if self.incubation_rate == 0.0:
            return
        effects.help += np.outer(state["providers"], helpable()) * self.provider_hours
        filled = view.mean(np.minimum(1.0, (state["groups"] + state["providers"]) / np.maximum(1.0, state["room"])))
        effects.lines[ASSOCIATIONS] += self.draw * filled
        spend(view, effects, state["formed"] * (self.staff_hours / MONTH_WEEKS))
