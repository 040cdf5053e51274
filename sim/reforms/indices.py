"""The weights of the three indices of what residents feel (M45): how a run is judged, never what happens in it.

No option may choose how it is judged, so this stands outside REFORMS: it amends the base rules of a whole study.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import within
from sim.rules import Indices, Rules

_TODAY = Indices()


@dataclass(frozen=True, kw_only=True)
class IndexWeights:
    """Weigh the indices otherwise (M45). Neutral: the weights that the base rules state."""

    gain_in_time: float = _TODAY.gain_in_time
    happy_trust: float = _TODAY.happy_trust
    happy_active: float = _TODAY.happy_active
    safe_hazards: float = _TODAY.safe_hazards

    mechanism: ClassVar[str] = "M45"
    touches: ClassVar[tuple[str, ...]] = tuple(f"indices.{f.name}" for f in fields(Indices))
    tried: ClassVar[dict[str, Any]] = {"gain_in_time": 0.8, "happy_active": 0.5, "safe_hazards": 0.8}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="gain", direction="down", reason="needs met in time are fewer than needs met at all"),
        Expectation(outcome="happiness", direction="down", reason="taking part is full only where twice as many do"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="gini_gain", direction="up", reason="communities differ more in what is met in time than in what is met"
    )

    def __post_init__(self) -> None:
        for f in fields(self):
            within(self, f.name, Indices)

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, indices=Indices(**{f.name: getattr(self, f.name) for f in fields(self)}))
