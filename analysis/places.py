"""Measures by place: ratios of counts by community, towns coloured on a map.

A measure is a ratio of two counts of a place over the months of a run. Changes are paired by replication; the many
tests over places are held together by the Benjamini-Hochberg rule, so that of the places called changed at most 5 %
are expected to be false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import special

from analysis.outlines import Rings, rings
from analysis.selection import Better
from sim.trial import Record
from sim.world.city import City
from sim.world.shapes import town_shapes

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
DETAIL = 350.0  # metres; corners of town outlines closer to a line than this are left out


@dataclass(frozen=True, kw_only=True)
class TownPlan:
    """One map of towns: names, districts and outlines by town."""

    names: tuple[str, ...]
    districts: tuple[str, ...]
    polygons: tuple[Rings, ...]


@dataclass(frozen=True, kw_only=True)
class TownLevel:
    """Mean of a measure by town of a plan under an option; None where a town has no case."""

    option: str
    measure: str
    plan: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class TownChange:
    """Mean change by town of the map before; sign is -1 or 1 where it can be told from none, else 0."""

    option: str
    measure: str
    values: tuple[float | None, ...]
    signs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Towns:
    """What the maps show: plans of towns, district outlines, levels and changes."""

    plans: dict[str, TownPlan]
    districts: tuple[Rings, ...]
    levels: tuple[TownLevel, ...]
    changes: tuple[TownChange, ...]


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


def town_maps(records: Mapping[str, Sequence[Record]], city: City, plans: Mapping[str, str]) -> Towns | None:
    """Levels by town on the map each option ends with (`plans`), and changes by town of the map before.

    None for a city without district boundaries.
    """
    if any(int(code) not in city.boundaries for code in city.district_code):
        return None
    outlines = {plan: _town_plan(city, plan) for plan in sorted({*plans.values(), "before"}, reverse=True)}
    base, *rest = records
    people = residents_by_place(city)
    levels, changes = [], []
    for measure in MEASURES:
        sums = {option: _sums(runs, people, measure) for option, runs in records.items()}
        towns = {plan: town_of_place(city, plan) for plan in outlines}
        for option in records:
            plan = plans[option]
            values = _mean(_ratio(_grouped(sums[option], towns[plan], len(outlines[plan].names))))
            levels.append(TownLevel(option=option, measure=measure, plan=plan, values=values))
        before = _ratio(_grouped(sums[base], towns["before"], len(outlines["before"].names)))
        for option in rest:
            d = _ratio(_grouped(sums[option], towns["before"], len(outlines["before"].names))) - before
            changes.append(
                TownChange(option=option, measure=measure, values=_mean(d), signs=tuple(int(s) for s in changed(d)))
            )
    return Towns(plans=outlines, districts=_districts(city), levels=tuple(levels), changes=tuple(changes))


def _districts(city: City) -> tuple[Rings, ...]:
    """District outlines along the simplified towns, so that the lines of both agree."""
    shapes = _town_shapes(city, "before")
    district_of = city.plans["before"].district_of
    return tuple(rings(shapely.union_all(shapes[district_of == d])) for d in range(len(city.district_code)))


def _town_shapes(city: City, plan: str) -> npt.NDArray[np.object_]:
    """Outlines of all towns, simplified again as one coverage: the outer border too, which shapes keep in full."""
    shapes = np.array(town_shapes(city, city.plans[plan], DETAIL), dtype=object)
    return np.asarray(shapely.coverage_simplify(shapes, DETAIL))


def _town_plan(city: City, plan: str) -> TownPlan:
    jurisdictions = city.plans[plan]
    return TownPlan(
        names=jurisdictions.town_name,
        districts=tuple(city.district_name[d] for d in jurisdictions.district_of),
        polygons=tuple(rings(shape) for shape in _town_shapes(city, plan)),
    )


def town_of_place(city: City, plan: str) -> npt.NDArray[np.int64]:
    """[P] the town of a plan in which most residents of each place live."""
    jurisdictions = city.plans[plan]
    towns = len(jurisdictions.town_name)
    town = jurisdictions.town_of[jurisdictions.community_of].astype(np.int64)
    pairs = city.place.astype(np.int64) * towns + town
    people = np.bincount(pairs, weights=city.population, minlength=len(city.place_name) * towns)
    largest: npt.NDArray[np.int64] = people.reshape(len(city.place_name), towns).argmax(axis=1)
    return largest


def residents_by_place(city: City) -> I64:
    """[P] residents of each place."""
    people = np.zeros(len(city.place_name), dtype=np.int64)
    np.add.at(people, city.place, city.population)
    return people


def place_ratios(runs: Sequence[Record], people: I64, measure: str) -> F64:
    """A measure [runs, places] over all months, in its unit; nan where a place has no case to measure."""
    return _ratio(_sums(runs, people, measure))


def _sums(runs: Sequence[Record], people: I64, measure: str) -> tuple[F64, F64]:
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


def _grouped(sums: tuple[F64, F64], group: npt.NDArray[np.int64], size: int) -> tuple[F64, F64]:
    def added(rows: F64) -> F64:
        return np.array([np.bincount(group, weights=row, minlength=size) for row in rows])

    return added(sums[0]), added(sums[1])


def _ratio(sums: tuple[F64, F64]) -> F64:
    top, bottom = sums
    return np.where(bottom > 0.0, top / np.where(bottom > 0.0, bottom, 1.0), np.nan)


def _mean(rows: F64) -> tuple[float | None, ...]:
    """Mean over the runs that have a value, by column; None where none has."""
    has = ~np.isnan(rows)
    total, count = np.where(has, rows, 0.0).sum(axis=0), has.sum(axis=0)
    return tuple(float(t / c) if c else None for t, c in zip(total, count, strict=True))
