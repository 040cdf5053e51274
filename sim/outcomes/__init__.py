"""Outcomes: what an option is judged by; each has a unit and a better direction."""

from __future__ import annotations

from sim.outcomes.access import ACCESS
from sim.outcomes.base import Counts, Outcome
from sim.outcomes.equity import EQUITY
from sim.outcomes.experience import EXPERIENCE
from sim.outcomes.money import MONEY
from sim.outcomes.participation import PARTICIPATION
from sim.outcomes.practising import PRACTISING
from sim.outcomes.response import RESPONSE
from sim.outcomes.workforce import WORKFORCE

__all__ = ["OUTCOMES", "Counts", "Outcome", "measure"]

OUTCOMES: dict[str, Outcome] = {
    o.name: o for o in (*RESPONSE, *PARTICIPATION, *ACCESS, *MONEY, *EQUITY, *WORKFORCE, *EXPERIENCE, *PRACTISING)
}


def measure(counts: Counts) -> dict[str, float]:
    """Every outcome of OUTCOMES, in its order; nan where nothing happened that it could measure."""
    return {name: float(outcome.measure(counts)) for name, outcome in OUTCOMES.items()}
