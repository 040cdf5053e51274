"""Open signs: where no direction is declared, a mechanism is tried under many draws of what its sign may hang on.

Drawn are the assumptions that decide the signs of whole studies, and the mechanism's own: the levers of its themes
whose source is "assumption", from half to twice their value as far as they go. What the mechanism sets itself, and what
any other is tried at, is a choice and not drawn. Each draw is run with and without it, under the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from analysis.open_signs import OverAssumptions, over_assumptions
from experiments.assumptions import OF_OPTIONS, SIGNS, Assumption, Drawn, drawn, numeric
from experiments.design import PlannedTrial
from experiments.mechanisms import reforms_of
from experiments.settings import Settings
from sim.levers import ASSUMPTION
from sim.reforms.base import Option, Reform, Rollout
from sim.rules import Rules, levers
from sim.trial import Record

FOR_TESTS = ("departments.city_unlimited",)  # nobody assumes it of a city


@dataclass(frozen=True, kw_only=True)
class OpenSigns:
    """A reform some of whose outcomes have no declared direction, and the draws that it is tried under."""

    name: str
    outcomes: tuple[str, ...]
    options: tuple[Option, Option]  # without it and with it
    settings: Settings
    drawn: Drawn

    def trials(self) -> list[PlannedTrial]:
        """Draw by draw, without it and with it."""
        numbers = range(len(self.drawn.points))
        return [self.drawn.trial(self.settings, option, draw) for draw in numbers for option in self.options]

    def summary(self, records: Sequence[Record | None]) -> tuple[OverAssumptions, ...]:
        """What the draws say of which both trials have ended: records in the order of `trials`, None where none."""
        pairs = [(records[2 * k], records[2 * k + 1], point) for k, point in enumerate(self.drawn.points)]
        whole = [(b.outcomes, m.outcomes, point) for b, m, point in pairs if b is not None and m is not None]
        if not whole:
            return ()
        base, moved, points = zip(*whole, strict=True)
        names = [a.key for a in self.drawn.assumptions]
        values = np.array(numeric(points), np.float64).reshape(len(whole), len(names))
        return over_assumptions(moved, base, self.outcomes, names, values)


def open_signs(settings: Settings, entry: str, name: str, kind: Any) -> OpenSigns | None:
    """The draws of a reform, or None: every direction is declared, or no draws are asked for.

    Args:
        settings: `assumptions` draws of them; what they set themselves is not drawn.
        entry: the name of the reform in options.
        name: what its option is called where it is tried alone.
        kind: its class.
    """
    outcomes = tuple(e.outcome for e in kind.expected if e.direction == "open")
    if not outcomes or not settings.assumptions:
        return None
    # A field that is an assumption is drawn even where the reform is tried at a value of it.
    fixed = {k: v for k, v in kind.tried.items() if f"{OF_OPTIONS}.{k}" not in {a.key for a in SIGNS}}
    with_it = Option(name=f"{name}_draws", rollouts=((entry, Rollout(reform=kind(**fixed))),))
    options = (Option(name=f"{name}_draws_without"), with_it)
    found = drawn(replace(settings, options=options), _assumptions(kind))
    return OpenSigns(name=name, outcomes=outcomes, options=options, settings=settings, drawn=found)


def _assumptions(kind: Any) -> tuple[Assumption, ...]:
    """Those of whole studies, then the reform's own; without what it sets itself."""
    reform = kind(**kind.tried)
    signs = [a for a in SIGNS if a.key.startswith(f"{OF_OPTIONS}.") or not _sets(reform, a.key)]
    themes = {lever.split(".")[0] for lever in kind.touches}
    taken = {a.key for a in SIGNS} | _choices() | set(FOR_TESTS)
    own = [
        around(key, field.default, field.metadata)
        for key, field in levers()
        if key.split(".")[0] in themes and key not in taken
        and field.metadata["source"] == ASSUMPTION and not field.metadata["choices"] and not _sets(reform, key)
    ]  # fmt: skip
    return (*signs, *own)


def around(key: str, value: Any, meta: Mapping[str, Any]) -> Assumption:
    """From half to twice a lever's value, as far as it goes; all of its range around 0, and for switches.

    >>> around("x.y", 0.3, {"low": 0.0, "high": 0.45})
    Assumption(key='x.y', low=0.15, high=0.45, log=True)
    """
    low, high = meta["low"], meta["high"]
    if isinstance(value, bool) or value <= 0:
        return Assumption(key=key, low=low, high=high)
    ends = max(low, value / 2), min(high, 2 * value)
    if isinstance(value, int):
        return Assumption(key=key, low=-(-value // 2) if ends[0] > low else low, high=ends[1])
    return Assumption(key=key, low=ends[0], high=ends[1], log=True)


@cache
def _choices() -> frozenset[str]:
    """Levers that any reform moves where it is tried: what one may decide is not what one must assume."""
    before = Rules()
    after = [kind(**kind.tried).amend(before) for kinds in reforms_of().values() for kind in kinds.values()]
    return frozenset(key for key, _ in levers() if any(_value(rules, key) != _value(before, key) for rules in after))


def _sets(reform: Reform, key: str) -> bool:
    """Does the reform overrule what the rules say of this lever?"""
    meta = dict(levers())[key].metadata
    theme, name = key.split(".")
    for value in meta["choices"] or (meta["low"], meta["high"]):
        rules = Rules()
        rules = replace(rules, **{theme: replace(getattr(rules, theme), **{name: value})})
        if _value(reform.amend(rules), key) != value:
            return True
    return False


def _value(rules: Rules, key: str) -> Any:
    theme, name = key.split(".")
    return getattr(getattr(rules, theme), name)
