"""A study: what a trial keeps the same in every district - scenario, seed, length, and the tables made of them."""

from __future__ import annotations

import numpy as np

from sim.mechanisms import needs
from sim.mechanisms.clocks import calendar, clocks, month_ends, working_days_before
from sim.mechanisms.dials import items
from sim.mechanisms.settling import decay_table
from sim.rng import study_key
from sim.rules import Rules
from sim.scenario import Scenario


class Study:
    """Read by every district of a run; nothing in it changes what a trial yields but for the trial's own settings."""

    def __init__(
        self,
        scenario: Scenario,
        base: Rules,
        *,
        days: int,
        warmup: int,
        seed: int,
        replication: int,
        chunk: int,
        city_people: float,
    ) -> None:
        self.scenario, self.base, self.days, self.warmup = scenario, base, days, warmup
        self.chunk, self.city_people = chunk, city_people
        self.key = study_key(seed, replication)
        self.tables = needs.need_tables(scenario, base.demand.needs_per_head)
        self.worked = working_days_before(scenario, days)
        self.decay = decay_table(base.trust.half_life_days, days + 2)
        self.month_of, self.month_ends = month_ends(scenario, days)
        self.months = int(self.month_of[-1]) + 1
        self.ended = np.bincount(self.month_of, self.month_ends, self.months) > 0  # months whose last day is in the run
        self._weekday = calendar(scenario, days + needs.PERIOD, False)[2]
        self._periods: dict[int, needs.PeriodNeeds] = {}
        self._needs: dict[int, needs.DayNeeds] = {}
        self._items: dict[tuple[int, int], np.ndarray] = {}
        self._calendars: dict[bool, np.ndarray] = {}
        self._clocks: dict[bytes, np.ndarray] = {}

    def items(self, cloud: int, departments: int) -> np.ndarray:
        """The catalogue as the kernels read it, with so many items of the citizen cloud, and so many departments."""
        asked = cloud, departments
        if asked not in self._items:
            self._items[asked] = items(self.scenario.online, cloud, departments)
        return self._items[asked]

    def calendar(self, open_saturdays: bool) -> np.ndarray:
        """Which days are worked and on which centres open, as the kernels read it."""
        if open_saturdays not in self._calendars:
            self._calendars[open_saturdays] = calendar(self.scenario, self.days, open_saturdays)
        return self._calendars[open_saturdays]

    def clocks(self, dial: np.ndarray) -> np.ndarray:
        """Quantiles of the second of a visit, as the kernels read them, for the opening hours of DIALS[1]."""
        hours = dial[0]["open"], dial[0]["close"]
        asked = hours[0].tobytes() + hours[1].tobytes()
        if asked not in self._clocks:
            self._clocks[asked] = clocks(*hours)
        return self._clocks[asked]

    def needs_of(self, day: int) -> tuple[needs.PeriodNeeds, needs.DayNeeds]:
        """What the draws of needs are compared with in a day's period and on the day; the same in every district."""
        period = day // needs.PERIOD
        if period not in self._periods:
            weekdays = self._weekday[period * needs.PERIOD : (period + 1) * needs.PERIOD]
            self._periods = {period: needs.period_needs(self.tables, self.scenario, period, weekdays)}
        if day not in self._needs:
            self._needs = {day: needs.day_needs(self.tables, self.scenario, day)}
        return self._periods[period], self._needs[day]
