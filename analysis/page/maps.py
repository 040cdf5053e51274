"""The maps of the results page: outlines as paths, values by unit, and the classes that all maps of a measure share."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from typing import Any

from analysis.brief.numbers import MINUS, significant
from analysis.brief.words import LANGUAGES, words
from analysis.figures.choropleth import MISSING, change_classes, level_classes, middle, painted
from analysis.outlines import Rings
from analysis.places import MEASURES
from analysis.results import Results
from analysis.unit_maps import Scale, UnitMaps, UnitPlan

WIDTH = {"towns": 1000, "communities": 4000}  # steps across; a district of communities is looked at by itself
DIGITS = {"towns": 17, "communities": 6}  # that values keep; 17 are all, which thousands of communities make too many
Corner = tuple[int, int]


def maps(results: Results) -> dict[str, Any] | None:
    """Maps by scale; None for a city without a map."""
    if results.towns is None or results.communities is None:
        return None
    return {"towns": _maps(results.towns, "towns"), "communities": _maps(results.communities, "communities")}


def _maps(units: UnitMaps, scale: Scale) -> dict[str, Any]:
    """Plans of units with their outlines, and levels and changes by measure."""
    frame = _Frame(units.districts, WIDTH[scale])
    measures = [_measure(units, measure, DIGITS[scale]) for measure in MEASURES]
    return {
        "width": frame.width,
        "height": frame.height,
        "missing": MISSING,
        "fewest": units.fewest,
        "districts": [
            {"name": {"en": _english().get(name, name), "zh": name}, "path": frame.path(rings), "box": frame.box(rings)}
            for name, rings in zip(units.district_names, units.districts, strict=True)
        ],
        "plans": {name: _plan(plan, units.district_names, frame) for name, plan in units.plans.items()},
        "measures": [m for m in measures if m["levels"]],
    }


def _plan(plan: UnitPlan, districts: Sequence[str], frame: _Frame) -> dict[str, Any]:
    return {
        "names": plan.names,
        "towns": plan.towns,
        "districts": [districts.index(name) for name in plan.districts],
        "paths": [frame.path(rings) for rings in plan.polygons],
        "middles": [frame.point(middle(rings)) for rings in plan.polygons],
    }


def _measure(units: UnitMaps, measure: str, digits: int) -> dict[str, Any]:
    """One scale for the levels of all options, and one for all changes."""
    factor, level, change = (1.0, "days", "days") if measure == "days" else (100.0, "share", "points")
    levels = {x.option: (x.plan, _kept(x.values, factor, digits)) for x in units.levels if x.measure == measure}
    changes = {x.option: (x.signs, _kept(x.values, factor, digits)) for x in units.changes if x.measure == measure}
    bounds = level_classes([v for _, values in levels.values() for v in values if v is not None])
    steps = change_classes([v for _, values in changes.values() for v in values if v is not None])
    return {
        "name": measure,
        "label": {lang: words(lang)(f"measure.{measure}") for lang in LANGUAGES},
        "unit": {lang: words(lang)(f"unit.{level}") for lang in LANGUAGES},
        "change_unit": {lang: words(lang)(f"unit.{change}") for lang in LANGUAGES},
        "level_classes": _legend(bounds, "cividis_r", signed=False),
        "change_classes": _legend(steps, "PuOr_r", signed=True),
        "levels": {
            option: {"plan": plan, "cells": _cells(values, bounds, signed=False)}
            for option, (plan, values) in levels.items()
        },
        "changes": {
            option: {"signs": signs, "cells": _cells(values, steps, signed=True)}
            for option, (signs, values) in changes.items()
        },
    }


def _kept(values: Sequence[float | None], factor: float, digits: int) -> list[float | None]:
    """Values as shown, to so many digits."""
    return [None if v is None else float(f"{v * factor:.{digits}g}") for v in values]


def _legend(bounds: Sequence[float], palette: str, *, signed: bool) -> list[tuple[str, str, str]]:
    """Colour, lower and upper bound of each class."""
    colours, _ = painted([], bounds, palette)
    said = [_bound(b, signed=signed) for b in bounds]
    return list(zip(colours, said[:-1], said[1:], strict=True))


def _bound(value: float, *, signed: bool) -> str:
    return (MINUS if value < 0 else "+" if signed and value > 0 else "") + f"{abs(value):.10g}"


def _cells(
    values: Sequence[float | None], bounds: Sequence[float], *, signed: bool
) -> list[tuple[float, str, int] | None]:
    """By unit: value, as shown, and the number of its class."""
    _, classes = painted(values, bounds, "cividis_r")
    return [
        None if v is None or c is None else (v, ("+" if signed and v > 0 else "") + significant(v), c)
        for v, c in zip(values, classes, strict=True)
    ]


class _Frame:
    """Metres to units of the drawing, north up."""

    def __init__(self, outlines: Sequence[Rings], width: int) -> None:
        corners = [corner for rings in outlines for ring in rings for corner in ring]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        self.width, self.left, self.top = width, min(xs), max(ys)
        self.metres = max(max(xs) - self.left, 1) / width
        self.height = max(round((self.top - min(ys)) / self.metres), 1)

    def point(self, corner: tuple[float, float]) -> Corner:
        return round((corner[0] - self.left) / self.metres), round((self.top - corner[1]) / self.metres)

    def box(self, rings: Rings) -> tuple[int, int, int, int]:
        """Left, top, width and height of what rings cover."""
        xs, ys = zip(*(self.point(corner) for ring in rings for corner in ring), strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)

    def path(self, rings: Rings) -> str:
        """The data of a path by steps from corner to corner; corners at the same point are drawn once."""
        drawn = []
        for ring in rings:
            points = [point for point, _ in groupby(map(self.point, ring))][:-1]  # z closes the ring
            if len(points) > 2:
                steps = ((x - a, y - b) for (a, b), (x, y) in pairwise(points))
                drawn.append(f"M{points[0][0]} {points[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z")
        return "".join(drawn)


@cache
def _english() -> dict[str, str]:
    """English names of districts."""
    text = (files("sim") / "data" / "chengdu_districts.csv").read_text("utf-8")
    return {row["district"]: row["district_en"] for row in csv.DictReader(text.splitlines())}
