"""Residents' councils: how many seats, how often they meet, how many must attend (M20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import log
from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import spend

SEATS, MEETINGS = 5.0, 12.0  # of today
WEEKS = 52.0


@dataclass(frozen=True, kw_only=True)
class Council(Practice):
    """A council's error about its residents' needs is that of a sample: it falls with the root of voices heard a year.

    noise = sqrt(SEATS x MEETINGS / (seats_per_1000 x meetings_per_year)); in a month it meets if the running number of
    meetings, meetings_per_year / 12 a month, passes a whole number. Attendance falls by `strain` each time that
    meetings double (R. A. Dahl and E. R. Tufte, Size and Democracy, 1973, on what a citizen's time allows; the size of
    it is an assumption). Seats are paid an allowance a meeting and staff prepare each. Procedure (M29) has no quorum
    of its own: the council's is the one.
    """

    seats_per_1000: float = lever(5.0, 0.5, 10.0, "seats per 1,000 residents")
    meetings_per_year: int = lever(12, 1, 24, "meetings a year")
    quorum: float = lever(0.0, 0.0, 0.6, "share of council seats that must attend")
    strain: float = lever(0.03, 0.0, 0.2, "share of attendance lost when meetings double")
    staff_hours: float = lever(6.0, 0.0, 40.0, "hours of community staff a meeting")
    seat_yuan: float = lever(20.0, 0.0, 200.0, "yuan a seat and meeting above today's")

    mechanism = "M20"
    tried: ClassVar[dict[str, Any]] = {"seats_per_1000": 10.0, "meetings_per_year": 24, "quorum": 0.45}
    expected = (
        Expectation(outcome="match_share", direction="up", reason="more voices, less error about what is needed"),
        Expectation(outcome="quorum_share", direction="down", reason="a quorum is missed where few attend"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff prepare twice as many meetings")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Voices heard, months with a meeting, what it takes."""
        voices = self.seats_per_1000 * self.meetings_per_year
        effects.noise *= (SEATS * MEETINGS / voices) ** 0.5
        passed = [int((view.month + k) * self.meetings_per_year // 12) for k in (0, 1)]
        effects.meets = effects.meets and passed[1] > passed[0]
        more = self.meetings_per_year - MEETINGS
        if more > 0.0:
            effects.attendance -= self.strain * log(self.meetings_per_year / MEETINGS) / log(2.0)
        each = np.bincount(view.seat, minlength=view.people.size)[view.seat]  # a community's staff share its meetings
        spend(view, effects, self.staff_hours * more / WEEKS / np.maximum(1.0, each))
        paid = max(0.0, voices - SEATS * MEETINGS) * float(np.cumsum(view.people)[-1]) / 1000.0
        effects.pay("practices", self.seat_yuan * paid)
