"""Measures by place: ratios of counts by community, and which of them changed.

A measure is a ratio of two counts of a place over the months of a run. Changes are paired by replication; the many
tests over places are held together by the Benjamini-Hochberg rule, so that of the places called changed at most 5 %
are expected to be false.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.selection import Better
from sim.trial import Record
from sim.world.city import City

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# measure -> (numerator, denominator, factor, better); residents stands for the residents of a place times months
MEASURES: dict[str, tuple[str, str, float, Better]] = {
    "days": ("closed_seconds", "closed", 1.0 / 86_400.0, "lower"),
    "unmet": ("unmet", "needs", 1.0, "lower"),
    "active": ("active", "residents", 1.0, "higher"),
}
FALSE_SHARE = 0.05  # of the places called changed
FEWEST = 3  # runs below which no place is called changed


def changed(differences: F64) -> npt.NDArray[np.int8]:
    """-1, 0 or 1 by column of differences [runs, places]: which places changed, the false share held at 5 %.

    Benjamini and Hochberg, JRSS B 1995, on two-sided paired t tests. A place with a missing run is 0.
    """
    n, places = differences.shape
    signs = np.zeros(places, dtype=np.int8)
    whole = ~np.isnan(differences).any(axis=0)
    if n < FEWEST or not whole.any():
        return signs
    d = differences[:, whole]
    mean, se = d.mean(axis=0), d.std(axis=0, ddof=1) / np.sqrt(n)
    constant = (d == d[0]).all(axis=0)
    t = np.abs(mean) / np.where(constant, 1.0, se)
    p = 2.0 * special.stdtr(n - 1, -t)
    p = np.where(constant, np.where(d[0] == 0.0, 1.0, 0.0), p)
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= FALSE_SHARE * np.arange(1, p.size + 1) / p.size)
    if passed.size:
        signs[whole] = np.where(p <= ordered[passed[-1]], np.sign(mean), 0.0)
    return signs


def town_of_place(city: City, plan: str) -> I64:
    """[P] the town of a plan in which most residents of each place live."""
    jurisdictions = city.plans[plan]
    return most_in(city, jurisdictions.town_of[jurisdictions.community_of])


def most_in(city: City, unit_of: npt.ArrayLike) -> I64:
    """[P] the unit in which most residents of each place live, from the unit of each compound [C]."""
    unit = np.asarray(unit_of, dtype=np.int64)
    size = int(unit.max()) + 1
    pairs, number = np.unique(city.place.astype(np.int64) * size + unit, return_inverse=True)
    people = np.bincount(number, weights=city.population)
    order = np.lexsort((pairs, -people, pairs // size))  # by place, the most populous first
    first = np.unique(pairs[order] // size, return_index=True)[1]
    largest: I64 = (pairs % size)[order][first]
    return largest


def residents_by_place(city: City) -> I64:
    """[P] residents of each place."""
    people = np.zeros(len(city.place_name), dtype=np.int64)
    np.add.at(people, city.place, city.population)
    return people


def place_ratios(runs: Sequence[Record], people: I64, measure: str) -> F64:
    """A measure [runs, places] over all months, in its unit; nan where a place has no case to measure."""
    return ratio(sums_of(runs, people, measure))


def sums_of(runs: Sequence[Record], people: I64, measure: str) -> tuple[F64, F64]:
    """Numerator (times the factor) and denominator [runs, places], summed over months."""
    top, bottom, factor, _ = MEASURES[measure]
    numerator = np.array([_column(record, top) for record in runs], dtype=np.float64) * factor
    if bottom == "residents":  # of the months that were counted: others hold nobody active anywhere
        months = [int(_by_month(record, top).any(axis=1).sum()) for record in runs]
        return numerator, np.array([people * m for m in months], dtype=np.float64)
    return numerator, np.array([_column(record, bottom) for record in runs], dtype=np.float64)


def _column(record: Record, name: str) -> I64:
    total: I64 = _by_month(record, name).sum(axis=0)
    return total


def _by_month(record: Record, name: str) -> I64:
    """[months, places]"""
    rows: I64 = record.places[:, :, record.place_columns.index(name)]
    return rows


def grouped(sums: tuple[F64, F64], group: I64, size: int) -> tuple[F64, F64]:
    """Numerator and denominator [runs, units] of units of which each place has one."""

    def added(rows: F64) -> F64:
        return np.array([np.bincount(group, weights=row, minlength=size) for row in rows])

    return added(sums[0]), added(sums[1])


def ratio(sums: tuple[F64, F64]) -> F64:
    """Numerator over denominator; nan where there is nothing to divide by."""
    top, bottom = sums
    return np.where(bottom > 0.0, top / np.where(bottom > 0.0, bottom, 1.0), np.nan)
