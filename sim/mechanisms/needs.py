"""How often whom needs what: rates, and the thresholds that a day's draws are compared with.

A resident's needs are a Poisson process with the highest rate that any season can bring, surges apart: one uniform
gives their number in a period of four weeks by inversion, one more each the day, by the rates of the weekdays. What the
highest surge would add is a process of its own, drawn only in periods with a surge. An item is drawn in proportion to
its highest rate and kept with probability rate today over highest rate (thinning; P. A. W. Lewis and G. S. Shedler,
Naval Research Logistics Quarterly 26, 1979). So needs are nested: more demand adds needs and moves none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np

from sim.calendar import arrival_profile
from sim.kernels.arithmetic import exps
from sim.scenario import SURGE_TAGS, Scenario, Surge
from sim.services import AGE_BANDS, AGE_SHARES, COMPOUND_KINDS, catalogue
from sim.world.city import F64, I64, U32

CENSUS_URBAN = 0.7877
# Needs of a resident by kind of compound, mean about 1 (assumption): old danwei and resettlement estates need more.
KIND_FACTOR = {"danwei": 1.1, "estate": 0.97, "resettlement": 1.1, "hamlet": 1.0, "dormitory": 0.9}
SURGE_MOST = 3.0
GUIDE = 256  # entries of the guide table of the item draw
LAYERS = 2  # usual needs, and what the highest surge adds to them
PERIOD = 28  # days drawn at once
MOST = 15  # needs of a resident, layer and period; more come once in 10^4 residents at the very highest rates
WHOLE = 4294967296.0  # 2^32


@dataclass(frozen=True, kw_only=True)
class NeedTables:
    """Rates and item tables of a trial; the same under every option and place."""

    rate: F64  # [layers, cells, ages] highest needs a day, weekday apart
    weekday: F64  # [7] mean about 1
    items: U32  # [layers * 2 * ages, items] cumulative shares on uint32; by layer, rural then urban, age
    guide: np.ndarray  # uint8[layers * 2 * ages, GUIDE] first item whose share can reach the draw's top byte


class PeriodNeeds(NamedTuple):
    """What the draws of a period are compared with."""

    more: U32  # [layers, cells * ages, MOST + 1] below entry k there are more than k needs; the last is 0
    days: U32  # [PERIOD] cumulative shares of its days on uint32
    guide: np.ndarray  # uint8[GUIDE] first day whose share can reach the draw's top byte
    layers: int  # 2 where a surge falls into the period, else 1


class DayNeeds(NamedTuple):
    """How the needs of a day become items."""

    keep: np.ndarray  # uint64[layers, items] an item is kept below it
    items: U32  # of `NeedTables`
    guide: np.ndarray


def need_tables(scenario: Scenario, needs_per_head: float) -> NeedTables:
    """Tables from the catalogue, so that census shares give `needs_per_head` a year in a usual year."""
    items = catalogue()
    share = np.array(AGE_SHARES)
    total = fsum(item.rate for item in items)
    rate = np.array([_rates(item.rate, item.age, item.urban, share) * max(item.monthly) for item in items])
    rate *= needs_per_head / total  # [items, 2, ages]
    extra = np.array([SURGE_MOST - 1.0 if item.surge else 0.0 for item in items])
    older = np.where(np.arange(len(AGE_BANDS)) >= 4, scenario.older, 1.0) * scenario.needs
    kinds = np.array([KIND_FACTOR[kind] for kind in COMPOUND_KINDS])
    layers = np.stack([rate, rate * extra[:, None, None]])  # [layers, items, 2, ages]
    by_place = np.cumsum(layers, axis=1)[:, -1] * older / 365.0  # [layers, 2, ages]
    cells = (kinds[:, None, None] * by_place[:, None]).reshape(LAYERS, -1, len(AGE_BANDS))
    return NeedTables(rate=cells, weekday=arrival_profile().weekdays, **_item_tables(layers))


def _rates(rate: float, age: tuple[float, ...], urban: float, share: F64) -> F64:
    """[2, ages] rates of one item for rural and urban residents; the census mean is `rate`."""
    by_age = np.array(age) / fsum(share * np.array(age))
    mean = CENSUS_URBAN * urban + (1 - CENSUS_URBAN)
    return np.array([by_age / mean, by_age * urban / mean]) * rate


def _item_tables(layers: F64) -> dict[str, np.ndarray]:
    _, count, _, ages = layers.shape
    shares = layers.transpose(0, 2, 3, 1).reshape(LAYERS * 2 * ages, count)
    whole, guide = _cumulative(shares)
    return {"items": whole, "guide": guide}


def _cumulative(shares: F64) -> tuple[U32, np.ndarray]:
    """Cumulative shares on uint32 along the last axis, and the guide to them."""
    running = np.cumsum(shares, axis=1)
    whole = np.minimum(np.floor(running / running[:, -1:] * WHOLE), WHOLE - 1.0).astype(np.uint32)
    whole[:, -1] = 4294967295
    tops = np.arange(GUIDE, dtype=np.uint32) << np.uint32(24)
    guide = np.array([np.searchsorted(row, tops, side="right") for row in whole])
    return whole, np.minimum(guide, shares.shape[1] - 1).astype(np.uint8)


def period_needs(tables: NeedTables, scenario: Scenario, period: int, weekdays: I64) -> PeriodNeeds:
    """Thresholds of a period whose days fall on `weekdays` [PERIOD], Monday 0."""
    factor = tables.weekday[weekdays]
    rate = tables.rate.reshape(LAYERS, -1) * np.cumsum(factor)[-1]
    term = exps(-rate.ravel()).reshape(rate.shape)
    up_to = term.copy()
    more = np.zeros((*rate.shape, MOST + 1), np.uint32)
    for k in range(MOST):
        more[:, :, k] = np.floor(np.maximum(0.0, 1.0 - up_to) * WHOLE).astype(np.uint32)
        term = term * rate / (k + 1)
        up_to = up_to + term
    days, guide = _cumulative(factor[None, :])
    first = PERIOD * period
    surge = any(s.factor > 1.0 and s.from_day < first + PERIOD and s.from_day + s.days > first for s in scenario.surges)
    return PeriodNeeds(more=more, days=days[0], guide=guide[0], layers=2 if surge else 1)


def day_needs(tables: NeedTables, scenario: Scenario, day: int) -> DayNeeds:
    """Thresholds of a day: its month and surges."""
    return DayNeeds(keep=keep_thresholds(scenario, day), items=tables.items, guide=tables.guide)


def keep_thresholds(scenario: Scenario, day: int) -> np.ndarray:
    """uint64[layers, items]: thresholds of keeping an item today, by season and surge."""
    month = (scenario.start + timedelta(days=day)).month - 1
    season, tag = _seasons()
    added = np.array([(_surge(scenario.surges, name, day) - 1.0) / (SURGE_MOST - 1.0) for name in ("", *SURGE_TAGS)])
    thresholds: np.ndarray = np.floor(np.stack([season[month], season[month] * added[tag]]) * WHOLE).astype(np.uint64)
    return thresholds


@cache
def _seasons() -> tuple[F64, I64]:
    """[12, items] share of an item's highest month, and [items] its tag: 0 none, else 1 + index in SURGE_TAGS."""
    monthly = np.array([item.monthly for item in catalogue()])
    tags = ("", *SURGE_TAGS)
    return (monthly / monthly.max(axis=1, keepdims=True)).T, np.array([tags.index(item.surge) for item in catalogue()])


def _surge(surges: tuple[Surge, ...], tag: str, day: int) -> float:
    factors = [s.factor for s in surges if s.tag == tag and s.from_day <= day < s.from_day + s.days]
    return min(SURGE_MOST, max(factors, default=1.0))
