"""A practice: a way of governing as a value - its levers, what it remembers, and what it does to quantities.

A practice sees a district place by place (a place is a community of the map before) and changes the quantities of
`Effects`: hours, productivity, routes, propensities, money. It never touches a resident or an outcome. At its default
levers it is off and nothing of it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from sim.kernels.arithmetic import normal_quantiles
from sim.kernels.hashing import uniforms
from sim.levers import Theme
from sim.rng import Purpose
from sim.services import CLASSES

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
State = dict[str, F64]  # what a practice remembers, by name: [P] or [C]
LINES = ("party", "self_government", "associations", "volunteers", "services")
DISPUTES = len(CLASSES)  # last column of `Effects.demand`
# What practices tell outcomes of themselves, by place, and its value where no practice tells it.
TOLD = {
    "adoption": 0.0,  # level of demonstrated practice (M03)
    "site": 0.0,  # 1 at demonstration sites
    "dose": 0.0,  # share of the policy dose that arrives (M12)
    "stage": 0.0,  # mean stage of compounds (M17)
    "posts_vacant": 0.0,  # share of community workers' posts (M32)
    "turnover": 0.0,  # share of community workers who leave a year
}


@dataclass(frozen=True, kw_only=True)
class View:
    """A district as practices see it on a morning: P places, C compounds. Read only.

    `community`, `seat` and `town` are numbers in the district under the map in force: the community of each place, the
    place that is its seat, and its town. Shares are of residents; `active` is last month's.
    """

    day: int
    month: int
    key: npt.NDArray[np.uint32]
    code: I64  # [P] for life: draws are keyed by it
    people: F64  # [P]
    older: F64  # [P] share from 60 on
    online: F64  # [P] share who use the internet
    urban: F64  # [P] share in urban committees
    area: F64  # [P] square kilometres
    parts: F64  # [P] places that make up its community
    community: I64
    seat: I64
    town: I64
    active: F64  # [P] share who took part last month
    unmet: F64  # [P] unmet needs a resident last month
    place: I64  # [C] place of each compound
    compound: I64  # [C] id, for life
    crowd: F64  # [C] residents
    taking_part: F64  # [C] share who took part last month
    kind: I64  # [C] of COMPOUND_KINDS
    x: F64  # [C] metres
    y: F64
    rules: Any  # the rules in force
    memo: dict[Hashable, Any]

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, computed once a district and key."""
        if key not in self.memo:
            self.memo[key] = compute()
        return self.memo[key]

    def draws(self, number: int, *, compounds: bool = False) -> F64:
        """Uniform draws [P, 4] (or [C, 4]) of a practice this month; each practice has numbers of its own."""
        entity = self.compound if compounds else self.code
        found: F64 = uniforms(entity, self.month, int(Purpose.PRACTICE) << 16 | number, self.key)
        return found

    def lasting(self, number: int, *, compounds: bool = False) -> F64:
        """Uniform draws that stay the same all through the run and under every seed: they are the city's."""
        entity = self.compound if compounds else self.code
        found: F64 = uniforms(entity, 0, int(Purpose.PRACTICE) << 16 | 0x8000 | number, np.zeros(2, np.uint32))
        return found

    def mean(self, values: F64) -> float:
        """Mean over the district's residents of a value by place."""
        return float(np.cumsum(values * self.people)[-1] / np.cumsum(self.people)[-1])

    def by_town(self, values: F64) -> F64:
        """[P] mean over the residents of each place's town of a value by place."""
        total = np.bincount(self.town, self.people)
        return (np.bincount(self.town, values * self.people) / np.maximum(total, 1.0))[self.town]

    def by_place(self, values: F64) -> F64:
        """[P] mean over the residents of a place of a value by compound."""
        total = np.bincount(self.place, self.crowd, self.people.size)
        return np.bincount(self.place, values * self.crowd, self.people.size) / np.maximum(total, 1.0)


def normal(u: F64) -> F64:
    """Standard normal quantiles of uniform draws."""
    return np.asarray(normal_quantiles(np.ascontiguousarray(u).ravel())).reshape(u.shape)


def towards(values: F64, target: F64 | float, rate: float) -> F64:
    """A month's step of a stock that closes this share of its gap to a target."""
    return values + rate * (target - values)


