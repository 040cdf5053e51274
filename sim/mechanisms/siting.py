"""Where the offices are and whom they serve: centres, kept branches, compound stations, walking minutes.

A merge closes the offices of all parts of a unit but its seat, unless they are kept as branches. The seat is the part
with most people. Branches are kept from the most populous down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, chance
from sim.rng import Purpose
from sim.world.city import F64, I32, I64, U8, U32
from sim.world.district import District

WORD = np.uint32(int(Purpose.PLACES) << 16 | 63)
FAR = 240.0  # walking minutes beyond which nobody counts them


@dataclass(frozen=True, kw_only=True)
class Offices:
    """The offices of one tier: [O] columns, and which one serves each compound."""

    x: F64
    y: F64
    unit: I32  # community or town
    seat: U8  # 1 the centre, 0 a kept branch
    people: I64  # whom it serves
    of: I32  # [C]


def offices(
    unit_of: I32, part_of: I32, people: I64, units: int, keep: float,
    seat_at: tuple[F64, F64], branch_at: tuple[F64, F64],
) -> Offices:  # fmt: skip
    """The offices of units (communities or towns) made of parts (those of the map before).

    Args:
        unit_of: [C] unit of each compound, 0 to units - 1, none empty.
        part_of: [C] part of each compound.
        people: [C].
        keep: share of the closed offices that stay as branches.
        seat_at: x, y of each unit's centre.
        branch_at: x, y of each part's own office.
    """
    parts = int(part_of.max()) + 1
    pair, pair_of = np.unique(unit_of.astype(np.int64) * parts + part_of, return_inverse=True)
    inside = np.bincount(pair_of, people, pair.size).astype(np.int64)
    unit, part = pair // parts, pair % parts
    order = np.lexsort((part, -inside, unit))  # by unit, the most populous part first
    seat = np.zeros(pair.size, np.uint8)
    seat[order[np.flatnonzero(np.diff(unit[order], prepend=-1))]] = 1
    closed = np.flatnonzero(seat == 0)
    closed = closed[np.lexsort((pair[closed], -inside[closed]))]
    open_ = seat.copy()
    open_[closed[: int(np.floor(keep * closed.size + 0.5))]] = 1
    kept = np.flatnonzero(open_)
    number = np.full(pair.size, -1, np.int32)
    number[kept] = np.arange(kept.size, dtype=np.int32)
    seat_number = np.empty(units, np.int32)
    seat_number[unit[seat == 1]] = number[seat == 1]
    served_by = np.where(number >= 0, number, seat_number[unit]).astype(np.int32)
    of = served_by[pair_of]
    at_seat = seat[kept] == 1
    return Offices(
        x=np.where(at_seat, seat_at[0][unit[kept]], branch_at[0][part[kept]]),
        y=np.where(at_seat, seat_at[1][unit[kept]], branch_at[1][part[kept]]),
        unit=unit[kept].astype(np.int32),
        seat=seat[kept],
        people=np.bincount(of, people, kept.size).astype(np.int64),
        of=of,
    )


def with_points(
    found: Offices, unit_of: I32, x: F64, y: F64, people: I64, pace: float, circle: float, share: float
) -> Offices:
    """The offices and the service points that bring a share of those outside the circle inside one.

    In each unit points are taken one by one at the compound from which most residents still outside are reached, and
    those of all units open in the order of how many they reach. Whoever has a nearer point is served there.

    Args:
        found: the offices without points; unit_of, x, y, people: [C].
        pace: minutes a metre of straight line; circle: minutes.
        share: of the residents outside, who are inside afterwards; the last point may bring in more.
    """
    outside = walking(pace, found.x[found.of] - x, found.y[found.of] - y) > circle
    total = int(people[outside].sum())
    if share == 0.0 or total == 0:
        return found
    sites, gains = [], []
    for unit in np.unique(unit_of[outside]):
        for site, gain in _cover(np.flatnonzero(outside & (unit_of == unit)), x, y, people, pace, circle):
            sites.append(site)
            gains.append(gain)
    order = np.argsort(-np.array(gains), kind="stable")  # gains fall within a unit, so that its order stays
    reached = np.cumsum(np.array(gains)[order])
    chosen = np.array(sites)[order][: int(np.searchsorted(reached, share * total)) + 1]
    of, best = found.of.copy(), np.hypot(found.x[found.of] - x, found.y[found.of] - y)
    for number, site in enumerate(chosen):
        away = np.hypot(x[site] - x, y[site] - y)
        nearer = (unit_of == unit_of[site]) & (away < best)
        of[nearer], best[nearer] = found.unit.size + number, away[nearer]
    return Offices(
        x=np.concatenate([found.x, x[chosen]]),
        y=np.concatenate([found.y, y[chosen]]),
        unit=np.concatenate([found.unit, unit_of[chosen]]).astype(np.int32),
        seat=np.concatenate([found.seat, np.zeros(chosen.size, np.uint8)]),
        people=np.bincount(of, people, found.unit.size + chosen.size).astype(np.int64),
        of=of,
    )


def _cover(outside: I64, x: F64, y: F64, people: I64, pace: float, circle: float) -> list[tuple[int, int]]:
    """Sites among some compounds and the residents each brings in, the one that brings most first, until all are."""
    near = walking(pace, x[outside, None] - x[outside], y[outside, None] - y[outside]) <= circle
    left = people[outside].copy()
    found = []
    while left.any():
        gains = near.astype(np.int64) @ left
        best = int(np.argmax(gains))
        found.append((int(outside[best]), int(gains[best])))
        left[near[best]] = 0
    return found


def seats(unit_of: I32, place: I32, people: I64, units: int) -> I32:
    """[units] the place with most people in each community; holds its fund account."""
    places = int(place.max()) + 1
    pair, pair_of = np.unique(unit_of.astype(np.int64) * places + place, return_inverse=True)
    inside = np.bincount(pair_of, people, pair.size).astype(np.int64)
    order = np.lexsort((pair, -inside, pair // places))
    first = order[np.flatnonzero(np.diff(pair[order] // places, prepend=-1))]
    found = np.empty(units, np.int32)
    found[pair[first] // places] = pair[first] % places
    return found


def walking(pace: float, dx: F64, dy: F64) -> F64:
    """Minutes to walk a straight line of (dx, dy) metres at a pace in minutes a metre of it."""
    return np.minimum(FAR, np.sqrt(dx * dx + dy * dy) * pace)


def areas(district: District, unit_of: I32, units: int) -> F64:
    """Square metres over which each unit's compounds spread: 12 sd(x) sd(y), the area of a uniform rectangle."""
    count = np.maximum(1, np.bincount(unit_of, minlength=units))
    spread = []
    for z in (district.x, district.y):
        mean = np.bincount(unit_of, z, units) / count
        gap = z - mean[unit_of]
        spread.append(np.bincount(unit_of, gap * gap, units) / count)
    return np.maximum(40_000.0, 12.0 * np.sqrt(spread[0]) * np.sqrt(spread[1]))


