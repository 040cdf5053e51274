"""Co-production: how many hours neighbours, volunteers and projects can give, and the chance that help is there."""

from __future__ import annotations

from functools import cache
from math import fsum

import numpy as np

from sim.practices.base import Effects
from sim.rules import Rules
from sim.services import CLASSES, catalogue
from sim.world.city import F64, I64
from sim.world.layout import Layout

REGISTERED, ACTIVE = 0.197, 0.30  # shares at which the volunteer line of participation is set
WEEKS_A_MONTH = 365.0 / 12.0 / 7.0


@cache
def _rates() -> tuple[F64, F64]:
    """[classes] needs a head and year of the catalogue, and those of them that neighbours could meet."""
    items = catalogue()
    kinds = [[item for item in items if item.kind == kind] for kind in CLASSES]
    return (
        np.array([fsum(item.rate for item in kind) for kind in kinds]),
        np.array([fsum(item.rate * item.coproducible for item in kind) for kind in kinds]),
    )


def meetable() -> F64:
    """[classes] share of the needs of a class that neighbours could meet."""
    every, some = _rates()
    return some / every


def eligible(rules: Rules, scale: float) -> F64:
    """[classes] needs a resident and week that neighbours could meet."""
    every, some = _rates()
    return some / fsum(every) * (rules.demand.needs_per_head * scale / 365.0 * 7.0)


def volunteer_seconds(rules: Rules, effects: Effects, volunteers: F64) -> F64:
    """Seconds a week that active volunteers spend on cases."""
    v = rules.volunteers
    scale = v.registered_share / REGISTERED * v.active_share / ACTIVE * effects.volunteers * effects.volunteering
    return volunteers * (scale * v.hours_year / 12.0 * v.case_share * 3600.0 / WEEKS_A_MONTH)


def first_volunteers(people: I64) -> F64:
    """[P] active volunteers before the first month is counted."""
    return people * np.float64(REGISTERED * ACTIVE)


def chances(
    rules: Rules, layout: Layout, effects: Effects, people: I64, volunteers: F64, projects: I64, scale: float
) -> np.ndarray:
    """uint64[P, classes] thresholds: the share of eligible needs for which hours are there this week.

    Hours are pooled inside a community, whose places have `people` [P]. Volunteers help with any class alike, projects
    [P, classes] with the class that their council favoured: more hours than that class has use for are lost.
    """
    community, count = layout.community_of_place, layout.community_people.size
    by_class = eligible(rules, scale) * (rules.volunteers.minutes * 60.0)
    demand = np.bincount(community, people, count)[:, None] * by_class
    given = np.bincount(community, volunteer_seconds(rules, effects, volunteers), count)
    share = np.repeat((given / np.maximum(np.cumsum(demand, axis=1)[:, -1], 1.0))[:, None], len(CLASSES), axis=1)
    for kind in range(len(CLASSES)):
        seconds = projects[:, kind] + effects.help[:, kind] * 3600.0
        hours = np.bincount(community, seconds / WEEKS_A_MONTH, count)
        share[:, kind] += hours / np.maximum(demand[:, kind], 1.0)
    thresholds: np.ndarray = np.floor(np.minimum(1.0, share) * (effects.helped * 4294967296.0)).astype(np.uint64)[
        community
    ]
    return thresholds
