"""Service windows within a walk: a street worked by hand, nothing lost or made, and what closing and opening may do."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.brief.reached import reach
from analysis.brief.words import words
from analysis.decision.reach import LEAST, Reach, reaches, windows_in_reach
from analysis.decision.standing import Map, laid_out
from analysis.results import Results
from sim.mechanisms.staffing import Stations
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.rules import Rules
from sim.world import City, chengdu
from sim.world.cases import Stage

DAYS, WEEK = 40, 2400.0  # five days of eight hours, in minutes
RULES = Rules()
REACH = 15.0 * 80.0 / 1.3  # metres in a straight line: 15 minutes at 80 m/min with a detour of 1.3


def option(name: str, **reforms: Any) -> Option:
    return Option(name=name, rollouts=tuple((n, Rollout(reform=r, from_day=5)) for n, r in reforms.items()))


MERGE = REFORMS["merge"]
OPTIONS = {
    o.name: o
    for o in (
        option("today"),
        option("again"),
        option("kept", merge=MERGE()),
        option("half", merge=MERGE(keep_branches=0.5)),
        option("closed", merge=MERGE(keep_branches=0.0)),
        option("longer", hours=REFORMS["opening_hours"](extra_hours=2.0, saturday=True)),
        option("windows", windows=REFORMS["windows"](community=2.0, town=2.0)),
    )
}


@pytest.fixture(scope="module")
def place() -> City:
    return chengdu(0.005)


@pytest.fixture(scope="module")
def found(place: City) -> dict[str, Reach]:
    laid = {name: laid_out(place, RULES, option, DAYS) for name, option in OPTIONS.items()}
    return {row.option: row for row in reaches(place, RULES, laid)}


def in_reach(city: City, name: str) -> Any:
    return windows_in_reach(laid_out(city, RULES, OPTIONS[name], DAYS), RULES).access


def street(homes: list[float], people: list[int], sites: list[float], servers: list[int]) -> tuple[Any, Any]:
    """A district along one line: the first site is an office, the others are halls."""
    stations = Stations()
    for stage, several in ((Stage.COUNTER, servers[:1]), (Stage.TOWN_COUNTER, servers[1:])):
        stations.add(stage, np.array(several, np.int32), np.array(several, np.float64))
    rows, first = stations.done()
    at = np.column_stack((sites, np.zeros(len(sites))))
    district = SimpleNamespace(x=np.array(homes), y=np.zeros(len(homes)), population=np.array(people))
    return district, SimpleNamespace(stations=rows, first_station=first, counter_at=at)


def test_two_sites_and_three_compounds_by_hand() -> None:
    """The office's window is shared by 300 people, the hall's two by 250, of whom 200 reach both; a fourth compound
    is out of reach; at the edge counts, a metre beyond does not; the district next door is another matter."""
    homes, people = [0.0, 800.0, 1_600.0 + REACH, 1_601.0 + REACH], [100, 200, 50, 30]
    next_door = street([0.0], [10], [0.0, 10_000.0], [1, 1])
    access = windows_in_reach(Map((street(homes, people, [0.0, 1_600.0], [1, 2]), next_door), (RULES, RULES)), RULES)
    office, hall = WEEK / 300, 2 * WEEK / 250
    assert access.access == pytest.approx([office, office + hall, hall, 0.0, WEEK / 10], rel=1e-12)
    assert access.reached == pytest.approx(4 * WEEK) and access.stranded == WEEK  # nobody lives at the last hall


@pytest.mark.parametrize("name", OPTIONS)
def test_minutes_handed_out_are_those_of_windows_in_reach(city: City, name: str) -> None:
    laid = laid_out(city, RULES, OPTIONS[name], DAYS)
    access = windows_in_reach(laid, RULES)
    counters = (int(Stage.COUNTER), int(Stage.TOWN_COUNTER))
    windows = sum(int(s["servers"][np.isin(s["stage"], counters)].sum()) for s in (x.stations for _, x in laid.parts))
    week = 6 * 10 * 60.0 if name == "longer" else WEEK
    assert float(access.access @ city.population) == pytest.approx(access.reached, rel=1e-12)
    assert access.reached + access.stranded == pytest.approx(windows * week, rel=1e-12) and access.reached > 0.0


def test_access_is_that_of_the_full_table_of_distances(place: City) -> None:
    """The whole formula again, compound by compound and site by site, without an index of near ones."""
    laid, got, first = laid_out(place, RULES, OPTIONS["half"], DAYS), in_reach(place, "half"), 0
    for district, layout in laid.parts:
        at, x, y = layout.counter_at, district.x, district.y
        near = np.hypot(at[:, 0] - x[:, None], at[:, 1] - y[:, None]) * 1.3 / 80.0 <= 15.0
        stages = layout.stations["stage"]
        servers = np.concatenate([layout.stations["servers"][stages == s] for s in (Stage.COUNTER, Stage.TOWN_COUNTER)])
        demand = near.T @ district.population
        ratio = np.where(demand > 0, servers * WEEK / np.maximum(demand, 1), 0.0)
        assert got[first : first + x.size] == pytest.approx(near @ ratio, rel=1e-9)
        first += x.size
    assert first == place.population.size


def test_sites_stand_where_the_model_lets_residents_walk(place: City) -> None:
    laid = laid_out(place, RULES, OPTIONS["half"], DAYS)
    for district, layout in laid.parts:
        table = layout.compounds[:-1]
        for channel, column, stage, offset in (
            (1, "counter", Stage.COUNTER, 0), (2, "town_counter", Stage.TOWN_COUNTER, layout.offices),
        ):  # fmt: skip
            at = layout.counter_at[table[column] - layout.first_station[stage] + offset]
            way = np.hypot(at[:, 0] - district.x, at[:, 1] - district.y) * 1.3 / 80.0
            assert np.minimum(way, 240.0) == pytest.approx(layout.walk[:, channel])
    assert not (in_reach(place, "half")[(laid.walk <= 15.0).any(axis=1)] == 0.0).any()


def test_the_same_rules_change_nothing_at_all(found: dict[str, Reach]) -> None:
    for name in ("today", "again"):
        row = found[name]
        assert (row.minutes_change, row.gini_change, row.none_change) == (0.0, 0.0, 0.0)
        assert (row.fewer, row.more, row.lost_all, row.districts) == (0, 0, 0, ())


def test_closing_branches_only_ever_takes_windows_out_of_reach(place: City, found: dict[str, Reach]) -> None:
    reached = [in_reach(place, name) > 0.0 for name in ("kept", "half", "closed")]
    assert all((later <= earlier).all() for earlier, later in pairwise(reached))
    assert found["kept"].none < found["half"].none < found["closed"].none
    row = found["closed"]
    people = place.population
    was, now = in_reach(place, "today"), in_reach(place, "closed")
    assert row.lost_all == people[(was > 0.0) & (now == 0.0)].sum() > 0
    assert row.none_change == pytest.approx(row.lost_all / place.residents)
    mean = float(was @ people) / place.residents
    assert row.least == pytest.approx(LEAST * mean)
    assert row.fewer == people[was - now > LEAST * mean].sum() and row.more == people[now - was > LEAST * mean].sum()
    assert row.fewer_share == row.fewer / place.residents


def test_the_districts_named_lose_most_first(place: City, found: dict[str, Reach]) -> None:
    named = found["closed"].districts
    grown = [d.after - d.before for d in named]
    assert grown == sorted(grown, reverse=True) and grown[-1] > 0.0 and 0 < len(named) <= 5
    first = place.district_name.index(named[0].district)
    inside, people = place.district == first, place.population
    assert named[0].residents == people[inside].sum()
    assert named[0].after == people[inside & (in_reach(place, "closed") == 0.0)].sum() / people[inside].sum()


def test_longer_hours_lift_everybody_alike_and_windows_nobody_less(place: City, found: dict[str, Reach]) -> None:
    """Ten hours on six days for eight on five: half as much again."""
    today = in_reach(place, "today")
    assert in_reach(place, "longer") == pytest.approx(1.5 * today, rel=1e-12)
    assert found["longer"].gini == pytest.approx(found["today"].gini) and found["longer"].fewer == 0
    assert (in_reach(place, "windows") >= today).all() and found["windows"].minutes > found["today"].minutes


def test_the_brief_shows_the_base_and_what_moves_in_both_languages(results: Results) -> None:
    (table, *_), (spoken, *_) = (reach(results, words(lang)).grids for lang in ("en", "zh"))
    assert [name for name, _ in table.rows] == ["Status quo", words("en").name("option", "merge_branches_kept")]
    merged = {row.option: row for row in results.reach}["merge_branches_kept"]
    base = results.reach[0]
    assert table.rows[1][1][0] == f"{base.minutes:.1f} → {merged.minutes:.1f}"
    for (_, english), (_, chinese) in zip(table.rows[1:], spoken.rows[1:], strict=True):
        assert [str(c).split(" (")[0] for c in english] == [str(c).split("（")[0] for c in chinese]
