"""How evenly things are spread over places and ages."""

from __future__ import annotations

from math import nan

import numpy as np

from sim.kernels.arithmetic import logs
from sim.outcomes.base import DAY, F64, Counts, Outcome, gini_of, over


def _rural_days(c: Counts) -> float:
    return over(c.tally["rural_seconds"], c.tally["rural_closed"]) / DAY


def _urban_days(c: Counts) -> float:
    t = c.tally
    return over(t["closed_seconds"] - t["rural_seconds"], t["closed"] - t["rural_closed"]) / DAY


def _older_gap(c: Counts) -> float:
    """Share of needs done without from 60 on, minus that of the younger."""
    t = c.tally
    older = over(t["older_without"], t["older_needs"])
    return older - over(t["without"] - t["older_without"], t["needs"] - t["older_needs"])


def _spread(c: Counts, x: F64) -> float:
    """Residents' standard deviation of a value by place."""
    if not c.residents:
        return nan
    mean = c.mean(x)
    return float(np.sqrt(max(0.0, c.mean((x - mean) ** 2))))


def _gini_raised(c: Counts) -> float:
    """0 where nobody raises any."""
    return gini_of(c.state["raised"], c.people, c.people) if c.money["fund_raised"] else 0.0


EQUITY = (
    Outcome(
        name="gini_unmet", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of the unmet share",
        measure=lambda c: gini_of(c.place["unmet"], c.place["needs"], c.people),
    ),
    Outcome(
        name="gini_days", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of mean days to solved",
        measure=lambda c: gini_of(c.place["closed_seconds"], c.place["closed"], c.people),
    ),
    Outcome(
        name="gini_helped", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of the share of needs that neighbours and partners met",
        measure=lambda c: gini_of(c.place["helped"], c.place["needs"], c.people),
    ),
    Outcome(
        name="gini_funds", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of money granted and raised a resident",
        measure=lambda c: gini_of(c.state["funds"], c.people, c.people),
    ),
    Outcome(
        name="gini_raised", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of money that they raise themselves a resident",
        measure=_gini_raised,
    ),
    Outcome(
        name="fit_gap", unit="share", better="lower", theme="equity",
        meaning="standard deviation between communities of the chance that one visit is not enough, at the end",
        measure=lambda c: _spread(c, c.state["again"]),
    ),
    Outcome(
        name="rural_gap_days", unit="days", better="lower", theme="equity",
        meaning="mean days to solved, rural minus urban",
        measure=lambda c: _rural_days(c) - _urban_days(c),
    ),
    Outcome(
        name="rural_days", unit="days", better="lower", theme="equity", meaning="mean days to solved of rural cases",
        measure=_rural_days,
    ),
    Outcome(
        name="urban_days", unit="days", better="lower", theme="equity", meaning="mean days to solved of urban cases",
        measure=_urban_days,
    ),
    Outcome(
        name="older_gap_unmet", unit="share", better="lower", theme="equity",
        meaning="share of needs done without, from 60 on minus the younger",
        measure=_older_gap,
    ),
    Outcome(
        name="unit_spread", unit="log", better="lower", theme="equity",
        meaning="standard deviation between communities of the productivity of their staff, at the end",
        measure=lambda c: _spread(c, np.asarray(logs(c.state["productivity"]))),
    ),
)  # fmt: skip
