"""Merges of towns and villages (M09, M10). A merge is permanent.

The real plan is that of 2019-20: 375 towns to 261, 4,366 villages to 3,041. A percentage merges a share of the units
of the map before. Fewer town borders mean fewer cases sent to the wrong side of one: the only cause of misroutes that a
merge of towns may touch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import lowered, within
from sim.rules import Jurisdiction, Misroute, Rules

PLANS = {"chengdu_2019_2020": "after", "percent": "percent"}
BORDER_AFTER = 0.005  # misroutes by borders under the real plan, refinement A10
TOWN_CUT_OF_PLAN = 1 - 261 / 375


def _check(plan: str, **cuts: float) -> None:
    if plan not in PLANS:
        raise ValueError(f"plan must be one of {', '.join(PLANS)}, got {plan!r}")
    for name, cut in cuts.items():
        if plan != "percent" and cut != 0.0:
            raise ValueError(f"{name} must be 0 unless plan is percent, got {cut}")


@dataclass(frozen=True, kw_only=True)
class MergeTowns:
    """Merge towns and streets (M09). Neutral: plan percent with a cut of 0."""

    plan: str = "chengdu_2019_2020"
    cut: float = 0.0  # share of towns that go; plan percent only
    keep_branches: float = 1.0  # share of closed town halls kept as branches
    cost_saving: float = 0.0  # share of town posts cut
    border: float = BORDER_AFTER  # misroutes by borders after a cut as deep as the real plan's
    permanent: ClassVar[bool] = True

    mechanism: ClassVar[str] = "M09"
    tried: ClassVar[dict[str, Any]] = {"keep_branches": 0.5, "cost_saving": 0.05}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="cost_per_resident", direction="open", reason="overhead falls, the transition costs"),
        Expectation(outcome="days_to_solved", direction="open", reason="pooling against the dip of the transition"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="town_walk_minutes", direction="up", reason="closed halls are further away"
    )

    def __post_init__(self) -> None:
        _check(self.plan, cut=self.cut)
        within(self, "cut", Jurisdiction, "town_cut")
        within(self, "keep_branches", Jurisdiction, "keep_town_branches")
        within(self, "cost_saving", Jurisdiction)
        within(self, "border", Misroute)

    @classmethod
    def neutral(cls) -> Self:
        return cls(plan="percent", cut=0.0)

    def amend(self, rules: Rules) -> Rules:
        if self.plan == "percent" and self.cut == 0.0:
            return rules
        jurisdiction = replace(
            rules.jurisdiction,
            towns=PLANS[self.plan],
            town_cut=self.cut,
            keep_town_branches=self.keep_branches,
            cost_saving=self.cost_saving,
        )
        depth = 1.0 if self.plan != "percent" else min(1.0, self.cut / TOWN_CUT_OF_PLAN)
        border = lowered(rules.misroute.border, self.border, depth)
        return replace(rules, jurisdiction=jurisdiction, misroute=replace(rules.misroute, border=border))


@dataclass(frozen=True, kw_only=True)
class MergeVillages:
    """Merge villages and communities (M10). Neutral: plan percent with a cut of 0."""

    plan: str = "chengdu_2019_2020"
    cut: float = 0.0  # share of villages that go; plan percent only
    keep_branches: float = 1.0  # share of closed village offices kept as branches
    keep_base_grants: bool = False  # the merged unit keeps the base grants of its parts
    permanent: ClassVar[bool] = True

    mechanism: ClassVar[str] = "M10"
    tried: ClassVar[dict[str, Any]] = {"keep_branches": 0.5}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="fund_per_resident", direction="open", reason="base grants are lost unless kept"),
        Expectation(outcome="active_share", direction="open", reason="larger units mobilise less (calibrated)"),
    )
    cost: ClassVar[Expectation] = Expectation(
        outcome="walk_minutes", direction="up", reason="closed offices are further away"
    )

    def __post_init__(self) -> None:
        _check(self.plan, cut=self.cut)
        within(self, "cut", Jurisdiction, "village_cut")
        within(self, "keep_branches", Jurisdiction, "keep_village_branches")

    @classmethod
    def neutral(cls) -> Self:
        return cls(plan="percent", cut=0.0)

    def amend(self, rules: Rules) -> Rules:
        if self.plan == "percent" and self.cut == 0.0:
            return rules
        jurisdiction = replace(
            rules.jurisdiction,
            villages=PLANS[self.plan],
            village_cut=self.cut,
            keep_village_branches=self.keep_branches,
        )
        # A rule that keeps base grants, once made, stays: a merge may add it and never takes it away.
        keep = rules.fund.keep_base_grants or self.keep_base_grants
        return replace(rules, jurisdiction=jurisdiction, fund=replace(rules.fund, keep_base_grants=keep))


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Merge towns and villages at once (M09, M10). Neutral: plan percent with both cuts 0."""

    plan: str = "chengdu_2019_2020"
    town_cut: float = 0.0  # share of towns that go; plan percent only
    village_cut: float = 0.0  # share of villages that go; plan percent only
    keep_branches: float = 1.0  # share of closed halls and offices kept as branches
    cost_saving: float = 0.0  # share of town posts cut
    keep_base_grants: bool = False  # the merged village keeps the base grants of its parts
    permanent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check(self.plan, town_cut=self.town_cut, village_cut=self.village_cut)
        within(self, "town_cut", Jurisdiction)
        within(self, "village_cut", Jurisdiction)
        _ = self.towns, self.villages  # they check the rest

    @property
    def towns(self) -> MergeTowns:
        """The half of it that merges towns."""
        return MergeTowns(
            plan=self.plan, cut=self.town_cut, keep_branches=self.keep_branches, cost_saving=self.cost_saving
        )

    @property
    def villages(self) -> MergeVillages:
        """The half of it that merges villages."""
        return MergeVillages(
            plan=self.plan,
            cut=self.village_cut,
            keep_branches=self.keep_branches,
            keep_base_grants=self.keep_base_grants,
        )

    @classmethod
    def neutral(cls) -> Self:
        return cls(plan="percent")

    def amend(self, rules: Rules) -> Rules:
        return self.villages.amend(self.towns.amend(rules))
