"""Values and outlines by town and community: the same counts, whole districts, calls by the rule, no few cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from made_up_records import record
from scipy import stats

from analysis.outlines import Rings
from analysis.places import most_in
from analysis.results import Results
from analysis.unit_maps import DETAIL, FEWEST_CASES, SCALES, Scale, UnitMaps, unit_maps
from sim.trial import Record
from sim.world import City, chengdu

PLANS = ("before", "after")


@pytest.fixture(scope="module")
def real() -> City:
    return chengdu(0.002)


def counts(run: Record, name: str) -> npt.NDArray[np.int64]:
    """By place, all months together."""
    return np.asarray(run.places[:, :, run.place_columns.index(name)].sum(axis=0))


def drawn(records: dict[str, list[Record]], city: City, scale: Scale, plan: str = "before") -> UnitMaps:
    found = unit_maps(records, city, {name: "before" if name == "base" else plan for name in records}, scale)
    assert found is not None
    return found


def figure(rings: Rings) -> shapely.Geometry:
    """The area inside an odd number of rings."""
    return reduce(shapely.symmetric_difference, [shapely.make_valid(shapely.Polygon(ring)) for ring in rings])


def test_the_unit_of_a_place_is_where_most_of_its_residents_live(real: City) -> None:
    """In made-up units by lot, against a count place by place."""
    unit = np.random.default_rng(4).integers(0, 5, real.place.size)
    for place, found in enumerate(most_in(real, unit)):
        own = real.place == place
        assert found == np.bincount(unit[own], weights=real.population[own], minlength=5).argmax()


@pytest.mark.parametrize("plan", PLANS)
def test_communities_weigh_to_the_value_of_their_town(real: City, plan: str) -> None:
    runs = {"base": [record(real, 1, 0.0)], "option": [record(real, 1, 0.05, places=9)]}
    towns, communities = (drawn(runs, real, scale, plan) for scale in SCALES)
    jurisdictions = real.plans[plan]
    town = jurisdictions.town_of
    weights = np.bincount(
        most_in(real, jurisdictions.community_of), counts(runs["option"][0], "needs"), len(jurisdictions.community_name)
    )
    by_town, by_community = (
        next(x.values for x in maps.levels if x.option == "option" and x.measure == "unmet")
        for maps in (towns, communities)
    )
    values = np.array([np.nan if v is None else v for v in by_community])
    assert not np.isnan(values).any() and communities.plans[plan].towns == tuple(
        jurisdictions.town_name[t] for t in town
    )
    for t, value in enumerate(by_town):
        assert value == pytest.approx(np.average(values[town == t], weights=weights[town == t]), rel=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("plan", PLANS)
def test_outlines_cover_the_districts_without_overlap(mapped: Results, scale: Scale, plan: str) -> None:
    maps = mapped.towns if scale == "towns" else mapped.communities
    assert maps is not None
    units = [figure(rings) for rings in maps.plans[plan].polygons]
    whole, city = shapely.union_all(units), shapely.union_all([figure(rings) for rings in maps.districts])
    area = sum(unit.area for unit in units)
    assert area == pytest.approx(whole.area, rel=0.002)  # corners are rounded to ten metres
    assert shapely.symmetric_difference(whole, city).area < 0.01 * city.area and all(u.area > 0.0 for u in units)
    for name, rings in zip(maps.district_names, maps.districts, strict=True):
        own = [u for u, district in zip(units, maps.plans[plan].districts, strict=True) if district == name]
        apart = shapely.symmetric_difference(shapely.union_all(own), figure(rings))
        assert apart.buffer(-DETAIL[scale]).area < 0.01 * figure(rings).area


@pytest.mark.parametrize("scale", SCALES)
def test_a_neutral_option_changes_nothing_anywhere(real: City, scale: Scale) -> None:
    runs = [record(real, r, 0.0) for r in range(4)]
    maps = drawn({"base": runs, "neutral": list(runs)}, real, scale)
    assert len(maps.changes) == 3
    for change in maps.changes:
        assert set(change.values) == {0.0} and set(change.signs) == {0}


def test_communities_called_changed_are_those_of_the_rule(real: City) -> None:
    """Against paired t tests and the Benjamini-Hochberg adjustment of scipy."""
    runs = {
        "base": [record(real, r, 0.0) for r in range(6)],
        "slow": [record(real, r, 0.004, places=7) for r in range(6)],
    }
    change = next(x for x in drawn(runs, real, "communities").changes if x.measure == "days")
    order = np.argsort(most_in(real, real.plans["before"].community_of))
    before, after = (
        np.array([counts(r, "closed_seconds") / counts(r, "closed") for r in several])[:, order]
        for several in runs.values()
    )
    moved = ~(after == before).all(axis=0)
    p = np.ones(moved.size)
    p[moved] = stats.ttest_rel(after[:, moved], before[:, moved]).pvalue
    sure = stats.false_discovery_control(p, method="bh") <= 0.05
    assert change.signs == tuple(np.where(sure, np.sign((after - before).mean(axis=0)), 0).astype(int).tolist())
    assert 0 < sum(map(abs, change.signs)) < len(change.signs)


def test_a_unit_of_few_cases_has_no_value_and_no_call(real: City) -> None:
    """One case fewer than asked, in all runs together, under one option alone."""

    def thinned(run: Record, closed: int) -> Record:
        places = run.places.copy()
        places[:, 5, run.place_columns.index("closed")] = 0
        places[0, 5, run.place_columns.index("closed")] = closed
        return replace(run, places=places)

    full = [record(real, r, 0.0) for r in range(3)]
    third = FEWEST_CASES // 3
    community = int(most_in(real, real.plans["before"].community_of)[5])
    for last, kept in ((third - 1, False), (third, True)):
        thin = [thinned(full[0], third), thinned(full[1], third), thinned(full[2], last)]
        maps = drawn({"base": full, "thin": thin}, real, "communities")
        level = {x.option: x for x in maps.levels if x.measure == "days"}
        (change,) = (x for x in maps.changes if x.measure == "days")
        assert level["base"].values[community] is not None
        assert (level["thin"].values[community] is not None) == (change.values[community] is not None) == kept
        assert kept or change.signs[community] == 0
        assert maps.fewest == FEWEST_CASES and sum(v is None for v in change.values) == (not kept)


def test_each_scale_ends_on_its_own_map(make: Callable[..., Results], real: City) -> None:
    plan = {"plan": "chengdu_2019_2020"}
    options = {
        "status_quo": (0.0, 0, ()),
        "towns": (0.0, 0, (("merge_towns", plan),)),
        "villages": (0.0, 0, (("merge_villages", plan),)),
    }
    results = make(1, options, of=real)
    for maps, after in ((results.towns, "towns"), (results.communities, "villages")):
        assert maps is not None
        assert {x.option for x in maps.levels if x.plan == "after"} == {after}
