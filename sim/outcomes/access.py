"""How far residents walk."""

from __future__ import annotations

from math import fsum

import numpy as np

from sim.outcomes.base import Counts, Outcome, over, weighted_quantile


def _within(c: Counts, level: int, minutes: float) -> float:
    near = c.walk[:, level] <= minutes  # false where there is none
    return over(int(c.compound_people[near].sum()), c.residents)


ACCESS = (
    Outcome(
        name="walk_minutes", unit="minutes", better="lower", theme="access",
        meaning="mean walk to the nearest office of one's community",
        measure=lambda c: over(fsum(c.walk[:, 1] * c.compound_people), c.residents),
    ),
    Outcome(
        name="walk_minutes_p90", unit="minutes", better="lower", theme="access", meaning="90th percentile of the same",
        measure=lambda c: weighted_quantile(c.walk[:, 1], c.compound_people, 0.9),
    ),
    Outcome(
        name="within_15_minutes", unit="share", better="higher", theme="access",
        meaning="residents within 15 walking minutes of an office of their community",
        measure=lambda c: _within(c, 1, 15.0),
    ),
    Outcome(
        name="circle_compound", unit="share", better="higher", theme="access",
        meaning="residents whose compound station is inside the 5-minute life circle",
        measure=lambda c: _within(c, 0, c.rules.life_circles.compound_minutes),
    ),
    Outcome(
        name="circle_community", unit="share", better="higher", theme="access",
        meaning="residents whose community office is inside the 10-minute life circle",
        measure=lambda c: _within(c, 1, c.rules.life_circles.community_minutes),
    ),
    Outcome(
        name="circle_town", unit="share", better="higher", theme="access",
        meaning="residents whose town complex is inside the 15-minute life circle",
        measure=lambda c: _within(c, 2, c.rules.life_circles.town_minutes),
    ),
    Outcome(
        name="town_walk_minutes", unit="minutes", better="lower", theme="access",
        meaning="mean walk to the nearest hall of one's town",
        measure=lambda c: over(fsum(c.walk[:, 2] * c.compound_people), c.residents),
    ),
    Outcome(
        name="facility_minutes", unit="minutes", better="lower", theme="access",
        meaning="mean walk to the nearest facility for care, health, learning or sport",
        measure=lambda c: over(fsum(c.facility * c.compound_people), c.residents),
    ),
    Outcome(
        name="facility_minutes_p90", unit="minutes", better="lower", theme="access",
        meaning="90th percentile of the same",
        measure=lambda c: weighted_quantile(np.asarray(c.facility), c.compound_people, 0.9),
    ),
)  # fmt: skip
