"""Leaders of communities: who is able, who leaves, and how long the post stays vacant (M31)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp, exps, log
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View, normal

WITHIN = 0.5  # log-skill sd left inside the able and the others, in units of skill_sd
GAP = 1.7  # log-skill between the able and the others, in units of skill_sd
TODAY = 0.4  # share of able leaders at which skill has mean 0


@dataclass(frozen=True, kw_only=True)
class Leaders(Practice):
    """Each community's head has a skill s: productivity is exp(skill_effect s), mobilisation participation.leader s.

    s = skill_sd x (GAP x (able - TODAY) + WITHIN x z), able with probability share_high. In a month a leader leaves
    with probability 1 - (1 - turnover)^(1/12); the successor comes at once with a reserve, else after vacant_months
    on average. Effect sizes: E. C. Andersen and S. B. Nielsen, PNAS 117, 2020 (leaders' skill and units' results);
    their transfer to communities is an assumption.
    """

    share_high: float = lever(0.4, 0.1, 0.8, "share of able leaders")
    reserve_ratio: float = lever(0.3, 0.0, 2.0, "reserve cadres a post")
    turnover: float = lever(0.12, 0.05, 0.3, "share of leaders who leave a year")
    skill_sd: float = lever(0.2, 0.1, 0.4, "log sd of skill")
    skill_effect: float = lever(0.35, 0.0, 1.0, "log productivity per unit of skill")
    reserve_yuan: float = lever(6_000.0, 0.0, 40_000.0, "yuan a reserve cadre and year")
    vacant_months: float = lever(6.0, 1.0, 24.0, "months until a post without a reserve is filled")
    vacant_skill: float = lever(-2.0, -4.0, 0.0, "skill while nobody leads, in units of skill_sd")

    mechanism = "M31"
    tried: ClassVar[dict[str, Any]] = {"share_high": 0.8, "reserve_ratio": 2.0}
    expected = (
        Expectation(outcome="vacancy_share", direction="down", reason="a reserve succeeds at once"),
        Expectation(outcome="active_share", direction="up", reason="able leaders mobilise"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="reserve cadres are paid")

    @property
    def on(self) -> bool:
        """Communities have leaders, whatever the rules."""
        return True

    def begin(self, view: View) -> State:
        """Leaders of today; a few posts are vacant."""
        u = view.lasting(31)
        yearly = self.turnover * (self.vacant_months / 12.0) * max(0.0, 1.0 - self.reserve_ratio)
        return {"rank": u[:, 0].copy(), "z": normal(u[:, 1]), "vacant": (u[:, 2] < yearly).astype(np.float64)}

    def month(self, state: State, view: View) -> None:
        """Some leave; some vacant posts are filled."""
        u = view.draws(31)
        leaves = (u[:, 0] < 1.0 - exp(log(1.0 - self.turnover) / 12.0)) & (state["vacant"] == 0.0)
        at_once = u[:, 1] < self.reserve_ratio
        filled = (u[:, 2] < 1.0 / self.vacant_months) & (state["vacant"] == 1.0)
        fresh = (leaves & at_once) | filled
        state["vacant"][leaves & ~at_once] = 1.0
        state["vacant"][filled] = 0.0
        state["rank"][fresh], state["z"][fresh] = u[fresh, 3], normal(view.draws(131)[:, 0])[fresh]

    def act(self, state: State, view: View, effects: Effects) -> None:
        """The leader of a community's seat leads all of it."""
        able = (state["rank"] < self.share_high).astype(np.float64)
        skill = self.skill_sd * (GAP * (able - TODAY) + WITHIN * state["z"])
        skill = np.where(state["vacant"] == 1.0, self.skill_sd * self.vacant_skill, skill)[view.seat]
        effects.productivity *= exps(self.skill_effect * skill)
        effects.engage += view.rules.participation.leader * skill
        effects.vacant[:] = state["vacant"][view.seat]
        posts = np.unique(view.seat).size
        effects.pay("practices", self.reserve_ratio * posts * self.reserve_yuan)
