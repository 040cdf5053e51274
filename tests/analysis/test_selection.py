"""The race keeps its promise: the best wins as often as said, in any order of options, and a tie has no winner."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from analysis.critical_points import kn_h2
from analysis.selection import Sample, Selection, VarianceFrom, kn, kn_so_far

F64 = npt.NDArray[np.float64]


def normals(mean: Sequence[float], sd: npt.ArrayLike, *, seed: int, correlation: float = 0.0) -> Sample:
    """Normal outcomes, equally correlated across a row."""
    rng, level = np.random.default_rng(seed), np.asarray(mean)
    spread = np.broadcast_to(np.asarray(sd, dtype=np.float64), level.shape)

    def sample(options: npt.NDArray[np.int64], replications: npt.NDArray[np.int64]) -> F64:
        own = rng.standard_normal((replications.size, options.size))
        shared = rng.standard_normal((replications.size, 1))
        return level[options] + spread[options] * (math.sqrt(correlation) * shared + math.sqrt(1.0 - correlation) * own)

    return sample


def races(
    sample: Sample, k: int, times: int, *, n0: int = 10, variance: VarianceFrom = "first_stage"
) -> list[Selection]:
    return [
        kn(sample, k, delta=1.0, alpha=0.05, n0=n0, better="higher", variance=variance, block=64) for _ in range(times)
    ]


def mean_used(found: list[Selection]) -> float:
    return float(np.mean([sum(s.used) for s in found]))


SLIPPAGE = [1.0] + [0.0] * 9  # the hardest case: all others delta behind


def test_the_best_wins_and_the_race_is_as_long_as_published() -> None:
    """1,000 races, k = 10, sd 3, delta 1: right code (96.5 %) fails 0.4 % of seeds, code at 93 % passes 0.6 %.

    Runs: the mean has a standard error of 7.4, so 877 +- 3 % fails right code 0.04 % of seeds.
    """
    found = races(normals(SLIPPAGE, 3.0, seed=1), 10, 1000)
    assert sum(s.selected == 0 for s in found) >= 950
    assert mean_used(found) == pytest.approx(877.0, rel=0.03)
    assert all(s.guarantee == "exact" for s in found)


def test_updated_variances_spend_less_for_nearly_the_same() -> None:
    """1,000 races of KN++ in the same case: right code (95.5 %) fails 0.2 % of seeds, code at 92 % passes 4 %."""
    found = races(normals(SLIPPAGE, 3.0, seed=2), 10, 1000, variance="all")
    assert sum(s.selected == 0 for s in found) >= 935
    assert mean_used(found) < 0.75 * 877.0
    assert all(s.guarantee == "asymptotic" for s in found)


def test_shared_luck_cuts_the_runs_fivefold() -> None:
    """200 races at correlation .9: the mean is 119 runs with a standard error of 0.9, so 175 never fails right code.

    PCS is 99 %: fewer than 190 right has a chance of 10**-5.
    """
    found = races(normals(SLIPPAGE, 3.0, seed=3, correlation=0.9), 10, 200)
    assert mean_used(found) < 877.0 / 5.0
    assert sum(s.selected == 0 for s in found) >= 190


@pytest.mark.parametrize("spread", [[8, 8, 0.3, 0.3, 0.3], [0.3, 0.3, 0.3, 0.3, 8], [8, 0.3, 0.3, 0.3, 0.3]])
def test_very_unequal_variances_keep_the_promise(spread: list[float]) -> None:
    """500 races: right code (97.8 % or more) fails 0.2 % of seeds, code with one pooled variance (93 %) passes 3 %."""
    found = races(normals([1.0, 0.0, 0.0, 0.0, 0.0], spread, seed=4), 5, 500)
    assert sum(s.selected == 0 for s in found) >= 478


@pytest.mark.slow
def test_the_promise_over_ten_thousand_races() -> None:
    """10,000 races: a standard error of 0.2 points and 2.3 runs; right code (96.5, 95.5 %; 877 runs) fails 0.1 %."""
    found = races(normals(SLIPPAGE, 3.0, seed=7), 10, 10_000)
    assert 0.958 <= np.mean([s.selected == 0 for s in found]) <= 0.973
    assert mean_used(found) == pytest.approx(877.0, rel=0.01)
    updated = races(normals(SLIPPAGE, 3.0, seed=8), 10, 10_000, variance="all")
    assert 0.947 <= np.mean([s.selected == 0 for s in updated]) <= 0.963


def study(seed: int, *, n: int = 2000, k: int = 6) -> F64:
    """Paired normal rows with unequal means and spreads; lower is better."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(50.0, 5.0, (n, 1))
    return np.asarray(shared + rng.normal(0.0, 1.0, k) + rng.uniform(0.5, 3.0, k) * rng.standard_normal((n, k)))


