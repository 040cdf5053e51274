"""When and where a case is seen: opening days, the second of a visit, the station that serves a compound."""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import part
from sim.world.cases import DAY, NOBODY, Stage

COMPOUND, COUNTER, TOWN_COUNTER = int(Stage.COMPOUND), int(Stage.COUNTER), int(Stage.TOWN_COUNTER)
GRID, HOTLINE = int(Stage.GRID), int(Stage.HOTLINE)
TEAM, TOWN_TEAM = int(Stage.TEAM), int(Stage.TOWN_TEAM)


@part
def clock(table, stage, u):  # type: ignore[no-untyped-def]
    """Second of the day of a visit, from the profile of arrivals within opening hours."""
    k = np.int64(u >> np.uint32(24))
    share = np.float64(np.int64(u) & 0xFFFFFF) * 5.9604644775390625e-08
    return np.int64(table[stage, k] + share * (table[stage, k + 1] - table[stage, k]))


@part
def opens(stage, weekdays, day, calendar):  # type: ignore[no-untyped-def]
    """Does a station of this stage open on this day? Rows of `calendar`: working days, centre days, weekday."""
    if stage == HOTLINE:
        return True
    if stage == COMPOUND:
        return (weekdays >> calendar[2, day]) & 1 == 1
    if stage in (COUNTER, TOWN_COUNTER):
        return calendar[1, day] == 1
    return calendar[0, day] == 1


@part
def walk_in(stage, weekdays, day, u, ground):  # type: ignore[no-untyped-def]
    """The second at which a client comes: today if the station opens, else on the next day that it does."""
    visit = day
    while not opens(stage, weekdays, visit, ground.calendar):
        visit += 1
    return visit * DAY + clock(ground.clocks, stage, u)


@part
def patch_of(compound, inside):  # type: ignore[no-untyped-def]
    """The grid worker of the resident who is `inside`-th of a compound: grids cut households, not compounds."""
    return np.int64(compound.grid_first + (compound.offset + inside) * compound.grid_count // compound.crowd)


@part
def station_at(stage, compound, case, first_station):  # type: ignore[no-untyped-def]
    """The station that serves this case at this stage."""
    if stage == COUNTER:
        return np.int64(compound.counter)
    if stage == GRID:
        nobody = case.resident == NOBODY
        return patch_of(compound, np.int64(case.patience) if nobody else np.int64(case.resident) - compound.first)
    if stage == COMPOUND:
        return np.int64(compound.station)
    if stage == TEAM:
        return np.int64(compound.team)
    if stage == TOWN_COUNTER:
        return np.int64(compound.town_counter)
    if stage == TOWN_TEAM:
        return np.int64(compound.town_team)
    return np.int64(first_station[stage] + case.target)
