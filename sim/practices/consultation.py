"""Consultation with units in the area and associations: they add resources, and chances to say no (M21)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import MONTH_WEEKS, spend


@dataclass(frozen=True, kw_only=True)
class Consultation(Practice):
    """Each further party pledges less and can stop a project: pledged = pledge n / (n + half), vetoed = 1 - (1 -
    veto)^n.

    Veto players after G. Tsebelis, British Journal of Political Science 25, 1995; the magnitudes are assumptions.
    Talks add a month of delay for every 1 / months_each parties and hours of community staff.
    """

    parties: int = lever(0, 0, 10, "parties at the table beside the council")
    veto: float = lever(0.03, 0.0, 0.3, "chance that a party stops a project")
    pledge: float = lever(0.6, 0.0, 2.0, "hours pledged by very many parties, as a share of a project's own")
    half: float = lever(3.0, 0.5, 10.0, "parties at which half of that is pledged")
    months_each: float = lever(0.2, 0.0, 1.0, "months of delay a party")
    staff_hours: float = lever(1.0, 0.0, 10.0, "hours of community staff a month and party")

    mechanism = "M21"
    tried: ClassVar[dict[str, Any]] = {"parties": 4}
    expected = (
        Expectation(outcome="helped_share", direction="open", reason="pledged hours against vetoes and delay"),
        Expectation(
            outcome="project_yuan", direction="open", reason="vetoed and late projects are paid less and later"
        ),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="staff convene the parties")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Pledges, vetoes, delay, hours."""
        n = self.parties
        if n == 0:
            return
        effects.pledged += self.pledge * n / (n + self.half)
        effects.vetoed = 1.0 - (1.0 - effects.vetoed) * prod([1.0 - self.veto] * n)
        effects.delay += int(self.months_each * n + 0.5)
        spend(view, effects, self.staff_hours * n / MONTH_WEEKS)
