"""What more brings, branches kept, surges, who walks further, what to measure first: runs and maps worked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.decision.assumed import Draws, Swept
from analysis.decision.horizon import unseen
from analysis.decision.knowing import knowing
from analysis.decision.margins import Beside, margins
from analysis.decision.standing import KINDS, Map, laid_out, standings, totals
from analysis.decision.willing import acceptable
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.rules import Rules
from sim.world import City

N, DAYS, WARMUP = 4, 40, 10
TALLIES = ("needs", "closed", "closed_seconds", "arrived", "departed", "filed_community_centre", "filed_town_complex")


def runs(outcomes: Mapping[str, float], *, open_: Sequence[Sequence[int]] = ((), ()), seconds: int = 0) -> Any:
    """N equal records: 200 needs and 100 closings a day in two districts together, `open_` cases beyond none."""
    daily = np.zeros((DAYS, 2, len(TALLIES)), dtype=np.int64)
    daily[:, :, 0], daily[:, :, 1], daily[:, :, 2] = 100, 50, 50 * 86_400
    daily[:, 1, 2] -= 50 * seconds
    for district, cases in enumerate(open_):
        whole = np.array([*cases, *[0] * (DAYS - len(cases))])
        daily[:, district, 3] = np.diff(whole, prepend=0)
    return [SimpleNamespace(outcomes=dict(outcomes), daily=daily, tallies=TALLIES) for _ in range(N)]


def beside(**given: Any) -> Beside:
    plain = {"days_to_solved": 10.0, "unmet_share": 0.2, "cost_per_resident": 100.0}
    return Beside(
        residents=1_000_000, share=0.5, days=DAYS, warmup=WARMUP,
        districts=(("甲区", "First", 800_000), ("乙区", "Second", 200_000)), today=runs(plain), **given,
    )  # fmt: skip


def test_a_million_yuan_buys_what_was_bought_over_what_it_cost() -> None:
    """Two million yuan a year: a day off 36,500 closings and 0.1 of 73,000 needs; by five posts."""
    better = {"days_to_solved": 9.0, "unmet_share": 0.1, "cost_per_resident": 102.0}
    free = {"days_to_solved": 9.0, "unmet_share": 0.1, "cost_per_resident": 100.0}
    found = margins(beside(more={"x": runs(better, seconds=3_600), "free": runs(free)}, added={"x": 5.0}))
    (row,) = found.more
    assert row.cost == pytest.approx(2.0)
    assert (row.days.mean, row.met.mean) == pytest.approx((18_250.0, 3_650.0))
    assert (row.one_days, row.one_met) == pytest.approx((7_300.0, 1_460.0))
    assert (row.where_en, row.there) == ("Second", pytest.approx(-1 / 24))


def test_no_district_comes_first_where_none_surely_gains() -> None:
    same = {"days_to_solved": 10.0, "unmet_share": 0.2, "cost_per_resident": 101.0}
    (row,) = margins(beside(more={"x": runs(same)})).more
    assert (row.where, row.there) == ("", None) and row.days.identical


def test_the_share_of_branches_that_breaks_even_lies_on_the_line_between_two() -> None:
    def merged(unmet: float, cost: float) -> Any:
        return runs({"days_to_solved": 10.0, "unmet_share": unmet, "cost_per_resident": cost})

    found = margins(
        beside(merge="m", branches={1.0: merged(0.19, 99.0), 0.5: merged(0.23, 98.0), 0.0: merged(0.3, 90.0)})
    )
    even = {b.outcome: b.share for b in found.break_even}
    assert even["unmet_share"] == pytest.approx(0.5 + 0.5 * 0.03 / 0.04)
    assert even["cost_per_resident"] is None and even["days_to_solved"] is None
    assert [k.share for k in found.kept if k.outcome == "unmet_share"] == [0.0, 0.5, 1.0]


def test_a_surge_is_over_when_a_tenth_is_left_and_the_worst_district_is_for_its_size() -> None:
    """Days 12 to 16: 100 cases more a day, then 50 fewer a day; the smaller district has half as many."""
    cases = [0] * 12 + [100, 200, 300, 400, 500] + [450 - 50 * k for k in range(9)]
    half = [x // 2 for x in cases]
    plain = {"days_to_solved": 10.0, "unmet_share": 0.2, "cost_per_resident": 100.0}
    found = margins(
        beside(
            calm={"o": runs(plain)}, surged={"o": runs(plain, open_=(cases, half))}, surge_from=12, surge_until=17,
        )
    )  # fmt: skip
    (surged,) = found.surged
    assert surged.peak == pytest.approx(750 / 100.0) and found.surge_days == 5
    assert surged.days == 8  # 450, 400, ..., 50 are left: 75 of 750 is the tenth
    assert (surged.first_en, surged.first_peak) == ("Second", pytest.approx(250 / 20.0))


def every_map(city: City, named: Mapping[str, Option]) -> dict[str, Map]:
    return {name: laid_out(city, Rules(), option, DAYS) for name, option in named.items()}


def options(**reforms: Any) -> dict[str, Option]:
    return {
        "today": Option(name="today"),
        **{n: Option(name=n, rollouts=((n, Rollout(reform=r, from_day=5)),)) for n, r in reforms.items()},
    }


def test_offices_that_close_are_counted_by_district_and_add_up(city: City) -> None:
    merge = REFORMS["merge"]
    named = options(kept=merge(), closed=merge(keep_branches=0.0), hired=REFORMS["one_grid"](households=300, hire=True))
    records = [SimpleNamespace(daily=runs({})[0].daily, tallies=TALLIES, residents=city.residents)]
    rows, walks = standings(city, Rules(), every_map(city, named), DAYS, {"today": records})  # type: ignore[dict-item]
    before, after = (len(np.unique(city.plans[plan].community_of)) for plan in ("before", "after"))
    assert before > after
    whole = {(r.option, r.kind): (r.before, r.after) for r in rows if not r.district}
    assert whole["closed", "offices"] == (before, after) and ("kept", "offices") not in whole
    for (option, kind), (was, now) in whole.items():
        parts = [(r.before, r.after) for r in rows if (r.option, r.kind) == (option, kind) and r.district]
        assert sum(b - a for b, a in parts) == pytest.approx(was - now)
    assert {k for o, k in whole if o == "hired"} == {"grid_posts"}
    assert totals(city, Rules(), named["hired"], DAYS)["grid_posts"] == whole["hired", "grid_posts"][1]
    assert {r.kind for r in rows} <= set(KINDS)
    assert [w.option for w in walks] == ["closed"]


def test_longer_ways_are_priced_by_the_hour_and_villages_named_by_what_they_lose(city: City) -> None:
    named = options(closed=REFORMS["merge"](keep_branches=0.0))
    record = SimpleNamespace(
        daily=np.ones((DAYS, 2, len(TALLIES)), np.int64), tallies=TALLIES, residents=city.residents
    )
    _, (walk,) = standings(city, Rules(), every_map(city, named), DAYS, {"today": [record]})  # type: ignore[list-item]
    was, now = (laid_out(city, Rules(), named[name], DAYS).walk for name in ("today", "closed"))
    rate = 2 * DAYS / city.residents * 365 / DAYS
    minutes = sum(
        float(p) * 2.0 * rate * sum(max(0.0, float(n - w)) for n, w in zip(a, b, strict=True))
        for p, a, b in zip(city.population, now, was, strict=True)
    )
    assert walk.visits == pytest.approx(2 * rate) and walk.hours == pytest.approx(minutes / 60.0)
    assert walk.hour == 60.0 and walk.price == pytest.approx(walk.hours * 60.0 / city.residents)
    assert 0 < walk.older < walk.further and walk.share == walk.further / city.residents
    assert walk.remote_after >= walk.remote_before
    lost = [v.residents * (v.after - v.before) for v in walk.villages]
    assert lost == sorted(lost, reverse=True) and lost[-1] > 0.0 and len({v.name for v in walk.villages}) == len(lost)


def test_the_assumption_that_turns_the_choice_is_measured_first() -> None:
    """Days 10 against 10 + 4 (x - .5), x uniform: knowing x gains 4 E[(.5 - x)+] = .5; the other lever nothing."""
    points = np.random.default_rng(4).random((400, 2))
    effect = 4.0 * (points[:, 0] - 0.5)
    draws = Draws(
        asked=400, residents=10, share=1.0, points=points,
        levers=tuple(Swept(lever=name, value=0.5, low=0.0, high=1.0, log=False) for name in ("first", "second")),
        outcomes={"base": [{"days_to_solved": 10.0}] * 400, "o": [{"days_to_solved": 10.0 + e} for e in effect]},
        again={"base": [{"days_to_solved": 30.0}] * 2, "o": [{"days_to_solved": 33.0}] * 2},
    )  # fmt: skip
    race = {"base": [{"days_to_solved": 10.0}] * 2, "o": [{"days_to_solved": 13.0}] * 2}
    found = knowing(draws, race)
    assert found is not None and found.everything["days_to_solved"] == pytest.approx(0.5, abs=0.1)
    (first,) = found.first
    (known,) = first.outcomes
    assert first.lever == "first" and known.value == pytest.approx(0.5, abs=0.1)
    assert known.changes == pytest.approx(0.5, abs=0.06)
    assert first.worth == pytest.approx(known.value / 0.1)


def test_what_a_run_is_too_short_to_show_is_named() -> None:
    """Projects after 4 months and a transition of 6: from day 28 on, days 148 and 208 are the first to show more."""
    named = {
        "today": Option(name="today"),
        "merged": Option(name="merged", rollouts=(("m", Rollout(reform=REFORMS["merge"](), from_day=28)),)),
        "money": Option(name="money", rollouts=(("f", Rollout(reform=REFORMS["fund_level"](level=1.5), from_day=28)),)),
        "grid": Option(
            name="grid", rollouts=(("g", Rollout(reform=REFORMS["one_grid"](households=300), from_day=28)),)
        ),
    }
    rules = Rules()
    assert (rules.fund.delay_months, rules.jurisdiction.transition_months) == (4, 6)

    def found(days: int, rules: Rules = rules) -> set[tuple[str, str, int]]:
        return {(u.option, u.what, u.months) for u in unseen(named, rules, (510104,), days)}

    assert found(90) == {("merged", "transition", 6), ("money", "fund", 4)} == found(148)
    assert found(149) == {("merged", "transition", 6)} == found(208) and found(209) == set()
    lossless = replace(rules, jurisdiction=replace(rules.jurisdiction, transition_loss=0.0))
    assert found(90, lossless) == {("money", "fund", 4)}


def test_the_best_buy_turns_where_a_step_is_worth_what_it_costs() -> None:
    """20 yuan for 2 days: of a level of 10, 20 steps of 0.1. Below 1 yuan a step nobody buys, above it everybody; at 1
    the draws with more than 2 days buy. The small city's 9 days and 900 yuan more are no part of it."""
    days = 2.0 + np.array([-0.5, 0.5] * 20)
    draws = Draws(
        asked=40, residents=10, share=1.0, points=np.zeros((40, 1)),
        levers=(Swept(lever="x", value=0.5, low=0.0, high=1.0, log=False),),
        outcomes={
            "base": [{"days_to_solved": 30.0, "cost_per_resident": 500.0}] * 40,
            "o": [{"days_to_solved": 21.0 - d, "cost_per_resident": 1_420.0} for d in days],
        },
        again={
            "base": [{"days_to_solved": 30.0, "cost_per_resident": 500.0}] * 2,
            "o": [{"days_to_solved": 19.0, "cost_per_resident": 1_420.0}] * 2,
        },
    )  # fmt: skip
    race = {
        "base": [{"days_to_solved": 10.0, "cost_per_resident": 100.0}] * 2,
        "o": [{"days_to_solved": 8.0, "cost_per_resident": 120.0}] * 2,
    }
    (found,) = acceptable(draws, race)
    assert found.step == pytest.approx(0.1) and found.offers[:4] == (0.0, 1.0, 3.0, 10.0)
    assert found.chance["o"] == (0.0, 0.5, 1.0, 1.0, 1.0, 1.0) and found.draws == 40
    assert found.best[0] == "base" and set(found.best[2:]) == {"o"}
    assert acceptable(replace(draws, again={"base": [], "o": []}), race) == ()
