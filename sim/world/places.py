"""Where compounds lie: points drawn from a density, then shared out from district to village.

Neither the seats of towns nor the places of villages are published; they are synthesised. Points fall thinner with
the distance to the city's centre and to the district's core. The points of a district are cut in two along
their longest axis again and again, so that each unit of a tree (merge group, new town, old towns in it, new village,
old village) gets as many neighbouring points as it has compounds, the more urban half on the side of the core. In
towns with villages, urban compounds are then drawn together around the town's core.

Coordinates are whole metres and sums of them whole numbers, so that places have the same bits on any processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from sim.kernels.arithmetic import exp
from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, unit32
from sim.rng import Purpose
from sim.world.gazetteer import F64, I64, Region
from sim.world.population import DRAW_POINT

# Density of points: BASE + exp(-distance to the centre / CITY_REACH) + CORE * exp(-distance to the core / CORE_REACH)
BASE, CITY_REACH, CORE, CORE_REACH = 0.04, 9_000.0, 0.6, 3_500.0  # metres; assumption
CORE_AT = 0.75  # a core lies this far from the city's centre to the district's middle; assumption
DRAWN_TOGETHER = 0.8  # compounds at the core of an all but rural town keep 1 - 0.8 of their distance to it; assumption
_R2 = (np.uint64(0xC13FA9A902A6328F), np.uint64(0x91E10DA5C79E7B1D))  # 2^64 / g and 2^64 / g^2, g^3 = g + 1


@dataclass(kw_only=True)
class Unit:
    """A node of the tree of places; leaves are old villages."""

    code: int
    compounds: int = 0
    urban: int = 0  # compounds of urban committees
    town: bool = False  # has a core around which urban compounds gather
    village: int = -1  # index of a leaf's village
    parts: dict[int, Unit] = field(default_factory=dict)


def edges_of(region: Region) -> F64:
    """The edges of all rings of a region: float64[n, 4] of x, y, next x, next y."""
    return np.concatenate([np.hstack((ring[:-1], ring[1:])) for polygon in region for ring in polygon])


@kernel
def inside(x, y, edges):  # type: ignore[no-untyped-def]
    """Whether a point lies in the region by the even-odd rule."""
    odd = False
    for e in range(edges.shape[0]):
        x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@kernel
def scatter(n, edges, core, code, key):  # type: ignore[no-untyped-def]
    """n points inside a region, thinned to the density: int64[n, 2] whole metres.

    Candidates are the R2 sequence (M. Roberts, 2018; additive recurrence by powers of the plastic number) over the
    bounding box; each is kept by a draw keyed by its number and the district.
    """
    out = np.empty((n, 2), np.int64)
    low_x, low_y = edges[:, 0].min(), edges[:, 1].min()
    wide, high = edges[:, 0].max() - low_x, edges[:, 1].max() - low_y
    word = np.uint32(np.uint32(Purpose.PLACES.value) << np.uint32(16) | np.uint32(DRAW_POINT))
    ax = ay = np.uint64(0)
    found = i = 0
    while found < n:
        i += 1
        ax += _R2[0]
        ay += _R2[1]
        x = np.floor(low_x + wide * (np.float64(np.int64(ax >> np.uint64(11))) * 1.1102230246251565e-16))
        y = np.floor(low_y + high * (np.float64(np.int64(ay >> np.uint64(11))) * 1.1102230246251565e-16))
        dx, dy = x - core[0], y - core[1]
        here = BASE + exp(-np.sqrt(x * x + y * y) / CITY_REACH) + CORE * exp(-np.sqrt(dx * dx + dy * dy) / CORE_REACH)
        w0, _, _, _ = block(np.uint32(i), np.uint32(code), np.uint32(0), word, key[0], key[1])
        if unit32(w0) * (BASE + 1.0 + CORE) < here and inside(x, y, edges):
            out[found, 0], out[found, 1] = np.int64(x), np.int64(y)
            found += 1
    return out


def core_of(region: Region) -> F64:
    """The core of a district: between the middle of its bounding box and the city's centre (0, 0)."""
    corners = edges_of(region)[:, :2]
    return np.asarray(CORE_AT * 0.5 * (corners.min(axis=0) + corners.max(axis=0)))


def place(root: Unit, points: I64, core: F64, edges: F64) -> dict[int, I64]:
    """The points of each old village of a district, in the order of the tree: village -> int64[compounds, 2]."""
    placed: dict[int, I64] = {}
    _allot(points, [root], core, edges, placed)
    return placed


