"""Robustness metrics by hand and by vector, errors that are as large as they say, ties that stay ties."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from analysis import robustness
from analysis.robustness import assess, kendall, laplace, max_regret, maximax, maximin, metrics, regret, resample_shares

SAVAGE = [[50, 7, -10], [30, 20, 5], [15, 12, 10]]
ROWS = [[54, 70, 40, 60], [60, 55, 58, 57], [80, 30, 75, 20]]
# only minimax regret picks the first option: the worst case picks the third, mean and best case the second
TABLE = np.array([[85.0, 80, 70], [100, 100, 40], [75, 72, 72]])
GAP = 8.0  # between the two least of the largest regrets 20, 32, 28


def noisy_copies(copies: int, n: int, seed: int) -> npt.NDArray[np.float64]:
    """[copies, n, options, scenarios] around TABLE: the standard error of GAP over n replications is a quarter of it.

    Both regrets peak in the second scenario, so the gap is a difference of two cells: cells err by 2 / sqrt(2). Luck
    that the options share (sd 10 a replication) is on top.
    """
    rng = np.random.default_rng(seed)
    own = rng.normal(0.0, np.sqrt(2.0 * n), (copies, n, 3, 3))
    return TABLE + own + rng.normal(0.0, 10.0, (copies, n, 1, 3))


def test_savages_table_and_its_tie() -> None:
    found = assess(SAVAGE, "higher")
    assert found.of("minimax_regret").values == (20.0, 20.0, 35.0)
    assert found.of("minimax_regret").best == (0, 1)  # a tie is a tie
    assert found.regret == ((0.0, 13.0, 20.0), (20.0, 0.0, 5.0), (35.0, 8.0, 0.0))
    assert found.replications == 1 and found.regret_se is None and found.scores[0].se is None
    assert [found.of(name).best for name in ("maximin", "maximax", "laplace")] == [(2,), (0,), (1,)]


def test_worst_cases_and_regrets_of_the_three_rows() -> None:
    assert maximin(ROWS, "higher").tolist() == [40, 55, 20]
    assert max_regret(ROWS, "higher").tolist() == [35, 20, 40]


def test_every_metric_by_hand() -> None:
    """0 to 10 has quantiles 1, 2.5, 5, 7.5, 9 at 10, 25, 50, 75 and 90 %, mean 5, variance 11."""
    even, squares = np.arange(11.0), np.arange(11.0) ** 2
    table, root = np.array([even, squares]), np.sqrt(11.0)
    up = {m.name: m.measure(table)[0] for m in metrics("higher", threshold=7.0, pessimism=0.8)}
    down = {m.name: m.measure(table)[0] for m in metrics("lower", threshold=7.0, pessimism=0.8)}
    assert [up[m] for m in ("maximin", "maximax", "laplace")] == [0.0, 10.0, 5.0]
    assert [down[m] for m in ("maximin", "maximax", "laplace")] == [10.0, 0.0, 5.0]
    assert [up["hurwicz"], down["hurwicz"]] == pytest.approx([2.0, 8.0])
    assert [up["mean_variance"], down["mean_variance"]] == pytest.approx([6.0 / (root + 1.0), 6.0 * (root + 1.0)])
    assert up["undesirable_deviations"] == down["undesirable_deviations"] == 2.5  # 5 4 3 2 1 0
    assert up["skewness"] == 0.0 and up["peakedness"] == 1.6
    assert [up["domain"], down["domain"]] == pytest.approx([4 / 11, 8 / 11])
    assert up["minimax_regret"] == 90.0 and up["regret_90th_percentile"] == 72.0  # n^2 - n
    assert down["minimax_regret"] == 0.0


def test_skewness_points_to_the_better_side() -> None:
    squares = np.tile(np.arange(11.0) ** 2, (2, 1))  # quantiles 1, 25, 81: a long tail upward
    assert robustness.skewness(squares, "higher") == pytest.approx(0.4)
    assert robustness.skewness(squares, "lower") == pytest.approx(-0.4)


@pytest.mark.parametrize("name", [m.name for m in metrics("higher", threshold=0.5) if m.name != "mean_variance"])
def test_lower_is_better_is_higher_turned_over(name: str) -> None:
    table = np.random.default_rng(1).normal(size=(5, 4, 9))
    up = next(m for m in metrics("higher", threshold=0.5) if m.name == name)
    down = next(m for m in metrics("lower", threshold=-0.5) if m.name == name)
    turned = -1.0 if name in ("maximin", "maximax", "hurwicz", "laplace") else 1.0  # as the outcome reads
    assert (up.better == down.better) == (turned > 0.0)
    np.testing.assert_allclose(down.measure(-table), turned * up.measure(table), rtol=1e-12)


def test_regret_is_never_negative_and_someone_has_none() -> None:
    table = np.random.default_rng(2).normal(size=(50, 6, 7))
    for better in ("lower", "higher"):
        found = regret(table, better)
        assert (found >= 0.0).all() and (found.min(axis=1) == 0.0).all()


def test_rounding_breaks_no_tie() -> None:
    found = assess([[0.1 + 0.2, 1.0], [0.3, 1.0]], "lower")
    assert found.of("minimax_regret").values == (0.0, 0.0) and found.of("minimax_regret").best == (0, 1)
    assert found.of("maximax").best == (0, 1) and assess([[0.3 + 1e-6, 1], [0.3, 1]], "lower").of("maximax").best == (
        1,
    )


def test_what_is_undefined_is_missing_and_ranks_nothing() -> None:
    found = assess([[2.0, 2, 2], [-5.0, -4, -3]], "higher")
    assert found.of("skewness").values == (None, 0.0) and found.of("skewness").best == (1,)
    assert found.of("peakedness").values[0] is None
    assert found.of("mean_variance").values == (3.0, None)  # a mean below -1
    row = [s.metric for s in found.scores].index("skewness")
    assert set(found.agreement[row]) == {None}


def test_minimax_regret_is_recovered_across_four_standard_errors() -> None:
    """1,000 copies: right code errs in 3 of 100,000, so it fails (more than 10) on under 1e-9 of seeds.

    Choosing by worst case, mean or best case recovers it in about 430, 90 and 0.
    """
    copies = noisy_copies(1000, 20, seed=4)
    means = copies.mean(axis=1)
    assert (max_regret(means, "higher").argmin(axis=1) == 0).sum() >= 990
    for other in (maximin(means, "higher"), laplace(means), maximax(means, "higher")):
        assert (other.argmax(axis=1) == 0).sum() < 600
    assert [assess(runs, "higher", resamples=100).of("minimax_regret").best for runs in copies[:20]] == [(0,)] * 20


def test_standard_errors_are_as_large_as_the_spread_over_studies() -> None:
    """Mean standard error of 200 studies against the spread of 2,000: 10 % off is four standard errors of the ratio.

    Right code fails on about 1 of 10,000 seeds; errors that leave out the pairing are 3 to 5 times as large.
    """
    copies = noisy_copies(2000, 20, seed=5)
    true = max_regret(copies.mean(axis=1), "higher").std(axis=0)
    said = np.mean([assess(c, "higher", resamples=200).of("minimax_regret").se for c in copies[:200]], axis=0)
    np.testing.assert_allclose(said, true, rtol=0.10)


def test_the_standard_errors_of_means_and_differences_are_the_usual_ones() -> None:
    """4,000 resamples leave 1.1 %: right code is 5 % off on 1 of 10,000 keys (5 figures)."""
    runs = noisy_copies(1, 5, seed=6)[0]
    found = assess(runs, "higher")
    usual = runs.mean(axis=2).std(axis=0, ddof=1) / np.sqrt(5)
    np.testing.assert_allclose(np.array(found.of("laplace").se), usual, rtol=0.05)
    behind = (runs[:, 1] - runs[:, 0])[:, :2].std(axis=0, ddof=1) / np.sqrt(5)  # the best there is never in doubt
    assert found.regret_se is not None and found.regret_se[0][:2] == pytest.approx(behind, rel=0.05)


def test_luck_that_options_share_is_no_noise_of_regret() -> None:
    runs = TABLE + np.random.default_rng(7).normal(0.0, 50.0, (30, 1, 3))
    found = assess(runs, "higher", resamples=200)
    assert found.regret_se is not None and np.abs(found.regret_se).max() < 1e-5
    assert found.of("minimax_regret").wins == (1.0, 0.0, 0.0)


def test_wins_are_shared_by_twins_and_tell_how_close_it_is() -> None:
    runs = noisy_copies(1, 20, seed=8)[0]
    twins = np.concatenate([runs, runs[:, :1]], axis=1)
    score = assess(twins, "higher", resamples=500).of("minimax_regret")
    assert score.best == (0, 3) and score.wins is not None
    assert score.wins[0] == score.wins[3] > 0.45 and sum(score.wins) == pytest.approx(1.0)


def test_the_order_of_options_and_missing_runs_change_nothing() -> None:
    runs = noisy_copies(1, 15, seed=9)[0]
    found = assess(runs, "lower", threshold=80.0, resamples=300)
    turned = assess(runs[:, ::-1], "lower", threshold=80.0, resamples=300)
    for one, other in zip(found.scores, turned.scores, strict=True):
        assert one.values == pytest.approx(other.values[::-1]) and one.se == pytest.approx(other.se[::-1])
    gap = np.concatenate([runs, np.full((1, 3, 3), 7.0)])
    gap[-1, 1, 2] = np.nan
    assert assess(gap, "lower", threshold=80.0, resamples=300) == found


def test_tau_b_agrees_with_an_independent_implementation() -> None:
    from scipy.stats import kendalltau

    rng = np.random.default_rng(10)
    for _ in range(50):
        a, b = rng.integers(0, 4, 9), rng.integers(0, 6, 9)
        assert kendall(a, b) == pytest.approx(kendalltau(a, b).statistic)
    assert kendall([1.0, 1.0], [1.0, 2.0]) is None and kendall([3.0, 2.0], [2.0, 1.0]) == 1.0


def test_agreement_reads_each_metric_in_its_own_direction() -> None:
    found = assess(SAVAGE, "higher")
    at = {s.metric: i for i, s in enumerate(found.scores)}
    assert found.agreement[at["maximin"]][at["maximax"]] == -1.0
    assert found.agreement[at["maximin"]][at["undesirable_deviations"]] == 1.0  # least deviation, best worst case
    assert found.agreement[at["maximin"]][at["minimax_regret"]] == pytest.approx(-2 / np.sqrt(6))  # a tie
    assert np.array_equal(
        np.array(found.agreement, dtype=float), np.array(found.agreement, dtype=float).T, equal_nan=True
    )
    assert found.of("peakedness").best == (0, 1, 2)  # 1.6 thrice, to rounding: it ranks nothing
    assert set(found.agreement[at["peakedness"]]) == {None}


def test_resamples_depend_on_the_key_alone() -> None:
    shares = resample_shares(7, 100, 3)
    assert np.allclose(shares.sum(axis=1), 1.0) and (resample_shares(7, 100, 3) == shares).all()
    assert (resample_shares(7, 100, 4) != shares).any()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([1.0, 2.0], r"shape \(2,\)"),
        ([[1.0, 2.0]], "at least 2 options"),
        ([[1.0], [2.0]], "2 scenarios"),
        ([[1.0, np.inf], [1.0, 2.0]], "infinite"),
        ([[1.0, np.nan], [1.0, 2.0]], "at least one replication"),
    ],
)
def test_bad_tables_are_refused(values: list[list[float]], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        assess(values, "higher")


def test_bad_settings_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="better must be 'lower' or 'higher', got 'neither'"):
        assess(SAVAGE, "neither")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"pessimism must be in \[0, 1\], got 1.5"):
        assess(SAVAGE, "higher", pessimism=1.5)
    with pytest.raises(ValueError, match="resamples must be at least 2, got 1"):
        assess(SAVAGE, "higher", resamples=1)
    with pytest.raises(ValueError, match="threshold must be finite, got nan"):
        assess(SAVAGE, "higher", threshold=float("nan"))
    with pytest.raises(ValueError, match=r"metric must be one of maximin, .*, got 'median'"):
        assess(SAVAGE, "higher").of("median")
    with pytest.raises(ValueError, match="equal length"):
        kendall([1.0], [1.0, 2.0])
