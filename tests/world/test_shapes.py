"""Outlines cover the districts without overlap."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sim.world import City, jurisdictions, synthetic
from sim.world.shapes import community_shapes, district_shapes, town_shapes


@pytest.mark.parametrize("name", ["before", "after"])
def test_towns_cover_their_district_without_overlap(share: City, name: str) -> None:
    plan = share.plans[name]
    shapes = np.array(town_shapes(share, plan), dtype=object)
    assert shapes.size == plan.town_code.size
    assert shapely.is_valid(shapes).all()
    for d, outline in enumerate(district_shapes(share)):
        here = shapes[plan.district_of == d]
        assert shapely.area(here).sum() == pytest.approx(outline.area, rel=1e-9)
        assert shapely.union_all(here).symmetric_difference(outline).area < 1e-6 * outline.area
        assert shapely.coverage_is_valid(here)


def test_communities_cover_their_district_without_overlap(share: City) -> None:
    plan = jurisdictions(share, towns="before", villages="percent", village_cut=0.3)
    shapes = np.array(community_shapes(share, plan), dtype=object)
    assert shapes.size == plan.community_code.size
    assert shapely.area(shapes).min() > 0.0
    for d, outline in enumerate(district_shapes(share)):
        here = shapes[plan.district_of[plan.town_of] == d]
        assert shapely.area(here).sum() == pytest.approx(outline.area, rel=1e-9)
        assert shapely.coverage_is_valid(here)


def test_most_compounds_lie_in_the_outline_of_their_town(share: City) -> None:
    plan = share.plans["after"]
    shapes = np.array(town_shapes(share, plan), dtype=object)
    own = shapes[plan.town_of[plan.community_of]]
    shapely.prepare(shapes)
    assert np.mean(shapely.intersects_xy(own, share.x, share.y)) > 0.97


def test_compounds_on_one_spot_have_a_cell_each() -> None:
    city = synthetic(3_000, districts=1, towns_per_district=3, communities_per_town=2)
    city.x[:] = np.floor(city.x / 400.0) * 400.0
    city.y[:] = np.floor(city.y / 400.0) * 400.0
    assert np.unique(np.stack((city.x, city.y)), axis=1).shape[1] < city.x.size
    shapes = town_shapes(city, city.plans["before"])
    assert len(shapes) == 3
    assert sum(shape.area for shape in shapes) == pytest.approx(district_shapes(city)[0].area)


@pytest.mark.slow
def test_whole_city_outlines(whole: City) -> None:
    plan = whole.plans["before"]
    assert len(town_shapes(whole, plan)) == 375
    assert len(community_shapes(whole, plan)) == 4366
