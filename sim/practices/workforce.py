"""Community workers as a profession: pay, who leaves, how long a post stays vacant, what experience is worth (M32)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exp, exps, log
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View

TURNOVER, CERTIFIED = 0.15, 0.2  # today's


@dataclass(frozen=True, kw_only=True)
class Workforce(Practice):
    """A place's share of filled posts f and its workers' experience s follow, month by month,

        leave = f q,  hire = (1 - f) / hiring_months,  f' = f - leave + hire,
        s' = (s + learning (1 - s)) x (1 - hire / f'),  q = 1 - (1 - t)^(1/12),  t = turnover x pay^(-elasticity),

    with pay = pay_index plus the bonus of the certified, over the wage; newcomers have no experience. Productivity is
    times f / f0 x exp(skill (s - s0) + cert_skill (cert_share - .2)), where f0 and s0 are those of today's pay and
    turnover: staff levels describe what is filled today. Turnover and pay: P. W. Hom et al., Journal of Applied
    Psychology 102, 2017; the elasticity is an assumption, as is how long today's posts wait. Vacant posts are not paid.
    """

    pay_index: float = lever(1.0, 0.8, 1.5, "pay over today's", "mechanism M32")
    turnover: float = lever(TURNOVER, 0.05, 0.3, "share of workers who leave a year at today's pay")
    cert_share: float = lever(CERTIFIED, 0.0, 1.0, "share of workers certified")
    cert_bonus: float = lever(0.0, 0.0, 1_000.0, "yuan a month for the certified, beyond today's")
    elasticity: float = lever(1.0, 0.0, 3.0, "log turnover lost per log of pay")
    hiring_months: float = lever(4.0, 1.0, 12.0, "months until a post is filled")
    learning: float = lever(0.08, 0.01, 0.3, "share of what is not known learnt in a month")
    skill: float = lever(0.25, 0.0, 0.6, "log productivity of the experienced over newcomers")
    cert_skill: float = lever(0.10, 0.0, 0.4, "log productivity of the certified")

    mechanism = "M32"
    tried: ClassVar[dict[str, Any]] = {"pay_index": 1.3, "cert_share": 0.6, "cert_bonus": 300.0}
    expected = (
        Expectation(outcome="staff_turnover", direction="down", reason="better pay keeps workers"),
        Expectation(outcome="staff_vacancy", direction="down", reason="fewer leave, fewer posts wait"),
        Expectation(outcome="staff_pace", direction="up", reason="posts are filled and workers experienced"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="pay and bonus")

    @property
    def on(self) -> bool:
        """Workers are hired and leave, whatever the rules."""
        return True

    def today(self) -> Workforce:
        """The same with today's pay and turnover."""
        return replace(self, pay_index=1.0, turnover=TURNOVER, cert_share=CERTIFIED, cert_bonus=0.0)

    def pay(self, wage: float) -> float:
        """Pay over today's, bonus and all."""
        return self.pay_index + self.cert_share * self.cert_bonus * 12.0 / wage

    def leaving(self, wage: float) -> float:
        """Share of workers who leave a year."""
        return min(0.9, self.turnover * float(exp(-self.elasticity * log(self.pay(wage)))))

    def monthly(self, wage: float) -> float:
        """Share of workers who leave a month."""
        return 1.0 - float(exp(log(1.0 - self.leaving(wage)) / 12.0))

    def steady(self, wage: float) -> tuple[float, float]:
        """Share of posts filled and experience that stay as they are: hires balance those who leave."""
        q = self.monthly(wage)
        return 1.0 / (1.0 + q * self.hiring_months), self.learning * (1.0 - q) / (
            1.0 - (1.0 - self.learning) * (1.0 - q)
        )

    def begin(self, view: View) -> State:
        """Today's steady state: `filled` is over it, `skill` what exceeds it."""
        return {"filled": np.ones(view.people.size), "skill": np.zeros(view.people.size)}

    def month(self, state: State, view: View) -> None:
        """Some leave, some posts are filled, the others learn."""
        wage = view.rules.staff.community_wage
        as_today = (state["filled"] == 1.0).all() and (state["skill"] == 0.0).all()
        if as_today and self.leaving(wage) == self.today().leaving(wage):
            return  # to the last bit
        filled, skill = self.today().steady(wage)
        f, s = state["filled"] * filled, state["skill"] + skill
        hired = (1.0 - f) / self.hiring_months
        f += hired - f * self.monthly(wage)
        state["filled"][:] = f / filled
        state["skill"][:] = (s + self.learning * (1.0 - s)) * (1.0 - hired / f) - skill

    def act(self, state: State, view: View, effects: Effects) -> None:
        """What is filled and known, against today; and what it costs."""
        wage = view.rules.staff.community_wage
        filled, _ = self.today().steady(wage)
        more = self.skill * state["skill"] + self.cert_skill * (self.cert_share - CERTIFIED)
        effects.productivity *= state["filled"] * exps(more)
        posts = view.people * (view.rules.staff.community_per_10k / 1e4)
        wages = posts * (state["filled"] * self.pay(wage) - 1.0) * wage
        effects.pay("community_wages", float(np.cumsum(wages)[-1]))
        effects.told["posts_vacant"] = 1.0 - state["filled"] * filled
        effects.told["turnover"] = np.full(view.people.size, self.leaving(wage))
