"""Chengdu keeps what is published: populations, maps, the fund, shares of the census."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from sim.services import AGE_BANDS, COMPOUND_KINDS
from sim.world import City, chengdu
from sim.world.chengdu_tables import chengdu_gazetteer
from sim.world.city import AGE_BITS, ONLINE_BIT, PARTY_BIT, PROPENSITY_SHIFT, VOLUNTEER_BIT
from sim.world.gazetteer import merge_groups
from sim.world.synthesis import crosswalk_counts


def table(name: str) -> list[dict[str, str]]:
    with (files("sim") / "data" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_district_has_its_census_population(whole: City) -> None:
    published = {int(row["code"]): int(row["population_2020"]) for row in table("chengdu_districts.csv")}
    counted = np.bincount(whole.district, weights=whole.population).astype(int)
    assert dict(zip(whole.district_code.tolist(), counted.tolist(), strict=True)) == published
    assert whole.residents == 20_937_757 == whole.traits.size
    assert whole.totals == {str(code): float(n) for code, n in published.items()} | {"all": 20_937_757.0}


def test_city_has_its_compounds_and_family_households(whole: City) -> None:
    assert whole.compound_id.size == 100_000 == np.unique(whole.compound_id).size
    assert int(whole.households.sum()) == 7_419_822
    assert whole.population.min() >= 1
    assert whole.households.min() >= 1
    assert np.all(whole.households <= whole.population)


def test_maps_have_the_published_towns_and_villages(whole: City) -> None:
    for plan, towns, villages, stem in (("before", 375, 4366, "2019_before"), ("after", 261, 3041, "2020_after")):
        jurisdictions = whole.plans[plan]
        published = {int(row["code"]): row for row in table(f"chengdu/villages_{stem}.csv")}
        assert sorted(jurisdictions.community_code.tolist()) == sorted(published)
        assert jurisdictions.community_code.size == villages
        assert jurisdictions.town_code.size == towns
        for m, code in enumerate(jurisdictions.community_code.tolist()):
            assert jurisdictions.community_name[m] == published[code]["name"]
            assert jurisdictions.town_code[jurisdictions.town_of[m]] == int(published[code]["town_code"])
            assert jurisdictions.urban[m] == (published[code]["committee_type"] != "村委会")
        people = np.bincount(jurisdictions.community_of, weights=whole.population, minlength=villages)
        assert people.min() > 0
        assert people.sum() == whole.residents


def test_towns_lie_in_their_district_after_the_renaming_of_xinjin(whole: City) -> None:
    for plan in whole.plans.values():
        district = plan.district_of[plan.town_of[plan.community_of]]
        assert np.array_equal(district, whole.district)
        codes = whole.district_code[plan.district_of]
        renamed = np.where(plan.town_code // 1000 == 510132, 510118, plan.town_code // 1000)
        assert np.array_equal(codes, renamed)


def test_villages_follow_their_name(whole: City) -> None:
    before, after = whole.plans["before"], whole.plans["after"]
    place_of = {code: m for m, code in enumerate(before.community_code.tolist())}
    heirs: dict[int, set[int]] = {}
    for m, n in np.unique(np.stack((before.community_of, after.community_of), axis=1), axis=0).tolist():
        heirs.setdefault(m, set()).add(int(after.community_code[n]))
    named = 0
    for row in table("chengdu/village_crosswalk_2019_2020.csv"):
        found = heirs[place_of[int(row["old_code"])]]
        assert {code // 1000 for code in found} == {int(row["new_town_code"])}
        if row["new_code"]:
            named += int(row["new_code"]) in found
    assert named == 2653


def test_crosswalk_is_completed_as_reported() -> None:
    counts = crosswalk_counts(chengdu_gazetteer())
    assert (counts.by_name, counts.joined, counts.joined_towns, counts.split) == (2653, 391, 86, 21)
    assert counts.by_name + counts.by_balance + counts.joined == 4366


def test_splits_are_the_only_places_under_two_new_villages(whole: City) -> None:
    pairs = np.unique(np.stack((whole.place, whole.plans["after"].community_of), axis=1), axis=0)
    assert len(pairs) == 4366 + 21


def grants(urban: int, rural: int, urban_committees: int, rural_committees: int) -> float:
    """Yuan a year by the published formula of the community fund."""
    return urban_committees * 100_000 + rural_committees * 250_000 + 15.0 * urban + 40.0 * rural


def test_fund_formula(whole: City) -> None:
    before, after = whole.plans["before"], whole.plans["after"]
    urban = int(whole.population[whole.urban == 1].sum())
    assert urban == 16_492_671  # 78.77 %
    assert int(before.urban.sum()) == 1704
    assert int(after.urban.sum()) == 1747
    assert grants(urban, whole.residents - urban, 1704, 2662) == pytest.approx(1.261e9, abs=1e6)
    assert grants(urban, whole.residents - urban, 1747, 1294) == pytest.approx(0.923e9, abs=1e6)
    mapped = int(whole.population[after.urban[after.community_of] == 1].sum())
    assert 0.88e9 < grants(mapped, whole.residents - mapped, 1747, 1294) < 0.93e9


def test_places_are_runs_and_numbered_by_their_first_compound(whole: City) -> None:
    for column in (whole.district, whole.group, whole.place, whole.plans["after"].community_of):
        starts = column[np.flatnonzero(np.diff(column, prepend=-1))]
        assert np.array_equal(starts, np.arange(column.max() + 1))
    for plan in whole.plans.values():
        towns = plan.town_of[plan.community_of]
        first = np.unique(towns, return_index=True)[1]
        assert np.all(np.diff(first) > 0)
    assert np.array_equal(whole.place, whole.plans["before"].community_of)
    assert np.array_equal(whole.urban, whole.plans["before"].urban[whole.place])


def test_merge_groups_tie_towns_that_share_people(whole: City) -> None:
    groups = merge_groups(chengdu_gazetteer())
    assert len(set(groups.values())) == 213 == int(whole.group.max()) + 1
    for plan in whole.plans.values():
        town = plan.town_of[plan.community_of]
        pairs = np.unique(np.stack((town, whole.group), axis=1), axis=0)
        assert len(pairs) == plan.town_code.size


def test_traits_follow_the_census(whole: City) -> None:
    """20.9 million draws: a share has a standard error below 1.1e-4, so .001 is nine of them (false alarm < 1e-17)."""
    band = whole.traits & AGE_BITS
    share = np.bincount(band, minlength=len(AGE_BANDS)) / whole.residents
    assert share.size == len(AGE_BANDS)
    assert share[0] == pytest.approx(0.1328, abs=0.001)
    assert share[1:4].sum() == pytest.approx(0.6874, abs=0.001)
    assert share[4:].sum() == pytest.approx(0.1798, abs=0.001)
    online = whole.traits >> ONLINE_BIT & 1
    rural = np.repeat(whole.urban == 0, whole.population)
    assert online.mean() == pytest.approx(0.73, abs=0.001)
    assert online[band >= 4].mean() == pytest.approx(0.432, abs=0.002)
    assert online[rural].mean() == pytest.approx(0.576, abs=0.002)
    adults = band > 0
    assert (whole.traits >> PARTY_BIT & 1)[adults].mean() == pytest.approx(0.09, abs=0.003)
    assert not (whole.traits >> PARTY_BIT & 1)[~adults].any()
    assert (whole.traits >> VOLUNTEER_BIT & 1).mean() == pytest.approx(0.197, abs=0.001)
    assert np.bincount(whole.traits >> PROPENSITY_SHIFT) / whole.residents == pytest.approx([0.25] * 4, abs=0.001)
    assert (band[rural] >= 4).mean() > 1.5 * (band[~rural] >= 4).mean()


def test_kinds_stand_where_they_should(whole: City) -> None:
    kind = np.array(COMPOUND_KINDS)[whole.kind]
    assert set(kind[whole.urban == 0]) == {"hamlet", "resettlement"}
    assert "hamlet" not in set(kind[whole.urban == 1])
    distance = np.hypot(whole.x, whole.y)
    assert distance[kind == "danwei"].mean() < 0.5 * distance[kind == "estate"].mean()


@pytest.mark.parametrize("compounds", [20_000, 130_000])
def test_other_numbers_of_compounds(compounds: int) -> None:
    city = chengdu(compounds=compounds, cache=False)
    assert city.compound_id.size == compounds
    assert city.residents == 20_937_757
    assert np.unique(city.plans["after"].community_of).size == 3041


@pytest.mark.parametrize(
    ("share", "compounds", "message"),
    [
        (0.0, 100_000, r"city.share must be in \(0, 1\], got 0.0"),
        (1.1, 100_000, r"city.share must be in \(0, 1\], got 1.1"),
        (float("nan"), 100_000, r"city.share must be in \(0, 1\], got nan"),
        (1.0, 19_999, r"city.compounds must be in \[20000, 130000\], got 19999"),
    ],
)
def test_bad_arguments_are_named(share: float, compounds: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chengdu(share, compounds=compounds, cache=False)
