"""The only door to randomness: what a draw is for, and the key of a study.

A counter is (entity low, entity high, day, purpose << 16 | draw). The option and the scenario are never in the key:
that is what makes common random numbers common.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

import numpy as np
import numpy.typing as npt

RNG_LAYOUT = 1


class Purpose(IntEnum):
    """What a draw decides. Frozen: never re-used, never renumbered."""

    NEED = 1  # does a resident need something this day (lanes: four days)
    ITEM = 2  # which item, thinning, co-production, urgency, second of the day
    CHANNEL = 3  # Gumbel of each channel, help at the online desk
    VISIT = 5  # patience and work of the first step
    STEP = 6  # where a finished step leads, misroute, closing, work of the next step, external time
    HAZARD = 8  # latent hazards of a compound
    TRAITS = 9  # who a resident is (keyed by the city, not the study)
    PARTICIPATION = 10  # who takes part this month
    COUNCIL = 11  # what a council sees and decides
    PLACES = 12  # where compounds and towns lie (keyed by the city)
    DUPLICATE = 13  # a second report of the same case
    RETURN = 14  # does a client come back
    PRACTICE = 15  # what befalls a place or compound in a month: who leaves, who joins, where a site stands


def study_key(seed: int, replication: int = 0) -> npt.NDArray[np.uint32]:
    """The key of one replication of a study: uint32[2].

    First 8 bytes, little-endian, of SHA-256("reformsim", seed as u64, replication as u32).

    Raises:
        ValueError: seed outside [0, 2^64) or replication outside [0, 2^32).
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be in [0, 2^64), got {seed}")
    if not 0 <= replication < 2**32:
        raise ValueError(f"replication must be in [0, 2^32), got {replication}")
    text = b"reformsim" + seed.to_bytes(8, "little") + replication.to_bytes(4, "little")
    return np.frombuffer(hashlib.sha256(text).digest()[:8], dtype="<u4").astype(np.uint32)
