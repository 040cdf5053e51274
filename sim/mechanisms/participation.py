"""What all residents of a compound share when they decide whether to take part; `mobilising` asks each of them.

P(active) = logistic(a_line + age + propensity + b_trust trust + b_social share of the compound active last month
+ b_size log(community people / reference) + b_fund running projects + what leaders, doses and other practices add).
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import log
from sim.practices.base import Effects
from sim.rules import Rules
from sim.world.city import F64, I32, I64
from sim.world.layout import Layout

REFERENCE = 4_796.0  # residents of a community before the merge


def compound_terms(layout: Layout, rules: Rules, active: I32, projects: I64, effects: Effects) -> F64:
    """[C] what all residents of a compound share, on the logit scale.

    Args:
        active: [C] residents active last month.
        projects: [P] projects running for each place's community.
    """
    p = rules.participation
    table = layout.compounds
    people = np.maximum(1, np.diff(table["first"]))
    crowd = np.maximum(1, layout.community_people)
    by_community = p.level + p.size * np.array([log(x) for x in crowd / REFERENCE])
    by_community += p.fund * np.minimum(2.0, projects[layout.seat] * 1000.0 / crowd)
    by_place = effects.engage + p.trust * effects.trust
    terms: F64 = by_community[layout.community_of] + by_place[table["place"][:-1]]
    return np.asarray(terms + (p.social + effects.social) * (active / people))
