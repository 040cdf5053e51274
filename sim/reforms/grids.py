"""Grids and the nets that overlap on them (M06). Grid size is not headcount: hiring is a choice of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import within
from sim.rules import Grid, Rules

_TODAY = Grid()


@dataclass(frozen=True, kw_only=True)
class OneGrid:
    """Replace overlapping departmental nets by one grid of a given size (M06).

    Neutral: 529 households, the same staff, one net. With the same staff and smaller grids a worker holds several;
    with hiring each grid has a worker of its own, who is paid.
    """

    households: int  # per grid
    hire: bool = False  # one worker a grid, hired or let go
    nets: int = 1  # departmental nets left

    mechanism: ClassVar[str] = "M06"
    tried: ClassVar[dict[str, Any]] = {"households": 300}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="detection_lag", direction="open", reason="smaller grids cost ledgers, which patrols lose"),
        Expectation(outcome="grid_utilisation", direction="open", reason="the same staff holds more grids"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="grid_utilisation", direction="up", reason="each grid has a ledger to keep"
    )

    def __post_init__(self) -> None:
        for name in ("households", "hire", "nets"):
            within(self, name, Grid)

    @classmethod
    def neutral(cls) -> Self:
        return cls(households=_TODAY.households, hire=_TODAY.hire, nets=_TODAY.nets)

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, grid=replace(rules.grid, households=self.households, hire=self.hire, nets=self.nets))


@dataclass(frozen=True, kw_only=True)
class OverlappingNets:
    """So many departmental nets lie over each grid, each with its own ledger (M01, M06). Neutral: 1.

    Pidu counted 15 of them before it made one; a rollout with `where` puts them into one district.
    """

    nets: int

    def __post_init__(self) -> None:
        within(self, "nets", Grid)

    @classmethod
    def neutral(cls) -> Self:
        return cls(nets=_TODAY.nets)

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, grid=replace(rules.grid, nets=self.nets))
