"""Co-production: how many hours neighbours, volunteers and projects can give, and the chance that help is there."""

from __future__ import annotations

from math import fsum

import numpy as np

from sim.rules import Rules
from sim.services import catalogue
from sim.world.city import F64, I32, I64
from sim.world.layout import Layout

REGISTERED, ACTIVE = 0.197, 0.30  # shares at which the volunteer line of participation is set
WEEKS_A_MONTH = 365.0 / 12.0 / 7.0


def eligible(rules: Rules, scale: float) -> float:
    """Needs a resident and week that neighbours could meet."""
    items = catalogue()
    share = fsum(item.rate * item.coproducible for item in items) / fsum(item.rate for item in items)
    return share * rules.demand.needs_per_head * scale / 365.0 * 7.0


def volunteer_seconds(rules: Rules, volunteers: F64) -> F64:
    """Seconds a week that active volunteers spend on cases."""
    v = rules.volunteers
    scale = v.registered_share / REGISTERED * v.active_share / ACTIVE
    return volunteers * (scale * v.hours_year / 12.0 * v.case_share * 3600.0 / WEEKS_A_MONTH)


def first_volunteers(people: I64) -> F64:
    """[P] active volunteers before the first month is counted."""
    return people * np.float64(REGISTERED * ACTIVE)


def project_seconds(rules: Rules, projects: I64, months: int) -> I64:
    """Seconds a month that projects give to cases, over so many months."""
    fund = rules.fund
    each = fund.project_hours * (1.0 - fund.leakage) * fund.case_share * 3600.0 / months
    seconds: I64 = np.floor(projects * each).astype(np.int64)
    return seconds


def chances(
    rules: Rules, layout: Layout, place_of: I32, people: I64, volunteers: F64, projects: I64, scale: float
) -> np.ndarray:
    """uint64[P] thresholds: the share of eligible needs for which hours are there this week.

    Hours are pooled inside a community; `place_of` [C] and `people` [P] say which places make it up.
    """
    community = np.zeros(people.size, np.int64)
    community[place_of[::-1]] = layout.community_of[::-1]  # the first compound of a place speaks for it
    supply = volunteer_seconds(rules, volunteers) + projects / WEEKS_A_MONTH
    count = layout.community_people.size
    pooled = np.bincount(community, supply, count)
    demand = np.bincount(community, people, count) * eligible(rules, scale) * rules.volunteers.minutes * 60.0
    share = np.minimum(1.0, pooled / np.maximum(demand, 1.0))
    thresholds: np.ndarray = np.floor(share * 4294967296.0).astype(np.uint64)[community]
    return thresholds
