"""What a run is too short to show: money whose projects come later, a merge whose transition is not over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.reforms.base import Option, RuleBook
from sim.rules import Rules

MONTH = 30  # days, as the model counts them


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """An option of which the run of so many days shows a part alone, since something takes `months` from its start.

    "fund": the money that it moves buys projects that work later; "transition": work is slower for longer.
    """

    option: str
    what: Literal["fund", "transition"]
    months: int
    days: int


def unseen(options: Mapping[str, Option], rules: Rules, districts: tuple[int, ...], days: int) -> tuple[Unseen, ...]:
    """What falls outside [0, days), option by option, counted from the first day on which its rules are others."""
    found = []
    for name, option in options.items():
        epochs = RuleBook(base=rules, option=option, districts=districts).epochs(days)
        for what, months in _waits(rules, epochs[-1].areas).items():
            if epochs[-1].from_day + MONTH * months >= days:
                found.append(Unseen(option=name, what=what, months=months, days=days))
    return tuple(found)


def _waits(base: Rules, areas: tuple[Rules, ...]) -> dict[Literal["fund", "transition"], int]:
    """Months that what an option moves takes, by what it is."""
    found: dict[Literal["fund", "transition"], int] = {}
    moved = [area for area in areas if area.fund != base.fund]
    if moved:
        found["fund"] = min(area.fund.delay_months for area in moved)
    merged = [area.jurisdiction for area in areas if _maps(area) != _maps(base)]
    if merged and max(j.transition_loss for j in merged) > 0.0:
        found["transition"] = max(j.transition_months for j in merged)
    return found


def _maps(rules: Rules) -> tuple[str, str]:
    return rules.jurisdiction.towns, rules.jurisdiction.villages
