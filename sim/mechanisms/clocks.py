"""At what second of the day clients come: the arrival profile cut to opening hours, as a table of quantiles."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from sim.calendar import arrival_profile, saturdays, weekdays, working_days
from sim.scenario import Scenario
from sim.world.cases import DAY, N_STAGES, WHEEL, Stage
from sim.world.city import F64, I64

POINTS = 257
BEYOND = WHEEL + 40  # days after a run's end that its calendar must know


def clocks(opening: I64, closing: I64) -> F64:
    """[stages, 257] quantiles of the second of arrival, within opening hours; round the clock at Stage.ONLINE."""
    hours = np.concatenate([[0.0], arrival_profile().hours])
    table = np.zeros((N_STAGES, POINTS))
    for stage in range(N_STAGES):
        begin, end = (0, DAY) if stage == Stage.ONLINE or closing[stage] == 0 else (opening[stage], closing[stage])
        low, high = (_share(hours, second) for second in (begin, end))
        shares = low + (high - low) * np.arange(POINTS) / (POINTS - 1.0)
        hour = np.clip(np.searchsorted(hours, shares, side="right") - 1, 0, 23)
        inside = (shares - hours[hour]) / np.maximum(hours[hour + 1] - hours[hour], 1e-12)
        table[stage] = np.clip((hour + np.clip(inside, 0.0, 1.0)) * 3600.0, begin, end - 1)
    return table


def _share(hours: F64, second: int) -> float:
    """Share of a day's needs that arise before a second."""
    hour = min(int(second) // 3600, 23)
    return float(hours[hour] + (hours[hour + 1] - hours[hour]) * (second - hour * 3600) / 3600.0)


def calendar(scenario: Scenario, days: int, open_saturdays: bool) -> I64:
    """[3, days + BEYOND] working days (0/1), days on which centres open (0/1), weekday (Monday 0)."""
    span = days + BEYOND
    working = working_days(scenario.start, span)
    centre = working | saturdays(scenario.start, span) if open_saturdays else working
    return np.stack([working, centre, weekdays(scenario.start, span)]).astype(np.int64)


def working_days_before(scenario: Scenario, days: int) -> I64:
    """[days + BEYOND + 1] working days before each day."""
    working = working_days(scenario.start, days + BEYOND)
    return np.concatenate([[0], np.cumsum(working, dtype=np.int64)])


def month_ends(scenario: Scenario, days: int) -> tuple[I64, I64]:
    """[days] number of the month since the start, and 1 on the last day of each calendar month."""
    first = scenario.start.year * 12 + scenario.start.month
    dates = [scenario.start + timedelta(days=day) for day in range(days + 1)]
    months = np.array([date.year * 12 + date.month - first for date in dates], np.int64)
    return months[:-1], (np.diff(months) > 0).astype(np.int64)