@kernel
def station_compounds(compound_id: U32, key: U32, share: float) -> U8:
    """uint8[C]: which compounds have a station; those of a smaller share are among those of a larger one."""
    has = np.zeros(compound_id.size, np.uint8)
    threshold = chance(share)
    for c in range(compound_id.size):
        u = block(compound_id[c], np.uint32(0), np.uint32(0), WORD, key[0], key[1])
        has[c] = np.uint64(u[0]) < threshold
    return has


@kernel
def nearest(x: F64, y: F64, unit_of: I32, units: int, has: U8) -> tuple[I32, F64]:
    """Of each compound the nearest station compound of its own unit (-1 none) and the metres to it."""
    count = np.zeros(units + 1, np.int64)
    for c in range(x.size):
        count[unit_of[c] + 1] += has[c]
    for u in range(units):
        count[u + 1] += count[u]
    stations = np.empty(count[units], np.int64)
    fill = count[:units].copy()
    for c in range(x.size):
        if has[c]:
            stations[fill[unit_of[c]]] = c
            fill[unit_of[c]] += 1
    found = np.full(x.size, -1, np.int32)
    metres = np.zeros(x.size)
    for c in range(x.size):
        best = np.inf
        for k in range(count[unit_of[c]], count[unit_of[c] + 1]):
            dx = x[stations[k]] - x[c]
            dy = y[stations[k]] - y[c]
            if dx * dx + dy * dy < best:
                best = dx * dx + dy * dy
                found[c] = stations[k]
        metres[c] = np.sqrt(best) if found[c] >= 0 else 0.0
    return found, metres
