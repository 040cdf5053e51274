"""How soon, how often and how well needs are met."""

from __future__ import annotations

from sim.kernels.sketch import quantile
from sim.outcomes.base import DAY, Outcome, over

RESPONSE = (
    Outcome(
        name="days_to_solved", unit="days", better="lower", theme="response",
        meaning="mean calendar days from need to closing of filed cases",
        measure=lambda c: over(c.tally["closed_seconds"], c.tally["closed"]) / DAY,
    ),
    Outcome(
        name="days_to_solved_median", unit="days", better="lower", theme="response", meaning="median of the same",
        measure=lambda c: quantile(c.spread.sum(axis=0), 0.5) / DAY,
    ),
    Outcome(
        name="days_to_solved_p90", unit="days", better="lower", theme="response",
        meaning="90th percentile of the same",
        measure=lambda c: quantile(c.spread.sum(axis=0), 0.9) / DAY,
    ),
    Outcome(
        name="order_days", unit="working days", better="lower", theme="response",
        meaning="mean working days until a dispatched order is closed",
        measure=lambda c: over(c.tally["order_seconds"], c.tally["orders_closed"]) / DAY,
    ),
    Outcome(
        name="joint_days", unit="days", better="lower", theme="response",
        meaning="mean days to solved of cases that went to departments and may need several",
        measure=lambda c: over(c.tally["multi_seconds"], c.tally["multi_closed"]) / DAY,
    ),
    Outcome(
        name="within_deadline", unit="share", better="higher", theme="response",
        meaning="orders closed within the deadline",
        measure=lambda c: over(c.tally["orders_in_time"], c.tally["orders_closed"]),
    ),
    Outcome(
        name="counter_wait", unit="minutes", better="lower", theme="response",
        meaning="mean wait of clients at counters",
        measure=lambda c: over(c.tally["counter_wait"], c.tally["counter_served"]) / 60.0,
    ),
    Outcome(
        name="one_visit_share", unit="share", better="higher", theme="response",
        meaning="visits to counters that need not be made again",
        measure=lambda c: 1.0 - over(c.tally["revisits"], c.tally["counter_served"]),
    ),
    Outcome(
        name="deflected_share", unit="share", better="lower", theme="response",
        meaning="filed cases turned away at first contact",
        measure=lambda c: over(c.tally["deflected"], c.tally["filed"]),
    ),
    Outcome(
        name="first_owner_hours", unit="hours", better="lower", theme="response",
        meaning="mean time until somebody starts on a case",
        measure=lambda c: over(c.tally["owned_seconds"], c.tally["owned"]) / 3600.0,
    ),
    Outcome(
        name="handoffs", unit="per case", better="lower", theme="response", meaning="changes of owner a case",
        measure=lambda c: over(c.tally["handoffs"], c.tally["closed"]),
    ),
    Outcome(
        name="first_right_share", unit="share", better="higher", theme="response",
        meaning="assignments that reach the right owner at once",
        measure=lambda c: 1.0 - over(c.tally["misrouted"], c.tally["assigned"]),
    ),
    Outcome(
        name="duplicate_share", unit="per case", better="lower", theme="response",
        meaning="second reports of the same case",
        measure=lambda c: over(c.tally["duplicates"], c.tally["filed"]),
    ),
    Outcome(
        name="detection_lag", unit="days", better="lower", theme="response",
        meaning="mean days a latent hazard stays unknown",
        measure=lambda c: over(c.tally["detection_days"], c.tally["detected"] + c.tally["reported"]),
    ),
    Outcome(
        name="reopened_share", unit="share", better="lower", theme="response", meaning="closings that were reopened",
        measure=lambda c: over(c.tally["reopened"], c.tally["closed"] + c.tally["reopened"]),
    ),
    Outcome(
        name="solved_share", unit="share", better="higher", theme="response",
        meaning="closings that solved the case",
        measure=lambda c: over(c.tally["solved"], c.tally["closed"]),
    ),
    Outcome(
        name="unmet_share", unit="share", better="lower", theme="response",
        meaning="needs done without, abandoned or never returned",
        measure=lambda c: over(c.tally["without"] + c.tally["left"], c.tally["needs"]),
    ),
    Outcome(
        name="helped_share", unit="share", better="higher", theme="response",
        meaning="needs that neighbours, volunteers and projects met",
        measure=lambda c: over(c.tally["co_produced"], c.tally["needs"]),
    ),
    Outcome(
        name="online_share", unit="share", better="neither", theme="response", meaning="filed cases that came online",
        measure=lambda c: over(c.tally["filed_online"], c.tally["filed"]),
    ),
    Outcome(
        name="disputes", unit="per 1,000 residents a year", better="lower", theme="response",
        meaning="needs that are disputes between residents",
        measure=lambda c: c.tally["disputes"] * 1000.0 * 365.0 / c.counted_days / c.residents,
    ),
    Outcome(
        name="needs_per_head", unit="a resident-year", better="neither", theme="response", meaning="needs that arise",
        measure=lambda c: c.tally["needs"] * 365.0 / c.counted_days / c.residents,
    ),
)  # fmt: skip
