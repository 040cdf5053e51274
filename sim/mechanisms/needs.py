"""Who needs what today: one keyed uniform a resident and day against a rate, four days a draw.

A day's needs of a resident are Poisson with the highest rate that any season or surge can bring: u < 1 - exp(-rate)
gives one, u < 1 - exp(-rate) (1 + rate) a second. An item is drawn in proportion to its highest rate and kept with
probability rate today over highest rate (thinning; P. A. W. Lewis and G. S. Shedler, Naval Research Logistics
Quarterly 26, 1979). So needs are nested: more demand adds needs and moves none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import fsum

import numpy as np
from numba import njit

from sim.calendar import arrival_profile
from sim.kernels.arithmetic import exps
from sim.kernels.hashing import block
from sim.rng import Purpose
from sim.scenario import Scenario, Surge
from sim.services import AGE_BANDS, AGE_SHARES, COMPOUND_KINDS, catalogue
from sim.world.city import F64, I64, U32

CENSUS_URBAN = 0.7877
# Needs of a resident by kind of compound, mean about 1 (assumption): old danwei and resettlement estates need more.
KIND_FACTOR = {"danwei": 1.1, "estate": 0.97, "resettlement": 1.1, "hamlet": 1.0, "dormitory": 0.9}
WORD = np.uint32(int(Purpose.NEED) << 16)
SURGE_MOST = 3.0
GUIDE = 256  # entries of the guide table of the item draw


@dataclass(frozen=True, kw_only=True)
class NeedTables:
    """Rates and item tables of a trial; the same under every option and place."""

    rate: F64  # [cells, ages] highest needs a day, weekday apart
    weekday: F64  # [7]
    items: U32  # [2 * ages, items] cumulative shares on uint32, rural then urban
    guide: np.ndarray  # uint8[2 * ages, GUIDE] first item whose share can reach the draw's top byte
    headroom: F64  # [items] highest over mean rate


def need_tables(scenario: Scenario, needs_per_head: float) -> NeedTables:
    """Tables from the catalogue, so that census shares give `needs_per_head` a year in a usual year."""
    items = catalogue()
    share = np.array(AGE_SHARES)
    rate = np.array([_rates(item.rate, item.age, item.urban, share) for item in items])  # [items, 2, ages]
    headroom = np.array([max(item.monthly) * (SURGE_MOST if item.surge else 1.0) for item in items])
    total = fsum(item.rate for item in items)
    high = rate * headroom[:, None, None] * (needs_per_head / total)
    older = np.where(np.arange(len(AGE_BANDS)) >= 4, scenario.older, 1.0) * scenario.needs
    by_place = np.cumsum(high, axis=0)[-1] * older / 365.0
    kinds = [KIND_FACTOR[kind] for kind in COMPOUND_KINDS]
    cells = np.array([by_place[urban] * factor for factor in kinds for urban in (0, 1)])
    return NeedTables(rate=cells, weekday=arrival_profile().weekdays, headroom=headroom, **_item_tables(high))


def _rates(rate: float, age: tuple[float, ...], urban: float, share: F64) -> F64:
    """[2, ages] rates of one item for rural and urban residents; the census mean is `rate`."""
    by_age = np.array(age) / fsum(share * np.array(age))
    mean = CENSUS_URBAN * urban + (1 - CENSUS_URBAN)
    return np.array([by_age / mean, by_age * urban / mean]) * rate


def _item_tables(high: F64) -> dict[str, np.ndarray]:
    count, _, ages = high.shape
    shares = high.transpose(1, 2, 0).reshape(2 * ages, count)
    running = np.cumsum(shares, axis=1)
    whole = np.minimum(np.floor(running / running[:, -1:] * 4294967296.0), 4294967295.0).astype(np.uint32)
    whole[:, -1] = 4294967295
    tops = np.arange(GUIDE, dtype=np.uint32) << np.uint32(24)
    guide = np.array([np.searchsorted(row, tops, side="right") for row in whole])
    return {"items": whole, "guide": np.minimum(guide, count - 1).astype(np.uint8)}


def keep_thresholds(tables: NeedTables, scenario: Scenario, day: int) -> np.ndarray:
    """uint64[items]: thresholds of keeping an item today, by season and surge."""
    month = (scenario.start + timedelta(days=day)).month - 1
    today = np.array([item.monthly[month] * _surge(scenario.surges, item.surge, day) for item in catalogue()])
    return np.floor(today / tables.headroom * 4294967296.0).astype(np.uint64)


def _surge(surges: tuple[Surge, ...], tag: str, day: int) -> float:
    factors = [s.factor for s in surges if s.tag == tag and s.from_day <= day < s.from_day + s.days]
    return min(SURGE_MOST, max(factors, default=1.0))


def day_thresholds(tables: NeedTables, day_factor: float) -> np.ndarray:
    """uint64[cells, ages, 2]: a first need is u < [..., 0], a second u < [..., 1]."""
    rate = tables.rate * day_factor
    none = exps(-rate.ravel()).reshape(rate.shape)
    first, second = 1.0 - none, 1.0 - none * (1.0 + rate)
    return np.floor(np.stack([first, second], axis=-1) * 4294967296.0).astype(np.uint64)


def screen(tables: NeedTables, day_factor: float) -> int:
    """The largest first threshold of any resident on such a day."""
    return int(day_thresholds(tables, day_factor)[:, :, 0].max())


@njit(cache=True, nogil=True, error_model="numpy")
def raise_needs(
    first: I64, ids: U32, key: U32, group: int, screens: U32, chunk: int, who: U32, draw: U32, count: I64
) -> bool:
    """The residents who may need something on four days, and their draws.

    Args:
        first: [C + 1] first resident of each compound.
        ids: [C] identity of each compound.
        key: of the study.
        group: day // 4.
        screens: [4] draws below it are kept.
        chunk: residents a block of draws.
        who: [4, capacity] written: residents, ascending.
        draw: [4, capacity] written: their draws.
        count: [4] written.

    Returns:
        Whether the capacity was enough.
    """
    lanes = np.empty((4, chunk), np.uint32)
    capacity = who.shape[1]
    count[:] = 0
    for c in range(ids.size):
        for start in range(first[c], first[c + 1], chunk):
            size = min(chunk, first[c + 1] - start)
            base = start - first[c]
            for i in range(size):
                a, b, d, e = block(np.uint32(base + i), ids[c], np.uint32(group), WORD, key[0], key[1])
                lanes[0, i] = a
                lanes[1, i] = b
                lanes[2, i] = d
                lanes[3, i] = e
            for lane in range(4):
                n = count[lane]
                if n + size > capacity:
                    return False
                for i in range(size):
                    if lanes[lane, i] < screens[lane]:
                        who[lane, n] = start + i
                        draw[lane, n] = lanes[lane, i]
                        n += 1
                count[lane] = n
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def draw_item(items, guide, row, u):  # type: ignore[no-untyped-def]
    """The item whose cumulative share first exceeds u, in one row of the tables."""
    k = np.int64(guide[row, np.uint32(u) >> np.uint32(24)])
    while items[row, k] <= u and k + 1 < items.shape[1]:
        k += 1
    return k
