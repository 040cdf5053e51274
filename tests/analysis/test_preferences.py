"""Acceptabilities of closed form, weights drawn evenly from what is stated, and noise that counts once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.preferences import Criterion, Views, draw_weights, smaa, spanning

A, B = (
    Criterion(name="a", better="higher", worst=0.0, best=1.0),
    Criterion(name="b", better="higher", worst=0.0, best=1.0),
)
ABC = tuple(Criterion(name=name, better="higher", worst=0.0, best=1.0) for name in "abc")
TWO = [[1.0, 0.0], [0.0, 0.5]]  # the first leads where the weight of a is above a third


def test_two_thirds_to_one_third() -> None:
    """10,000 draws: standard error .0047, so right code is .024 off on fewer than 1 of 1,000,000 keys."""
    found = smaa(TWO, (A, B))
    first, second = found.standings
    assert first.acceptability == pytest.approx((2 / 3, 1 / 3), abs=0.024)
    assert second.acceptability == pytest.approx((1 / 3, 2 / 3), abs=0.024)
    assert first.se == pytest.approx((0.0047, 0.0047), abs=1e-4)
    # the middle of (1/3, 1) and of (0, 1/3); a weight has a spread of .19 and .10 there
    assert first.central_weights == pytest.approx((2 / 3, 1 / 3), abs=0.012)
    assert second.central_weights == pytest.approx((1 / 6, 5 / 6), abs=0.009)
    assert first.confidence == second.confidence == 1.0
    assert found.replications == 1 and found.samples == 10_000


@pytest.mark.parametrize("gap", [0.5, 1e-6, 1e-10, 1e-14])
def test_a_dominated_option_is_never_first(gap: float) -> None:
    found = smaa([[1.0, 0.0], [0.0, 0.5], [1.0 - gap, 0.0]], (A, B), samples=20_000)
    dominated = found.standings[2]
    if gap > 1e-12:  # closer is rounding: the same option
        assert dominated.acceptability[0] == 0.0
        assert dominated.central_weights is None and dominated.confidence is None
    assert found.standings[0].acceptability[0] + dominated.acceptability[0] == pytest.approx(2 / 3, abs=0.017)


def test_a_dominated_option_is_never_first_in_noise_or_under_a_weight_of_nothing() -> None:
    rng = np.random.default_rng(1)
    runs = rng.normal(0.0, 5.0, (30, 4, 3))
    runs[:, 3] = runs[:, 1] - np.array([0.0, 0.2, 0.0])  # dominated on every run, by one criterion alone
    for views in ((), (Views(at_most={"b": 0.0}),)):
        assert smaa(runs, ABC, views=views).standings[3].acceptability[0] == 0.0


def test_options_that_excel_on_one_criterion_each_share_alike() -> None:
    """Standard error .0047: right code is .024 off on fewer than 1 of 1,000,000 keys (9 figures)."""
    found = smaa(np.eye(3), ABC)
    assert np.array([s.acceptability for s in found.standings]) == pytest.approx(np.full((3, 3), 1 / 3), abs=0.024)
    # the largest, middle and least of three even weights
    first = found.standings[0].central_weights
    assert first is not None and first == pytest.approx((11 / 18, 7 / 36, 7 / 36), abs=0.015)


def test_stated_views_narrow_the_weights() -> None:
    def first(*views: Views) -> float:
        return smaa(TWO, (A, B), views=views).standings[0].acceptability[0]

    assert first(Views(ranking=("a", "b"))) == 1.0  # a from 1/2 to 1
    assert first(Views(ranking=("b", "a"))) == pytest.approx(1 / 3, abs=0.024)  # from 0 to 1/2
    assert first(Views(at_most={"a": 0.5})) == pytest.approx(1 / 3, abs=0.024)
    assert first(Views(at_least={"a": 0.2}, at_most={"a": 0.4})) == pytest.approx(1 / 3, abs=0.024)
    assert first(Views(at_least={"a": 0.3, "b": 0.7}, at_most={"a": 0.3, "b": 0.7})) == 0.0
    assert first(Views(at_least={"a": 0.6, "b": 0.4}, at_most={"a": 0.6, "b": 0.4}, ranking=("a", "b"))) == 1.0
    members = Views(ranking=("a", "b")), Views(at_most={"a": 1 / 3})
    assert first(*members) == 0.5  # one member for each
    assert first(Views(), Views()) == pytest.approx(2 / 3, abs=0.024)


def test_weights_are_even_over_the_simplex() -> None:
    """50,000 draws of 4 weights: mean 1/4, variance 3/80, covariance -1/80, all to 5 standard errors or more."""
    weights = draw_weights("abcd", samples=50_000)
    assert weights.shape == (50_000, 4) and (weights >= 0.0).all() and np.allclose(weights.sum(axis=1), 1.0)
    assert weights.mean(axis=0) == pytest.approx(np.full(4, 1 / 4), abs=0.0045)
    expected = np.full((4, 4), -1 / 80) + np.eye(4) / 20
    np.testing.assert_allclose(np.cov(weights.T), expected, atol=0.001)


def test_ranked_weights_are_even_over_what_the_ranking_leaves() -> None:
    """Three even weights in order average 11/18, 5/18, 2/18; sorting must equal throwing away what is out of order."""
    sorted_ = draw_weights("abc", views=[Views(ranking=("b", "c", "a"))], samples=50_000)
    assert (np.diff(sorted_[:, [1, 2, 0]], axis=1) <= 0.0).all()
    assert sorted_.mean(axis=0) == pytest.approx([2 / 18, 11 / 18, 5 / 18], abs=0.004)
    free = draw_weights("abc", samples=200_000)
    kept = free[(free[:, 1] >= free[:, 2])]
    part = draw_weights("abc", views=[Views(ranking=("b", "c"))], samples=50_000)
    assert part.mean(axis=0) == pytest.approx(kept.mean(axis=0), abs=0.006)
    assert part.std(axis=0) == pytest.approx(kept.std(axis=0), abs=0.006)


def test_bounded_weights_are_even_within_their_bounds() -> None:
    """Least weights shift and shrink the simplex; all together equal throwing away what is out of bounds."""
    view = Views(at_least={"a": 0.2, "b": 0.1}, at_most={"c": 0.3}, ranking=("a", "b"))
    weights = draw_weights("abc", views=[view], samples=20_000)
    free = draw_weights("abc", samples=400_000, key=5)
    kept = free[(free[:, 0] >= free[:, 1]) & (free[:, 1] >= 0.1) & (free[:, 0] >= 0.2) & (free[:, 2] <= 0.3)]
    assert weights.mean(axis=0) == pytest.approx(kept.mean(axis=0), abs=0.007)
    least = draw_weights("abc", views=[Views(at_least={"a": 0.2, "b": 0.1})], samples=20_000)
    assert least.min(axis=0) == pytest.approx([0.2, 0.1, 0.0], abs=0.001)
    assert least.mean(axis=0) == pytest.approx(np.array([0.2, 0.1, 0.0]) + 0.7 / 3, abs=0.006)


def test_members_follow_each_other_in_equal_parts() -> None:
    views = [Views(at_least={"a": 0.9}), Views(at_least={"b": 0.9}), Views(at_least={"c": 0.9})]
    weights = draw_weights("abc", views=views, samples=10)
    assert weights.argmax(axis=1).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]


def test_replication_noise_blurs_a_lead_as_much_as_it_should() -> None:
    """One difference on both criteria, so weights do not matter: first with probability Phi(mean / error).

    10,000 draws leave .005 and the bootstrap's own shape about .01: right code is .03 off on under 1 of 1,000 seeds;
    noise of single runs in place of means would give .58.
    """
    rng = np.random.default_rng(2)
    lead = rng.normal(0.0, 1.0, 40)
    lead += 0.2 - lead.mean()
    luck = rng.normal(0.0, 30.0, (40, 2))
    runs = np.stack([luck + lead[:, None], luck], axis=1)
    found = smaa(runs, (A, B))
    z = math.sqrt(40) * lead.mean() / lead.std()
    expected = 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))
    assert found.standings[0].acceptability[0] == pytest.approx(expected, abs=0.03)
    assert found.standings[0].confidence == pytest.approx(expected, abs=0.03)
    assert found.replications == 40


def test_luck_that_options_share_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    runs = rng.normal(0.0, 1.0, (25, 4, 3))
    plain, lucky = smaa(runs, ABC), smaa(runs + rng.normal(0.0, 50.0, (25, 1, 3)), ABC)
    one, other = (np.array([s.acceptability for s in found.standings]) for found in (plain, lucky))
    np.testing.assert_allclose(one, other, atol=1e-3)


def test_ranks_and_options_both_add_up_ties_and_all() -> None:
    rng = np.random.default_rng(4)
    runs = rng.integers(0, 3, (1, 7, 2)).astype(float)[0]
    runs = np.concatenate([runs, runs[:2]])
    for views in ((), (Views(at_most={"a": 0.0}),)):
        table = np.array([s.acceptability for s in smaa(runs, (A, B), views=views, samples=500).standings])
        np.testing.assert_allclose(table.sum(axis=0), 1.0)
        np.testing.assert_allclose(table.sum(axis=1), 1.0)
        np.testing.assert_allclose(table[:2], table[-2:])  # twins


def test_lower_is_better_is_higher_turned_over() -> None:
    runs = np.random.default_rng(5).normal(10.0, 3.0, (20, 5, 2))
    days = Criterion(name="a", better="lower", worst=20.0, best=5.0)
    points = Criterion(name="a", better="higher", worst=-20.0, best=-5.0)
    turned = runs * np.array([-1.0, 1.0])
    for one, other in zip(smaa(runs, (days, B)).standings, smaa(turned, (points, B)).standings, strict=True):
        assert one.acceptability == pytest.approx(other.acceptability, abs=1e-3)


def test_scales_that_span_the_options() -> None:
    runs = np.array([[[3.0, 0.1], [5.0, 0.4]], [[5.0, 0.3], [9.0, 0.4]]])
    days, share = spanning(runs, {"days": "lower", "share": "higher"})
    assert (days.worst, days.best, days.better) == (7.0, 4.0, "lower")
    assert (share.worst, share.best) == pytest.approx((0.2, 0.4))
    # the best on days against the best on share: by symmetry, half and half
    assert smaa(runs.mean(axis=0), (days, share)).standings[0].acceptability[0] == pytest.approx(0.5, abs=0.025)


def test_equal_arguments_give_equal_answers_and_gaps_are_left_out() -> None:
    runs = np.random.default_rng(6).normal(size=(12, 3, 2))
    found = smaa(runs, (A, B), samples=1000)
    assert smaa(runs, (A, B), samples=1000) == found
    assert smaa(runs, (A, B), samples=1000, key=1) != found
    gap = np.concatenate([np.full((1, 3, 2), np.nan), runs])
    assert smaa(gap, (A, B), samples=1000) == found


def test_bad_views_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"at_least of 'a' must be in \[0, 1\], got 1.5"):
        Views(at_least={"a": 1.5})
    with pytest.raises(ValueError, match=r"ranking must name each criterion once, got \('a', 'a'\)"):
        Views(ranking=("a", "a"))
    with pytest.raises(ValueError, match="views must be about a, b, got 'c'"):
        draw_weights("ab", views=[Views(at_most={"c": 0.5})])
    for impossible in (
        Views(at_least={"a": 0.7, "b": 0.6}),
        Views(at_most={"a": 0.4, "b": 0.4}),
        Views(at_least={"a": 0.6}, ranking=("b", "a")),
    ):
        with pytest.raises(ValueError, match="views must allow at least 1 in 5000 of the weights, got 0 of"):
            draw_weights("ab", views=[impossible])
    with pytest.raises(ValueError, match="samples must be at least 2, one a member, got 1"):
        draw_weights("ab", views=[Views(), Views()], samples=1)
    with pytest.raises(ValueError, match=r"criteria must be distinct and at least one, got \['a', 'a'\]"):
        draw_weights("aa")


def test_bad_criteria_and_tables_are_refused() -> None:
    with pytest.raises(ValueError, match=r"days: best must be lower than worst, both finite, got best 9.0, worst 4.0"):
        Criterion(name="days", better="lower", worst=4.0, best=9.0)
    with pytest.raises(ValueError, match="a: best must be higher than worst"):
        spanning([[1.0, 2.0], [1.0, 3.0]], {"a": "higher", "b": "higher"})
    with pytest.raises(ValueError, match="values must have 3 criteria, got 2"):
        smaa(TWO, ABC)
    with pytest.raises(ValueError, match="values must have 1 criteria, got 2"):
        spanning(TWO, {"a": "higher"})
    with pytest.raises(ValueError, match="at least 2 options and 2 criteria"):
        smaa([[1.0, 2.0]], (A, B))
