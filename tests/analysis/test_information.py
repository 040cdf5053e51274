"""Value of information: closed forms, the luck of a run left out, the right assumption first."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.information import evpi, evppi, measure_first


def gain_of_knowing(mean: float, sd: float) -> float:
    """E max(0, X) - max(0, mean) for X normal: the unit normal loss integral (Raiffa and Schlaifer 1961)."""
    z = mean / sd
    density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    return sd * density + mean * math.erfc(-z / math.sqrt(2.0)) / 2.0 - max(mean, 0.0)


@pytest.mark.parametrize(("mean", "value"), [(0.0, 0.398942), (0.5, 0.197797)])
def test_perfect_information_on_a_normal_gain(mean: float, value: float) -> None:
    """200,000 draws, bound of 2 %: 6 and 4.3 standard errors; fails fewer than one seed in 50,000."""
    assert gain_of_knowing(mean, 1.0) == pytest.approx(value, abs=1e-6)
    x = np.random.default_rng(12).normal(mean, 1.0, 200_000)
    found = evpi({"base": np.zeros(x.size), "new": x}, better="higher")
    assert found.value == pytest.approx(value, rel=0.02)
    squared = (mean**2 + 1.0) * math.erfc(mean / math.sqrt(2.0)) / 2.0
    squared -= mean * math.exp(-(mean**2) / 2.0) / math.sqrt(2.0 * math.pi)  # of the gain from knowing
    assert found.se == pytest.approx(math.sqrt((squared - value**2) / x.size), rel=0.02)


def test_perfect_information_by_hand() -> None:
    """Means 2, 2.5; best by draw 3, 4, 2, so (3 + 4 + 2) / 3 - 2.5; the choice changes in the first draw only."""
    found = evpi({"a": [3, 1, 2], "b": [1.5, 4, 2]}, better="higher")
    assert found.value == pytest.approx(0.5) and found.chosen == "b"
    assert found.changes == pytest.approx(1 / 3) and found.n == 3
    assert found.se == pytest.approx(np.std([1.5, 0, 0], ddof=1) / np.sqrt(3))


def test_nothing_to_learn_where_one_option_always_wins() -> None:
    found = evpi({"a": [1.0, 2, 3], "b": [0.0, 1, 2]}, better="higher")
    assert (found.value, found.se, found.changes, found.chosen) == (0.0, 0.0, 0.0, "a")


def test_smaller_is_better_where_it_is_said() -> None:
    days = {"a": [3.0, 1, 2, np.nan], "b": [1.5, 4, 2, 1]}
    turned = {name: [-x for x in draws] for name, draws in days.items()}
    assert evpi(days, better="lower") == evpi(turned, better="higher")
    assert evpi(days, better="lower").chosen == "a" and evpi(days, better="lower").n == 3


@pytest.mark.slow
def test_partial_information_on_one_of_two_normals() -> None:
    """Gain .3 + .8 U + .6 V: knowing U is worth gain_of_knowing(.3, .8) = .1913.

    100 studies of 800 draws. Over seeds the mean error is 0 with an sd of .07 standard errors (bound .3), the scatter
    of errors over the stated standard error .94 with an sd of .06 (.7 and 1.2): right code fails 1 seed in 20,000.
    """
    luck = np.random.default_rng(9)
    errors, stated = [], []
    for _ in range(100):
        u, v = luck.normal(size=(2, 800))
        found = evppi({"base": np.zeros(800), "new": 0.3 + 0.8 * u + 0.6 * v}, {"u": u}, better="higher")
        errors.append(found.value - gain_of_knowing(0.3, 0.8))
        stated.append(found.se)
    assert abs(np.mean(errors)) < 0.3 * np.mean(stated)
    assert 0.7 < np.std(errors) / np.mean(stated) < 1.2


def test_a_bend_is_followed() -> None:
    """Gain sin 3x + .2 + N(0, 1), x uniform on (-1, 1): .23530, within 4 standard errors: fails 1 seed in 2,000."""
    luck = np.random.default_rng(10)
    x = luck.uniform(-1.0, 1.0, 4000)
    found = evppi(
        {"base": np.zeros(4000), "new": np.sin(3.0 * x) + 0.2 + luck.normal(size=4000)}, {"x": x}, better="higher"
    )
    assert found.value == pytest.approx(0.23530, abs=0.048)


def test_two_assumptions_that_matter_only_together() -> None:
    """Gain U V: E max(0, UV) = 1 / pi, within 4 standard errors; U alone is worth nothing (at most .03 in 40 seeds)."""
    luck = np.random.default_rng(14)
    u, v, w = luck.normal(size=(3, 3000))
    outcomes = {"base": np.zeros(3000), "new": u * v + 0.3 * w}
    both = evppi(outcomes, {"u": u, "v": v}, better="higher")
    assert both.value == pytest.approx(1 / math.pi, abs=4 * both.se) and both.se < 0.02
    assert evppi(outcomes, {"u": u}, better="higher").value < 0.05


def test_all_assumptions_together_leave_the_luck_out() -> None:
    """Gain U + luck of sd 2: .892 for perfect information, .399 for all that can be learned; sd over seeds .016."""
    luck = np.random.default_rng(16)
    u, noise = luck.normal(size=(2, 4000))
    outcomes = {"base": np.zeros(4000), "new": u + 2.0 * noise}
    assert evpi(outcomes, better="higher").value == pytest.approx(gain_of_knowing(0.0, math.sqrt(5)), abs=0.07)
    assert evppi(outcomes, {"u": u}, better="higher").value == pytest.approx(gain_of_knowing(0.0, 1.0), abs=0.07)


def test_an_assumption_of_two_values_is_two_groups() -> None:
    """With two values the regression is the two means: sum of share times best mean, less the best mean. Exact."""
    luck = np.random.default_rng(17)
    law = luck.integers(0, 2, 400)
    outcomes = {name: law * slope + luck.normal(size=400) for name, slope in (("a", 0.0), ("b", 2.0), ("c", -1.0))}
    table = np.column_stack(list(outcomes.values())) - 0.5 * np.arange(3)
    means = [table[law == k].mean(axis=0).max() * (law == k).mean() for k in (0, 1)]
    found = evppi(dict(zip("abc", table.T, strict=True)), {"law": law}, better="higher")
    assert found.value == pytest.approx(sum(means) - table.mean(axis=0).max(), abs=1e-12)


def test_units_order_and_repetition_do_not_matter() -> None:
    luck = np.random.default_rng(18)
    u, v, w = luck.normal(size=(3, 500))
    outcomes = {"base": w, "new": np.sin(u) + v, "other": u * v}
    found = evppi(outcomes, {"u": u, "v": v}, better="higher")
    assert found == evppi(outcomes, {"u": u, "v": v}, better="higher")
    order = luck.permutation(500)
    for same in (
        evppi(outcomes, {"u": 1000.0 * u - 7.0, "v": v / 60.0}, better="higher"),
        evppi(outcomes, {"v": v, "u": u}, better="higher"),
        evppi(dict(reversed(outcomes.items())), {"u": u, "v": v}, better="higher"),
        evppi({k: x[order] for k, x in outcomes.items()}, {"u": u[order], "v": v[order]}, better="higher"),
    ):
        assert (same.value, same.se) == pytest.approx((found.value, found.se), rel=1e-6)
    scaled = evppi({k: 5.0 + 3.0 * x for k, x in outcomes.items()}, {"u": u, "v": v}, better="higher")
    assert scaled.value == pytest.approx(3.0 * found.value, rel=1e-9)
    doubled = evppi(outcomes, {"u": u, "twice u": 2.0 * u, "v": v}, better="higher")
    assert doubled.value == pytest.approx(found.value, abs=found.se)  # told twice is told once


def test_the_assumption_to_measure_first() -> None:
    """Slopes 1, 1 (twins), .5, 0: the right order on 100 of 100 seeds, the twins tied on 99, the others on none."""
    luck = np.random.default_rng(19)
    known = dict(zip(("weak", "first", "second", "inert"), luck.normal(size=(4, 4000)), strict=True))
    gain = known["first"] + known["second"] + 0.5 * known["weak"] + 0.1
    found = measure_first({"base": np.zeros(4000), "new": gain}, known, better="higher")
    assert {entry.assumption for entry in found[:2]} == {"first", "second"}
    assert [entry.assumption for entry in found[2:]] == ["weak", "inert"]
    assert [entry.tied for entry in found] == [True, True, False, False]
    assert found[0].worth.value == pytest.approx(gain_of_knowing(0.1, 1.0), abs=4 * found[0].worth.se)
    assert found[0].share == pytest.approx(gain_of_knowing(0.1, 1.0) / gain_of_knowing(0.1, 1.5), abs=0.1)
    assert found[3].share is not None and found[3].share < 0.05


def test_draws_with_a_gap_anywhere_are_left_out_for_all() -> None:
    luck = np.random.default_rng(20)
    u, v, gain = luck.normal(size=(3, 60))
    u[3], v[7], gain[11] = np.nan, np.nan, np.nan
    found = measure_first({"base": np.zeros(60), "new": gain}, {"u": u, "v": v}, better="higher")
    assert [entry.worth.n for entry in found] == [57, 57]
    assert measure_first({"a": u + 9.0, "b": u}, {"v": v}, better="higher")[0].share is None  # nothing to learn


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: evpi({"a": [1.0, 2.0]}, better="higher"), "at least 2 options, got 1"),
        (lambda: evpi({"a": [1.0], "b": [2.0]}, better="higher"), "at least 2 without a gap, got 1"),
        (lambda: evpi({"a": [1, 2], "b": [2, np.inf]}, better="higher"), "finite, got an infinite value"),
        (lambda: evpi({"a": [1, 2], "b": [2]}, better="higher"), "rows of equal length"),
        (lambda: evpi({"a": [1, 2], "b": [2, 1]}, better="more"), "better must be lower or higher, got 'more'"),
        (lambda: evppi({"a": [1] * 30, "b": [2] * 30}, {}, better="higher"), "must name at least one"),
        (lambda: evppi({"a": [1] * 30, "b": [2] * 30}, {"u": [3] * 30}, better="higher"), "must vary, 'u' does not"),
        (lambda: evppi({"a": [1, 2], "b": [2, 1]}, {"u": [1, 2]}, better="higher"), "at least 20 without a gap, got 2"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
