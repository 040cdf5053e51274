"""The maps of the results page: outlines as paths, values by town, and the classes that all maps of a measure share."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from analysis.brief.numbers import MINUS, significant
from analysis.brief.words import LANGUAGES, words
from analysis.figures.town_map import MISSING, change_classes, level_classes, middle, painted
from analysis.outlines import Rings
from analysis.places import MEASURES, Towns
from analysis.results import Results

WIDTH = 1000  # units across
Corner = tuple[int, int]


def maps(results: Results) -> dict[str, Any] | None:
    """Plans of towns with their outlines, and levels and changes by measure; None for a city without a map."""
    towns = results.towns
    if towns is None:
        return None
    frame = _Frame(towns.districts)
    measures = [_measure(towns, results, measure) for measure in MEASURES]
    return {
        "width": WIDTH,
        "height": frame.height,
        "missing": MISSING,
        "districts": [frame.path(rings) for rings in towns.districts],
        "plans": {
            name: {
                "towns": plan.names,
                "districts": [{"en": _english().get(d, d), "zh": d} for d in plan.districts],
                "paths": [frame.path(rings) for rings in plan.polygons],
                "middles": [frame.point(middle(rings)) for rings in plan.polygons],
            }
            for name, plan in towns.plans.items()
        },
        "measures": [m for m in measures if m["levels"]],
    }


def _measure(towns: Towns, results: Results, measure: str) -> dict[str, Any]:
    """One scale for the levels of all options, and one for all changes."""
    factor, level, change = (1.0, "days", "days") if measure == "days" else (100.0, "share", "points")
    levels = [x for x in towns.levels if x.measure == measure]
    changes = [x for x in towns.changes if x.measure == measure]
    scale = _scaled((x.values for x in levels), factor)
    moved = _scaled((x.values for x in changes), factor)
    bounds, steps = level_classes(scale), change_classes(moved)
    return {
        "name": measure,
        "label": {lang: words(lang)(f"measure.{measure}") for lang in LANGUAGES},
        "unit": {lang: words(lang)(f"unit.{level}") for lang in LANGUAGES},
        "change_unit": {lang: words(lang)(f"unit.{change}") for lang in LANGUAGES},
        "level_classes": _legend(bounds, "cividis_r", signed=False),
        "change_classes": _legend(steps, "PuOr_r", signed=True),
        "levels": {
            x.option: {"plan": x.plan, "towns": _values(x.values, factor, bounds, signed=False)} for x in levels
        },
        "changes": {
            x.option: {"signs": x.signs, "towns": _values(x.values, factor, steps, signed=True)} for x in changes
        },
    }


def _scaled(rows: Iterable[Sequence[float | None]], factor: float) -> list[float]:
    return [v * factor for row in rows for v in row if v is not None]


def _legend(bounds: Sequence[float], palette: str, *, signed: bool) -> list[tuple[str, str, str]]:
    """Colour, lower and upper bound of each class."""
    colours, _ = painted([], bounds, palette)
    said = [_bound(b, signed=signed) for b in bounds]
    return list(zip(colours, said[:-1], said[1:], strict=True))


def _bound(value: float, *, signed: bool) -> str:
    return (MINUS if value < 0 else "+" if signed and value > 0 else "") + f"{abs(value):.10g}"


def _values(
    values: Sequence[float | None], factor: float, bounds: Sequence[float], *, signed: bool
) -> list[tuple[float, str, int] | None]:
    """By town: value, as shown, and the number of its class."""
    shown = [None if v is None else v * factor for v in values]
    _, classes = painted(shown, bounds, "cividis_r")
    return [
        None if v is None or c is None else (v, ("+" if signed and v > 0 else "") + significant(v), c)
        for v, c in zip(shown, classes, strict=True)
    ]


class _Frame:
    """Metres to units of the drawing, north up."""

    def __init__(self, outlines: Sequence[Rings]) -> None:
        corners = [corner for rings in outlines for ring in rings for corner in ring]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        self.left, self.top = min(xs), max(ys)
        self.metres = max(max(xs) - self.left, 1) / WIDTH
        self.height = max(round((self.top - min(ys)) / self.metres), 1)

    def point(self, corner: tuple[float, float]) -> Corner:
        return round((corner[0] - self.left) / self.metres), round((self.top - corner[1]) / self.metres)

    def path(self, rings: Rings) -> str:
        """The data of a path; corners that follow one another at the same point are drawn once."""
        drawn = []
        for ring in rings:
            points = [point for point, _ in groupby(map(self.point, ring))][:-1]  # Z closes the ring
            if len(points) > 2:
                drawn.append("M" + "L".join(f"{x} {y}" for x, y in points) + "Z")
        return "".join(drawn)


@cache
def _english() -> dict[str, str]:
    """English names of districts."""
    text = (files("sim") / "data" / "chengdu_districts.csv").read_text("utf-8")
    return {row["district"]: row["district_en"] for row in csv.DictReader(text.splitlines())}
