"""Which channel a resident takes: a multinomial logit decided by keyed draws.

The utility of channel k is b_k(class) + b_dist walk + b_wait expected wait + b_friendly friendliness + b_digital
online + b_trust trust (D. McFadden, 1974). Draws are keyed by the need, so that a reform moves only residents whose
best channel it changes; `choice` runs the race that they decide.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exps
from sim.rules import Rules
from sim.services import CHANNELS
from sim.world.city import F64
from sim.world.layout import Layout

WITHOUT = CHANNELS.index("do_without")
MOST_WAIT = 240.0  # minutes; longer waits weigh no more


def weigh(layout: Layout, rules: Rules, expected: F64, trust: F64) -> None:
    """Write exp(utility) of each channel into the compounds' records, resident and item apart.

    Args:
        layout: whose compounds are written.
        rules: in force in the district.
        expected: [places, channels] minutes of wait that each neighbourhood expects.
        trust: [places] that practices add to everybody's, which draws to every channel but doing without.
    """
    table = layout.compounds[:-1]
    choice = rules.choice
    friendly = np.zeros(len(CHANNELS))
    friendly[1:3] = rules.renovation.renovated_share * rules.renovation.friendliness * choice.friendly
    wait = np.minimum(expected, MOST_WAIT)[table["place"]]
    utility = choice.distance * layout.walk + choice.wait * wait + friendly
    utility[:, :WITHOUT] += (choice.trust * trust)[table["place"]][:, None]
    weight = exps(utility.ravel()).reshape(utility.shape)
    weight[table["station"] < 0, 0] = 0.0
    table["weight"] = weight