@dataclass(kw_only=True)
class Effects:
    """What practices change in a district until the end of the month; as made by `none` it changes nothing."""

    productivity: F64  # [P] of community staff and grid workers
    town_productivity: F64  # [P] of town teams and counters
    engage: F64  # [P] logit of taking part, all lines
    trust: F64  # [P] added to everybody's trust
    help: F64  # [P, classes] hours a month for cases that neighbours can meet
    demand: F64  # [P, classes and disputes] share of needs that arise
    again: F64  # [P, classes] chance that one visit to a counter is not enough
    eyes: F64  # [P] patrol hours a working day and hundred households, by neighbours
    income: F64  # [P] yuan a month that a community raises itself
    lost: F64  # [P] share of community staff's service time spent on something else
    vacant: F64  # [P] share of the posts of leaders and staff that nobody fills
    desks: F64  # [P] times the capacity of the windows of centres and complexes
    team: F64  # [P] times the capacity of community teams, beside productivity
    floor_yuan: F64  # [P] least grant of the fund a resident and year
    facility: F64  # [C] minutes to the nearest facility
    lines: F64 = field(default_factory=lambda: np.zeros(len(LINES)))  # logit by line
    yuan: dict[str, float] = field(default_factory=dict)  # a year, by purpose: "practices" or a purpose of its own
    social: float = 0.0  # added to the logit per share of the compound active
    helped: float = 1.0  # share of help that solves the case
    volunteers: float = 1.0  # share of volunteers' hours left for cases
    volunteering: float = 1.0  # times the hours that volunteers give
    digital: float = 0.0  # added to the logit of going online, residents who are online
    assisted: float = 0.0  # the same for residents who are not
    clerk: float = 0.0  # added to the share of online cases that a clerk helps with
    deflection: float = 0.0  # added chance of being turned away
    parallel: float = 0.0  # share of cases of several departments on which all work at once
    overlap: float = 1.0  # times the misroutes by overlapping mandates
    priority: float = 0.0  # share of them that go first
    skipped: float = 0.0  # share of misroutes that the level above puts right at once
    false_closure: float = 0.0  # added to the share of orders closed but not solved
    false_home: float = 0.0  # added to that of home visits
    branch_minutes: float = 1.0  # times the minutes of a department's step
    noise: float = 1.0  # times what a council gets wrong about its residents' needs
    attendance: float = 0.0  # added to the share of council seats that attend
    meets: bool = True  # do councils meet this month?
    vetoed: float = 0.0  # share of projects that fall
    pledged: float = 0.0  # hours that others add to a project, as a share of its own
    leakage: float = 1.0  # times the share of project money without effect
    delay: int = 0  # months added until projects begin
    told: dict[str, F64] = field(default_factory=dict)  # [P] by name of TOLD, for outcomes

    @classmethod
    def none(cls, places: int, compounds: int) -> Effects:
        """No effect."""
        one, zero = np.ones(places), np.zeros(places)
        return cls(
            productivity=one.copy(), town_productivity=one.copy(), engage=zero.copy(), trust=zero.copy(),
            help=np.zeros((places, len(CLASSES))), demand=np.ones((places, len(CLASSES) + 1)),
            again=np.zeros((places, len(CLASSES))), eyes=zero.copy(), income=zero.copy(), vacant=zero.copy(),
            lost=zero.copy(), desks=one.copy(), team=one.copy(), floor_yuan=zero.copy(), facility=np.zeros(compounds),
        )  # fmt: skip

    def pay(self, purpose: str, yuan: float) -> None:
        """Add yuan a year to a purpose of sim.world.accounts.PURPOSES."""
        self.yuan[purpose] = self.yuan.get(purpose, 0.0) + yuan

    def lose_hours(self, view: View, a_week: F64 | float, per: float = 40.0) -> None:
        """Community staff spend hours of a worker's week on something else."""
        share = np.minimum(0.9, np.broadcast_to(a_week, view.people.shape) / per)
        self.productivity *= 1.0 - share
        self.lost += share


Direction = Literal["up", "down", "open"]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """How an outcome moves when the practice is put to work, and why; "open" where the sign hangs on assumptions."""

    outcome: str
    direction: Direction
    reason: str


class Practice(Theme):
    """Base of the practices: a theme of levers that acts."""

    mechanism: ClassVar[str]  # M01 to M45
    tried: ClassVar[dict[str, Any]]  # levers at which it is shown to work
    expected: ClassVar[tuple[Expectation, ...]]
    cost: ClassVar[Expectation]  # what it costs: an outcome that worsens

    @property
    def on(self) -> bool:
        """Is any lever away from its default?"""
        kind: Any = type(self)
        return bool(self != _at_its_defaults(kind))

    def begin(self, view: View) -> State:
        """What it remembers on its first day."""
        return {}

    def month(self, state: State, view: View) -> None:
        """A month has passed: bring what it remembers up to date, in place."""

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Change the quantities of the month that begins."""


@cache
def _at_its_defaults(kind: type[Practice]) -> Practice:
    return kind()
