"""Outlines for maps as rings of whole metres: what results.json keeps of shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely

Ring = tuple[tuple[int, int], ...]
Rings = tuple[Ring, ...]  # polygon rings in metres; holes run against their shell

GRAIN = 10  # metres to which corners are rounded; a map shows some 300 metres a pixel


def rings(shape: shapely.Geometry) -> Rings:
    """The rings of a polygon or several, shells and holes alike."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    whole = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    rounded = [_rounded(ring.coords) for ring in whole]
    return tuple(ring for ring in rounded if len(ring) >= 4)


def _rounded(corners: Iterable[Sequence[float]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for x, y in corners:
        corner = (round(x / GRAIN) * GRAIN, round(y / GRAIN) * GRAIN)
        if not found or found[-1] != corner:
            found.append(corner)
    return tuple(found)
