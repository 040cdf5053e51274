"""What it costs, and what communities have to spend."""

from __future__ import annotations

from sim.outcomes.base import Counts, Outcome, over


def _funds(c: Counts) -> int:
    return c.money["fund_granted"] + c.money["fund_raised"]


MONEY = (
    Outcome(
        name="cost_per_resident", unit="yuan a year", better="lower", theme="money",
        meaning="wages, overhead, centres, fund, practices and a tenth of one-off cost",
        measure=lambda c: c.paid * c.yearly,
    ),
    Outcome(
        name="cost_per_case", unit="yuan", better="lower", theme="money", meaning="the same over closed cases",
        measure=lambda c: over(c.paid / 100.0, c.tally["closed"]),
    ),
    Outcome(
        name="fund_per_resident", unit="yuan a year", better="higher", theme="money", meaning="community fund granted",
        measure=lambda c: c.money["fund_granted"] * c.yearly,
    ),
    Outcome(
        name="raised_per_resident", unit="yuan a year", better="higher", theme="money",
        meaning="money that communities raise themselves",
        measure=lambda c: c.money["fund_raised"] * c.yearly,
    ),
    Outcome(
        name="project_yuan", unit="yuan a resident-year", better="higher", theme="money",
        meaning="paid for projects of communities",
        measure=lambda c: c.money["fund_spent"] * c.yearly,
    ),
    Outcome(
        name="self_raised_share", unit="share", better="higher", theme="money",
        meaning="share of the communities' money that they raise themselves",
        measure=lambda c: over(c.money["fund_raised"], _funds(c)),
    ),
)  # fmt: skip
