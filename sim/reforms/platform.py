"""One dispatch platform for every report (M07)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sim.practices.base import Expectation
from sim.reforms.base import within
from sim.rules import Misroute, Platform, Rules


@dataclass(frozen=True, kw_only=True)
class OnePlatform:
    """Take every report on one platform: faster dispatch, no second report of a case (M07). Neutral: not on.

    Misroutes for want of information fall to `information`, the only cause that a platform may touch.
    """

    on: bool = True
    dispatch_minutes: float = 4.0  # from answer to owner
    information: float = 0.01  # misroutes for want of information, refinement A10
    yuan_a_year: float = 30_000_000.0  # to run it for the city; an assumption

    mechanism: ClassVar[str] = "M07"
    tried: ClassVar[dict[str, Any]] = {"on": True}
    expected: ClassVar[tuple[Expectation, ...]] = (
        Expectation(outcome="first_right_share", direction="up", reason="fewer misroutes for want of information"),
        Expectation(outcome="duplicate_share", direction="down", reason="a second report is seen to be one"),
    )
    cost: ClassVar[Expectation] = Expectation(outcome="cost_per_resident", direction="up", reason="the platform is run")

    def __post_init__(self) -> None:
        within(self, "on", Platform, "one")
        within(self, "dispatch_minutes", Platform)
        within(self, "information", Misroute)
        within(self, "yuan_a_year", Platform)

    @classmethod
    def neutral(cls) -> Self:
        return cls(on=False)

    def amend(self, rules: Rules) -> Rules:
        if not self.on:
            return rules
        platform = replace(
            rules.platform, one=True, dispatch_minutes=self.dispatch_minutes, yuan_a_year=self.yuan_a_year
        )
        information = min(rules.misroute.information, self.information)
        return replace(rules, platform=platform, misroute=replace(rules.misroute, information=information))
