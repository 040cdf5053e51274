"""A made-up district as practices see it, small enough to reckon by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sim.practices.base import Effects, Practice, State, View
from sim.rng import study_key
from sim.rules import Rules

PLACES = 8


def seen(month: int = 0, rules: Rules | None = None, **columns: Any) -> View:
    """Eight places of one compound each, one community and town a pair; kinds by `columns`."""
    order = np.arange(PLACES)
    people = 1000.0 * (1.0 + order)
    view = View(
        day=30 * month, month=month, key=study_key(3), code=100 + order, people=people,
        older=np.full(PLACES, 0.2), online=np.linspace(0.3, 0.9, PLACES), urban=(order >= 4).astype(np.float64),
        area=np.ones(PLACES), parts=np.ones(PLACES), community=order, seat=order, town=order // 2,
        active=np.full(PLACES, 0.2), unmet=np.full(PLACES, 0.05), place=order, compound=200 + order, crowd=people,
        taking_part=np.full(PLACES, 0.2), kind=np.where(order < 4, 3, 1), x=1000.0 * order, y=np.zeros(PLACES),
        rules=rules or Rules(), memo={},
    )  # fmt: skip
    return replace(view, **columns)


def acted(practice: Practice, view: View | None = None, state: State | None = None) -> Effects:
    """What a practice makes of no effect."""
    view = view or seen()
    effects = Effects.none(PLACES, PLACES)
    practice.act(practice.begin(view) if state is None else state, view, effects)
    return effects


def same(a: Effects, b: Effects) -> bool:
    """Equal to the last bit."""
    return all(np.array_equal(x, vars(b)[name]) if isinstance(x, np.ndarray) else x == vars(b)[name]
               for name, x in vars(a).items())  # fmt: skip
