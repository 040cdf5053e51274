"""Outlines of towns and communities for maps, in metres: synthetic, the cells of their compounds.

A place is outlined by the Voronoi cells of its compounds, dissolved and clipped to the district, then simplified as
a coverage so that neighbours keep one common border. Nothing in a run depends on them; only maps build them.
"""

from __future__ import annotations

import numpy as np
import shapely

from sim.world.city import City, Jurisdictions
from sim.world.gazetteer import I64, Region

TOWN_DETAIL, COMMUNITY_DETAIL = 250.0, 60.0  # metres; borders are simplified to triangles of this side


def district_shapes(city: City) -> list[shapely.Geometry]:
    """The polygon of each district, as published: D geometries."""
    return [_outline(city.boundaries[int(code)]) for code in city.district_code]


def town_shapes(city: City, plan: Jurisdictions, detail: float = TOWN_DETAIL) -> list[shapely.Geometry]:
    """The outline of each town of a map: T (multi)polygons that cover the districts without overlap.

    Under a share, towns fill the whole of their district.
    """
    return _shapes(city, plan.town_of[plan.community_of].astype(np.int64), detail)


def community_shapes(city: City, plan: Jurisdictions, detail: float = COMMUNITY_DETAIL) -> list[shapely.Geometry]:
    """The outline of each community of a map: M (multi)polygons that cover the districts without overlap."""
    return _shapes(city, plan.community_of.astype(np.int64), detail)


def _shapes(city: City, unit_of: I64, detail: float) -> list[shapely.Geometry]:
    """Outlines of the units of compounds, by district."""
    outlines: dict[int, shapely.Geometry] = {}
    for district, outline in enumerate(district_shapes(city)):
        members = np.flatnonzero(city.district == district)
        units, number = np.unique(unit_of[members], return_inverse=True)
        cells = _cells(city.x[members], city.y[members], outline)
        parts = [shapely.coverage_union_all(cells[number == unit]) for unit in range(units.size)]
        clipped = shapely.intersection(np.array(parts, dtype=object), outline)
        simple = shapely.coverage_simplify(clipped, detail, simplify_boundary=False)
        outlines |= dict(zip(units.tolist(), simple, strict=True))
    return [outlines[unit] for unit in range(len(outlines))]


def _cells(x: np.ndarray, y: np.ndarray, outline: shapely.Geometry) -> np.ndarray:
    """The Voronoi cell of each point, reaching beyond the outline: shapely polygons in the points' order."""
    spot = np.unique(np.stack((x, y), axis=1), axis=0, return_index=True)[1]
    shift = np.ones(x.size)
    shift[spot] = 0.0  # compounds on the spot of another move a little, so that each has a cell
    shift *= 0.25 + np.arange(x.size) % 1024 / 2048
    points = shapely.multipoints(np.stack((x + shift, y), axis=1))
    return np.asarray(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=outline, ordered=True)))


def _outline(region: Region) -> shapely.Geometry:
    """A region as one valid geometry."""
    return shapely.union_all([shapely.make_valid(shapely.Polygon(polygon[0], polygon[1:])) for polygon in region])
