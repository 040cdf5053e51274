"""Shares sum to the whole, nothing gets nothing, equals get equal; sampled orders are as sure as they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise, permutations

import numpy as np
import numpy.typing as npt
import pytest

from analysis.attribution import balanced_orders, shapley
from analysis.compare import paired

F64 = npt.NDArray[np.float64]
Value = Callable[[frozenset[str]], F64]


def players(m: int) -> list[str]:
    return [f"p{i}" for i in range(m)]


def random_game(m: int, n: int, seed: int) -> Value:
    """Every coalition an outcome of its own, on n seeds."""
    table = np.random.default_rng(seed).normal(0.0, 10.0, (2**m, n))
    return lambda coalition: table[sum(1 << int(p[1:]) for p in coalition)]


def airport(coalition: frozenset[str]) -> float:
    """The runway costs what the largest aircraft that uses it needs (Littlechild and Owen 1973)."""
    return max(({"small": 1.0, "middle": 2.0, "large": 3.0}[p] for p in coalition), default=0.0)


def test_the_airport_game() -> None:
    found = shapley(airport, ["small", "middle", "large"])
    assert [s.effect.mean for s in found.shares] == pytest.approx([1 / 3, 5 / 6, 11 / 6], rel=1e-15)
    assert [s.first_in.mean for s in found.shares] == [1.0, 2.0, 3.0]
    assert [s.last_in.mean for s in found.shares] == [0.0, 0.0, 1.0]
    # for small and middle: half of 2 - 1 - 2 with no one in, half of 3 - 3 - 3 + 3 with large in; and so on
    assert [i.effect.mean for i in found.interactions] == pytest.approx([-0.5, -0.5, -1.5])
    assert found.total.mean == 3.0 and found.coalitions == 8 and found.exact
    assert found.of("large").player == "large" and found.of("large").se is None


def test_shares_are_the_mean_over_all_orders() -> None:
    """The definition, order by order."""
    value = random_game(5, 7, seed=1)
    expected = {p: np.zeros(7) for p in players(5)}
    orders = list(permutations(players(5)))
    for order in orders:
        for i, player in enumerate(order):
            expected[player] += (value(frozenset(order[: i + 1])) - value(frozenset(order[:i]))) / len(orders)
    for share in shapley(value, players(5)).shares:
        np.testing.assert_allclose(share.values, expected[share.player], atol=1e-12)


@pytest.mark.parametrize("m", [1, 2, 5, 8, 9, 10])
def test_shares_sum_to_the_whole_on_every_seed(m: int) -> None:
    value = random_game(m, 25, seed=2)
    found = shapley(value, players(m), blocks=2, interactions=False)
    assert found.exact == (m <= 8)
    total = value(frozenset(players(m))) - value(frozenset())
    assert np.abs(np.sum([s.values for s in found.shares], axis=0) - total).max() < 1e-9
    assert found.total == paired(total, np.zeros(25))


@pytest.mark.parametrize("m", [6, 9])
def test_a_placebo_gets_exactly_nothing_on_every_seed(m: int) -> None:
    inner = random_game(m, 40, seed=3)
    found = shapley(lambda c: inner(c - {"p2"}), players(m), blocks=2)
    share = found.of("p2")
    assert set(share.values) == {0.0} and share.effect.identical and share.se == 0.0
    assert share.first_in.identical and share.last_in.identical
    assert all(i.effect.identical for i in found.interactions if "p2" in i.players)
    assert not any(s.effect.identical for s in found.shares if s.player != "p2")


def test_symmetric_twins_get_the_same_to_the_last_bit() -> None:
    table = np.random.default_rng(4).normal(0.0, 10.0, (2, 2, 2, 2, 3, 30))

    def value(c: frozenset[str]) -> F64:
        others = tuple(int(p in c) for p in ("p0", "p2", "p3", "p5"))
        return np.asarray(table[(*others, len(c & {"p1", "p4"}))])

    found = shapley(value, players(6))
    assert found.of("p1").values == found.of("p4").values
    assert found.of("p1").first_in == found.of("p4").first_in
    assert found.of("p0").values != found.of("p2").values


@pytest.mark.parametrize("m", [4, 9])
def test_parts_that_only_add_up_keep_their_own_effect(m: int) -> None:
    own = np.random.default_rng(5).normal(size=(m, 20))
    found = shapley(lambda c: 100.0 + sum((own[int(p[1:])] for p in c), np.zeros(20)), players(m), blocks=2)
    for share, effect in zip(found.shares, own, strict=True):
        np.testing.assert_allclose(share.values, effect, atol=1e-9)
        assert share.first_in.mean == pytest.approx(share.last_in.mean)
    assert all(np.abs(i.values).max() < 1e-9 for i in found.interactions)


def test_parts_that_only_work_together_interact_by_the_whole() -> None:
    found = shapley(lambda c: float({"a", "b"} <= c), ["a", "b", "c"])
    assert [s.effect.mean for s in found.shares] == pytest.approx([0.5, 0.5, 0.0])
    assert [(i.players, i.effect.mean) for i in found.interactions] == [
        (("a", "b"), pytest.approx(1.0)),
        (("a", "c"), 0.0),
        (("b", "c"), 0.0),
    ]
    assert [(s.first_in.mean, s.last_in.mean) for s in found.shares[:2]] == [(0.0, 1.0)] * 2


def test_every_replication_is_attributed_and_intervals_follow() -> None:
    value = random_game(3, 50, seed=6)
    found = shapley(value, players(3), confidence=0.9)
    for share in found.shares:
        assert share.effect == paired(share.values, np.zeros(50), confidence=0.9)
        assert share.effect.bca is not None and share.sampling_se is None and share.se == share.effect.se
    alone = shapley(lambda c: value(c)[7], players(3))
    assert [s.values[0] for s in alone.shares] == pytest.approx([s.values[7] for s in found.shares])
    assert alone.shares[0].effect.interval is None


@pytest.mark.parametrize("m", range(1, 12))
def test_orders_are_balanced(m: int) -> None:
    orders = balanced_orders(m).tolist()
    times = 1 if m % 2 == 0 else 2
    assert len(orders) == times * m and all(sorted(order) == list(range(m)) for order in orders)
    for place in zip(*orders, strict=True):
        assert set(Counter(place).values()) == {times}
    neighbours = Counter(pair for order in orders for pair in pairwise(order))
    assert len(neighbours) == m * (m - 1) and set(neighbours.values()) <= {times}


def test_sampled_orders_agree_with_all_of_them() -> None:
    """9 shares and 36 interactions, 20 blocks: t of 19 degrees beyond 5.5 comes once in 800 tests of 45."""
    value = random_game(9, 3, seed=7)
    true, found = shapley(value, players(9), exact_up_to=9), shapley(value, players(9), blocks=20)
    assert true.exact and not found.exact and found.coalitions <= 512
    pairs = [*zip(found.shares, true.shares, strict=True), *zip(found.interactions, true.interactions, strict=True)]
    t = [(one.effect.mean - other.effect.mean) / one.sampling_se for one, other in pairs if one.sampling_se]
    assert len(t) == 45 and np.abs(t).max() < 5.5
    assert found.of("p0").se == pytest.approx(np.hypot(found.of("p0").effect.se or 0, found.of("p0").sampling_se or 0))


def test_sampling_errors_are_as_large_as_they_say() -> None:
    """60 studies of 9 players, 12 blocks: the mean of t squared is 11/9 if errors are right and shares unbiased.

    Over 540 shares (2,160 pairs) its own error is about .1: right code leaves [.85, 1.65] on about 1 of 10,000 sets of
    keys; errors a quarter too small give 2.2, a quarter too large .8.
    """
    value = random_game(9, 1, seed=8)
    true = shapley(value, players(9), exact_up_to=9)
    shares, pairs = [], []
    for key in range(60):
        found = shapley(value, players(9), blocks=12, key=key)
        for t, some, truth in ((shares, found.shares, true.shares), (pairs, found.interactions, true.interactions)):
            t += [(a.effect.mean - b.effect.mean) / (a.sampling_se or 0) for a, b in zip(some, truth, strict=True)]
    for t in (shares, pairs):
        assert 0.85 < np.mean(np.square(t)) < 1.65 and abs(np.mean(t)) < 0.2


def test_each_coalition_is_asked_for_once_and_large_packages_for_few() -> None:
    asked: Counter[frozenset[str]] = Counter()

    def value(coalition: frozenset[str]) -> float:
        asked[coalition] += 1
        return float(len(coalition)) ** 2

    assert shapley(value, players(8)).coalitions == len(asked) == 256 and set(asked.values()) == {1}
    asked.clear()
    found = shapley(value, players(14), blocks=3, interactions=False)
    assert found.coalitions == len(asked) <= 3 * 14 * 13 + 2 and set(asked.values()) == {1}
    assert [s.effect.mean for s in found.shares] == pytest.approx([14.0] * 14)  # places are balanced
    assert shapley(value, players(14), blocks=3, interactions=False) == found


def test_an_outcome_that_is_overwritten_is_kept() -> None:
    buffer = np.zeros(4)

    def value(coalition: frozenset[str]) -> F64:
        buffer[:] = len(coalition)
        return buffer

    assert [s.effect.mean for s in shapley(value, ["a", "b"]).shares] == [1.0, 1.0]


def test_bad_games_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"distinct and at least one, got \['a', 'a'\]"):
        shapley(airport, ["a", "a"])
    with pytest.raises(ValueError, match="at least one"):
        shapley(airport, [])
    with pytest.raises(ValueError, match=r"value of \{b\} must be finite, of shape \(1,\), got a missing"):
        shapley(lambda c: float("nan") if "b" in c else 0.0, ["a", "b"])
    with pytest.raises(ValueError, match=r"value of \{a\} must be finite, of shape \(1,\), got shape \(2,\)"):
        shapley(lambda c: np.zeros(1 + len(c)), ["a", "b"])
    with pytest.raises(ValueError, match="blocks must be at least 2, got 1"):
        shapley(random_game(9, 1, seed=9), players(9), blocks=1)
    with pytest.raises(ValueError, match="player must be one of a, b, got 'c'"):
        shapley(lambda c: float(len(c)), ["a", "b"]).of("c")
    with pytest.raises(ValueError, match="m must be at least 1, got 0"):
        balanced_orders(0)
