"""Cost-effectiveness: published tables, dominance of both kinds, break-even with Fieller's region."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.compare import Interval
from analysis.cost_effectiveness import (
    acceptability,
    break_even,
    break_even_levels,
    incremental_ratios,
    net_benefit,
)

# Health Economics Resource Center, US Department of Veterans Affairs, page on cost-effectiveness analysis
HERC = ({"E": 55e3, "D": 35e3, "C": 25e3, "B": 10e3, "A": 12e3, "UC": 5e3},
        {"E": 5.0, "D": 4.0, "C": 3.0, "B": 2.0, "A": 1.5, "UC": 1.0})  # fmt: skip
# K. Frick, Johns Hopkins Bloomberg School of Public Health, lecture 11, "Decision rules", 2007
FRICK = ({"1": 300e3, "2": 200e3, "3": 450e3, "4": 375e3, "5": 400e3},
         {"1": 25.0, "2": 20.0, "3": 50.0, "4": 40.0, "5": 15.0})  # fmt: skip
# screening for HIV, A. D. Paltiel et al., Ann. Intern. Med. 145, 2006, table 4: dollars, quality-adjusted months
HIV = ({"none": 26000.0, "once": 27000.0, "5 years": 28020.0, "3 years": 28440.0, "yearly": 29440.0},
       {"none": 277.25, "once": 277.57, "5 years": 277.78, "3 years": 277.83, "yearly": 277.76})  # fmt: skip


def test_a_table_with_both_kinds_of_dominance() -> None:
    """Ratios 5,000, 12,500 and 20,000; A is dominated by B, C by a mix of B and D."""
    rows = incremental_ratios(*HERC, better="higher")
    assert [row.option for row in rows] == ["UC", "B", "A", "C", "D", "E"]
    assert [row.ratio for row in rows] == [None, 5000.0, None, None, 12500.0, 20000.0]
    assert [(row.status, row.against) for row in rows] == [
        ("efficient", ()),
        ("efficient", ("UC",)),
        ("dominated", ("B",)),
        ("extendedly dominated", ("B", "D")),
        ("efficient", ("B",)),
        ("efficient", ("D",)),
    ]


def test_extended_dominance_is_found_in_rounds() -> None:
    """Once 1 has gone, 4 has a higher ratio (8,750) than 3 after it (7,500) and goes too; 3 stays, at 8,333."""
    rows = {row.option: row for row in incremental_ratios(*FRICK, better="higher")}
    assert {name: row.status for name, row in rows.items()} == {
        "2": "efficient", "1": "extendedly dominated", "4": "extendedly dominated", "5": "dominated", "3": "efficient",
    }  # fmt: skip
    assert rows["3"].ratio == pytest.approx(250_000 / 30) and rows["3"].against == ("2",)


def test_a_published_table_in_months() -> None:
    """Dollars a year of life, from the rounded entries: 1,000 / .32, 1,020 / .21 and 420 / .05 a month."""
    rows = incremental_ratios(*HIV, better="higher")
    assert [row.ratio and 12.0 * row.ratio for row in rows] == [
        None, pytest.approx(37_500.0), pytest.approx(58_285.7, abs=0.1), pytest.approx(100_800.0), None,
    ]  # fmt: skip
    assert (rows[-1].status, rows[-1].against) == ("dominated", ("5 years",))


def test_smaller_is_better_where_it_is_said() -> None:
    costs, effects = HERC
    turned = incremental_ratios(costs, {name: -effect for name, effect in effects.items()}, better="lower")
    straight = incremental_ratios(costs, effects, better="higher")
    assert [(r.option, r.status, r.ratio) for r in turned] == [(r.option, r.status, r.ratio) for r in straight]
    assert turned[1].effect == -2.0 and turned[1].extra_gain == 1.0


def test_twins_share_their_fate_and_a_line_keeps_all_its_points() -> None:
    rows = incremental_ratios({"a": 0, "b": 1, "b2": 1, "c": 2}, {"a": 0, "b": 1, "b2": 1, "c": 2}, better="higher")
    assert [(r.option, r.status, r.against, r.ratio) for r in rows] == [
        ("a", "efficient", (), None),
        ("b", "efficient", ("a",), 1.0),
        ("b2", "efficient", ("a",), 1.0),
        ("c", "efficient", ("b",), 1.0),
    ]


def test_dominated_by_an_option_that_is_itself_beaten_by_a_mix() -> None:
    rows = incremental_ratios({"a": 0, "q": 8, "p": 9, "z": 10}, {"a": 0, "q": 2, "p": 1, "z": 10}, better="higher")
    assert [(r.option, r.status, r.against) for r in rows[1:3]] == [
        ("q", "extendedly dominated", ("a", "z")),
        ("p", "dominated", ("q",)),
    ]


def test_random_borders_are_those_of_net_benefit() -> None:
    """An option is efficient if and only if some willingness to pay makes it best."""
    luck = np.random.default_rng(11)
    for _ in range(40):
        cost, effect = luck.random((2, 9))
        names = [str(i) for i in range(9)]
        rows = incremental_ratios(
            dict(zip(names, cost, strict=True)), dict(zip(names, effect, strict=True)), better="higher"
        )
        offers = np.concatenate(([0.0], np.geomspace(1e-4, 1e5, 20_000)))
        best = {names[i] for i in (offers[:, None] * effect - cost).argmax(axis=1)}
        assert {row.option for row in rows if row.status == "efficient"} == best
        ratios = [row.ratio for row in rows if row.ratio is not None]
        assert ratios == sorted(ratios)


def test_net_benefit_by_hand() -> None:
    assert net_benefit([10.0, 0.0], [2.0, -1.0], 6.0, better="higher").tolist() == [2.0, -6.0]
    assert net_benefit([10.0, 0.0], [2.0, -1.0], 6.0, better="lower").tolist() == [-22.0, 6.0]


def test_acceptability_of_two_normals_is_known() -> None:
    """Gain N(1, 1), cost 1: .5 at w = 1, Phi(.5) at 2. A bound of 5 standard errors fails one seed in a million."""
    gain = np.random.default_rng(3).normal(1.0, 1.0, 20_000)
    curve = acceptability(
        {"base": np.zeros(gain.size), "new": np.ones(gain.size)},
        {"base": np.zeros(gain.size), "new": gain},
        [0.0, 1.0, 2.0],
        better="higher",
    )
    assert curve.probability[:, 1] == pytest.approx([0.0, 0.5, 0.6915], abs=0.0175)
    assert (curve.low <= curve.probability).all() and (curve.probability <= curve.high).all()
    assert curve.best[0] == "base" and curve.best[2] == "new" and curve.draws == 20_000
    assert curve.high[0, 1] == pytest.approx(3.8414588 / (20_000 + 3.8414588))  # Wilson at 0 successes
    assert curve.expected[2, 1] == pytest.approx(2.0 * gain.mean() - 1.0)


def test_the_best_choice_need_not_be_the_likeliest_best() -> None:
    new = np.array([-1.0, -1.0, -1.0, 9.0])
    curve = acceptability(
        {"base": np.zeros(4), "new": np.zeros(4)}, {"base": np.zeros(4), "new": new}, 1.0, better="higher"
    )
    assert curve.probability.tolist() == [[0.75, 0.25]] and curve.best == ("new",)


def test_ties_are_shared_out_and_gaps_left_out() -> None:
    curve = acceptability({"a": [0, 0, np.nan], "b": [0, 0, 0]}, {"a": [1, 2, 3], "b": [1, 1, 9]}, 1.0, better="higher")
    assert curve.probability.tolist() == [[0.75, 0.25]] and curve.draws == 2


@pytest.mark.parametrize(
    ("cost", "effect", "worth", "at"),
    [
        ([4, 6], [2, 3], "from", 2.0),  # dearer, better
        ([-4, -6], [-2, -3], "up to", 2.0),  # cheaper, worse
        ([-4, -6], [2, 3], "always", None),
        ([4, 6], [-2, -3], "never", None),
        ([0, 0], [1, 2], "always", None),
        ([1, 2], [0, 0], "never", None),
        ([0, 0], [0, 0], "no difference", None),
    ],
)
def test_what_break_even_says(cost: list[float], effect: list[float], worth: str, at: float | None) -> None:
    found = break_even(cost, effect, better="higher")
    assert (found.worth, found.willingness) == (worth, at)
    mirrored = break_even(cost, [-e for e in effect], better="lower")
    assert mirrored == found


def test_break_even_without_noise_is_a_point() -> None:
    assert break_even([3.0] * 5, [0.7] * 5, better="higher").region == (Interval(low=3.0 / 0.7, high=3.0 / 0.7),)
    assert break_even([3.0] * 5, [-0.7] * 5, better="higher").region == ()
    assert break_even([0.0] * 5, [0.0] * 5, better="higher").region == (Interval(low=0.0, high=np.inf),)


def test_the_region_is_where_a_paired_t_test_is_silent() -> None:
    luck = np.random.default_rng(8)
    for mean in (2.0, 0.3, 0.0, -0.3):  # clear, weak, no effect, and a weak loss
        cost, gain = luck.normal(1.0, 0.5, 12), luck.normal(mean, 0.5, 12)
        region = break_even(cost, gain, better="higher").region
        for offer in (*np.linspace(0.0, 20.0, 401), 1e6):
            net = offer * gain - cost
            silent = abs(net.mean()) <= 2.200985 * net.std(ddof=1) / np.sqrt(12)  # t with 11 degrees of freedom
            assert silent == any(piece.low <= offer <= piece.high for piece in region)


def test_the_region_holds_the_truth_as_often_as_it_says() -> None:
    """1,000 studies of 8 pairs: right code (95 %) fails 0.9 % of seeds, code that holds it in 90 % passes .02 %."""
    luck = np.random.default_rng(15)
    cost, gain = luck.normal(3.0, 1.0, (1000, 8)), luck.normal(1.0, 1.0, (1000, 8))
    held = sum(
        any(piece.low <= 3.0 <= piece.high for piece in break_even(c, g, better="higher").region)
        for c, g in zip(cost, gain, strict=True)
    )
    assert 932 <= held <= 967


def test_break_even_levels_by_hand() -> None:
    """Means -2, 2, 2, -1: crossings at .25 * 2 + ... where the straight lines meet zero."""
    noise = np.array([-0.1, 0.0, 0.1])
    found = break_even_levels([0.0, 0.5, 0.75, 1.0], np.array([[-2.0], [2.0], [2.0], [-1.0]]) + noise)
    assert found.levels == pytest.approx((0.25, 0.75 + 0.25 * 2 / 3))
    assert len(found.region) == 2
    half = 4.302653 * 0.1 / np.sqrt(3)  # t with 2 degrees of freedom; the noise is shared, so the band is parallel
    assert (found.region[0].low, found.region[0].high) == pytest.approx((0.25 - half / 8, 0.25 + half / 8), rel=1e-6)


def test_levels_that_touch_nothing() -> None:
    still = break_even_levels([0.0, 1.0, 2.0], np.zeros((3, 4)))
    assert still.levels == () and still.region == (Interval(low=0.0, high=2.0),)
    through = break_even_levels([0.0, 1.0, 2.0], [[-1.0] * 3, [0.0] * 3, [3.0] * 3])
    assert through.levels == (1.0,) and through.region == (Interval(low=1.0, high=1.0),)
    clear = break_even_levels([0.0, 1.0], [[5.0, 6.0, np.nan], [7.0, 7.5, 0.0]], confidence=0.5)
    assert clear.levels == () and clear.region == ()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: incremental_ratios({"a": 1.0}, {"b": 1.0}, better="higher"), "costs and effects must have the same"),
        (lambda: incremental_ratios({}, {}, better="higher"), "must have the same options"),
        (lambda: incremental_ratios({"a": np.nan}, {"a": 1.0}, better="higher"), "must be finite"),
        (
            lambda: incremental_ratios({"a": 1.0}, {"a": 1.0}, better="more"),
            "better must be lower or higher, got 'more'",
        ),
        (lambda: net_benefit([1.0], [1.0], -1.0, better="lower"), r"willingness must be in \[0, inf\), got -1.0"),
        (lambda: break_even([1.0], [1.0], better="lower"), "at least 2 without a gap, got 1"),
        (lambda: break_even([1.0, 2.0], [1.0], better="lower"), "draws must be rows of equal length"),
        (lambda: break_even([1.0, 2.0], [1.0, np.inf], better="lower"), "draws must be finite"),
        (lambda: break_even([1.0, 2.0], [1.0, 3.0], better="lower", confidence=1.0), r"confidence must be in \(0, 1\)"),
        (lambda: acceptability({"a": [1, 2]}, {"a": [1, 2]}, 1, better="lower", confidence=0), "confidence must be in"),
        (lambda: break_even_levels([1.0, 1.0], np.zeros((2, 3))), "levels must be at least 2 and rise"),
        (lambda: break_even_levels([0.0, 1.0], np.zeros((3, 3))), "changes must have a row for each of 2 levels"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
