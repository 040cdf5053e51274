"""Money, scenarios, priorities, assumptions and parts of a package, on runs whose answers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.decision.apart import Coalitions, take_apart
from analysis.decision.assumed import Draws, Swept, over_assumptions
from analysis.decision.holding import Elsewhere, favoured, robust, robust_elsewhere
from analysis.decision.money import bargains, equal_cost, paybacks, transition

N = 6


def runs_of(table: Mapping[str, Mapping[str, float]], *, noise: float = 0.0) -> Any:
    """option -> outcome -> mean, as N records whose luck is shared by all options."""
    luck = np.random.default_rng(1).normal(0.0, noise, N) if noise else np.zeros(N)
    return {
        option: [SimpleNamespace(outcomes={o: v + luck[r] for o, v in outcomes.items()}) for r in range(N)]
        for option, outcomes in table.items()
    }


def outcomes_of(table: Mapping[str, Mapping[str, float]]) -> Any:
    """option -> outcome -> value, as the outcomes of N equal runs."""
    return {option: [dict(outcomes)] * N for option, outcomes in table.items()}


def test_efficient_options_and_the_extendedly_dominated_are_told_apart() -> None:
    """Costs 0, 10, 20 gain 0, 1, 10 days: the middle is beaten by a mix of its neighbours."""
    days = {"a": (100.0, 20.0), "b": (110.0, 19.0), "c": (120.0, 10.0), "d": (130.0, 12.0)}
    table = {o: {"cost_per_resident": cost, "days_to_solved": d} for o, (cost, d) in days.items()}
    (found,) = bargains(runs_of(table, noise=1.0))
    assert {i.option: i.status for i in found.increments} == {
        "a": "efficient", "b": "extendedly dominated", "c": "efficient", "d": "dominated"
    }  # fmt: skip
    assert next(i.ratio for i in found.increments if i.option == "c") == pytest.approx(2.0)


def test_at_equal_cost_effects_shrink_with_what_is_cut_and_savers_are_left_out() -> None:
    table = {
        "base": {"cost_per_resident": 100.0, "days_to_solved": 20.0},
        "dear": {"cost_per_resident": 140.0, "days_to_solved": 12.0},
        "cheap": {"cost_per_resident": 110.0, "days_to_solved": 17.0},
        "saver": {"cost_per_resident": 90.0, "days_to_solved": 21.0},
    }
    found = {e.option: e for e in equal_cost(runs_of(table))}
    assert set(found) == {"dear", "cheap"} and all(e.cost == pytest.approx(10.0) for e in found.values())
    assert found["dear"].effect == pytest.approx(-2.0) and found["cheap"].effect == pytest.approx(-3.0)
    assert found["dear"].price == pytest.approx(5.0) and found["dear"].worth == "from"


def test_a_one_off_cost_is_paid_back_by_running_savings_alone() -> None:
    """73 of 100 days in force: 10 yuan a resident saved in them is 50 a year; 25 once is paid back in half a year."""

    def money(once: int, wages: int) -> Any:
        return [SimpleNamespace(money={"paid_one_off": once, "paid_wages": wages, "fund_granted": 9}, residents=1)] * N

    runs = {
        "base": money(0, 10_000),
        "saves": money(2_500, 9_000),
        "costs": money(2_500, 10_500),
        "same": money(0, 10_000),
    }
    found = {p.option: p for p in paybacks(runs, {"saves": 27, "costs": 27}, 100)}
    assert found["saves"].one_off == 25.0 and found["saves"].running == pytest.approx(-50.0)
    assert found["saves"].years == pytest.approx(0.5)
    assert found["costs"].years is None and found["same"].years == 0.0


def test_a_dip_that_passes_is_seen_month_by_month() -> None:
    def record(seconds: Sequence[int]) -> Any:
        daily = np.zeros((90, 2, 2), dtype=np.int64)
        daily[:, :, 1] = 5
        daily[:, :, 0] = 5 * 86_400 * np.array(seconds)[:, None]
        return SimpleNamespace(daily=daily, tallies=("closed_seconds", "closed"))

    base, dip = [4] * 90, [4] * 30 + [6] * 30 + [4] * 30
    runs: Any = {"base": [record(base)] * 3, "dip": [record(dip)] * 3}
    found = transition(runs, {"dip": 30})
    assert [(m.from_day, m.paired.mean) for m in found] == [(30, 2.0), (60, 0.0)]


def test_the_least_of_the_largest_regrets_is_found_over_scenarios() -> None:
    """Savage's table [[50, 7, -10], [30, 20, 5], [15, 12, 10]]: regrets 20, 20, 35, the first two a tie."""
    table = {"a": (50.0, 7.0, -10.0), "b": (30.0, 20.0, 5.0), "c": (15.0, 12.0, 10.0)}
    scenarios = {f"s{k}": outcomes_of({o: {"active_share": row[k]} for o, row in table.items()}) for k in range(3)}
    (found,) = robust(scenarios, residents=9, share=0.5)
    assert [o.largest for o in found.options] == pytest.approx([20.0, 20.0, 35.0])
    assert found.minimax == ("a", "b") and found.scenarios == ("s0", "s1", "s2")
    assert robust({"s0": scenarios["s0"]}, residents=9, share=0.5) == ()
    assert (found.residents, found.share, found.replications) == (9, 0.5, N)


