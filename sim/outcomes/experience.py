"""Three indices of what residents feel: gain, happiness, security, 0 to 1, with stated weights (M45).

gain = weighted mean of the share of needs met in time and of those met at all; happiness of trust, taking part and
belonging; security of the share of hazards known in time and of a life without disputes. Where a practice writes into
a component directly (trust), the index without it stands beside.
"""

from __future__ import annotations

import numpy as np

from sim.outcomes.base import F64, Counts, Outcome, gini_of, over

FEW_DISPUTES = 200.0  # disputes per 1,000 residents a year at which that part of security falls to 0


def gain(c: Counts) -> F64:
    """[P]"""
    w = c.rules.indices
    needs = np.maximum(1, c.place["needs"])
    timely = c.place["timely"] / needs
    met = 1.0 - np.minimum(1.0, c.place["unmet"] / needs)
    found: F64 = w.gain_in_time * timely + (1.0 - w.gain_in_time) * met
    return found


def happiness(c: Counts, *, practices: bool = True) -> float:
    """Of the city. `practices`: with what they add to trust."""
    w = c.rules.indices
    trust = c.trust + (c.mean(c.state["trust"]) if practices else 0.0)
    return w.happy_trust * trust + (1.0 - w.happy_trust) * min(1.0, c.active / w.happy_active)


def security(c: Counts) -> float:
    """Of the city."""
    w = c.rules.indices
    unknown = c.place["latent"].sum() / c.counted_days / c.residents * 100.0  # hazards open per 100 residents
    known = max(0.0, 1.0 - unknown / c.rules.grid.hazards_per_100)
    quiet = c.tally["disputes"] * 1000.0 * 365.0 / c.counted_days / c.residents
    return float(w.safe_hazards * known + (1.0 - w.safe_hazards) * max(0.0, 1.0 - quiet / FEW_DISPUTES))


EXPERIENCE = (
    Outcome(
        name="gain", unit="0 to 1", better="higher", theme="experience",
        meaning="sense of gain: needs met in time, and met at all",
        measure=lambda c: over(float((gain(c) * c.place["needs"]).sum()), int(c.place["needs"].sum())),
    ),
    Outcome(
        name="happiness", unit="0 to 1", better="higher", theme="experience",
        meaning="sense of happiness: trust and taking part",
        measure=happiness,
    ),
    Outcome(
        name="happiness_earned", unit="0 to 1", better="higher", theme="experience",
        meaning="the same without what practices add to trust by themselves",
        measure=lambda c: happiness(c, practices=False),
    ),
    Outcome(
        name="security", unit="0 to 1", better="higher", theme="experience",
        meaning="sense of security: few unknown hazards, few disputes",
        measure=security,
    ),
    Outcome(
        name="gini_gain", unit="0 to 1", better="lower", theme="equity",
        meaning="Gini over communities of the sense of gain",
        measure=lambda c: gini_of(gain(c) * c.people, c.people, c.people),
    ),
)  # fmt: skip
