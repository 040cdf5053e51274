"""The dual-track community fund: its level, its formula, the share paid by appraisal (M28, M29)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from sim.reforms.base import within
from sim.rules import Fund, Rules

_TODAY = Fund()


@dataclass(frozen=True, kw_only=True)
class FundLevel:
    """Pay so many times the formula (M28). Neutral: 1."""

    level: float  # times the formula in force

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


@dataclass(frozen=True, kw_only=True)
class IncentiveShare:
    """Pay this share of the fund by appraisal (M28). Neutral: 0.24."""

    share: float

    def __post_init__(self) -> None:
        within(self, "share", Fund, "incentive_share")

    @classmethod
    def neutral(cls) -> Self:
        return cls(share=_TODAY.incentive_share)

    def amend(self, rules: Rules) -> Rules:
        return replace(rules, fund=replace(rules.fund, incentive_share=self.share))
