"""Axes: what a sweep varies, as Hydra's grammar of sweeps says it: `a=1,2`, `choice()`, `range()`, `interval()`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from hydra.core.override_parser.types import (
    ChoiceSweep,
    IntervalSweep,
    Override,
    QuotedString,
    RangeSweep,
)

from experiments.refusal import COMMAND_LINE, refuse

Value: TypeAlias = bool | int | float | str
MOST_LEVELS = 10_000
SWEPT = ("rules.", "scenario.", "option.")


@dataclass(frozen=True, kw_only=True)
class Levels:
    """An axis with these values and no others."""

    key: str
    values: tuple[Value, ...]

    def at(self, share: float) -> Value:
        """The value at a share in [0, 1) of the way: each value has an equal part of it.

        >>> Levels(key="rules.grid.nets", values=(1, 3, 15)).at(0.5)
        3
        """
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values by which an axis alone is tried: all."""
        return self.values


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An axis with every value between two ends; of whole numbers, both ends included."""

    key: str
    low: float
    high: float
    whole: bool = False

    def at(self, share: float) -> Value:
        """The value at a share in [0, 1) of the way.

        >>> Interval(key="rules.fund.level", low=0.5, high=1.5).at(0.25)
        0.75
        >>> Interval(key="rules.grid.nets", low=1, high=15, whole=True).at(0.999)
        15
        """
        if self.whole:
            return min(int(self.low) + int(share * (int(self.high) - int(self.low) + 1)), int(self.high))
        return self.low + share * (self.high - self.low)

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values by which an axis alone is tried: both ends."""
        return (int(self.low), int(self.high)) if self.whole else (self.low, self.high)


Axis: TypeAlias = Levels | Interval


def axis_of(override: Override, where: str = COMMAND_LINE) -> Axis:
    """The axis that a sweep override describes; `where` is the file, or the command line, that holds it.

    Raises:
        Refusal: a key that cannot be swept, a sweep that has no end, no value, or a different order each time.
    """
    key, value = override.key_or_group, override.value()
    if not key.startswith(SWEPT):
        raise refuse(where, key, override.input_line, allowed="cannot be swept; what can: scenario=NAME,NAME, "
                     "option=NAME,NAME, rules.THEME.LEVER, scenario.FIELD, option.NAME.ENTRY.FIELD")  # fmt: skip
    if getattr(value, "shuffle", False):
        raise refuse(where, key, override.input_line, allowed="shuffle() gives another order each time; leave it out")
    if isinstance(value, IntervalSweep):
        return _interval(key, value, where)
    if isinstance(value, RangeSweep):
        return Levels(key=key, values=_once(key, _ranged(key, value, where), where))
    if isinstance(value, ChoiceSweep):
        values = tuple(_plain(key, item, where) for item in value.list)
        return Levels(key=key, values=_once(key, values, where))
    raise refuse(where, key, override.input_line, allowed="takes values, choice(), range() or interval()")


def whole(axis: Axis, where: str = COMMAND_LINE) -> Axis:
    """The same interval over whole numbers.

    Raises:
        Refusal: an end that is no whole number.
    """
    if not isinstance(axis, Interval) or axis.whole:
        return axis
    if not (axis.low.is_integer() and axis.high.is_integer()):
        raise refuse(where, axis.key, f"interval({axis.low}, {axis.high})", allowed="its ends must be whole numbers")
    return Interval(key=axis.key, low=int(axis.low), high=int(axis.high), whole=True)


def _interval(key: str, value: Any, where: str) -> Interval:
    low, high = value.start, value.end
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise refuse(where, key, f"interval({low}, {high})", allowed="must run from a finite number to a greater one")
    return Interval(key=key, low=low, high=high, whole=isinstance(low, int) and isinstance(high, int))


def _ranged(key: str, value: Any, where: str) -> tuple[Value, ...]:
    """The values of a range as Hydra counts them, in decimals; counted before they are laid out."""
    start, stop, step = value.start, value.stop, value.step
    shown = f"range({start}, {stop}, {step})"
    if start is None or stop is None or not all(math.isfinite(number) for number in (start, stop, step)) or step == 0:
        raise refuse(where, key, shown, allowed="must have finite ends and a step other than 0")
    if not 0 < (stop - start) / step <= MOST_LEVELS:
        raise refuse(where, key, shown, allowed=f"must have 1 to {MOST_LEVELS} values")
    return tuple(value.range())


def _plain(key: str, item: Any, where: str) -> Value:
    value = item.text if isinstance(item, QuotedString) else item
    if not isinstance(value, bool | int | float | str) or (isinstance(value, float) and not math.isfinite(value)):
        raise refuse(where, key, value, allowed="takes plain finite values only")
    return value


def _once(key: str, values: tuple[Value, ...], where: str) -> tuple[Value, ...]:
    if len(values) > MOST_LEVELS:
        raise refuse(where, key, allowed=f"takes at most {MOST_LEVELS} values")
    if len({(type(value), value) for value in values}) != len(values):
        raise refuse(where, key, list(values), allowed="must name each value once")
    return values
