"""Compounds lie in their district, thin with distance, and crowd around town cores."""

from __future__ import annotations

import numpy as np
import shapely

from sim.world import City
from sim.world.places import edges_of, hilbert, inside
from sim.world.shapes import district_shapes


def test_compounds_lie_in_their_district(whole: City) -> None:
    assert np.array_equal(whole.x, np.floor(whole.x))
    assert np.array_equal(whole.y, np.floor(whole.y))
    for d, outline in enumerate(district_shapes(whole)):
        here = whole.district == d
        near = outline.buffer(1.0)  # a point on the border may lie a rounding off
        assert shapely.contains_xy(near, whole.x[here], whole.y[here]).all()


def test_inside_agrees_with_shapely(whole: City) -> None:
    code = 510185  # several polygons, with holes
    edges = edges_of(whole.boundaries[code])
    outline = district_shapes(whole)[whole.district_code.tolist().index(code)]
    x, y = np.meshgrid(
        np.linspace(edges[:, 0].min(), edges[:, 0].max(), 80), np.linspace(edges[:, 1].min(), edges[:, 1].max(), 80)
    )
    ours = [inside(a, b, edges) for a, b in zip(x.ravel(), y.ravel(), strict=True)]
    assert np.array_equal(ours, shapely.contains_xy(outline, x.ravel(), y.ravel()))


def test_density_falls_with_distance_to_the_centre(whole: City) -> None:
    distance = np.hypot(whole.x, whole.y) / 1000.0
    edges = np.array([0.0, 5.0, 10.0, 20.0, 40.0])
    people = np.histogram(distance, edges, weights=whole.population)[0]
    density = people / np.diff(np.pi * edges**2)
    assert np.all(density[:-1] > 1.2 * density[1:])


def test_urban_compounds_lie_nearer_to_the_town_core(whole: City) -> None:
    plan = whole.plans["before"]
    town = plan.town_of[plan.community_of]
    off = np.hypot(whole.x - plan.town_x[town], whole.y - plan.town_y[town])
    urban, rural = (np.bincount(town, weights=whole.urban == kind) for kind in (1, 0))
    mixed = (urban > 5) & (rural > 5)
    far = [
        np.bincount(town, weights=off * (whole.urban == kind))[mixed] / n[mixed] for kind, n in ((1, urban), (0, rural))
    ]
    assert mixed.sum() > 100
    assert np.mean(far[0] < far[1]) > 0.85
    assert far[0].mean() < 0.75 * far[1].mean()


def test_parts_of_a_new_village_are_neighbours(whole: City) -> None:
    after = whole.plans["after"]
    community = after.community_of
    off = np.hypot(whole.x - after.community_x[community], whole.y - after.community_y[community])
    assert np.average(off, weights=whole.population) < 2_000.0


def test_every_office_stands_at_a_compound_of_its_unit(whole: City) -> None:
    spots = {(x, y): set() for x, y in zip(whole.x.tolist(), whole.y.tolist(), strict=True)}
    for plan in whole.plans.values():
        for spot in spots.values():
            spot.clear()
        for spot, m in zip(
            zip(whole.x.tolist(), whole.y.tolist(), strict=True), plan.community_of.tolist(), strict=True
        ):
            spots[spot].add(m)
        for m, spot in enumerate(zip(plan.community_x.tolist(), plan.community_y.tolist(), strict=True)):
            assert m in spots[spot]


def test_merges_open_no_new_office_but_where_a_village_is_split_off(whole: City) -> None:
    def offices(plan: str) -> set[tuple[float, float]]:
        maps = whole.plans[plan]
        return set(zip(maps.community_x.tolist(), maps.community_y.tolist(), strict=True))

    assert len(offices("after") - offices("before")) <= 2 * 21


def test_hilbert_steps_to_neighbours() -> None:
    side = 32
    points = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    walk = points[np.argsort(hilbert(points))]
    assert np.array_equal(np.abs(np.diff(walk, axis=0)).sum(axis=1), np.ones(side * side - 1))
