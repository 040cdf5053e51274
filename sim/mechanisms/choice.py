"""The race of channels: a resident's draws decide a multinomial logit.

With Gumbel noise G the choice is argmax(U + G); since -G is the logarithm of a unit exponential E, that is
argmin(E / exp(U)), a race of exponentials whose weights multiply.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import log32
from sim.kernels.compiled import kernel, part
from sim.services import CHANNELS

ONLINE = CHANNELS.index("online")
WITHOUT = CHANNELS.index("do_without")
RUNNERS = 8  # halves of a block: one a channel, and one to spare
HALF, STEP = np.float32(0.5), np.float32(2.0**-16)


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
