"""The calendar: working days and weekdays of a run, and at what hour and weekday needs arise.

Holidays and make-up working days are those of the State Council's yearly notices, 2021 to 2026 (sim/data/calendar.csv).
Later years have weekends only, 261 working days instead of about 249, since no notice says more.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]

LONGEST_RUN = 1_826  # days, five years: beyond, growth and ageing, which are fixed within a run, would mislead
REST, WORKING, HOLIDAY = 0, 1, 2
SATURDAY = 5
# Hours come from Chicago without its airport. Its download ends within a week, so that Fridays look like half Mondays;
# weekdays come from Baltimore's sample of 2014 to 2019, whose clock is off by hours but not by days.
HOURS_FROM, WEEKDAYS_FROM = "chicago_excl_area28", "baltimore"


@dataclass(frozen=True, kw_only=True)
class ArrivalProfile:
    """When needs arise: `hours[h]` is the share before the end of hour h, `weekdays` are factors of mean 1."""

    hours: F64  # [24] rising to 1
    weekdays: F64  # [7] from Monday


def day_kinds(start: date, days: int) -> U8:
    """The kind of each day of a run: REST (a weekend), WORKING (make-up days too) or HOLIDAY (weekends within too).

    Args:
        start: date of day 0.
        days: length of the run.

    Returns:
        uint8[days].

    >>> day_kinds(date(2021, 2, 6), 7).tolist()  # a Saturday, a make-up Sunday, three days, two holidays
    [0, 1, 1, 1, 1, 2, 2]
    """
    notices = _notices()
    kinds = np.empty(days, np.uint8)
    for day in range(days):
        today = start + timedelta(days=day)
        kinds[day] = notices.get(today, WORKING if today.weekday() < SATURDAY else REST)
    return kinds


def working_days(start: date, days: int) -> U8:
    """uint8[days]: 1 on working days, about 249 a year, else 0."""
    return np.asarray(day_kinds(start, days) == WORKING, np.uint8)


def saturdays(start: date, days: int) -> U8:
    """uint8[days]: 1 on Saturdays at rest, on which centres may open (`rules.carriers.saturday`), else 0."""
    at_rest = day_kinds(start, days) == REST
    return np.asarray(at_rest & (weekdays(start, days) == SATURDAY), np.uint8)


def weekdays(start: date, days: int) -> U8:
    """uint8[days]: 0 on Mondays to 6 on Sundays."""
    return ((start.weekday() + np.arange(days)) % 7).astype(np.uint8)


@cache
def arrival_profile() -> ArrivalProfile:
    """Hours and weekdays at which residents of two cities reported, the stand-in until Chengdu publishes its own."""
    hours, weekdays = _requests(HOURS_FROM).sum(axis=0), _requests(WEEKDAYS_FROM).sum(axis=1)
    return ArrivalProfile(hours=np.cumsum(hours) / int(hours.sum()), weekdays=weekdays * 7 / int(weekdays.sum()))


def _requests(dataset: str) -> npt.NDArray[np.int64]:
    """int64[7, 24]: service requests by weekday and hour."""
    counts = np.zeros((7, 24), np.int64)
    for row in _rows("service_requests/arrival_profile.csv"):
        if row["dataset"] == dataset:
            counts[int(row["dow_mon0"]), int(row["hour"])] = int(row["n"])
    return counts


@cache
def _notices() -> dict[date, int]:
    kinds = {"holiday": HOLIDAY, "workday": WORKING}
    return {date.fromisoformat(row["date"]): kinds[row["kind"]] for row in _rows("calendar.csv")}


def _rows(name: str) -> csv.DictReader[str]:
    return csv.DictReader((files("sim") / "data" / name).read_text(encoding="utf-8").splitlines())
