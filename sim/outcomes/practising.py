"""How far practices have come: adoption, the dose that arrives, the stage of compounds."""

from __future__ import annotations

import numpy as np

from sim.outcomes.base import Counts, Outcome, over


def _gap(c: Counts) -> float:
    """Mean level at demonstration sites minus elsewhere, by residents; 0 without sites."""
    site, level = c.state["site"] > 0.0, c.state["adoption"] * c.people
    if not site.any() or site.all():
        return 0.0
    inside, outside = (over(float(np.cumsum(level[s])[-1]), float(c.people[s].sum())) for s in (site, ~site))
    return inside - outside


def _spread(c: Counts) -> float:
    """Residents' standard deviation of the dose by place."""
    dose = c.state["dose"]
    return float(np.sqrt(max(0.0, c.mean((dose - c.mean(dose)) ** 2))))


PRACTISING = (
    Outcome(
        name="adoption", unit="0 to 1", better="higher", theme="workforce",
        meaning="mean level of the demonstrated practice, at the end",
        measure=lambda c: c.mean(c.state["adoption"]),
    ),
    Outcome(
        name="adoption_gap", unit="0 to 1", better="neither", theme="equity",
        meaning="level of the demonstrated practice at its sites minus elsewhere, at the end",
        measure=_gap,
    ),
    Outcome(
        name="dose", unit="share", better="higher", theme="participation",
        meaning="share of a policy's dose that arrives at communities, at the end",
        measure=lambda c: c.mean(c.state["dose"]),
    ),
    Outcome(
        name="dose_spread", unit="share", better="lower", theme="equity",
        meaning="standard deviation between communities of the dose that arrives, at the end",
        measure=_spread,
    ),
    Outcome(
        name="stage", unit="0 to 5", better="higher", theme="participation",
        meaning="mean stage of compounds in the five-step method, at the end",
        measure=lambda c: c.mean(c.state["stage"]),
    ),
)  # fmt: skip
