"""Four projects of community culture: values, local culture, exemplars, civility (M24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import DISPUTES, Effects, Expectation, Practice, State, View, towards

PROJECTS = ("values", "culture", "exemplars", "civility")
PACE = 1.0 / 6.0  # share of the gap to its intensity that a project's effect closes a month


@dataclass(frozen=True, kw_only=True)
class Culture(Practice):
    """Each project has an effect c that follows its intensity, a sixth of the gap a month.

    Values raise trust by trust x c; culture raises belonging, a logit of taking part of belonging x c; exemplars raise
    how strongly residents follow others of their compound, by imitation x c; civility prevents civil x c of disputes.
    Small shifts of norm, identity, imitation and manners; all sizes are assumptions.
    """

    values: float = lever(0.0, 0.0, 1.0, "intensity of core values", "mechanism M24")
    culture: float = lever(0.0, 0.0, 1.0, "intensity of local culture", "mechanism M24")
    exemplars: float = lever(0.0, 0.0, 1.0, "intensity of exemplars", "mechanism M24")
    civility: float = lever(0.0, 0.0, 1.0, "intensity of civility", "mechanism M24")
    trust: float = lever(0.02, 0.0, 0.1, "trust by values")
    belonging: float = lever(0.08, 0.0, 0.4, "logit of taking part by culture")
    imitation: float = lever(0.4, 0.0, 2.0, "logit per share of the compound active, by exemplars")
    civil: float = lever(0.10, 0.0, 0.4, "share of disputes prevented by civility")
    yuan: float = lever(3.0, 0.0, 30.0, "yuan a resident and year for a project at full intensity")

    mechanism = "M24"
    tried: ClassVar[dict[str, Any]] = {"values": 1.0, "culture": 1.0, "exemplars": 1.0, "civility": 1.0}
    expected = (
        Expectation(outcome="trust", direction="up", reason="values are shared"),
        Expectation(outcome="active_share", direction="up", reason="belonging, and exemplars that others follow"),
        Expectation(outcome="disputes", direction="down", reason="manners prevent noise and quarrels"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="the projects are paid")

    def begin(self, view: View) -> State:
        """Nothing beyond today."""
        return {project: np.zeros(view.people.size) for project in PROJECTS}

    def month(self, state: State, view: View) -> None:
        """Effects follow intensities."""
        for project in PROJECTS:
            state[project][:] = towards(state[project], getattr(self, project), PACE)

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Norm, identity, imitation, manners."""
        effects.trust += self.trust * state["values"]
        effects.engage += self.belonging * state["culture"]
        effects.social += self.imitation * view.mean(state["exemplars"])
        effects.demand[:, DISPUTES] *= 1.0 - self.civil * state["civility"]
        intensity = self.values + self.culture + self.exemplars + self.civility
        effects.pay("practices", intensity * self.yuan * float(np.cumsum(view.people)[-1]))
