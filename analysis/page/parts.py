"""The decision's own sections on the results page: the tables of the brief as plain values, ready to be sorted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analysis.brief import asked, buying, decided, hanging
from analysis.brief.decided import Grid, Part
from analysis.brief.reading import Cell
from analysis.brief.words import Words
from analysis.results import Results


def parts(results: Results, words: Words) -> dict[str, Any]:
    """The sections by name: heading, sentences, tables, points."""
    return {part.name: _part(part) for make in (decided, buying, hanging, asked) for part in make.parts(results, words)}


def _part(part: Part) -> dict[str, Any]:
    return {
        "heading": part.heading,
        "lead": part.lead,
        "grids": [_grid(grid) for grid in part.grids],
        "points": part.points,
    }


def _grid(grid: Grid) -> dict[str, Any]:
    """A table: a cell is a text, or a number with its intervals and verdict."""
    return {
        "caption": grid.caption,
        "columns": grid.columns,
        "prose": grid.prose,
        "text": grid.text,  # columns of words after the first
        "rows": [[name, *(asdict(c) if isinstance(c, Cell) else c for c in cells)] for name, cells in grid.rows],
    }
