"""Events: what a case log holds of a case, one record each. Most runs keep none."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt


class Activity(IntEnum):
    """What happens to a case."""

    FILED = 0
    QUEUED = 1  # it reaches a station, or comes again
    SERVED = 2  # a station works on it, until it is done or pauses
    LEFT_QUEUE = 3  # its resident leaves unserved, to come again
    RETURNED = 4  # a station has refused it, and it waits to be assigned again
    OUTSIDE = 5  # time outside, or a statutory term, passes
    REOPENED = 6  # a call-back has found it unsolved
    CLOSED = 7
    LEFT = 8  # its resident has left unserved for good


EVENT = np.dtype(
    [
        ("start", np.int64),  # seconds since the first day's midnight
        ("end", np.int64),
        ("compound", np.int32),  # in the city; with inside, day, number and flags the identity of the case
        ("inside", np.int32),  # which resident of the compound; -1 a hazard
        ("station", np.int32),  # among those of its stage and district under the map in force; -1 none
        ("day", np.int16),  # of the need
        ("number", np.uint8),
        ("item", np.uint8),
        ("channel", np.uint8),
        ("age", np.uint8),
        ("flags", np.uint8),
        ("activity", np.uint8),
        ("stage", np.uint8),
        ("pauses", np.uint8),  # service that goes on at the next opening
        ("solved", np.uint8),  # of a case that is closed
    ]
)  # without gaps: what is between fields would differ from run to run
Events = npt.NDArray[np.void]  # EVENT[n]; of one case in the order of what happened
MOST_AT_ONCE = 12  # events that one need or one step of a case can bring
