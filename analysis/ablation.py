"""A mechanism alone against the baseline: its effect on every outcome beside what was declared beforehand.

A wiring check, not evidence: that an outcome moves as declared shows that a lever reaches what it is said to change in
this model. Whether it would in a city is another question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from analysis.compare import column, paired
from analysis.open_signs import OverAssumptions
from sim.outcomes import OUTCOMES
from sim.practices.base import Direction, Expectation

Role = Literal["expected", "cost"]
SIGN = {"up": 1, "down": -1, "open": 0}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One outcome, in its own unit: mean paired change, standard error, 95 % t interval; None without a complete pair.

    `expected` is what was declared of it, in which role and why; None where nothing was.
    """

    outcome: str
    effect: float | None
    se: float | None
    low: float | None
    high: float | None
    expected: Direction | None = None
    role: Role | None = None
    reason: str | None = None

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves out 0, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0.0) - int(self.high < 0.0)

    @property
    def errors(self) -> float:
        """The effect in standard errors; infinite where there is an effect and no error, 0 where neither."""
        if not self.effect:
            return 0.0
        return self.effect / self.se if self.se else float(np.copysign(np.inf, self.effect))

    @property
    def fits(self) -> bool | None:
        """Did it move as declared (True), against it (False), or neither (None)? None where the sign is open."""
        declared = SIGN[self.expected or "open"]
        return None if not declared or not self.sign else self.sign == declared


@dataclass(frozen=True, kw_only=True)
class Ablated:
    """What one reform of a mechanism did alone, at the levers at which it is tried."""

    mechanism: str
    reform: str
    levers: Mapping[str, Any]
    neutral_identical: bool
    changes: tuple[Change, ...]  # in the order of OUTCOMES
    over: tuple[OverAssumptions, ...] = ()  # of the outcomes declared open

    @property
    def declared(self) -> tuple[Change, ...]:
        """The outcomes of which something was declared: the expected ones, then the cost."""
        return tuple(c for role in ("expected", "cost") for c in self.changes if c.role == role)

    @property
    def cost_worsened(self) -> bool:
        """Did the outcome that it costs move as declared?"""
        return any(c.fits is True for c in self.changes if c.role == "cost")

    @property
    def against(self) -> tuple[str, ...]:
        """Outcomes that moved against what was declared."""
        return tuple(c.outcome for c in self.changes if c.fits is False)

    @property
    def moved_as_expected(self) -> bool:
        """One outcome or more moved as declared, none against it, and the cost is there.

        Where the sign of every expected outcome is open nothing is demanded but the cost.
        """
        signed = [c for c in self.changes if c.role == "expected" and c.expected != "open"]
        moved = not signed or any(c.fits for c in signed)
        return moved and not self.against and self.cost_worsened


def changes(
    runs: Sequence[Mapping[str, float]], base: Sequence[Mapping[str, float]],
    expected: Sequence[Expectation], cost: Expectation,
) -> tuple[Change, ...]:  # fmt: skip
    """The change of every outcome between runs paired by their place: outcomes by name, nan where there is none."""
    told: dict[str, tuple[Role, Direction, str]] = {
        **{e.outcome: ("expected", e.direction, e.reason) for e in expected},
        cost.outcome: ("cost", cost.direction, cost.reason),
    }
    found = []
    for name in OUTCOMES:
        a, b = column(runs, name), column(base, name)
        effect = se = low = high = None
        if not (np.isnan(a) | np.isnan(b)).all():
            pairs = paired(a, b)
            effect, se = pairs.mean, pairs.se
            if pairs.t is not None:
                low, high = pairs.t.low, pairs.t.high
        role, direction, reason = told.get(name, (None, None, None))
        found.append(
            Change(outcome=name, effect=effect, se=se, low=low, high=high, expected=direction, role=role, reason=reason)
        )
    return tuple(found)