def _allot(points: I64, units: Sequence[Unit], focus: F64, edges: F64, placed: dict[int, I64]) -> None:
    """Give each unit its points: halve both until one unit is left, then go on with its parts."""
    if len(units) > 1:
        half = _halfway(units)
        near, far = _cut(points, sum(unit.compounds for unit in units[:half]), focus)
        _allot(near, units[:half], focus, edges, placed)
        _allot(far, units[half:], focus, edges, placed)
        return
    (unit,) = units
    if unit.village >= 0:
        placed[unit.village] = points[np.argsort(hilbert(points), kind="stable")]
        return
    if unit.town:
        focus = _core_point(points)
    parts = sorted(unit.parts.values(), key=lambda part: (-part.urban / part.compounds, part.code))
    _allot(points, parts, focus, edges, placed)
    if unit.town and 0 < unit.urban < unit.compounds:
        pull = DRAWN_TOGETHER * (1.0 - unit.urban / unit.compounds)
        _draw_together([leaf.village for leaf in leaves(unit) if leaf.urban], focus, pull, edges, placed)


def leaves(unit: Unit) -> list[Unit]:
    """The old villages of a unit."""
    return [unit] if unit.village >= 0 else [leaf for part in unit.parts.values() for leaf in leaves(part)]


def _halfway(units: Sequence[Unit]) -> int:
    """How many units to take so that about half of the compounds are theirs: 1 to n - 1."""
    reached = np.cumsum([unit.compounds for unit in units])
    return int(np.argmin(np.abs(2 * reached[:-1] - reached[-1]))) + 1


def _cut(points: I64, count: int, focus: F64) -> tuple[I64, I64]:
    """Cut along the longest axis into `count` points on the side of the focus and the others."""
    middle = points.sum(axis=0) // len(points)
    off = points - middle
    xx, yy, xy = (int((off[:, a] * off[:, b]).sum()) for a, b in ((0, 0), (1, 1), (0, 1)))
    half = 0.5 * (xx - yy)
    ax = half + sqrt(half * half + float(xy) * xy)  # the larger eigenvector of [[xx, xy], [xy, yy]] is (ax, xy)
    ay = float(xy)
    if ax * ax + ay * ay < 1.0:
        ax, ay = (1.0, 0.0) if xx >= yy else (0.0, 1.0)
    along = off[:, 0] * ax + off[:, 1] * ay
    if (focus[0] - middle[0]) * ax + (focus[1] - middle[1]) * ay > 0.0:
        along = -along
    order = np.argsort(along, kind="stable")
    return points[order[:count]], points[order[count:]]


def _core_point(points: I64) -> F64:
    """The point nearest to the middle of the points."""
    off = points - points.sum(axis=0) // len(points)
    return np.asarray(points[np.argmin(off[:, 0] ** 2 + off[:, 1] ** 2)], np.float64)


def _draw_together(villages: list[int], core: F64, pull: float, edges: F64, placed: dict[int, I64]) -> None:
    """Move the compounds of urban villages toward the core, the nearer the more, where that stays in the district."""
    reach = max(1.0, *(max(_squares(placed[v] - core).tolist()) for v in villages))
    for v in villages:
        off = placed[v] - core
        keep = 1.0 - pull * (1.0 - _squares(off) / reach)
        moved = np.floor(core + off * keep[:, None])
        stays = np.array([inside(x, y, edges) for x, y in moved.tolist()])
        points = np.where(stays[:, None], moved, placed[v]).astype(np.int64)
        placed[v] = points[np.argsort(hilbert(points), kind="stable")]


def _squares(off: F64) -> F64:
    return np.asarray(off[:, 0] * off[:, 0] + off[:, 1] * off[:, 1])


def hilbert(points: I64) -> I64:
    """Position along the Hilbert curve over the points' bounding square: int64[n] (order 16).

    >>> hilbert(np.array([[0, 0], [0, 9], [9, 9], [9, 0]])).argsort().tolist()
    [0, 1, 2, 3]
    """
    low = points.min(axis=0)
    side = int((points.max(axis=0) - low).max()) + 1
    x, y = ((points - low) * 65536 // side).T
    position = np.zeros(len(points), np.int64)
    for bit in range(15, -1, -1):
        s = 1 << bit
        right, up = (x & s) > 0, (y & s) > 0
        position += s * s * ((3 * right) ^ up)
        flip = right & ~up
        x, y = np.where(flip, s - 1 - (x & (s - 1)), x & (s - 1)), np.where(flip, s - 1 - (y & (s - 1)), y & (s - 1))
        x, y = np.where(up, x, y), np.where(up, y, x)
    return position
