"""An ordinance that guarantees communities a least grant and a least staff (M27)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import workers

STANDARD_POSTS = 11.94  # community workers per 10,000 residents, those of today


@dataclass(frozen=True, kw_only=True)
class Ordinance(Practice):
    """Floors by law: a grant of at least floor_fund x the standard a resident, and staff of at least floor_staff x
    it.

    The standard of the grant is what the published formula gives a community of mean size of its kind, a resident: 25
    yuan urban (100,000 / 9,680 + 15), 190 rural (250,000 / 1,670 + 40). The floor holds whatever appraisal, budget or
    map do, and the fund pays it. Staff are counted by what they can do: where posts, vacancies and other tasks leave
    less than the floor, posts are added and paid. Acts last of all practices, on what the others leave.
    """

    floor_fund: float = lever(0.0, 0.0, 1.0, "share of the standard grant a resident", "mechanism M27")
    floor_staff: float = lever(0.0, 0.0, 1.0, "share of the standard staff", "mechanism M27")
    urban_standard: float = lever(25.0, 5.0, 100.0, "yuan a resident and year", "derived, Chengdu Daily 2018-05-29")
    rural_standard: float = lever(190.0, 40.0, 400.0, "yuan a resident and year", "derived, Chengdu Daily 2018-05-29")

    mechanism = "M27"
    tried: ClassVar[dict[str, Any]] = {"floor_fund": 1.0, "floor_staff": 1.0}
    expected = (
        Expectation(outcome="fund_per_resident", direction="up", reason="grants below the floor are topped up"),
        Expectation(outcome="staff_pace", direction="up", reason="posts are added where hands are few"),
        Expectation(outcome="unit_spread", direction="down", reason="the least staffed come up to the floor"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="floors are paid")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """A floor under grants; posts where the floor of staff is above what there is."""
        standard = view.urban * self.urban_standard + (1.0 - view.urban) * self.rural_standard
        effects.floor_yuan[:] = np.maximum(effects.floor_yuan, self.floor_fund * standard)
        there = view.rules.staff.community_per_10k / STANDARD_POSTS * effects.productivity
        missing = np.maximum(0.0, self.floor_staff - there) * (STANDARD_POSTS / view.rules.staff.community_per_10k)
        effects.productivity += missing
        posts = float(np.cumsum(missing * workers(view))[-1])
        effects.pay("community_wages", posts * view.rules.staff.community_wage)
