"""Outcomes: what an option is judged by; each has a unit and a better direction."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, nan
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.kernels.inequality import gini
from sim.kernels.sketch import quantile

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
DAY = 86_400.0


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
        Outcome(
            name="days_to_solved",
            unit="days",
            better="lower",
            theme="response",
            meaning="mean calendar days from need to closing of filed cases",
        ),
        Outcome(
            name="days_to_solved_median", unit="days", better="lower", theme="response", meaning="median of the same"
        ),
        Outcome(
            name="days_to_solved_p90",
            unit="days",
            better="lower",
            theme="response",
            meaning="90th percentile of the same",
        ),
        Outcome(
            name="order_days",
            unit="working days",
            better="lower",
            theme="response",
            meaning="mean working days until a dispatched order is closed",
        ),
        Outcome(
            name="within_deadline",
            unit="share",
            better="higher",
            theme="response",
            meaning="orders closed within the deadline",
        ),
        Outcome(
            name="counter_wait",
            unit="minutes",
            better="lower",
            theme="response",
            meaning="mean wait of clients at counters",
        ),
        Outcome(
            name="first_owner_hours",
            unit="hours",
            better="lower",
            theme="response",
            meaning="mean time until somebody starts on a case",
        ),
        Outcome(name="handoffs", unit="per case", better="lower", theme="response", meaning="changes of owner a case"),
        Outcome(
            name="detection_lag",
            unit="days",
            better="lower",
            theme="response",
            meaning="mean days a latent hazard stays unknown",
        ),
        Outcome(
            name="reopened_share", unit="share", better="lower", theme="response", meaning="closings that were reopened"
        ),
        Outcome(
            name="solved_share",
            unit="share",
            better="higher",
            theme="response",
            meaning="closings that solved the case",
        ),
        Outcome(
            name="unmet_share",
            unit="share",
            better="lower",
            theme="response",
            meaning="needs done without, abandoned or never returned",
        ),
        Outcome(
            name="active_share",
            unit="share a month",
            better="higher",
            theme="participation",
            meaning="residents active in at least one line",
        ),
        Outcome(
            name="volunteer_hours",
            unit="hours per resident-year",
            better="higher",
            theme="participation",
            meaning="hours that active volunteers give",
        ),
        Outcome(
            name="quorum_share",
            unit="share",
            better="higher",
            theme="participation",
            meaning="council meetings that reached their quorum",
        ),
        Outcome(
            name="trust",
            unit="0 to 1",
            better="higher",
            theme="participation",
            meaning="mean trust of residents at the end",
        ),
        Outcome(
            name="walk_minutes",
            unit="minutes",
            better="lower",
            theme="access",
            meaning="mean walk to the nearest office of one's community",
        ),
        Outcome(
            name="walk_minutes_p90",
            unit="minutes",
            better="lower",
            theme="access",
            meaning="90th percentile of the same",
        ),
        Outcome(
            name="within_15_minutes",
            unit="share",
            better="higher",
            theme="access",
            meaning="residents within 15 walking minutes of an office of their community",
        ),
        Outcome(
            name="cost_per_resident",
            unit="yuan a year",
            better="lower",
            theme="money",
            meaning="wages, overhead, centres, fund and one-off cost",
        ),
        Outcome(name="cost_per_case", unit="yuan", better="lower", theme="money", meaning="the same over closed cases"),
        Outcome(
            name="fund_per_resident",
            unit="yuan a year",
            better="higher",
            theme="money",
            meaning="community fund granted",
        ),
        Outcome(
            name="gini_unmet",
            unit="0 to 1",
            better="lower",
            theme="equity",
            meaning="Gini over communities of the unmet share",
        ),
        Outcome(
            name="gini_days",
            unit="0 to 1",
            better="lower",
            theme="equity",
            meaning="Gini over communities of mean days to solved",
        ),
        Outcome(
            name="rural_gap_days",
            unit="days",
            better="lower",
            theme="equity",
            meaning="mean days to solved, rural minus urban",
        ),
        Outcome(
            name="team_utilisation",
            unit="share",
            better="neither",
            theme="workforce",
            meaning="busy share of community teams' service time",
        ),
        Outcome(
            name="grid_utilisation",
            unit="share",
            better="neither",
            theme="workforce",
            meaning="busy share of grid workers' case time",
        ),
    )
}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What the outcomes are measured from, summed over the days after the warm-up and over districts."""

    tally: dict[str, int]
    spread: I64  # [cells, bins]
    needs: I64  # [P] by place, like the next four
    unmet: I64
    closed: I64
    closed_seconds: I64
    people: I64
    active: float  # mean share of residents active in a month
    volunteer_hours: float  # a resident and year
    votes: tuple[int, int]
    trust: float
    walk: F64  # [C] minutes to the nearest office of one's community
    compound_people: I64  # [C]
    cents: int  # paid over the whole run
    fund_cents: int
    days: int  # of the whole run
    counted_days: int  # after the warm-up


