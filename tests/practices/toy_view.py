"""A district of a few places, as practices see it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.practices.base import Effects, Practice, State, View
from sim.rng import study_key
from sim.rules import Rules

TOWNS = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])


def toy(month: int = 0, rules: Rules | None = None, **changes: Any) -> View:
    """Twelve places of 1,000 to 3,200 residents in three towns, two compounds each; half of them rural."""
    places = np.arange(12)
    people = 1_000.0 + 200.0 * places
    compound_place = np.repeat(places, 2)
    columns: dict[str, Any] = {
        "day": 30 * month, "month": month, "key": study_key(7), "code": places + 500, "people": people,
        "older": np.full(12, 0.18), "online": np.full(12, 0.7), "urban": (places % 2).astype(np.float64),
        "area": np.ones(12), "parts": np.ones(12), "community": places, "seat": places, "town": TOWNS,
        "active": np.full(12, 0.15), "unmet": np.full(12, 0.1), "place": compound_place,
        "compound": np.arange(24) + 500, "crowd": np.repeat(people / 2.0, 2), "taking_part": np.full(24, 0.15),
        "kind": np.ones(24, np.int64), "x": np.arange(24) * 100.0, "y": np.zeros(24), "rules": rules or Rules(),
        "memo": {},
    }  # fmt: skip
    return View(**{**columns, **changes})


def untouched() -> Effects:
    """Of the toy district."""
    return Effects.none(12, 24)


def acted(practice: Practice, state: State | None = None, view: View | None = None) -> Effects:
    """What a practice alone does."""
    view, effects = view or toy(), untouched()
    practice.act(practice.begin(view) if state is None else state, view, effects)
    return effects


def after(practice: Practice, months: int, rules: Rules | None = None) -> State:
    """What it remembers after some months."""
    state = practice.begin(toy(0, rules))
    for month in range(months):
        practice.month(state, toy(month + 1, rules))
    return state


def same(a: Effects, b: Effects, *, but: tuple[str, ...] = ("told",)) -> bool:
    """Equal to the last bit? Money that is 0 counts as none."""
    for name, value in vars(a).items():
        other = getattr(b, name)
        if name in but:
            continue
        if name == "yuan":
            value, other = ({k: v for k, v in y.items() if v != 0.0} for y in (value, other))
        if isinstance(value, np.ndarray):
            if not np.array_equal(value, other):
                return False
        elif value != other:
            return False
    return True
