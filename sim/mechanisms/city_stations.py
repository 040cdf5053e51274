"""The stations of the whole city: the hotline, and the departments that no district has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.mechanisms.dials import dials
from sim.mechanisms.routing import conclude
from sim.mechanisms.service import add_shifts, gather, sort_by_station, work_through
from sim.mechanisms.staffing import department_fte, whole
from sim.rules import Rules
from sim.world.cases import DAY, Stage
from sim.world.layout import STATION


class CityStations:
    """Hotline and city departments under one set of rules, with posts in proportion to the residents simulated."""

    def __init__(self, rules: Rules, people: int) -> None:
        self.dials = dials(rules)
        seats = np.array([people * rules.platform.hotline_seats_per_10k / 1e4])
        _, city = department_fte(rules, people)
        self.stations = {Stage.HOTLINE: self._table(seats), Stage.DEPARTMENT: self._table(city)}
        self.unlimited = rules.departments.city_unlimited

    @staticmethod
    def _table(fte: np.ndarray) -> np.ndarray:
        table = np.zeros(fte.size, STATION)
        table["servers"] = whole(fte)
        table["pace"] = table["servers"] / np.maximum(fte, 1e-3)
        return table

    def work(self, stage: Stage, day: int, month: int, locales: Sequence[Any], row: np.ndarray) -> None:
        """One day of a city stage: gather its cases from all districts, serve them, hand them back."""
        calendar = locales[0].calendar
        if stage is Stage.DEPARTMENT and not calendar[0, day]:
            return
        found = [self._gather(stage, day, locale) for locale in locales]
        cases = np.concatenate([part for part, _, _ in found])
        where = np.concatenate([where for _, where, _ in found])
        stations = self.stations[stage]
        dial = self.dials[0]
        opening, closing = day * DAY + int(dial["open"][stage]), day * DAY + int(dial["close"][stage])
        add_shifts(int(stage), day, stations, closing - opening, calendar, row)
        if self.unlimited:
            stations = stations.copy()
            stations["servers"], stations["pace"] = max(1, cases.size), 1.0
        order, ends = sort_by_station(cases, np.arange(cases.size, dtype=np.int32), where, stations.size)
        start, finish, outcome = work_through(int(stage), cases, order, ends, stations, opening, closing, row)
        base = 0
        for locale, (part, _, slots) in zip(locales, found, strict=True):
            mine = np.flatnonzero((order >= base) & (order < base + part.size))
            self._conclude(
                stage, day, month, locale, slots[order[mine] - base], start[mine], finish[mine], outcome[mine], closing
            )
            base += part.size

    def _gather(self, stage: Stage, day: int, locale: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        m, layout = locale.memory, locale.layout
        slots, where = gather(
            int(stage),
            day,
            m.heads,
            m.chain,
            m.pool,
            layout.compounds,
            layout.stations,
            layout.first_station,
            locale.dials,
            locale.calendar,
        )
        cases = m.pool[slots]
        cases["compound"] += locale.district.span.start  # ties are broken by identity across the city
        return cases, where, slots

    def _conclude(
        self,
        stage: Stage,
        day: int,
        month: int,
        locale: Any,
        slots: np.ndarray,
        start: np.ndarray,
        finish: np.ndarray,
        outcome: np.ndarray,
        closing: int,
    ) -> None:
        m, study, layout = locale.memory, locale.study, locale.layout
        conclude(
            int(stage),
            day,
            slots,
            start,
            finish,
            outcome,
            closing,
            study.items,
            layout.compounds,
            layout.stations,
            layout.first_station,
            locale.dials,
            locale.clocks,
            locale.calendar,
            study.worked,
            m.pool,
            m.heads,
            m.chain,
            m.trust,
            m.seen,
            study.decay,
            m.waits,
            m.daily[day],
            m.monthly[month],
            m.spread,
            study.key,
        )
