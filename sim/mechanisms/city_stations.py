"""The stations of the whole city: the hotline, and the departments that no district has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

import numpy as np

from sim.mechanisms.dials import dials
from sim.mechanisms.pool import copy_cases
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, gather, sort_by_station, split, work_through
from sim.mechanisms.staffing import department_fte, whole
from sim.mechanisms.tables import Ground, Ledger
from sim.practices.base import Effects
from sim.rules import Rules
from sim.world.cases import CASE, DAY, Stage
from sim.world.layout import STATION

Part = tuple[Ground, Ledger, int]  # of a district, and its first compound in the city


class CityStations:
    """Hotline and city departments. Each district brings posts by its own rules and residents; all share them.

    A reform of the hotline that holds in one district only so adds that district's seats to a line that all call.
    """

    def __init__(self, districts: Sequence[tuple[Rules, int]]) -> None:
        first = districts[0][0]
        self.dials = dials(first, Effects.none(0, 0))  # opening hours, which no lever moves
        seats = np.array([fsum(people * rules.platform.hotline_seats_per_10k / 1e4 for rules, people in districts)])
        city = np.sum([department_fte(rules, people)[1] for rules, people in districts], axis=0)
        self.stations = {Stage.HOTLINE: self._table(seats), Stage.DEPARTMENT: self._table(city)}
        self.unlimited = all(rules.departments.city_unlimited for rules, _ in districts)

    @staticmethod
    def _table(fte: np.ndarray) -> np.ndarray:
        table = np.zeros(fte.size, STATION)
        table["servers"] = whole(fte)
        table["pace"] = table["servers"] / np.maximum(fte, 1e-3)
        return table

    def work(self, stage: Stage, day: int, parts: Sequence[Part], row: np.ndarray) -> None:
        """One day of a city stage: gather its cases from all districts, serve them, hand them back."""
        calendar = parts[0][0].calendar
        if stage is Stage.DEPARTMENT and not calendar[0, day]:
            return
        found = [gather(int(stage), day, ground, ledger) for ground, ledger, _ in parts]
        bounds = np.cumsum([0, *(slots.size for slots, _, _, _ in found)])
        pool = np.empty(bounds[-1], CASE)
        for (_, ledger, base), (slots, _, _, _), first in zip(parts, found, bounds[:-1], strict=True):
            copy_cases(ledger.pool, slots, base, pool, first)
        where, due = (np.concatenate([one[k] for one in found]) for k in (1, 2))
        stations, dial = self._today(stage, pool.size), self.dials[0]
        opening, closing = day * DAY + int(dial["open"][stage]), day * DAY + int(dial["close"][stage])
        add_shifts(int(stage), day, self.stations[stage], closing - opening, calendar, row)
        slots = np.arange(pool.size, dtype=np.int32)
        order, ends = sort_by_station(pool, slots, where, due, stations.size)
        served = work_through(int(stage), pool, slots, order, ends, stations, opening, closing, row)
        own = split(order, bounds)
        for k, ((ground, ledger, _), (mine, _, _, words)) in enumerate(zip(parts, found, strict=True)):
            if mine.size:
                at = own[bounds[k] : bounds[k + 1]]
                start, finish, outcome = (column[at] for column in served)
                places = order[at] - np.int32(bounds[k])
                conclude(int(stage), day, closing, mine, places, start, finish, outcome, words, ground, ledger)

    def _today(self, stage: Stage, cases: int) -> Any:
        """The stage's stations; where they are unlimited, with a server for each case."""
        stations = self.stations[stage]
        if self.unlimited:
            stations = stations.copy()
            stations["servers"], stations["pace"] = max(1, cases), 1.0
        return stations
