"""Numbers as people read them: computed first, rounded last, the same digits in every language."""

from __future__ import annotations

import math
from dataclasses import dataclass

MINUS = "−"
SHARES = ("share", "share a month", "share a year")


@dataclass(frozen=True)
class Scale:
    """How an outcome is shown: factor to the shown unit, and the words of the unit behind a level and a change."""

    factor: float
    level: str
    change: str


def scale(unit: str) -> Scale:
    """Shares are shown as percentages and their changes as percentage points; all else as it is."""
    if unit in SHARES:
        return Scale(100.0, f"unit.{unit}", "unit.points")
    return Scale(1.0, f"unit.{unit}", f"unit.{unit}")


def fixed(value: float, places: int, *, signed: bool = False) -> str:
    """A number with so many decimals, thousands apart, a true minus sign; zero is plain 0."""
    text = f"{abs(value):,.{places}f}"
    if not any(digit in "123456789" for digit in text):
        return "0"
    return (MINUS if value < 0 else "+" if signed else "") + text


def significant(value: float, digits: int = 3) -> str:
    """A number to so many significant digits; whole numbers keep all theirs."""
    return fixed(value, _places(value, digits))


def percent(share: float, digits: int = 2) -> str:
    """A share as a percentage: two significant digits, at most one decimal."""
    value = 100.0 * share
    return fixed(value, min(max(_places(value, digits), 0), 1)) + "%"


def spanned(mean: float, low: float | None, high: float | None, *, signed: bool) -> tuple[str, str | None, str | None]:
    """A mean and its interval to the same decimal: three significant digits of the largest, more
    where the half-width needs them to show, fewer where it says that they mean nothing.

    An interval bound on one side of zero is never rounded onto it: decimals are added until it shows a digit.
    """
    if low is None or high is None:
        return fixed(mean, _places(mean, 3), signed=signed), None, None
    half = (high - low) / 2.0
    largest = max(abs(mean), abs(low), abs(high))
    wide = half > 1e-9 * largest  # else it has no width but that of rounding
    places = min(_places(half, 2), max(_places(largest, 3), _places(half, 1))) if wide else _places(mean, 3)
    while places < 6 and any(abs(x) > 1e-12 and float(f"{x:.{places}f}") == 0.0 for x in (low, high)):
        places += 1
    return (fixed(mean, places, signed=signed), fixed(low, places, signed=signed), fixed(high, places, signed=signed))


def _places(value: float, digits: int) -> int:
    if value == 0.0 or not math.isfinite(value):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 6)