def test_what_scenarios_change_in_a_smaller_city_is_put_around_the_race() -> None:
    """The small city has 100 and 7 too much; the race's means with its changes are Savage's table again."""
    table = {"a": (50.0, 7.0, -10.0), "b": (30.0, 20.0, 5.0), "c": (15.0, 12.0, 10.0)}
    off = {"a": 100.0, "b": 7.0, "c": 0.0}
    small = {f"s{k}": outcomes_of({o: {"active_share": row[k] + off[o]} for o, row in table.items()}) for k in range(3)}
    race = outcomes_of({o: {"active_share": row[0]} for o, row in table.items()})
    (found,) = robust_elsewhere(Elsewhere(residents=9, share=0.5, outcomes=small), race)
    assert [o.largest for o in found.options] == pytest.approx([20.0, 20.0, 35.0])
    assert [o.worst for o in found.options] == pytest.approx([-10.0, 5.0, 10.0]) and found.scenarios == tuple(small)


def test_all_weights_are_shared_out_as_known() -> None:
    """Worths (1, 0) and (0, 1): half of all weights each; an option worse on both never comes first."""
    table = {
        "a": {"days_to_solved": 1.0, "active_share": 0.1, "walk_minutes": 3.0},
        "b": {"days_to_solved": 2.0, "active_share": 0.2, "walk_minutes": 3.0},
        "c": {"days_to_solved": 2.0, "active_share": 0.1, "walk_minutes": 3.0},
    }
    found = {f.option: f for f in favoured(runs_of(table))}
    assert found["a"].ranks[0] == pytest.approx(0.5, abs=0.02) and found["b"].ranks[0] == pytest.approx(0.5, abs=0.02)
    assert found["c"].ranks[0] == 0.0 and found["c"].weights is None
    assert found["a"].weights is not None and set(found["a"].weights) == {"days_to_solved", "active_share"}
    assert found["a"].weights["days_to_solved"] > 0.7
    assert favoured({"a": runs_of(table)["a"]}) == ()


RACE = 0.5  # the race's mean effect on days: the smaller city of the draws has another, 3 days lower


def draws(n: int = 200, *, slope: float, luck: float = 0.0, seed: int = 3) -> Draws:
    """Effects on days: -2.5 + slope * (x - 0.5) + luck, where x is the first of two levers in [0, 1]."""
    rng = np.random.default_rng(seed)
    points = rng.random((n, 2))
    effect = slope * (points[:, 0] - 0.5) + rng.normal(0.0, luck, n)
    again = rng.normal(0.0, luck, 60)
    return Draws(
        asked=n + 1,
        residents=1000,
        share=0.5,
        levers=tuple(Swept(lever=name, value=0.5, low=0.0, high=1.0, log=False) for name in ("first", "second")),
        points=points,
        outcomes={
            "base": [{"days_to_solved": 15.0}] * n,
            "option": [{"days_to_solved": 12.5 + e} for e in effect],
        },
        again={"base": [{"days_to_solved": 15.0}] * 60, "option": [{"days_to_solved": 12.5 + e} for e in again]},
    )


def raced(mean: float = RACE, noise: float = 0.0, n: int = 10) -> Any:
    """The race's outcomes: days 10 under the base, and by so many more under the option, to the last bit the mean."""
    wobble = noise * np.array([(-1.0) ** r for r in range(n)])
    return {
        "base": [{"days_to_solved": 10.0}] * n,
        "option": [{"days_to_solved": 10.0 + mean + w} for w in wobble],
    }


def test_the_interval_over_assumptions_lies_around_the_race_and_says_what_drives_the_sign() -> None:
    """The small city is 3 days off the race: what the draws move is put around the race's 0.5, not around -2.5."""
    found = over_assumptions(draws(slope=4.0, luck=0.3), raced())
    (effect,) = found.effects
    assert effect.mean == RACE and effect.as_assumed == pytest.approx(-2.5, abs=0.15)
    assert (effect.low, effect.median, effect.high) == pytest.approx((-1.3, 0.5, 2.3), abs=0.35)
    assert not effect.outside and effect.low < RACE < effect.high
    assert effect.worse == pytest.approx(0.625, abs=0.08) and effect.better == pytest.approx(1 - effect.worse)
    assert effect.luck == pytest.approx(0.3**2 / (4.0**2 / 12 + 0.3**2), abs=0.03)
    assert [d.lever for d in found.drivers] == ["first"] and found.drivers[0].correlation > 0.9
    (box,) = found.failing
    assert [(b.input, b.side) for b in box.bounds] == [("first", "at_least")]
    assert box.bounds[0].value == pytest.approx(0.375, abs=0.1) and box.density > 0.9 and box.coverage > 0.8
    assert found.best[0].chance["option"] == pytest.approx(effect.better)
    assert found.best[0].error["option"] == pytest.approx(np.sqrt(0.375 * 0.625 / 204), rel=0.05)
    assert (found.draws, found.asked) == (200, 201)