def look(data: F64, variance: VarianceFrom = "first_stage", n0: int = 8) -> Selection:
    return kn_so_far(data, delta=0.5, alpha=0.05, n0=n0, better="lower", variance=variance)


def by_the_book(data: F64, variance: VarianceFrom, n0: int = 8) -> tuple[int, list[int]]:
    """Kim and Nelson (2001), one step and one pair at a time: the selected, and each option's runs."""
    k, alive = data.shape[1], list(range(data.shape[1]))
    used, r = [0] * k, n0
    while True:
        seen = data[:r]
        base = r if variance == "all" else n0

        def margin(i: int, j: int, r: int = r, base: int = base) -> float:
            s2 = np.var(data[:base, i] - data[:base, j], ddof=1)
            return max(0.0, 0.5 * 0.5 / r * (float(kn_h2(k, base, 0.05)) * s2 / 0.5**2 - r))

        for i in alive:
            used[i] = r
        mean = -seen.mean(axis=0)
        alive = [i for i in alive if all(mean[i] >= mean[j] - margin(i, j) for j in alive)]
        if len(alive) == 1:
            return alive[0], used
        r += 1


@pytest.mark.parametrize("variance", ["first_stage", "all"])
@pytest.mark.parametrize("seed", range(6))
def test_the_race_is_the_published_one(seed: int, variance: VarianceFrom) -> None:
    data = study(seed)
    found = look(data, variance)
    assert (found.selected, list(found.used)) == by_the_book(data, variance)


@pytest.mark.parametrize("variance", ["first_stage", "all"])
@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_options_changes_nothing(seed: int, variance: VarianceFrom) -> None:
    data = study(seed)
    order = np.random.default_rng(seed + 50).permutation(data.shape[1])
    straight, shuffled = look(data, variance), look(data[:, order], variance)
    assert shuffled.selected is not None and order[shuffled.selected] == straight.selected
    assert [straight.used[i] for i in order] == list(shuffled.used)
    assert sorted(order[list(shuffled.tied)]) == list(straight.tied)


@pytest.mark.parametrize("variance", ["first_stage", "all"])
def test_lower_is_better_mirrors_higher_is_better(variance: VarianceFrom) -> None:
    data = study(11)
    mirrored = kn_so_far(-data, delta=0.5, alpha=0.05, n0=8, better="higher", variance=variance)
    assert mirrored == look(data, variance)


@pytest.mark.parametrize("variance", ["first_stage", "all"])
def test_looking_after_each_block_is_the_same_race(variance: VarianceFrom) -> None:
    data = study(12)
    final = look(data, variance)
    gone: set[int] = set()
    for n in range(1, max(final.used) + 4, 3):
        now = look(data[:n], variance)
        assert not gone & set(now.survivors)  # nobody comes back
        gone = set(range(data.shape[1])) - set(now.survivors)
        assert (now.selected is not None) == (n >= max(final.used))
        assert now.guarantee != "none" or now.selected is None
        assert now.runs == n * data.shape[1]
    assert now.selected == final.selected and now.used == final.used


@pytest.mark.parametrize("block", [1, 7, 64])
def test_running_and_looking_agree(block: int) -> None:
    data = study(13)
    asked: list[int] = []

    def sample(options: npt.NDArray[np.int64], replications: npt.NDArray[np.int64]) -> F64:
        asked.append(options.size * replications.size)
        return data[np.ix_(replications, options)]

    ran = kn(sample, 6, delta=0.5, alpha=0.05, n0=8, better="lower", block=block)
    seen = look(data)
    assert (ran.selected, ran.used) == (seen.selected, seen.used)
    assert ran.runs == sum(asked) and (block > 1 or ran.runs == sum(ran.used))


