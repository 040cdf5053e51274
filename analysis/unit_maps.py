"""Maps of towns and of communities: outlines, levels of a measure under each option, changes against the base.

Records count by place, that is by community of the map before; a unit of another map takes the counts of the places
most of whose residents live in it. A ratio of few cases is luck: units with fewer than FEWEST_CASES have no value.
Outlines are synthetic (`sim.world.shapes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from analysis.outlines import Rings, rings
from analysis.places import F64, I64, MEASURES, changed, grouped, most_in, ratio, residents_by_place, sums_of
from sim.trial import Record
from sim.world.city import City, Jurisdictions
from sim.world.shapes import community_shapes, town_shapes

Scale = Literal["towns", "communities"]
SCALES: tuple[Scale, ...] = ("towns", "communities")
DETAIL = {"towns": 350.0, "communities": 150.0}  # metres; corners of outlines closer to a line than this are left out
FEWEST_CASES = 30  # in all runs together; residents count once


@dataclass(frozen=True, kw_only=True)
class UnitPlan:
    """One map of units: names, districts and outlines by unit; of communities the town of that map too."""

    names: tuple[str, ...]
    towns: tuple[str, ...]  # empty for a map of towns
    districts: tuple[str, ...]
    polygons: tuple[Rings, ...]


@dataclass(frozen=True, kw_only=True)
class UnitLevel:
    """Mean of a measure by unit of a plan under an option; None where a unit has too few cases."""

    option: str
    measure: str
    plan: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class UnitChange:
    """Mean change by unit of the map before; sign is -1 or 1 where it can be told from none, else 0."""

    option: str
    measure: str
    values: tuple[float | None, ...]
    signs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class UnitMaps:
    """What the maps of one scale show: plans of units, outlines of districts, levels and changes."""

    fewest: int  # cases below which a unit has no value
    plans: dict[str, UnitPlan]
    district_names: tuple[str, ...]
    districts: tuple[Rings, ...]
    levels: tuple[UnitLevel, ...]
    changes: tuple[UnitChange, ...]


def unit_maps(
    records: Mapping[str, Sequence[Record]], city: City, plans: Mapping[str, str], scale: Scale
) -> UnitMaps | None:
    """Levels by unit of the map each option ends with (`plans`), and changes by unit of the map before.

    None for a city without district boundaries.
    """
    if any(int(code) not in city.boundaries for code in city.district_code):
        return None
    drawn = sorted({*plans.values(), "before"}, reverse=True)
    shapes = {plan: _shapes(city, plan, scale) for plan in drawn}
    unit = {plan: most_in(city, _unit_of(city.plans[plan], scale)) for plan in drawn}
    people = residents_by_place(city)
    measured = [_measured(records, measure, plans, unit, people, shapes) for measure in MEASURES]
    return UnitMaps(
        fewest=FEWEST_CASES,
        plans={plan: _plan(city, plan, scale, shapes[plan]) for plan in drawn},
        district_names=city.district_name,
        districts=_districts(city, scale, shapes["before"]),
        levels=tuple(level for levels, _ in measured for level in levels),
        changes=tuple(change for _, changes in measured for change in changes),
    )


def _measured(
    records: Mapping[str, Sequence[Record]],
    measure: str,
    plans: Mapping[str, str],
    unit: Mapping[str, I64],
    people: I64,
    shapes: Mapping[str, npt.NDArray[np.object_]],
) -> tuple[list[UnitLevel], list[UnitChange]]:
    """Levels and changes of one measure; `unit` holds the unit [P] of each place by plan."""
    sums = {option: sums_of(runs, people, measure) for option, runs in records.items()}

    def values(option: str, plan: str) -> F64:
        return _enough(grouped(sums[option], unit[plan], len(shapes[plan])), measure, people, unit[plan])

    levels = [UnitLevel(option=o, measure=measure, plan=plans[o], values=_mean(values(o, plans[o]))) for o in records]
    base, *rest = records
    before, changes = values(base, "before"), []
    for option in rest:
        d = values(option, "before") - before
        signs = tuple(int(s) for s in changed(d))
        changes.append(UnitChange(option=option, measure=measure, values=_mean(d), signs=signs))
    return levels, changes


def _enough(sums: tuple[F64, F64], measure: str, people: I64, unit: I64) -> F64:
    """The ratio [runs, units]; nan in every run of a unit with too few cases in all of them."""
    cases = sums[1].sum(axis=0)
    if MEASURES[measure][1] == "residents":  # the same people in every month and run
        cases = np.bincount(unit, weights=people, minlength=cases.size)
    return np.where(cases >= FEWEST_CASES, ratio(sums), np.nan)


def _mean(rows: F64) -> tuple[float | None, ...]:
    """Mean over the runs that have a value, by column; None where none has."""
    has = ~np.isnan(rows)
    total, count = np.where(has, rows, 0.0).sum(axis=0), has.sum(axis=0)
    return tuple(float(t / c) if c else None for t, c in zip(total, count, strict=True))


def _unit_of(plan: Jurisdictions, scale: Scale) -> npt.NDArray[np.int32]:
    """[C] the unit of each compound."""
    return plan.town_of[plan.community_of] if scale == "towns" else plan.community_of


def _shapes(city: City, plan: str, scale: Scale) -> npt.NDArray[np.object_]:
    """Outlines of all units, simplified again as one coverage: the outer border too, which shapes keep in full."""
    found: Callable[[City, Jurisdictions, float], list[shapely.Geometry]] = (
        town_shapes if scale == "towns" else community_shapes
    )
    shapes = np.array(found(city, city.plans[plan], DETAIL[scale]), dtype=object)
    return np.asarray(shapely.coverage_simplify(shapes, DETAIL[scale]))


def _districts(city: City, scale: Scale, shapes: npt.NDArray[np.object_]) -> tuple[Rings, ...]:
    """District outlines along the simplified units of the map before, so that the lines of both agree."""
    of = _district_of(city.plans["before"], scale)
    return tuple(rings(shapely.union_all(shapes[of == d])) for d in range(len(city.district_code)))


def _district_of(plan: Jurisdictions, scale: Scale) -> npt.NDArray[np.int32]:
    """The district of each unit."""
    return plan.district_of if scale == "towns" else plan.district_of[plan.town_of]


def _plan(city: City, plan: str, scale: Scale, shapes: npt.NDArray[np.object_]) -> UnitPlan:
    jurisdictions = city.plans[plan]
    towns = scale == "towns"
    return UnitPlan(
        names=jurisdictions.town_name if towns else jurisdictions.community_name,
        towns=() if towns else tuple(jurisdictions.town_name[t] for t in jurisdictions.town_of),
        districts=tuple(city.district_name[d] for d in _district_of(jurisdictions, scale)),
        polygons=tuple(rings(shape) for shape in shapes),
    )
