"""Cases: one record each, in a pool of slots a district, and where they wait.

At a stage with stations they queue: queues[stage, :marks[stage]] are their slots. Asleep until a day they are on a
list: marks[list] is its first slot, chain[slot] the next, NONE the end. Order in a queue or on a list carries no
meaning; whoever serves it sorts by arrival and identity.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

NONE = -1
VACANT = -2  # in the chain: a slot without a case
NOBODY = 0xFFFFFFFF  # resident of a case that began as a latent hazard
DAY = 86_400  # seconds


class Stage(IntEnum):
    """Where a case is, in the order in which a day works through them."""

    ONLINE = 0  # filed online, no server
    HOTLINE = 1
    DESK = 2  # online desk of the district: a clerk helps
    COMPOUND = 3  # compound station
    GRID = 4
    COUNTER = 5  # community centre
    TEAM = 6  # community team in the field
    TOWN_COUNTER = 7
    TOWN_TEAM = 8
    BRANCH = 9  # a department's branch in the district
    DEPARTMENT = 10  # a department of the city
    EXTERNAL = 11  # external and statutory time, no server
    RETURNED = 12  # sent back, waits to be assigned again
    JOIN = 13  # waits for departments that work in parallel
    CLOSED = 14
    LEFT = 15  # gone unserved for good


N_STAGES = 16
N_QUEUES = 11  # stages that have a queue
WHEEL = 128  # lists of sleepers by day of waking, modulo
EXTERNAL_SLEEP = N_STAGES  # marks[EXTERNAL_SLEEP + wake_day % WHEEL], the first slot of a list
RETURNED_SLEEP = EXTERNAL_SLEEP + WHEEL
CURSOR = RETURNED_SLEEP + WHEEL  # where to look for the next vacant slot
ROOM = CURSOR + 1  # how many slots are vacant
JUDGED = ROOM + 1  # how many judgements the day holds
N_MARKS = JUDGED + 1

URGENT, BEGUN, ORDER, DUPLICATE, HAZARD, OWNED, CHILD, REOPENED = (1 << i for i in range(8))

CASE = np.dtype(
    [
        ("resident", np.uint32),  # in the district; NOBODY for a hazard
        ("compound", np.int32),  # in the district
        ("created", np.int32),  # seconds since the first day's midnight
        ("ready", np.int32),  # when it reaches its stage
        ("work", np.int32),  # seconds of work still to do at its stage
        ("patience", np.int32),  # seconds, -1 endless; slot of the parent for a child; spot of a hazard
        ("day", np.int16),  # of its need: with resident and number its identity
        ("number", np.uint8),  # of the day's needs of this resident, or of the day's hazards of this compound
        ("item", np.uint8),
        ("stage", np.uint8),
        ("channel", np.uint8),
        ("flags", np.uint8),
        ("step", np.uint8),  # draws made so far
        ("target", np.uint8),  # department
        ("left", np.uint8),  # departments still to do, as bits over the item's list; the stage of an order
        ("handoffs", np.uint8),
        ("pending", np.uint8),  # children still at work; the stage to return to
        ("age", np.uint8),  # band of the resident
    ],
    align=True,
)

JUDGEMENT = np.dtype(
    [
        ("resident", np.uint32),
        ("change", np.int32),  # of trust
        ("cell", np.int16),  # row of the spread, -1 for a client who left
        ("bin", np.int16),  # of the days it took
    ],
    align=True,
)
