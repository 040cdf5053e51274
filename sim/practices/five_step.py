"""The five-step method: compounds find members, organise, agree on rules, serve, and root a culture, in turn (M17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import meetable_hours

LAST = 5.0


@dataclass(frozen=True, kw_only=True)
class FiveStep(Practice):
    """Each compound is at a stage 0 to 5. A month, a share of those at 0 starts by lot; a stage takes stage_months.

    With f(s) = s / 5: a compound gives hours x f per 1,000 residents and month to cases that neighbours can meet, and
    its residents' logit of taking part shifts by engage x f. While it is under way (stages 1 to 4) an organiser
    spends organiser_hours of community staff on it each week. The order of stages is the source's; sizes are
    assumptions.
    """

    starts_per_month: float = lever(0.0, 0.0, 0.10, "share of compounds not begun", "mechanism M17")
    stage_months: int = lever(2, 1, 6, "months a stage takes", "mechanism M17")
    hours: float = lever(10.0, 0.0, 60.0, "hours of help per 1,000 residents a month at stage 5")
    engage: float = lever(0.2, 0.0, 0.6, "logit of taking part at stage 5")
    organiser_hours: float = lever(1.0, 0.0, 10.0, "staff hours a week for a compound under way")

    mechanism = "M17"
    tried: ClassVar[dict[str, Any]] = {"starts_per_month": 0.10, "stage_months": 1}
    expected = (
        Expectation(outcome="stage", direction="up", reason="compounds start and move on"),
        Expectation(outcome="helped_share", direction="up", reason="later stages solve more by themselves"),
        Expectation(outcome="active_share", direction="up", reason="an organised compound brings residents in"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="organisers are community staff")

    def begin(self, view: View) -> State:
        """No compound has begun."""
        return {"stage": np.zeros(view.compound.size), "months": np.zeros(view.compound.size)}

    def month(self, state: State, view: View) -> None:
        """Those under way move on when their months are over; some begin."""
        stage, months = state["stage"], state["months"]
        under_way = (stage > 0.0) & (stage < LAST)
        months[under_way] += 1.0
        ready = under_way & (months >= self.stage_months)
        begins = (stage == 0.0) & (view.draws(17, compounds=True)[:, 0] < self.starts_per_month)
        stage[ready | begins] += 1.0
        months[ready | begins] = 0.0

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Compounds help themselves; organisers are busy with those under way."""
        stage = state["stage"]
        by_place = view.by_place(stage)
        effects.help += meetable_hours(self.hours * by_place / LAST * view.people / 1000.0)
        effects.engage += self.engage * by_place / LAST
        under_way = np.bincount(view.place, ((stage > 0.0) & (stage < LAST)).astype(np.float64), view.people.size)
        workers = np.maximum(0.5, view.people * (view.rules.staff.community_per_10k / 1e4))
        effects.lose_hours(view, self.organiser_hours * under_way / workers)
        effects.told["stage"] = by_place