def test_the_race_alone_says_where_the_draws_are_put_and_its_error_widens_them() -> None:
    same = {mean: over_assumptions(draws(slope=4.0), raced(mean)).effects[0] for mean in (-8.0, 0.0, 8.0)}
    for mean, effect in same.items():
        assert (effect.low - mean, effect.high - mean) == pytest.approx((same[0.0].low, same[0.0].high))
        assert effect.error == 0.0
    assert [e.better for e in same.values()] == pytest.approx([1.0, 0.5, 0.0], abs=0.08)
    noisy = over_assumptions(draws(slope=0.0), raced(noise=1.2)).effects[0]  # se 1.2 * sqrt(10 / 9) / sqrt(10) = 0.4
    assert noisy.error == pytest.approx(0.4)
    assert (noisy.low, noisy.high) == pytest.approx((RACE - 1.645 * 0.4, RACE + 1.645 * 0.4), abs=0.01)


def test_an_effect_that_no_assumption_moves_is_a_point_at_the_mean() -> None:
    (effect,) = over_assumptions(draws(slope=0.0), raced(4.2)).effects
    assert effect.low == effect.median == effect.mean == effect.high == raced(4.2)["option"][0]["days_to_solved"] - 10.0
    assert not effect.outside and effect.luck is None


def test_a_mean_at_an_end_of_its_range_is_flagged() -> None:
    """The value else is 1, where the small city's mean stands; nearly all draws lie below it."""
    given = draws(slope=4.0)
    shifted = {"base": given.again["base"], "option": [{"days_to_solved": 12.5 + 2.0}] * 60}
    (effect,) = over_assumptions(replace(given, again=shifted), raced()).effects
    assert effect.outside and effect.high < effect.mean == RACE
    assert effect.high == pytest.approx(RACE - 4.0 * 0.05, abs=0.1)


def test_draws_without_runs_to_centre_them_give_no_interval() -> None:
    given = draws(slope=4.0)
    alone = replace(given, again={name: runs[:1] for name, runs in given.again.items()})
    assert over_assumptions(alone, raced()).effects == () == over_assumptions(alone, raced()).best
    assert over_assumptions(given, raced(n=1)).effects == ()


def test_luck_alone_has_no_driver_in_most_studies_and_all_of_the_variance() -> None:
    """Any lever is called a driver in at most 5 % of studies without one: 60 studies, 8 have a chance of 1 %."""
    studies = [over_assumptions(draws(100, slope=0.0, luck=1.0, seed=s), raced(0.0)) for s in range(60)]
    assert sum(bool(s.drivers) for s in studies) <= 8 and sum(bool(s.failing) for s in studies) <= 8
    assert np.mean([s.effects[0].luck for s in studies]) > 0.85


def test_what_is_next_to_nothing_is_explained_by_nothing() -> None:
    found = over_assumptions(draws(slope=0.1), raced(0.0))
    assert found.effects[0].high > 0.0 and not found.drivers and not found.failing


def test_a_package_is_shared_out_among_its_parts() -> None:
    """Parts worth -1, -2 and nothing, and -3 more together: the two share what they do together."""
    parts = ("one", "two", "idle")
    coalitions = [frozenset(c) for size in range(4) for c in combinations(parts, size)]

    def days(c: frozenset[str]) -> float:
        return 20.0 - ("one" in c) - 2.0 * ("two" in c) - 3.0 * ({"one", "two"} <= c)

    luck = np.random.default_rng(5).normal(0.0, 1.0, N)
    outcomes: Any = {c: [{"days_to_solved": days(c) + x} for x in luck] for c in coalitions}
    package = take_apart(Coalitions(option="all", parts=parts, residents=10, share=1.0, outcomes=outcomes))
    (taken,) = package.outcomes
    share = {s.player: s for s in taken.attribution.shares}
    assert share["one"].effect.mean == pytest.approx(-2.5) and share["two"].effect.mean == pytest.approx(-3.5)
    assert share["idle"].effect.identical and taken.attribution.total.mean == pytest.approx(-6.0)
    assert share["one"].first_in.mean == pytest.approx(-1.0) and share["one"].last_in.mean == pytest.approx(-4.0)
    assert package.replications == N
