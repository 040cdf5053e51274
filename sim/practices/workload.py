"""What practices share: the service time of community staff, help by class of needs, and who is picked."""

from __future__ import annotations

from functools import cache
from math import fsum

import numpy as np

from sim.practices.base import F64, Effects, View
from sim.services import CLASSES, catalogue

WEEK = 40.0  # hours of a worker's week
MONTH_WEEKS = 365.0 / 84.0  # weeks of a month


def workers(view: View) -> F64:
    """[P] posts of community staff by place."""
    posts: F64 = view.people * np.float64(view.rules.staff.community_per_10k / 1e4)
    return posts


def service_hours(view: View) -> F64:
    """[P] hours a week in which community staff serve: what forms and meetings leave."""
    hours: F64 = workers(view) * np.float64(WEEK * (1.0 - view.rules.staff.admin_share))
    return hours


def spend(view: View, effects: Effects, hours: F64 | float) -> None:
    """The staff of each place spend hours a week of their service time on something else; less than none gives back."""
    effects.lose_hours(view, np.broadcast_to(hours, view.people.shape) * WEEK / np.maximum(service_hours(view), 1e-9))


@cache
def helpable() -> F64:
    """[classes] how the needs that neighbours could meet are spread over classes of service; sums to 1."""
    rates = [fsum(i.rate * i.coproducible for i in catalogue() if i.kind == kind) for kind in CLASSES]
    return np.array([rate / fsum(rates) for rate in rates])


def meetable_hours(hours: F64) -> F64:
    """[P, classes] hours spread over the classes as needs that neighbours can meet arise."""
    return hours[:, None] * helpable()


def picked(rank: F64, share: float) -> F64:
    """[P] 1 for this share of places, the lowest in rank first; those of a smaller share are among those of a larger.

    >>> picked(np.array([0.3, 0.1, 0.2, 0.9]), 0.5).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    found = np.zeros(rank.size)
    found[np.argsort(rank, kind="stable")[: int(np.floor(share * rank.size + 0.5))]] = 1.0
    return found


def seats(view: View) -> int:
    """How many communities the map in force has."""
    return int(np.unique(view.seat).size)
