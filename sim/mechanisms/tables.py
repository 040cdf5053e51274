"""What the kernels of a day are given: the ground they stand on, and the ledger they write.

Two named tuples of arrays, so that a kernel takes a handful of arguments and names what it reads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.world.city import F64, I32, I64, U8, U32

Table = npt.NDArray[np.void]


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
