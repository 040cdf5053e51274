"""Open signs: where no direction is declared, a mechanism is tried under many draws of what its sign may hang on.

Drawn are the assumptions that decide the signs of whole studies, and the mechanisms' own: the levers of their themes
whose source is "assumption", from half to twice their value as far as they go. What a mechanism sets itself, and what
any other is tried at, is a choice and not drawn. Mechanisms are tried under the same draws, so that one run without any
of them, under the same luck, serves them all; those that overrule some assumption get draws without it.
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
    """A reform some of whose outcomes have no declared direction: what its sign may hang on, and what it overrules."""

    name: str
    outcomes: tuple[str, ...]
    option: Option
    own: tuple[Assumption, ...]
    overruled: tuple[str, ...]  # assumptions of whole studies that the reform sets


@dataclass(frozen=True, kw_only=True)
class SharedDraws:
    """Draws that several reforms are tried under, each draw without any of them and with each alone."""

    signs: tuple[OpenSigns, ...]
    settings: Settings
    drawn: Drawn

    @property
    def options(self) -> tuple[Option, ...]:
        """Without any reform, then with each."""
        without = "_".join(("draws_without", *self.signs[0].overruled)).replace(".", "_")
        return (Option(name=without), *(one.option for one in self.signs))

    def trials(self) -> list[PlannedTrial]:
        """Draw by draw, in the order of the options."""
        numbers = range(len(self.drawn.points))
        return [self.drawn.trial(self.settings, option, draw) for draw in numbers for option in self.options]

    def summaries(self, records: Sequence[Record | None]) -> dict[str, tuple[OverAssumptions, ...]]:
        """By the reform's name, what those draws say of which both trials have ended.

        Args:
            records: in the order of `trials`, None where none.
        """
        width = len(self.options)
        without = records[::width]
        return {one.name: self._summary(one, without, records[k::width]) for k, one in enumerate(self.signs, start=1)}

    def _summary(
        self, one: OpenSigns, without: Sequence[Record | None], with_it: Sequence[Record | None]
    ) -> tuple[OverAssumptions, ...]:
        pairs = zip(without, with_it, self.drawn.points, strict=True)
        whole = [(b.outcomes, m.outcomes, point) for b, m, point in pairs if b is not None and m is not None]
        if not whole:
            return ()
        base, moved, points = zip(*whole, strict=True)
        keys, own = [a.key for a in self.drawn.assumptions], {a.key for a in one.own}
        columns = [k for k, key in enumerate(keys) if key in own]
        values = np.array(numeric(points), np.float64).reshape(len(whole), len(keys))[:, columns]
        return over_assumptions(moved, base, one.outcomes, [keys[k] for k in columns], values)


def shared_draws(settings: Settings, kinds: Sequence[tuple[str, str, Any]]) -> tuple[SharedDraws, ...]:
    """The draws of those reforms whose sign is open; none where no draws are asked for.

    Args:
        settings: `assumptions` draws of them; what they set themselves is not drawn.
        kinds: of each reform its name in options, what its option is called where it is tried alone, its class.
    """
    groups: dict[tuple[str, ...], list[OpenSigns]] = {}
    for entry, name, kind in kinds if settings.assumptions else ():
        one = _open_signs(entry, name, kind)
        if one is not None:
            groups.setdefault(one.overruled, []).append(one)
    return tuple(_drawn_for(settings, tuple(signs)) for signs in groups.values())


def _drawn_for(settings: Settings, signs: tuple[OpenSigns, ...]) -> SharedDraws:
    several = replace(settings, options=tuple(one.option for one in signs))
    together = dict.fromkeys(assumption for one in signs for assumption in one.own)
    return SharedDraws(signs=signs, settings=settings, drawn=drawn(several, tuple(together)))


def _open_signs(entry: str, name: str, kind: Any) -> OpenSigns | None:
    outcomes = tuple(e.outcome for e in kind.expected if e.direction == "open")
    if not outcomes:
        return None
    reform = kind(**kind.tried)
    # A field that is an assumption is drawn even where the reform is tried at a value of it.
    fixed = {k: v for k, v in kind.tried.items() if f"{OF_OPTIONS}.{k}" not in {a.key for a in SIGNS}}
    option = Option(name=f"{name}_draws", rollouts=((entry, Rollout(reform=kind(**fixed))),))
    overruled = tuple(a.key for a in SIGNS if not a.key.startswith(f"{OF_OPTIONS}.") and _sets(reform, a.key))
    return OpenSigns(name=name, outcomes=outcomes, option=option, own=_own(reform, overruled), overruled=overruled)


def _own(reform: Any, overruled: tuple[str, ...]) -> tuple[Assumption, ...]:
    """Those of whole studies, then the reform's own; without what it sets itself."""
    themes = {lever.split(".")[0] for lever in reform.touches}
    taken = {a.key for a in SIGNS} | _choices() | set(FOR_TESTS)
    own = [
        around(key, field.default, field.metadata)
        for key, field in levers()
        if key.split(".")[0] in themes and key not in taken
        and field.metadata["source"] == ASSUMPTION and not field.metadata["choices"] and not _sets(reform, key)
    ]  # fmt: skip
    return (*(a for a in SIGNS if a.key not in overruled), *own)


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
