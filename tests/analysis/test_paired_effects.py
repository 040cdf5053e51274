"""Intervals cover what they say, exact zeros stay exact, and ties have no winner."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.compare import bca_interval, effects, leaders, paired, replications_needed, t_interval

# Student's t at 5 %, n - 1 degrees of freedom, two-sided: printed tables
T_9 = 2.262


def test_t_intervals_cover_the_mean_as_often_as_they_say() -> None:
    """1,000 normal samples of 20: right code (95 %) fails 0.9 % of seeds, code that covers 90 % passes 0.02 %."""
    samples = np.random.default_rng(20).normal(3.0, 2.0, (1000, 20))
    covered = sum(not t_interval(x).excludes(3.0) for x in samples)
    assert 932 <= covered <= 967


def test_bca_intervals_cover_the_mean_as_often_as_they_say() -> None:
    """1,000 normal samples of 100: right code (94.5 %) fails 0.1 % of seeds, code that covers 90 % passes 1.8 %."""
    samples = np.random.default_rng(100).normal(3.0, 2.0, (1000, 100))
    covered = sum(not bca_interval(x, resamples=2000).excludes(3.0) for x in samples)
    assert 920 <= covered <= 967


def test_bca_leans_toward_the_long_tail() -> None:
    x = np.random.default_rng(5).exponential(1.0, 60)
    interval = bca_interval(x)
    assert interval.high - x.mean() > 1.05 * (x.mean() - interval.low)


def test_bca_agrees_with_an_independent_implementation() -> None:
    """scipy's BCa with its own resamples: bounds agree within 3 % of the width (Monte Carlo error of 4,000 is 1 %)."""
    from scipy.stats import bootstrap

    x = np.random.default_rng(8).gamma(2.0, size=50)
    theirs = bootstrap(
        (x,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = bca_interval(x, resamples=20_000)
    assert [ours.low, ours.high] == pytest.approx([theirs.low, theirs.high], abs=0.03 * (theirs.high - theirs.low))


def test_a_paired_effect_by_hand() -> None:
    base = np.arange(10.0)
    difference = np.array([1.0, 2, 3, 1, 2, 3, 1, 2, 3, 2])
    effect = paired(base + difference, base)
    se = difference.std(ddof=1) / np.sqrt(10)
    assert effect.t is not None and effect.mean == pytest.approx(2.0) and effect.se == pytest.approx(se)
    assert effect.t.low == pytest.approx(2.0 - T_9 * se, abs=1e-3)
    assert effect.variance_reduction == pytest.approx(
        ((base + difference).var(ddof=1) + base.var(ddof=1)) / difference.var(ddof=1)
    )
    assert effect.bca is None and effect.n == 10  # below 30 pairs: t only


def test_thirty_pairs_get_a_bootstrap_interval_that_never_varies() -> None:
    x = np.random.default_rng(3).normal(size=30)
    first, second = paired(x, np.zeros(30)), paired(x, np.zeros(30))
    assert first.bca is not None and first == second and first.interval == first.bca
    assert paired(x[:29], np.zeros(29)).bca is None


def test_a_neutral_reform_is_exactly_nothing() -> None:
    x = np.random.default_rng(4).normal(size=40)
    effect = paired(x, x)
    assert effect.identical and effect.mean == 0.0 and effect.se == 0.0 and effect.variance_reduction is None
    assert effect.t is not None and (effect.t.low, effect.t.high) == (0.0, 0.0) and effect.bca == effect.t


def test_a_constant_change_has_a_point_interval() -> None:
    effect = paired(np.arange(40.0) + 0.5, np.arange(40.0))
    assert effect.mean == 0.5 and effect.bca is not None and (effect.bca.low, effect.bca.high) == (0.5, 0.5)
    assert not effect.identical


def test_one_pair_has_no_interval_and_gaps_are_left_out() -> None:
    assert paired([2.0], [1.0]).interval is None
    gap = paired([2.0, np.nan, 3.0], [1.0, 1.0, 1.0])
    assert gap.n == 2 and gap.mean == 1.5


@pytest.mark.parametrize(
    ("option", "base", "word"),
    [([1.0], [1.0, 2.0], "equal length"), ([np.nan], [1.0], "complete pair"), ([np.inf], [1.0], "finite")],
)
def test_unpaired_rows_are_refused(option: list[float], base: list[float], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        paired(option, base)


def test_replications_needed_is_the_least_that_fits() -> None:
    x = np.random.default_rng(6).normal(0.0, 1.0, 12)
    m = replications_needed(x, 0.2)
    sd = x.std(ddof=1)
    from scipy.stats import t

    assert t.ppf(0.975, m - 1) * sd / np.sqrt(m) <= 0.2 < t.ppf(0.975, m - 2) * sd / np.sqrt(m - 1)
    assert replications_needed(np.ones(5), 0.1) == 2


def _rows(values: dict[str, list[float]], outcome: str = "days_to_solved") -> list[dict[str, object]]:
    return [
        {"scenario": "base", "option": o, "replication": r, "outcomes": {outcome: x}}
        for o, xs in values.items()
        for r, x in enumerate(xs)
    ]


def test_effects_pair_by_replication_whatever_the_order_of_rows() -> None:
    rows = _rows(
        {"status_quo": [5.0, 6, 9, 7], "better": [4.0, 5.1, 8, 6.1], "same": [5.0, 6, 9, 7], "noisy": [9.0, 2, 9, 7]}
    )
    straight = {e.option: e for e in effects(rows)}
    shuffled = {e.option: e for e in effects(rows[:1] + rows[:0:-1], base="status_quo")}
    assert [straight[o].verdict for o in ("better", "same", "noisy")] == ["better", "same", "unclear"]
    assert straight == shuffled
    assert (
        effects(_rows({"a": [1.0, 2, 3], "b": [2.0, 3, 4.1]}, "solved_share"))[0].verdict == "better"
    )  # higher is better
    assert effects(_rows({"a": [1.0, 2, 3], "b": [2.0, 3, 4.1]}, "team_utilisation"))[0].verdict == "higher"  # neither


def test_bad_rows_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        effects([*_rows({"a": [1.0]}), *_rows({"a": [1.0]})])
    with pytest.raises(ValueError, match="got 'speed'"):
        effects(_rows({"a": [1.0]}, "speed"))
    with pytest.raises(ValueError, match="base must be one of a, got 'b'"):
        effects(_rows({"a": [1.0]}), base="b")


def test_a_tie_has_no_winner_and_a_gap_has_one() -> None:
    luck = np.random.default_rng(9).normal(size=20)
    same = {"a": luck, "b": luck, "c": luck + 1.0}
    assert leaders(same, "lower") == ("a", "b")
    own = np.random.default_rng(10).normal(0.0, 0.1, 20)
    assert leaders({"a": luck, "b": luck - 1.0 + own}, "lower") == ("b",)
    assert leaders({"a": luck, "b": luck - 1.0 + own}, "higher") == ("a",)
    assert leaders({"a": luck[:1], "b": luck[:1] + 5.0}, "lower") == ("a", "b")  # one run tells nothing


def test_leaders_rarely_drop_the_best() -> None:
    """400 studies of four equal options, ten runs: up to 5 % may name fewer; more than 35 has a chance of 0.06 %."""
    draws = np.random.default_rng(11).normal(size=(400, 4, 10))
    dropped = sum(len(leaders(dict(zip("abcd", study, strict=True)), "lower")) < 4 for study in draws)
    assert dropped <= 35
