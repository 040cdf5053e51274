"""Home visits given to social organisations: other hands, another price, another quality (M40)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.levers import lever
from sim.practices.base import Effects, Expectation, Practice, State, View
from sim.practices.workload import service_hours, spend, workers

BUSY = 0.47  # busy share of the teams today


@dataclass(frozen=True, kw_only=True)
class Contracting(Practice):
    """Providers do a share s of home visits with staff of their own: a team of capacity 1 does what 1 / (1 - s h) did.

    h is `home_share`. An hour costs cost_ratio (1 + markup / providers) of an own hour: fewer bidders ask more. Work
    that is hard to see is done worse, false_home += s x quality_gap x (1 - monitoring) (O. Hart, A. Shleifer and
    R. W. Vishny, Quarterly Journal of Economics 112, 1997); watching takes staff hours, more with each provider. Own
    staff keep their posts. Sizes are assumptions.
    """

    share: float = lever(0.0, 0.0, 0.6, "share of home visits given to providers", "mechanism M40")
    providers: int = lever(5, 1, 50, "providers a district", "mechanism M40")
    monitoring: float = lever(0.5, 0.0, 1.0, "share of their work that is checked", "mechanism M40")
    cost_ratio: float = lever(0.9, 0.7, 1.1, "cost of a provider's hour over an own one")
    markup: float = lever(0.3, 0.0, 1.0, "share of price added by a single bidder")
    quality_gap: float = lever(0.08, 0.0, 0.3, "visits closed but not solved more often, unwatched")
    check_share: float = lever(0.1, 0.0, 0.5, "hours of own staff an hour of a provider's work, fully checked")
    provider_hours: float = lever(2.0, 0.0, 20.0, "hours of own staff a week and provider of the district")
    home_share: float = lever(0.6, 0.1, 0.9, "share of the work of community teams that is home visits")

    mechanism = "M40"
    tried: ClassVar[dict[str, Any]] = {"share": 0.4}
    expected = (
        Expectation(outcome="team_utilisation", direction="open", reason="visits leave the team, checking comes"),
        Expectation(outcome="solved_share", direction="open", reason="providers' quality, checked or not"),
        Expectation(outcome="cost_per_case", direction="open", reason="providers are paid, own posts stay"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="providers are paid beside own staff")

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Capacity, quality, price, checking."""
        if self.share == 0.0:
            return
        staff, home = view.rules.staff, self.home_share
        effects.team /= 1.0 - self.share * home
        effects.false_home += self.share * self.quality_gap * (1.0 - self.monitoring)
        given = service_hours(view) * ((1.0 - staff.counter_share) * BUSY * home * self.share)  # hours a week
        field = workers(view) * ((1.0 - staff.admin_share) * (1.0 - staff.counter_share) * BUSY * home * self.share)
        price = staff.community_wage * self.cost_ratio * (1.0 + self.markup / self.providers)
        effects.pay("practices", price * float(np.cumsum(field)[-1]))
        each = self.providers * self.provider_hours * view.people / np.cumsum(view.people)[-1]
        spend(view, effects, self.monitoring * self.check_share * given + each)
