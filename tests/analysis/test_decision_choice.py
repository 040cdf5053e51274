"""The choice: a winner only where one can be told apart, by the rule that fits how the runs were made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.decision.choice import Choice, choices, decide
from analysis.decision.runs import HEADLINE


def runs_of(table: Mapping[str, Mapping[str, Sequence[float]]]) -> Any:
    """outcome -> option -> values by replication, as records that have outcomes alone."""
    options = next(iter(table.values()))
    count = len(next(iter(options.values())))
    return {
        option: [SimpleNamespace(outcomes={o: values[option][r] for o, values in table.items()}) for r in range(count)]
        for option in options
    }


def noisy(gaps: Mapping[str, float], *, n: int, sd: float, seed: int, level: float = 100.0) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    luck = rng.normal(0.0, 5.0, n)
    return {name: (level + luck + gap + rng.normal(0.0, sd, n)).tolist() for name, gap in gaps.items()}


def one(gaps: Mapping[str, float], *, n: int = 12, sd: float = 0.1, seed: int = 1, **how: Any) -> Choice:
    (choice,) = choices("base", runs_of({"days_to_solved": noisy(gaps, n=n, sd=sd, seed=seed)}), **how)
    return choice


@pytest.mark.parametrize("sequential", [False, True])
def test_a_clear_best_is_named_and_fewer_days_are_better(sequential: bool) -> None:
    choice = one({"a": 0.0, "b": -5.0, "c": 2.0}, sequential=sequential)
    assert (choice.best, choice.leader, choice.among) == ("b", "b", ("b",))
    assert choice.lead == pytest.approx(5.0, abs=0.3) and choice.lead_low < choice.lead < choice.lead_high
    assert choice.chance is not None and choice.chance["b"] > 0.999 and choice.more is None
    assert choice.delta == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("sequential", [False, True])
def test_options_within_delta_of_each_other_have_no_winner(sequential: bool) -> None:
    choice = one({"a": 0.0, "b": 0.0, "c": 8.0}, sequential=sequential)
    assert choice.best is None and choice.among == ("a", "b") and choice.level and choice.more is None


@pytest.mark.parametrize("sequential", [False, True])
def test_a_noisy_race_names_nobody_and_says_how_many_more_runs(sequential: bool) -> None:
    choice = one({"a": 0.0, "b": -2.0}, n=10, sd=6.0, sequential=sequential)
    assert choice.best is None and set(choice.among) == {"a", "b"} and not choice.level
    assert choice.more is not None and choice.more > 10


@pytest.mark.parametrize("sequential", [False, True])
def test_the_choice_is_right_under_very_unequal_variances_and_in_any_order(sequential: bool) -> None:
    """Spreads 80 to 1, the noisiest the best by 3 days of 97. Of 40 studies, 5 % of which may err, 6 do in 1.4 %."""
    gaps = {"base": 0.0, "calm": 0.5, "wild": -3.0, "middling": 2.0}
    spreads = {"base": 1.0, "calm": 0.1, "wild": 8.0, "middling": 1.0}
    wrong, named = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        luck = rng.normal(0.0, 5.0, 300)
        values = {n: (100.0 + luck + g + rng.normal(0.0, spreads[n], 300)).tolist() for n, g in gaps.items()}
        found = [
            choices("base", runs_of({"days_to_solved": {n: values[n] for n in order}}), sequential=sequential)[0]
            for order in (["base", *others] for others in permutations(("calm", "wild", "middling")))
        ]
        assert len({c.best for c in found}) == 1 and len({frozenset(c.among) for c in found}) == 1
        wrong += found[0].best not in (None, "wild")
        named += found[0].best == "wild"
    assert wrong <= 5 and named >= 30


def test_a_fixed_study_rarely_names_a_false_best() -> None:
    """Two options 1.5 apart, delta 1, alpha 5 %: the worse is named best in at most 5 % of 400 studies (20; 33 has a
    chance below 0.3 % at 5 %). A rule at twice the error fails with 96 %."""
    named = [one({"a": 0.0, "b": 1.5}, n=8, sd=4.0, seed=s).best for s in range(400)]
    assert sum(name == "b" for name in named) <= 33


@pytest.mark.slow
def test_two_equal_options_read_after_every_block_are_rarely_told_apart() -> None:
    """Equal options, looked at after each block of 4 up to 40: one is ever named the best in at most 5 % of studies."""
    named = 0
    for seed in range(200):
        values = noisy({"a": 0.0, "b": 0.0}, n=40, sd=2.0, seed=seed)
        for n in range(8, 41, 4):
            part = {name: v[:n] for name, v in values.items()}
            (choice,) = choices("base", runs_of({"days_to_solved": part}), sequential=True, first=8)
            if choice.best is not None:
                named += 1
                break
    assert named <= 20  # 10 expected at most; over 20 has a chance below 0.2 %


def test_the_verdict_is_best_only_where_one_option_leads_on_everything() -> None:
    low, high = {"a": 0.0, "b": -5.0}, {"a": 0.0, "b": 5.0}
    everything = {o: noisy(high if o == "active_share" else low, n=12, sd=0.1, seed=3) for o in HEADLINE}
    found = choices("base", runs_of(everything))
    assert len(found) == len(HEADLINE)
    verdict = decide(found, ("a", "b"))
    assert (verdict.kind, verdict.option) == ("best", "b") and verdict.chance is not None and verdict.chance > 0.99
    everything["cost_per_resident"] = noisy(high, n=12, sd=0.1, seed=4)
    verdict = decide(choices("base", runs_of(everything)), ("a", "b"))
    assert (verdict.kind, verdict.option, verdict.chance) == ("trade_off", None, None)
    assert verdict.separable["cost_per_resident"] == "a" and verdict.separable["unmet_share"] == "b"
    same = {o: noisy({"a": 0.0, "b": 0.0}, n=12, sd=0.0, seed=3) for o in HEADLINE}
    assert decide(choices("base", runs_of(same)), ("a", "b")).kind == "no_best"
    assert decide((), ("a",)).kind == "lone"


def test_replications_with_a_missing_value_are_left_out() -> None:
    values = noisy({"a": 0.0, "b": -5.0}, n=10, sd=0.1, seed=5)
    values["b"][3] = math.nan
    (choice,) = choices("base", runs_of({"days_to_solved": values}))
    assert choice.replications == 9 and choice.best == "b"
