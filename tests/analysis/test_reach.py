"""Service windows within a walk: every walk counted one by one, nothing lost, and what may not change does not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.decision.reach import NAMED, Reach, reaches, windows_in_reach
from analysis.decision.standing import laid_out
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.rules import Rules
from sim.world import City, chengdu
from sim.world.cases import Stage
from sim.world.layout import stations_of

DAYS = 40
WEEK = 5 * 8 * 60  # minutes that a window is open


def option(name: str, *reforms: Any) -> Option:
    return Option(name=name, rollouts=tuple((f"entry{k}", Rollout(reform=r)) for k, r in enumerate(reforms)))


TODAY = option("today")
CLOSED = option("closed", REFORMS["merge"](keep_branches=0.0))


def circles(minutes: float) -> Rules:
    rules = Rules()
    return replace(rules, life_circles=replace(rules.life_circles, town_minutes=minutes))


@pytest.mark.parametrize("chosen", [TODAY, CLOSED], ids=lambda o: o.name)
def test_every_walk_counted_one_by_one(city: City, chosen: Option) -> None:
    """Luo and Wang's two steps as they are told, compound by compound and site by site."""
    rules = Rules()
    laid = laid_out(city, rules, chosen, DAYS)
    expected: list[float] = []
    for district, layout in laid.parts:
        counters = [layout.stations[stations_of(layout, s)] for s in (Stage.COUNTER, Stage.TOWN_COUNTER)]
        windows = [int(n) for tier in counters for n in tier["servers"]]
        homes, sites = list(zip(district.x, district.y, strict=True)), layout.counter_at
        assert len(windows) == len(sites) == layout.offices + layout.halls

        def near(home: tuple[float, float], site: Any) -> bool:
            return math.dist(home, site) * rules.choice.detour / rules.choice.walking_speed <= 15.0

        crowd = [sum(int(p) for h, p in zip(homes, district.population, strict=True) if near(h, s)) for s in sites]
        expected += [
            sum(n * WEEK / c for n, c, s in zip(windows, crowd, sites, strict=True) if near(home, s)) for home in homes
        ]
    assert windows_in_reach(laid, rules).access == pytest.approx(expected, rel=1e-12)
    assert 0.0 < min(x for x in expected if x > 0.0) < max(expected)


def test_what_windows_offer_is_what_residents_have(city: City) -> None:
    for chosen in (TODAY, CLOSED):
        laid = laid_out(city, Rules(), chosen, DAYS)
        found = windows_in_reach(laid, Rules())
        offered = WEEK * sum(
            int(layout.stations[stations_of(layout, s)]["servers"].sum())
            for _, layout in laid.parts
            for s in (Stage.COUNTER, Stage.TOWN_COUNTER)
        )
        people = np.concatenate([district.population for district, _ in laid.parts])
        assert float(found.access @ people) == pytest.approx(found.reached, rel=1e-12)
        assert found.reached + found.stranded == pytest.approx(offered, rel=1e-12)


def test_today_against_itself_changes_nothing_and_a_closing_takes_the_last_window_from_some() -> None:
    city = chengdu(0.01)
    base, same, closed = reaches(city, Rules(), {o.name: o for o in (TODAY, option("same"), CLOSED)}, DAYS)
    assert replace(same, option="today") == base
    assert (base.minutes_change, base.gini_change, base.none_change, base.fewer, base.more, base.lost_all) == (0,) * 6
    assert base.districts == ()
    assert 0 < closed.lost_all <= closed.fewer < city.residents and closed.none > base.none
    assert closed.lost_all_share == closed.lost_all / city.residents
    grown = [d.after - d.before for d in closed.districts]
    assert 0 < len(grown) <= NAMED and grown == sorted(grown, reverse=True) and grown[-1] > 0.0
    assert closed.none_older_rural is not None and base.none_older_rural is not None
    assert closed.none_older_rural > base.none_older_rural


def test_longer_hours_are_worth_their_minutes_and_reach_nobody_new(city: City) -> None:
    longer = option("longer", REFORMS["opening_hours"](extra_hours=2.0, saturday=True))
    base, more = reaches(city, Rules(), {"today": TODAY, "longer": longer}, DAYS)
    assert more.minutes == pytest.approx(base.minutes * (6 * 10) / (5 * 8), rel=1e-12)
    assert (more.none, more.gini) == (base.none, pytest.approx(base.gini, rel=1e-9))


def test_who_may_walk_further_is_rarely_without() -> None:
    city = chengdu(0.01)

    def today(minutes: float) -> Reach:
        (base,) = reaches(city, circles(minutes), {"today": TODAY}, DAYS)
        assert base.catchment == minutes
        return base

    without = [today(minutes).none for minutes in (10.0, 15.0, 30.0)]
    assert without[0] > without[1] > without[2] > 0.0
