"""Levers: each has a unit, a range that holds its default, a source; rules are values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from sim.rules import Grid, Jurisdiction, Misroute, Rules, levers

LEVERS = dict(levers())


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_documented(name: str) -> None:
    meta, default = LEVERS[name].metadata, LEVERS[name].default
    assert meta["unit"].strip()
    assert meta["source"].strip()
    if meta["choices"]:
        assert default in meta["choices"]
    else:
        assert meta["low"] < meta["high"]
        assert meta["low"] <= default <= meta["high"]
        assert isinstance(meta["low"], bool) == isinstance(default, bool)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_refuses_what_lies_outside(name: str) -> None:
    theme, lever = name.split(".")
    meta = LEVERS[name].metadata
    kind: Any = type(getattr(Rules(), theme))
    outside = ["elsewhere"] if meta["choices"] else [meta["low"] - 1, meta["high"] + 1, float("nan")]
    for value in outside:
        with pytest.raises(ValueError, match=rf"^{lever} must be .*, got '?{value}"):
            kind(**{lever: value})


@pytest.mark.parametrize("name", [n for n, f in LEVERS.items() if not f.metadata["choices"]])
def test_a_lever_reaches_both_ends(name: str) -> None:
    theme, lever = name.split(".")
    kind: Any = type(getattr(Rules(), theme))
    for end in ("low", "high"):
        value = LEVERS[name].metadata[end]
        assert getattr(kind(**{lever: value}), lever) == value


def test_rules_are_values() -> None:
    assert Rules() == Rules()
    assert hash(Rules()) == hash(Rules())
    other = replace(Rules(), grid=Grid(households=300))
    assert other != Rules()
    assert len({Rules(), Rules(), other}) == 2
    with pytest.raises(FrozenInstanceError):
        Rules().grid.households = 300  # type: ignore[misc]


def test_messages_name_key_value_and_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"^households must be in \[24, 1000\] households per grid, got 7$"):
        Grid(households=7)
    with pytest.raises(ValueError, match=r"^towns must be one of before, after, percent, got 'later'$"):
        Jurisdiction(towns="later")


def test_misroutes_have_four_causes_that_add_up_to_the_published_anchor() -> None:
    """1 - product(1 - p) is near the 0.15 of an assignment in a fragmented city (handoff.p_misroute_*)."""
    m = Misroute()
    p = 1 - (1 - m.information) * (1 - m.overlap) * (1 - m.refusal) * (1 - m.border)
    assert p == pytest.approx(0.15, abs=0.01)
