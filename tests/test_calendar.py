"""The calendar against printed notices: days that everybody in China had off, or worked on a weekend."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from sim.calendar import HOLIDAY, REST, WORKING, arrival_profile, day_kinds, saturdays, weekdays, working_days


def kind(*day: int) -> int:
    return int(day_kinds(date(*day), 1)[0])


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ((2021, 2, 11), (2021, 2, 17)),  # Spring Festival
        ((2022, 1, 31), (2022, 2, 6)),
        ((2022, 12, 31), (2023, 1, 2)),  # New Year, from the notice of the year to come
        ((2023, 9, 29), (2023, 10, 6)),  # Mid-Autumn and National Day
        ((2024, 2, 10), (2024, 2, 17)),
        ((2025, 1, 28), (2025, 2, 4)),
        ((2026, 2, 15), (2026, 2, 23)),
        ((2026, 10, 1), (2026, 10, 7)),
    ],
)
def test_holidays(first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    start, end = date(*first), date(*last)
    assert set(day_kinds(start, (end - start).days + 1).tolist()) == {HOLIDAY}
    assert kind(end.year, end.month, end.day) == HOLIDAY
    after, before = end + timedelta(days=1), start - timedelta(days=1)
    assert HOLIDAY not in (kind(after.year, after.month, after.day), kind(before.year, before.month, before.day))


@pytest.mark.parametrize(
    "day", [(2021, 2, 7), (2022, 1, 29), (2023, 1, 28), (2024, 2, 4), (2025, 1, 26), (2026, 2, 14)]
)
def test_make_up_days_are_worked_though_at_weekends(day: tuple[int, int, int]) -> None:
    assert date(*day).weekday() >= 5
    assert kind(*day) == WORKING


@pytest.mark.parametrize(
    ("year", "count"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248), (2030, 261)]
)
def test_working_days_a_year(year: int, count: int) -> None:
    """As counted from the notices by two published calendars; 2030 has weekends only."""
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert working_days(date(year, 1, 1), length).sum() == count


def test_a_run_is_a_window_of_the_calendar() -> None:
    whole = day_kinds(date(2021, 1, 1), 400)
    np.testing.assert_array_equal(day_kinds(date(2021, 3, 2), 100), whole[60:160])
    assert set(whole.tolist()) == {REST, WORKING, HOLIDAY}


def test_saturdays_are_at_rest() -> None:
    start, days = date(2021, 1, 1), 365
    open_ = saturdays(start, days) == 1
    assert (weekdays(start, days)[open_] == 5).all()
    assert not (working_days(start, days)[open_] == 1).any()
    holidays = int((day_kinds(start, days) == HOLIDAY)[weekdays(start, days) == 5].sum())
    made_up = int((working_days(start, days) == 1)[weekdays(start, days) == 5].sum())
    assert open_.sum() == 52 - holidays - made_up


def test_weekdays() -> None:
    start = date(2024, 2, 27)  # a Tuesday
    assert weekdays(start, 4).tolist() == [1, 2, 3, 4]


def test_arrival_profile() -> None:
    profile = arrival_profile()
    assert profile.hours.shape == (24,)
    assert (np.diff(profile.hours) > 0).all()
    assert profile.hours[-1] == 1.0
    assert profile.hours[17] - profile.hours[8] > 0.55  # most needs arise in working hours
    assert profile.weekdays.shape == (7,)
    assert profile.weekdays.mean() == pytest.approx(1.0, abs=1e-12)
    assert profile.weekdays[5:].max() < profile.weekdays[:5].min()
