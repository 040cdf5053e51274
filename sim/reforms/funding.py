"""The dual-track community fund: its level, its formula, the share paid by appraisal (M28)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import within
from sim.rules import Fund, Rules

_TODAY = Fund()


@dataclass(frozen=True, kw_only=True)
class FundLevel:
    """Pay so many times the formula (M28). Neutral: 1."""

    level: float  # times the formula in force

    mechanism: ClassVar[str] = "M28"
    tried: ClassVar[dict[str, Any]] = {"level": 1.5}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="fund_per_resident", direction="up", reason="grants are multiplied"),
        Expectation(outcome="project_yuan", direction="up", reason="councils have more to spend"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="cost_per_resident", direction="up", reason="the city pays the grants"
    )

    def __post_init__(self) -> None:
        within(self, "level", Fund)

    @classmethod
    def neutral(cls) -> Self:
        return cls(level=_TODAY.level)

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, fund=replace(rules.fund, level=self.level))


@dataclass(frozen=True, kw_only=True)
class FundFormula:
    """Replace the whole formula: a base a unit and an amount per 100 residents (M28). Neutral: the published one."""

    urban_base: float = _TODAY.urban_base  # yuan a community and year
    urban_per_100: float = _TODAY.urban_per_100  # yuan per 100 residents and year
    rural_base: float = _TODAY.rural_base  # yuan a village and year
    rural_per_100: float = _TODAY.rural_per_100  # yuan per 100 residents and year
    keep_base_grants: bool = _TODAY.keep_base_grants  # a merged unit keeps the base grants of its parts

    mechanism: ClassVar[str] = "M28"
    tried: ClassVar[dict[str, Any]] = {
        "urban_base": 50_000.0, "urban_per_100": 2_500.0, "rural_base": 125_000.0, "rural_per_100": 6_000.0,
    }  # fmt: skip
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="gini_funds", direction="down", reason="less by unit, more by head"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="fund_per_resident", direction="down", reason="bases halved are not made up by heads"
    )

    def __post_init__(self) -> None:
        for name in ("urban_base", "urban_per_100", "rural_base", "rural_per_100"):
            within(self, name, Fund)

    @classmethod
    def neutral(cls) -> Self:
        return cls()

    def amend(self, rules: Rules) -> Rules:
        fund = replace(
            rules.fund,
            urban_base=self.urban_base,
            urban_per_100=self.urban_per_100,
            rural_base=self.rural_base,
            rural_per_100=self.rural_per_100,
            keep_base_grants=self.keep_base_grants,
        )
        return replace(rules, fund=fund)
