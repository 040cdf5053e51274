"""Latent hazards: fire lanes, leaks, disputes brewing. Nobody knows them until a patrol or a resident finds them.

A hazard is found on patrol when the patrol it has seen adds up to a unit exponential of its own: with h patrol hours
a day for n hundred households the hazard rate of detection is detection x h / n. Residents report it after an
exponential time of its own, if no patrol came first. Both are keyed by (compound, day, number), so more patrol finds
the same hazards sooner.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, log
from sim.kernels.compiled import loop
from sim.kernels.hashing import block, unit32
from sim.mechanisms.filing import begin_case
from sim.mechanisms.pool import push, take_free, work_seconds
from sim.mechanisms.settling import enter
from sim.mechanisms.visits import clock, patch_of
from sim.rng import Purpose
from sim.world.cases import DAY, HAZARD, NOBODY, Stage
from sim.world.tallies import PlaceColumn, Tally

KIND, GRID = int(Purpose.HAZARD), int(Stage.GRID)
T_HAZARDS, T_DETECTED, T_REPORTED, T_DAYS = (
    int(t) for t in (Tally.HAZARDS, Tally.DETECTED, Tally.REPORTED, Tally.DETECTION_DAYS)
)
P_LATENT = int(PlaceColumn.LATENT)
GRID_CHANNEL = 3

LATENT = np.dtype(
    [
        ("unseen", np.float64),  # patrol it still withstands
        ("compound", np.int32),
        ("spot", np.uint32),  # resident nearest to it
        ("day", np.int16),
        ("report", np.int16),  # day on which residents report it
        ("number", np.uint8),
    ],
    align=True,
)


@loop
def hazards_arise(day, latent, count, ground, ledger):  # type: ignore[no-untyped-def]
    """New latent hazards of the day, Poisson in the residents of a compound. Returns the new count, -1 if full."""
    compounds, dial, key = ground.compounds, ground.dials[0], ground.key
    for c in range(compounds.size - 1):
        people = compounds[c + 1].first - compounds[c].first
        a, _, _, _ = block(np.uint32(0), compounds[c].id, np.uint32(day), np.uint32(KIND << 16), key[0], key[1])
        left = unit32(a)
        rate = dial.hazard * people
        if left < 1.0 - rate:  # below exp(-rate)
            continue
        term = exp(-rate)
        number = 0
        while left >= term and number < 250:
            left -= term
            number += 1
            term *= rate / number
        for k in range(number):
            if count == latent.size:
                return -1
            u, v, w, _ = block(np.uint32(k + 1), compounds[c].id, np.uint32(day), np.uint32(KIND << 16), key[0], key[1])
            hazard = latent[count]
            hazard.unseen = -log(unit32(u))
            hazard.compound = c
            hazard.spot = compounds[c].first + np.int64(unit32(w) * people)
            hazard.day = day
            hazard.report = min(day + 1 + np.int64(dial.report_days * -log(unit32(v))), 32_000)
            hazard.number = k
            count += 1
        ledger.row[T_HAZARDS] += number
    return count


@loop
def patrol(day, hazard_item, latent, count, ground, ledger):  # type: ignore[no-untyped-def]
    """Walk the grids with the free time of the last working day; file what is found or reported. Returns the count."""
    dial, row, key = ground.dials[0], ledger.row, ground.key
    on_duty = ground.calendar[0, day] == 1
    shift = dial.close[GRID] - dial.open[GRID]
    kept = 0
    for h in range(count):
        hazard = latent[h]
        compound = ground.compounds[hazard.compound]
        found = False
        if on_duty:
            station = ground.stations[patch_of(compound, np.int64(hazard.spot) - compound.first)]
            # Servers over pace are the full-time equivalents: paid time off cases is no patrol.
            free = max(0.0, shift * station.servers - station.busy) / station.pace / 3600.0
            hazard.unseen -= dial.detection * (dial.patrol_share * free / station.households + station.eyes)
            found = hazard.unseen <= 0.0
        if found or hazard.report <= day:
            row[T_DETECTED if found else T_REPORTED] += 1
            row[T_DAYS] += day - hazard.day
            slot = take_free(ledger)
            case = ledger.pool[slot]
            begin_case(case, NOBODY, hazard.compound, hazard.day, hazard.number, hazard_item, GRID_CHANNEL, False, 0)
            case.flags = HAZARD
            case.patience = np.int64(hazard.spot) - compound.first  # where in the compound; nobody waits for it
            case.stage = GRID
            last = np.uint32(KIND << 16 | 1 << 10)
            a, b, _, _ = block(np.uint32(hazard.number + 1), compound.id, np.uint32(day), last, key[0], key[1])
            case.created = day * DAY + clock(ground.clocks, GRID if found else 0, a)
            case.ready = case.created
            case.work = work_seconds(b, dial.minutes[GRID], dial.sigma[GRID])
            enter(row, np.int64(case.created))
            push(ledger, GRID, slot)
        else:
            latent[kept] = hazard
            kept += 1
            ledger.place[compound.place, P_LATENT] += 1
    return kept
