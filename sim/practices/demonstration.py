"""Demonstration sites: a practice is built up at some places and neighbours take it over (M03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View, towards

BUILT = 1.0 / 3.0  # share of the gap to full practice that a site closes a month


@dataclass(frozen=True, kw_only=True)
class Demonstration(Practice):
    """Each community has a level a of the demonstrated practice, 0 at first; sites are a share of communities by lot.

    A site closes a third of its gap to 1 in a month; any other moves by diffusion_rate x m x (1 - a), with m the mean
    level of its town by residents: imitation of neighbours, F. M. Bass, Management Science 15, 1969. Productivity is
    times 1 + pace x a, and participation shifts by engage x a. Sizes are assumptions.
    """

    share: float = lever(0.0, 0.0, 0.2, "share of communities that are sites", "mechanism M03")
    diffusion_rate: float = lever(0.1, 0.0, 0.2, "share of the gap to the town's mean, a month", "mechanism M03")
    pace: float = lever(0.10, 0.0, 0.3, "productivity gained at full practice, share")
    engage: float = lever(0.15, 0.0, 0.5, "logit of taking part at full practice")
    yuan: float = lever(300_000.0, 0.0, 2_000_000.0, "yuan a site and year")

    mechanism = "M03"
    tried: ClassVar[dict[str, Any]] = {"share": 0.2, "diffusion_rate": 0.2}
    expected = (
        Expectation(outcome="adoption", direction="up", reason="sites practise, and neighbours in their town imitate"),
        Expectation(outcome="adoption_gap", direction="up", reason="the dose is strongest at the sites"),
        Expectation(outcome="staff_pace", direction="up", reason="the practice saves work"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="sites are funded")

    def begin(self, view: View) -> State:
        """Nobody practises yet."""
        return {"level": np.zeros(view.people.size)}

    def month(self, state: State, view: View) -> None:
        """Sites build it up; others take it over from their town."""
        level = state["level"]
        imitated = level + self.diffusion_rate * view.by_town(level) * (1.0 - level)
        level[:] = np.where(self.sites(view), towards(level, 1.0, BUILT), imitated)

    def act(self, state: State, view: View, effects: Effects) -> None:
        """What the practice gives where it is practised."""
        sites = self.sites(view)
        effects.productivity *= 1.0 + self.pace * state["level"]
        effects.engage += self.engage * state["level"]
        effects.pay("practices", int(sites.sum()) * self.yuan)
        effects.told["adoption"], effects.told["site"] = state["level"].copy(), sites.astype(np.float64)

    def sites(self, view: View) -> np.ndarray:
        """[P] is it a site? More sites are the same ones and further ones."""
        return np.asarray(view.lasting(3)[:, 0] < self.share)
