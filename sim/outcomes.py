"""Outcomes: what an option is judged by; each has a unit and a better direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A number that a run yields: unit, which way is better, and what it means."""

    name: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    theme: Literal["response", "participation", "access", "money", "equity", "workforce"]
    meaning: str


OUTCOMES: dict[str, Outcome] = {
    o.name: o
    for o in (
        Outcome(name="days_to_solved", unit="days", better="lower", theme="response", meaning="mean calendar days from need to closing of filed cases"),
        Outcome(name="days_to_solved_median", unit="days", better="lower", theme="response", meaning="median of the same"),
        Outcome(name="days_to_solved_p90", unit="days", better="lower", theme="response", meaning="90th percentile of the same"),
        Outcome(name="order_days", unit="working days", better="lower", theme="response", meaning="mean working days until a dispatched order is closed"),
        Outcome(name="within_deadline", unit="share", better="higher", theme="response", meaning="orders closed within the deadline"),
        Outcome(name="counter_wait", unit="minutes", better="lower", theme="response", meaning="mean wait of clients at counters"),
        Outcome(name="first_owner_hours", unit="hours", better="lower", theme="response", meaning="mean time until somebody starts on a case"),
        Outcome(name="handoffs", unit="per case", better="lower", theme="response", meaning="changes of owner a case"),
        Outcome(name="detection_lag", unit="days", better="lower", theme="response", meaning="mean days a latent hazard stays unknown"),
        Outcome(name="reopened_share", unit="share", better="lower", theme="response", meaning="closings that were reopened"),
        Outcome(name="solved_share", unit="share", better="higher", theme="response", meaning="closings that solved the case"),
        Outcome(name="unmet_share", unit="share", better="lower", theme="response", meaning="needs done without, abandoned or never returned"),
        Outcome(name="active_share", unit="share a month", better="higher", theme="participation", meaning="residents active in at least one line"),
        Outcome(name="volunteer_hours", unit="hours per resident-year", better="higher", theme="participation", meaning="hours that active volunteers give"),
        Outcome(name="quorum_share", unit="share", better="higher", theme="participation", meaning="council meetings that reached their quorum"),
        Outcome(name="trust", unit="0 to 1", better="higher", theme="participation", meaning="mean trust of residents at the end"),
        Outcome(name="walk_minutes", unit="minutes", better="lower", theme="access", meaning="mean walk to the nearest office of one's community"),
        Outcome(name="walk_minutes_p90", unit="minutes", better="lower", theme="access", meaning="90th percentile of the same"),
        Outcome(name="within_15_minutes", unit="share", better="higher", theme="access", meaning="residents within 15 walking minutes of an office of their community"),
        Outcome(name="cost_per_resident", unit="yuan a year", better="lower", theme="money", meaning="wages, overhead, centres, fund and one-off cost"),
        Outcome(name="cost_per_case", unit="yuan", better="lower", theme="money", meaning="the same over closed cases"),
        Outcome(name="fund_per_resident", unit="yuan a year", better="higher", theme="money", meaning="community fund granted"),
        Outcome(name="gini_unmet", unit="0 to 1", better="lower", theme="equity", meaning="Gini over communities of the unmet share"),
        Outcome(name="gini_days", unit="0 to 1", better="lower", theme="equity", meaning="Gini over communities of mean days to solved"),
        Outcome(name="rural_gap_days", unit="days", better="lower", theme="equity", meaning="mean days to solved, rural minus urban"),
        Outcome(name="team_utilisation", unit="share", better="neither", theme="workforce", meaning="busy share of community teams' service time"),
        Outcome(name="grid_utilisation", unit="share", better="neither", theme="workforce", meaning="busy share of grid workers' case time"),
    )
}  # fmt: skip
