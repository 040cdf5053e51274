"""Practices at work in a district: they see it, remember, and act; what they change reaches stations and compounds."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields
from typing import Any

import numpy as np

from sim.practices.base import TOLD, Effects, Practice, View
from sim.rules import Rules
from sim.services import AGE_BANDS, OLD
from sim.world.cases import Stage
from sim.world.city import AGE_BITS, F64, I32, I64, ONLINE_BIT, PARTY_BIT, U32
from sim.world.district import District
from sim.world.layout import POOLED, Layout, stations_of
from sim.world.state import Memory
from sim.world.tallies import PlaceColumn

OF_COMMUNITY = (Stage.GRID, Stage.COUNTER, Stage.TEAM)
OF_TOWN = (Stage.TOWN_COUNTER, Stage.TOWN_TEAM)
DESKS = (Stage.COUNTER, Stage.TOWN_COUNTER)
MOST_AGAIN = 0.9  # chance that one visit to a counter is not enough
WHOLE, DEMAND = 4294967296.0, 2147483648.0


def practices_on(rules: Rules) -> list[tuple[str, Practice]]:
    """The practices in force, by the name of their theme, in the order of the rules."""
    themes = [(f.name, getattr(rules, f.name)) for f in fields(Rules)]
    return [(name, theme) for name, theme in themes if isinstance(theme, Practice) and theme.on]


class Practising:
    """What a district's practices have in view and in hand; `effects` are those in force."""

    def __init__(self, district: District, memory: Memory, key: U32) -> None:
        self.district, self.memory, self.key = district, memory, key
        self.people = np.bincount(district.place, district.population, district.places).astype(np.float64)
        self.ages, self.party = _ages(district)
        self.fixed = _fixed(district, self.people)
        self.memo: dict[Hashable, Any] = {}
        self.effects = self._none()

    def act(self, day: int, month: int, rules: Rules, layout: Layout, last: int | None) -> None:
        """Let every practice in force act on the month that begins; `last` is the month that has just ended, if any."""
        self.effects = self._none()
        some = practices_on(rules)
        if some:
            view = self._view(day, month, rules, layout, last)
            for name, practice in some:
                state = self.memory.practices.setdefault(name, practice.begin(view))
                if last is not None:
                    practice.month(state, view)
                practice.act(state, view, self.effects)
        self._apply(layout)

    def told(self, name: str) -> F64:
        """[P] what practices tell outcomes under a name of TOLD."""
        return self.effects.told.get(name, np.full(self.district.places, TOLD[name]))

    def _none(self) -> Effects:
        return Effects.none(self.district.places, self.district.compound_id.size)

    def _view(self, day: int, month: int, rules: Rules, layout: Layout, last: int | None) -> View:
        m, d = self.memory, self.district
        crowd = d.population.astype(np.float64)
        ended = m.monthly[last] if last is not None else np.zeros_like(m.monthly[0])
        community = layout.community_of_place
        first = np.zeros(d.places, np.int64)
        first[d.place[::-1]] = np.arange(d.place.size)[::-1]
        return View(
            day=day, month=month, key=self.key, people=self.people, **self.fixed,
            parts=layout.parts[community].astype(np.float64), community=community,
            seat=layout.seat[community].astype(np.int64), town=layout.town_of[community].astype(np.int64),
            active=ended[:, PlaceColumn.ACTIVE] / np.maximum(1.0, self.people),
            unmet=ended[:, PlaceColumn.UNMET] / np.maximum(1.0, self.people),
            place=d.place.astype(np.int64), compound=d.compound_id.astype(np.int64), crowd=crowd,
            taking_part=m.active / np.maximum(1.0, crowd), kind=(d.cell // 2).astype(np.int64), x=d.x, y=d.y,
            rules=rules, memo=self.memo,
        )  # fmt: skip

    def _apply(self, layout: Layout) -> None:
        effects, place = self.effects, layout.compounds["place"][:-1]
        layout.compounds["demand"][:-1] = np.floor(np.clip(effects.demand, 0.0, 1.0) * DEMAND).astype(np.uint32)[place]
        again = np.floor(np.clip(effects.again, 0.0, MOST_AGAIN) * WHOLE).astype(np.uint32)
        layout.compounds["again"][:-1] = again[place]
        layout.stations["pace"] = layout.pace
        for stage in OF_COMMUNITY:
            self._quicken(layout, stage, effects.productivity)
        for stage in OF_TOWN:
            self._quicken(layout, stage, effects.town_productivity)
        for stage in DESKS:
            self._quicken(layout, stage, effects.desks)
        self._quicken(layout, Stage.TEAM, effects.team)
        grids = layout.stations[stations_of(layout, Stage.GRID)]
        grids["eyes"] = self.by_community(layout, effects.eyes)[grids["unit"]]

    def _quicken(self, layout: Layout, stage: Stage, values: F64) -> None:
        """Stations of a stage work so many times as fast, by the mean of the values [P] over those they work for."""
        some = layout.stations[stations_of(layout, stage)]
        unit, town = some["unit"], self.by_town(layout, values)
        if stage in OF_TOWN:
            some["pace"] /= town[unit]
            return
        shared = town[np.clip(POOLED - unit, 0, town.size - 1)]
        some["pace"] /= np.where(unit > POOLED, self.by_community(layout, values)[unit], shared)

    def by_community(self, layout: Layout, values: F64) -> F64:
        """[M] mean over residents of a value by place; that of its seat where a community was split off a place."""
        return self._mean(layout.community_of_place, values, values[layout.seat])

    def by_town(self, layout: Layout, values: F64) -> F64:
        """[T] mean over residents of a value by place; 1 where a town was split off a place."""
        return self._mean(layout.town_of[layout.community_of_place], values, np.ones(layout.towns))

    def _mean(self, unit: I64 | I32, values: F64, otherwise: F64) -> F64:
        crowd = np.bincount(unit, self.people, otherwise.size)
        total = np.bincount(unit, values * self.people, otherwise.size)
        return np.where(crowd > 0.0, total / np.maximum(crowd, 1.0), otherwise)


def _ages(district: District) -> tuple[I64, I64]:
    """[P, ages] residents by age band, and party members among them."""
    bands = len(AGE_BANDS)
    cell = np.repeat(district.place, district.population).astype(np.int64) * bands + (district.traits & AGE_BITS)
    member = (district.traits >> PARTY_BIT) & 1
    size = district.places * bands
    counts = np.bincount(cell, minlength=size), np.bincount(cell[member == 1], minlength=size)
    return counts[0].reshape(-1, bands), counts[1].reshape(-1, bands)


def _fixed(district: District, people: F64) -> dict[str, np.ndarray]:
    """What no rule changes about the places of a district."""
    places, place, traits = district.places, district.place, district.traits
    resident_place = np.repeat(place, district.population)
    each = np.maximum(1.0, people)
    code = np.zeros(places, np.int64)
    code[place[::-1]] = district.compound_id[::-1]  # the id of a place's first compound is for life
    spread = []
    for z in (district.x, district.y):
        mean = np.bincount(place, z, places) / np.maximum(1, np.bincount(place, minlength=places))
        spread.append(np.sqrt(np.bincount(place, (z - mean[place]) ** 2, places) / np.maximum(1, np.bincount(place))))
    return {
        "code": code,
        "older": np.bincount(resident_place, (traits & AGE_BITS) >= OLD, places) / each,
        "online": np.bincount(resident_place, (traits >> ONLINE_BIT) & 1, places) / each,
        "urban": np.bincount(place, district.population * district.urban, places) / each,
        "area": np.maximum(0.04, 12.0 * spread[0] * spread[1] / 1e6),
    }
