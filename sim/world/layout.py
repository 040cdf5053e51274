"""The layout of a district under one map and one set of rules: which station serves which compound, and how.

Two tables of records, so that a case that looks up its compound or its station touches one cache line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.services import CHANNELS
from sim.world.cases import Stage

COMPOUND = np.dtype(
    [
        ("weight", np.float64, (len(CHANNELS),)),  # exp(utility) of each channel, resident and item apart; 0 absent
        ("first", np.int64),  # first resident in the district
        ("id", np.uint32),
        ("place", np.int32),  # base community in the district
        ("community", np.int32),
        ("station", np.int32),  # compound station, -1 none
        ("counter", np.int32),
        ("team", np.int32),
        ("town_counter", np.int32),
        ("town_team", np.int32),
        ("grid_first", np.int32),  # stations of the community's grid workers
        ("grid_count", np.int32),
        ("offset", np.int32),  # residents of the community in earlier compounds
        ("crowd", np.int32),  # residents of the community
        ("cell", np.int32),  # row of the need rates: kind and urban
        ("urban", np.uint8),
        ("demand", np.uint32, (4,)),  # share of needs that arise, by class and of disputes, in 2^-31
        ("again", np.uint32, (3,)),  # threshold: one visit to a counter is not enough, by class
    ],
    align=True,
)

POOLED = -2  # unit of a team that a town's communities share: this minus the town
STATION = np.dtype(
    [
        ("pace", np.float64),  # seconds at the station a second of work: servers over full-time equivalents
        ("households", np.float64),  # of a grid worker's patch, in hundreds
        ("travel", np.float64),  # seconds a case
        ("eyes", np.float64),  # patrol hours a working day and hundred households that neighbours add
        ("busy", np.int64),  # seconds worked on the last working day
        ("servers", np.int32),
        ("stage", np.int32),
        ("weekdays", np.int32),  # bits, Monday first, on which it opens; working days only, unless `daily`
        ("place", np.int32),
        ("unit", np.int32),  # community or town of the district that runs it, -1 none
    ],
    align=True,
)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One district: its tables, and the first station of each stage (stations of a stage are a run)."""

    compounds: npt.NDArray[np.void]  # COMPOUND[C], one more at the end holding the number of residents in `first`
    stations: npt.NDArray[np.void]  # STATION[S]
    first_station: npt.NDArray[np.int64]  # [stages + 1], by Stage
    walk: npt.NDArray[np.float64]  # [C, channels] minutes to the station of each channel, 0 for the others
    community_of: npt.NDArray[np.int32]  # [C] community in the district
    community_people: npt.NDArray[np.int64]  # [M]
    community_of_place: npt.NDArray[np.int64]  # [P] that of its first compound, which speaks for a place split up
    community_code: npt.NDArray[np.int64]  # [M]
    urban: npt.NDArray[np.uint8]  # [M] 1 for an urban committee, 0 for a village
    parts: npt.NDArray[np.int64]  # [M] how many communities of the map before make it up
    seat: npt.NDArray[np.int32]  # [M] its most populous place; holds its account, with others split off that place
    town_of: npt.NDArray[np.int32]  # [M] town in the district
    towns: int
    offices: int  # community centres and kept branches
    halls: int  # town complexes and kept branches
    counter_at: npt.NDArray[np.float64]  # [offices + halls, 2] x and y in metres, in the order of their stations
    pace: npt.NDArray[np.float64]  # [S] of the stations before practices act on them
    workers: dict[str, float]  # paid posts by kind of staff


def stations_of(layout: Layout, stage: Stage) -> slice:
    """The stations of one stage."""
    return slice(int(layout.first_station[stage]), int(layout.first_station[stage + 1]))