def test_an_option_out_of_the_race_needs_no_more_runs() -> None:
    data = study(14)
    whole = look(data)
    for option, n in enumerate(whole.used):
        data[n:, option] = np.nan
    spare = look(data)
    assert dataclasses.replace(spare, tied=whole.tied, runs=whole.runs) == whole
    assert spare.runs == sum(spare.used)
    data[9, whole.selected] = np.nan
    with pytest.raises(ValueError, match="every surviving option"):
        look(data)


def test_the_race_says_when_it_must_end() -> None:
    for seed in range(20):
        data = study(seed)
        early = look(data[:8])
        assert early.selected is not None or (
            early.at_most is not None and look(data[: early.at_most]).selected is not None
        )
    assert look(data[:7]).at_most is None and len(look(data[:7]).survivors) == 6


def test_a_limit_stops_without_a_selection() -> None:
    found = kn(normals([0.0, 0.0], 9.0, seed=5), 2, delta=0.1, alpha=0.05, n0=5, better="lower", block=8, limit=50)
    assert found.selected is None and not found.separable and found.guarantee == "none"
    assert found.runs == 100 and found.survivors == (0, 1) and found.at_most is not None and found.at_most > 50


def test_options_that_never_differ_are_a_tie() -> None:
    luck = np.random.default_rng(6).normal(size=(40, 1))
    found = look(np.hstack([luck + 3.0, luck, luck]))
    assert found.selected == 1 and found.tied == (2,) and found.survivors == (1, 2) and not found.separable
    assert found.used == (8, 8, 8)


def test_a_constant_lead_needs_no_more_than_the_first_stage() -> None:
    luck = np.random.default_rng(6).normal(size=(40, 1))
    found = look(np.hstack([luck + 3.0, luck, luck + 0.6]))
    assert found.selected == 1 and found.separable and found.used == (8, 8, 8)
    assert look(np.hstack([luck + 3.0, luck, luck + 0.4])).tied == (2,)  # real, but within delta


def test_equal_options_are_seldom_told_apart_and_a_clear_best_is() -> None:
    """500 races each. Equal options: right code tells 0.4 % apart (5 % at most), more than 25 has a chance below
    10**-12; a bare t test at the stop would tell 13 % apart. A lead of 6 delta: right code names the best in 95 %,
    below 460 has a chance of 0.03 %.
    """
    equal = races(normals([0.0, 0.0], 3.0, seed=9), 2, 500)
    assert sum(s.separable for s in equal) <= 25
    clear = races(normals([6.0, 0.0], 3.0, seed=10), 2, 500)
    assert sum(s.separable and s.selected == 0 for s in clear) >= 460


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"delta": 0.0}, "delta must be above 0"),
        ({"delta": math.nan}, "delta must be above 0"),
        ({"alpha": 0.9}, "alpha must be in"),
        ({"n0": 1}, "n0 must be at least 2"),
        ({"better": "neither"}, "better must be 'lower' or 'higher', got 'neither'"),
        ({"variance": "some"}, "variance must be"),
        ({"data": np.zeros(4)}, "table"),
        ({"data": np.zeros((4, 1))}, "k must be at least 2"),
        ({"data": np.full((4, 2), np.inf)}, "infinite"),
        ({"data": np.full((9, 2), np.nan)}, "every surviving option"),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, object], word: str) -> None:
    good: dict[str, object] = {"data": study(1)[:9], "delta": 0.5, "alpha": 0.05, "n0": 8, "better": "lower"}
    with pytest.raises(ValueError, match=word):
        kn_so_far(**{**good, **change})  # type: ignore[arg-type]


def test_a_sample_is_held_to_its_contract() -> None:
    with pytest.raises(ValueError, match=r"shape \(8, 3\), got \(3, 8\)"):
        kn(lambda o, r: np.zeros((o.size, r.size)), 3, delta=1.0, alpha=0.05, n0=8, better="lower")
    with pytest.raises(ValueError, match="finite"):
        kn(lambda o, r: np.full((r.size, o.size), np.nan), 3, delta=1.0, alpha=0.05, n0=8, better="lower")
    with pytest.raises(ValueError, match="block must be"):
        kn(normals([0.0, 1.0], 1.0, seed=1), 2, delta=1.0, alpha=0.05, n0=8, better="lower", block=0)
