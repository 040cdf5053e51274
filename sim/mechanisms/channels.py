"""Which channel a resident takes: a multinomial logit decided by keyed draws.

The utility of channel k is b_k(class) + b_dist walk + b_wait expected wait + b_friendly friendliness + b_digital
online + b_trust trust (D. McFadden, 1974). With Gumbel noise G the choice is argmax(U + G); since -G is the logarithm
of a unit exponential E, that is argmin(E / exp(U)), a race of exponentials whose weights multiply. Draws are keyed by
the need, so that a reform moves only residents whose best channel it changes.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exps, log32
from sim.kernels.compiled import kernel, part
from sim.rules import Rules
from sim.services import CHANNELS
from sim.world.city import F64
from sim.world.layout import Layout

ONLINE = CHANNELS.index("online")
WITHOUT = CHANNELS.index("do_without")
MOST_WAIT = 240.0  # minutes; longer waits weigh no more
RUNNERS = 8  # halves of a block: one a channel, and one to spare
HALF, STEP = np.float32(0.5), np.float32(2.0**-16)


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


@kernel
def races(words):  # type: ignore[no-untyped-def]
    """Unit exponentials of the channels, float32[n, 8], from draws uint32[4, n]: one a half of a word.

    Sixteen bits are enough to decide a race: two runners tie once in about 10^5.
    """
    times = np.empty((words.shape[1], RUNNERS), np.float32)
    for i in range(words.shape[1]):
        for k in range(4):
            times[i, 2 * k] = words[k, i] >> np.uint32(16)
            times[i, 2 * k + 1] = words[k, i] & np.uint32(0xFFFF)
    flat = times.reshape(times.size)
    for i in range(flat.size):
        flat[i] = -log32((flat[i] + HALF) * STEP)
    return times


@part
def choose(weight, affinity, digital, trust, time):  # type: ignore[no-untyped-def]
    """The channel whose exponential ends first; `time` holds one unit exponential a channel."""
    best = WITHOUT
    soonest, heaviest = time[WITHOUT] * trust, affinity[WITHOUT] * weight[WITHOUT]
    for k in range(WITHOUT):
        w = affinity[k] * weight[k] * (digital if k == ONLINE else 1.0)
        ends = np.float64(time[k])
        sooner = ends * heaviest < soonest * w
        best = k if sooner else best  # choices, not branches, which no processor could foresee
        soonest = ends if sooner else soonest
        heaviest = w if sooner else heaviest
    return best
