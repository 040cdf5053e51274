"""What waits a neighbourhood expects: its own experience, and slowly the truth.

Every week the expectation moves a fifth of the way to what the neighbourhood experienced, and a twentieth of the way
to what its station's clients waited on average, so that a bad name can be lost again (refinement A3).
"""

from __future__ import annotations

import numpy as np

from sim.world.city import F64, I64

OWN, OTHERS = 0.2, 0.05
FIRST = np.array([10.0, 10.0, 15.0, 60.0, 1.0, 0.0, 0.0])  # minutes expected on the first day, by channel


def first_expectations(places: int) -> F64:
    """[places, channels] minutes."""
    return np.tile(FIRST, (places, 1))


def update(expected: F64, waits: I64) -> None:
    """A week passes: move `expected` [places, channels] minutes in place and clear `waits`.

    Args:
        waits: [places, channels, 2] seconds waited and clients of the week. Its own district stands in for a
            neighbourhood's station where nobody went.
    """
    seconds, clients = waits[:, :, 0], waits[:, :, 1]
    mean = seconds.sum(axis=0) / np.maximum(1, clients.sum(axis=0)) / 60.0
    own = seconds / np.maximum(1, clients) / 60.0
    expected += OWN * np.where(clients > 0, own - expected, 0.0)
    expected += OTHERS * np.where(clients.sum(axis=0) > 0, mean - expected, 0.0)
    waits[:] = 0
