"""Where facilities for care, health, learning and sport stand, and what a near one takes off other services (M39)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.levers import lever
from sim.practices.base import F64, I64, Effects, Expectation, Practice, State, View

CONVENIENCE = 2  # class of the needs that a facility meets
REACH = 15.0  # walking minutes within which residents use a facility
FAR = 240.0


@dataclass(frozen=True, kw_only=True)
class Facilities(Practice):
    """Facilities are shared out to towns by residents, then placed in the town's communities by a policy.

    random: by lot, as they grew; equal: by turns through the most populous communities; need: where most residents
    from 60 on live; p_median: least walking in all (S. L. Hakimi, Operations Research 12, 1964), by scipy's milp.
    Where residents have one within REACH minutes and had none before, `relief` of their convenience needs goes.
    """

    policy: str = lever("random", None, None, "rule of placing", choices=("random", "equal", "need", "p_median"))
    per_10k: float = lever(0.8, 0.2, 4.0, "facilities per 10,000 residents")
    relief: float = lever(0.10, 0.0, 0.4, "share of convenience needs that a near facility meets")
    yuan: float = lever(400_000.0, 50_000.0, 2_000_000.0, "yuan a year to run a facility above today's number")
    today: float = lever(0.8, 0.2, 4.0, "facilities per 10,000 residents that today's budget pays")

    mechanism = "M39"
    tried: ClassVar[dict[str, Any]] = {"policy": "p_median", "per_10k": 1.6}
    expected = (
        Expectation(outcome="facility_minutes", direction="down", reason="more sites, placed for least walking"),
        Expectation(outcome="needs_per_head", direction="down", reason="near facilities meet needs"),
    )
    cost = Expectation(outcome="cost_per_resident", direction="up", reason="each further facility is run")

    @property
    def on(self) -> bool:
        """The city has facilities, whatever the rules."""
        return True

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Walks to the nearest facility, and the needs it takes away."""
        today = replace(self, policy="random", per_10k=self.today)
        minutes = view.once((self, view.town.tobytes()), lambda: self.walk(view))
        before = view.once((today, view.town.tobytes()), lambda: today.walk(view))
        effects.facility[:] = minutes
        near, was = (view.by_place((walk <= REACH).astype(np.float64)) for walk in (minutes, before))
        effects.demand[:, CONVENIENCE] *= 1.0 - self.relief * np.maximum(0.0, near - was)
        more = max(0.0, self.per_10k - self.today) * np.cumsum(view.people)[-1] / 1e4
        effects.pay("practices", more * self.yuan)

    def walk(self, view: View) -> F64:
        """[C] minutes to the nearest facility of the district."""
        sites = self.sites(view)
        x, y = (view.by_place(z) for z in (view.x, view.y))
        gap = (view.x[:, None] - x[sites]) ** 2 + (view.y[:, None] - y[sites]) ** 2
        pace = view.rules.choice.detour / view.rules.choice.walking_speed
        return np.asarray(np.minimum(FAR, np.sqrt(gap.min(axis=1)) * pace))

    def sites(self, view: View) -> I64:
        """The places that have a facility."""
        towns = int(view.town.max()) + 1
        people = np.bincount(view.town, view.people, towns)
        total = max(1, int(np.cumsum(people)[-1] * self.per_10k / 1e4 + 0.5))
        room = np.bincount(view.town, minlength=towns)
        counts = np.minimum(largest_remainder(people.astype(np.int64) + 1, total), room)
        chosen = [self.place(view, np.flatnonzero(view.town == t), int(counts[t])) for t in range(towns)]
        found = np.concatenate(chosen)
        return found if found.size else np.array([int(np.argmax(view.people))])

    def place(self, view: View, inside: I64, count: int) -> I64:
        """The `count` places of a town that get one."""
        if count == 0:
            return inside[:0]
        if self.policy == "p_median" and count < inside.size:
            x, y = (view.by_place(z)[inside] for z in (view.x, view.y))
            return inside[p_median(np.hypot(x[:, None] - x, y[:, None] - y), view.people[inside], count)]
        lot, older = view.lasting(39)[inside, 0], (view.older * view.people)[inside]
        rank = {"random": lot, "equal": -view.people[inside], "need": -older, "p_median": lot}[self.policy]
        return inside[np.argsort(rank, kind="stable")[:count]]


def p_median(distance: F64, weight: F64, count: int) -> I64:
    """The `count` sites that least weighted distance [n, n] is walked to; exact.

    >>> p_median(np.abs(np.subtract.outer([0.0, 1.0, 9.0, 10.0], [0.0, 1.0, 9.0, 10.0])), np.ones(4), 2).tolist()
    [0, 2]
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # a fifth of the time in which a process starts
    from scipy.sparse import coo_array

    n = weight.size
    cost = np.concatenate([(distance * weight[:, None]).ravel(), np.arange(n) * 1e-9])
    who, site = np.divmod(np.arange(n * n), n)
    served = coo_array((np.ones(n * n), (who, np.arange(n * n))), shape=(n, n * n + n))
    both = np.arange(n * n)
    open_ = coo_array(
        (np.repeat([1.0, -1.0], n * n), (np.tile(both, 2), np.concatenate([both, n * n + site]))),
        shape=(n * n, n * n + n),
    )
    total = coo_array((np.ones(n), (np.zeros(n, np.int64), n * n + np.arange(n))), shape=(1, n * n + n))
    integral = np.concatenate([np.zeros(n * n), np.ones(n)])
    found = milp(
        cost,
        constraints=[
            LinearConstraint(served.tocsr(), 1.0, 1.0),
            LinearConstraint(open_.tocsr(), -np.inf, 0.0),
            LinearConstraint(total.tocsr(), count, count),
        ],
        integrality=integral,
        bounds=Bounds(0.0, 1.0),
    )
    return np.flatnonzero(found.x[n * n :] > 0.5)
