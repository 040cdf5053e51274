"""Which channel a resident takes: a multinomial logit decided by keyed draws.

The utility of channel k is b_k(class) + b_dist walk + b_wait expected wait + b_friendly friendliness + b_digital
online + b_trust trust (D. McFadden, 1974). With Gumbel noise G the choice is argmax(U + G); since -G is the logarithm
of a unit exponential E, that is argmin(E / exp(U)), a race of exponentials whose weights multiply. Draws are keyed by
the need, so that a reform moves only residents whose best channel it changes.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arithmetic import exps, log
from sim.kernels.hashing import unit32
from sim.rules import Rules
from sim.services import CHANNELS
from sim.world.city import F64
from sim.world.layout import Layout

ONLINE = CHANNELS.index("online")
WITHOUT = CHANNELS.index("do_without")
MOST_WAIT = 240.0  # minutes; longer waits weigh no more


def weigh(layout: Layout, rules: Rules, expected: F64) -> None:
    """Write exp(utility) of each channel into the compounds' records, resident and item apart.

    Args:
        layout: whose compounds are written.
        rules: in force in the district.
        expected: [places, channels] minutes of wait that each neighbourhood expects.
    """
    table = layout.compounds[:-1]
    choice = rules.choice
    friendly = np.zeros(len(CHANNELS))
    friendly[1:3] = rules.carriers.friendliness * choice.friendly
    wait = np.minimum(expected, MOST_WAIT)[table["place"]]
    utility = choice.distance * layout.walk + choice.wait * wait + friendly
    weight = exps(utility.ravel()).reshape(utility.shape)
    weight[table["station"] < 0, 0] = 0.0
    table["weight"] = weight


@njit(cache=True, nogil=True, forceinline=True)
def choose(weight, affinity, digital, trust, draw):  # type: ignore[no-untyped-def]
    """The channel whose exponential ends first; `draw` holds one uint32 a channel."""
    best = WITHOUT
    soonest = -log(unit32(draw[WITHOUT])) / (affinity[WITHOUT] * weight[WITHOUT]) * trust
    for k in range(WITHOUT):
        w = affinity[k] * weight[k]
        if w > 0.0:
            if k == ONLINE:
                w *= digital
            time = -log(unit32(draw[k])) / w
            if time < soonest:
                soonest = time
                best = k
    return best
