"""Mandates of departments: into how many they are split, and how often they overlap (M01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View

ALL = 33  # departments of the catalogue


@dataclass(frozen=True, kw_only=True)
class Mandates(Practice):
    """Fewer departments with wider mandates, and mandates that overlap less ("nine dragons rule the waters").

    Departments are merged in the order of the catalogue, department d of 33 into d n / 33 of n: a case that needed two
    of a merged pair needs one step. Wider mandates are less specialised: a step takes 1 + specialised (1 - n / 33)
    times as long. Misroutes by overlap go with the share of cases under several mandates. Refinement A10 sets the
    chance of today; how it scales is an assumption.
    """

    departments: int = lever(33, 4, 33, "departments over which mandates are split", "mechanism M01")
    overlap_share: float = lever(0.15, 0.0, 0.6, "share of cases under overlapping mandates", "mechanism M01")
    specialised: float = lever(0.25, 0.0, 1.0, "longer a step takes where one department does the work of all")

    mechanism = "M01"
    tried: ClassVar[dict[str, Any]] = {"departments": 12, "overlap_share": 0.03}
    expected = (
        Expectation(outcome="first_right_share", direction="up", reason="fewer cases fall under several mandates"),
        Expectation(outcome="handoffs", direction="down", reason="merged departments need fewer steps"),
    )
    cost = Expectation(outcome="branch_step_minutes", direction="up", reason="wider mandates are less specialised")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Overlap and the length of steps; `dials.items` and `staffing.branch_fte` read the number of departments."""
        effects.overlap *= self.overlap_share / type(self)().overlap_share
        effects.branch_minutes *= 1.0 + self.specialised * (1.0 - self.departments / ALL)