def measure(c: Counts) -> dict[str, float]:
    """Every outcome of OUTCOMES, in its order; nan where nothing happened that it could measure."""
    t = c.tally
    residents = int(c.people.sum())
    pooled = c.spread.sum(axis=0)
    yearly = 365.0 / c.days / residents / 100.0
    values = {
        "days_to_solved": _over(t["closed_seconds"], t["closed"]) / DAY,
        "days_to_solved_median": quantile(pooled, 0.5) / DAY,
        "days_to_solved_p90": quantile(pooled, 0.9) / DAY,
        "order_days": _over(t["order_seconds"], t["orders_closed"]) / DAY,
        "within_deadline": _over(t["orders_in_time"], t["orders_closed"]),
        "counter_wait": _over(t["counter_wait"], t["counter_served"]) / 60.0,
        "first_owner_hours": _over(t["owned_seconds"], t["owned"]) / 3600.0,
        "handoffs": _over(t["handoffs"], t["closed"]),
        "detection_lag": _over(t["detection_days"], t["detected"] + t["reported"]),
        "reopened_share": _over(t["reopened"], t["closed"] + t["reopened"]),
        "solved_share": _over(t["solved"], t["closed"]),
        "unmet_share": _over(t["without"] + t["left"], t["needs"]),
        "active_share": c.active,
        "volunteer_hours": c.volunteer_hours,
        "quorum_share": _over(c.votes[1], c.votes[0]),
        "trust": c.trust,
        "walk_minutes": _over(fsum(c.walk * c.compound_people), residents),
        "walk_minutes_p90": _weighted_quantile(c.walk, c.compound_people, 0.9),
        "within_15_minutes": _over(int(c.compound_people[c.walk <= 15.0].sum()), residents),
        "cost_per_resident": c.cents * yearly,
        "cost_per_case": _over(c.cents / 100.0 / c.days * c.counted_days, t["closed"]),
        "fund_per_resident": c.fund_cents * yearly,
        "gini_unmet": _gini(c.unmet, c.needs, c.people),
        "gini_days": _gini(c.closed_seconds, c.closed, c.people),
        "rural_gap_days": _rural_gap(t),
        "team_utilisation": _over(t["busy_community_team"], t["shift_community_team"]),
        "grid_utilisation": _over(t["busy_grid_worker"], t["shift_grid_worker"]),
    }
    return {name: float(values[name]) for name in OUTCOMES}


def _over(part: float, whole: float) -> float:
    return part / whole if whole else nan


def _rural_gap(t: dict[str, int]) -> float:
    """Mean days to solved of rural cases minus urban ones."""
    rural = _over(t["rural_seconds"], t["rural_closed"])
    urban = _over(t["closed_seconds"] - t["rural_seconds"], t["closed"] - t["rural_closed"])
    return (rural - urban) / DAY


def _gini(part: I64, whole: I64, people: I64) -> float:
    """Gini over communities, by residents, of a ratio of counts; nan where it is 0 everywhere."""
    seen = whole > 0
    if seen.sum() < 2 or not (part[seen] * people[seen]).any():
        return nan
    return float(gini(part[seen] / whole[seen], people[seen]))


def _weighted_quantile(values: F64, weights: I64, p: float) -> float:
    """The least value that at least a share p of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, p * running[-1])])
