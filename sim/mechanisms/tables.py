"""What the kernels of a day are given: the ground they stand on, the ledger they write, and the records of both.

Two named tuples of arrays, so that a kernel takes a handful of arguments and names what it reads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.services import CHANNELS
from sim.world.cases import N_STAGES
from sim.world.city import F64, I32, I64, U8, U32

Table = npt.NDArray[np.void]
TRUST_SCALE = 10_000  # int16 units of a trust of 1

DIALS = np.dtype(
    [
        ("minutes", np.float64, (N_STAGES,)),  # mean seconds of work by stage
        ("sigma", np.float64, (N_STAGES,)),
        ("open", np.int64, (N_STAGES,)),  # second of the day
        ("close", np.int64, (N_STAGES,)),
        ("order_minutes", np.float64),  # seconds of a district order at the community
        ("coordination", np.float64),  # seconds added to a step done in parallel
        ("misroute", np.uint64),  # thresholds on uint32 draws
        ("order_share", np.uint64),
        ("district_share", np.uint64),
        ("forward_share", np.uint64),
        ("assisted_share", np.uint64),
        ("duplicate_share", np.uint64),
        ("false_order", np.uint64),
        ("false_counter", np.uint64),
        ("callback", np.uint64),
        ("return_share", np.uint64),
        ("false_home", np.uint64),
        ("deflection", np.uint64),  # a client is turned away at first contact
        ("skipped", np.uint64),  # misroutes that the level above puts right at once
        ("parallel", np.uint64),  # cases of several departments worked on by all at once
        ("priority", np.uint64),  # cases of several departments that go first
        ("integrated", np.int64),
        ("dispatch", np.int64),  # seconds
        ("return_time", np.int64),  # seconds of working days
        ("deadline", np.int64),  # seconds of working days
        ("escalate", np.int64),  # seconds
        ("statutory", np.float64),  # median seconds of working days
        ("statutory_sigma", np.float64),
        ("patience", np.float64),  # median seconds at a counter
        ("hotline_patience", np.float64),
        ("digital", np.float64),  # exp of the online term of a resident who is online
        ("offline", np.float64),  # the same for one who is not, helped to it
        ("trust_term", np.float64),  # logit per unit of trust, official channels
        ("timely", np.int64),  # trust units
        ("late", np.int64),
        ("refused", np.int64),
        ("handoff", np.int64),
        ("detection", np.float64),  # per patrol hour and 100 households
        ("patrol_share", np.float64),
        ("hazard", np.float64),  # a resident and day
        ("report_days", np.float64),
        ("saturday", np.int64),
    ],
    align=True,
)

ITEM = np.dtype(
    [
        ("affinity", np.float64, (len(CHANNELS),)),  # exp of the channel's constant; 0 where it cannot take the item
        ("work", np.float64),  # relative
        ("department", np.uint64),  # thresholds
        ("statutory", np.uint64),
        ("urgent", np.uint64),
        ("help", np.uint64),  # neighbours could meet it
        ("departments", np.uint8, (3,)),
        ("n_departments", np.uint8),
        ("lead", np.uint8),  # department of the city that an order goes to
        ("kind", np.uint8),
        ("group", np.uint8),  # of demand: the class, or disputes
        ("home", np.uint8),
    ],
    align=True,
)


class Ground(NamedTuple):
    """Read by a day of one district; the same from one change of its rules to the next."""

    compounds: Table  # COMPOUND[C + 1]
    stations: Table  # STATION[S]
    first_station: I64  # [stages + 1]
    traits: U8  # [N]
    items: Table  # ITEM[items]
    dials: Table  # DIALS[1]
    clocks: F64  # [stages, 257] quantiles of the second of a visit
    calendar: I64  # [3, days] working days, days on which centres open, weekday
    worked: I64  # [days + 1] working days before each day
    decay: I64  # [days + 1] what is left of a change of trust
    key: U32  # [2] of the study


class Ledger(NamedTuple):
    """Written by a day of one district."""

    pool: Table  # CASE[slots]
    chain: I32  # [slots]
    queues: I32  # [stages, slots]
    marks: I32  # [marks]
    judged: Table  # JUDGEMENT[slots] of the day
    trust: npt.NDArray[np.int16]  # [N]
    seen: npt.NDArray[np.int16]  # [N]
    waits: I64  # [places, channels, 2] seconds waited and cases, of the week
    row: I64  # [tallies] of the day
    place: I64  # [places, columns] of the month
    spread: npt.NDArray[np.int32]  # [cells, bins] since the warm-up
