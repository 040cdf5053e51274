"""Inequality: published values, weights as copies, the exact split, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_checks import check_inequality

from sim.kernels import inequality
from sim.kernels.inequality import atkinson, concentration, gini, mean_log_deviation, quantile_ratio, theil

ONE_TO_FIVE = [1, 2, 3, 4, 5]
RNG = np.random.default_rng(17)
X = RNG.lognormal(3.0, 1.0, 300)
COPIES = RNG.integers(0, 5, 300)
GROUPS = RNG.integers(0, 7, 300)
MEASURES = {
    "gini": gini,
    "theil": lambda x, w=None: theil(x, w).total,
    "mld": lambda x, w=None: mean_log_deviation(x, w).total,
    "atkinson .5": lambda x, w=None: atkinson(x, 0.5, w),
    "atkinson 1": lambda x, w=None: atkinson(x, 1.0, w),
    "atkinson 2": lambda x, w=None: atkinson(x, 2.0, w),
    "ratio": lambda x, w=None: quantile_ratio(x, w=w),
}


def test_promises() -> None:
    check_inequality(inequality)


def test_atkinson_in_closed_form() -> None:
    """The mean over the geometric mean, and over the harmonic one."""
    assert atkinson(ONE_TO_FIVE, 1.0) == pytest.approx(1.0 - 120 ** (1 / 5) / 3.0, abs=1e-15)
    assert atkinson(ONE_TO_FIVE, 2.0) == pytest.approx(1.0 - 5.0 / (137 / 60) / 3.0, abs=1e-15)


@pytest.mark.parametrize("measure", MEASURES)
def test_weights_are_copies_and_scale_does_not_matter(measure: str) -> None:
    value = MEASURES[measure]
    assert value(X, COPIES) == pytest.approx(value(np.repeat(X, COPIES)), abs=1e-12)
    assert value(X * 1000.0, COPIES * 0.25) == pytest.approx(value(X, COPIES), abs=1e-12)
    assert value(X[::-1].copy(), COPIES[::-1].copy()) == pytest.approx(value(X, COPIES), abs=1e-12)
    assert value([7.0] * 9) == pytest.approx(1.0 if measure == "ratio" else 0.0, abs=1e-15)


@pytest.mark.parametrize("measure", ["gini", "theil", "mld", "atkinson .5", "atkinson 1", "atkinson 2"])
def test_a_transfer_from_rich_to_poor_lowers_it(measure: str) -> None:
    """The principle of transfers (H. Dalton, 1920)."""
    after = X.copy()
    rich, poor = int(X.argmax()), int(X.argmin())
    after[rich], after[poor] = X[rich] - 1.0, X[poor] + 1.0
    assert MEASURES[measure](after) < MEASURES[measure](X)


def test_gini_is_the_mean_difference() -> None:
    """Half the relative mean absolute difference of all pairs."""
    pairs = np.abs(X[:, None] - X[None, :]) * COPIES[:, None] * COPIES[None, :]
    by_pairs = pairs.sum() / COPIES.sum() ** 2 / (2.0 * np.average(X, weights=COPIES))
    assert gini(X, COPIES) == pytest.approx(by_pairs, abs=1e-12)


def test_concentration() -> None:
    """The covariance formula; ranks turned round change the sign; equal ranks in any order."""
    rank = RNG.permutation(300)
    fractional = (rank + 0.5) / 300
    covariance = 2.0 * np.mean((X - X.mean()) * (fractional - 0.5)) / X.mean()
    assert concentration(X, rank) == pytest.approx(covariance, abs=1e-12)
    assert concentration(X, -rank) == pytest.approx(-concentration(X, rank), abs=1e-12)
    assert concentration([1, 5, 3], [0, 0, 0]) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("index", [theil, mean_log_deviation])
def test_split(index: object) -> None:
    """Between is the index of the groups' means, within what is left; both exact."""
    split = index(X, COPIES, GROUPS)
    assert split.total == pytest.approx(split.between + split.within, abs=1e-12)
    weight = np.bincount(GROUPS, COPIES)
    means = np.bincount(GROUPS, COPIES * X) / weight
    assert split.between == pytest.approx(index(means, weight).total, abs=1e-12)
    assert index(X, COPIES).between == pytest.approx(0.0, abs=1e-15)
    assert index(X, COPIES, np.arange(300)).within == pytest.approx(0.0, abs=1e-15)


def test_zeros_are_as_stated() -> None:
    assert gini([0, 0, 1]) == pytest.approx(2 / 3, abs=1e-15)
    assert theil([0, 1]).total == pytest.approx(np.log(2.0), abs=1e-15)
    assert atkinson([0, 1], 0.5) == pytest.approx(0.5, abs=1e-15)
    assert mean_log_deviation([0, 1, 1], [0, 1, 1]).total == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gini([1, -1]), "x must be >= 0, got -1.0"),
        (lambda: gini([1, 2], [1, -1]), "w must be >= 0, got -1.0"),
        (lambda: gini([1, np.nan]), "x must be finite, got nan"),
        (lambda: gini([0, 0]), "x and w must not be 0 everywhere"),
        (lambda: gini([]), "x and w must not be 0 everywhere"),
        (lambda: gini([1, 2], [1]), "w must be of length 2 like x, got shape (1,)"),
        (lambda: gini([[1]]), "x must be one-dimensional, got shape (1, 1)"),
        (lambda: mean_log_deviation([1, 0]), "x must be > 0 for mean log deviation, got 0 at position 1"),
        (lambda: atkinson([1, 0], 1.0), "x must be > 0 for Atkinson with aversion 1, got 0 at position 1"),
        (lambda: atkinson([1, 2], 0.0), "aversion must be in (0, 100), got 0.0"),
        (lambda: theil([1, 2], None, [0, -1]), "groups must be 2 codes 0, 1, ..., got int64 of shape (2,)"),
        (lambda: quantile_ratio([1, 2], 0.1, 0.9), "shares must be 0 < lower <= upper < 1, got 0.9 and 0.1"),
        (lambda: quantile_ratio([0, 2]), "the 0.1 quantile is 0, so the ratio is not defined"),
    ],
)
def test_refuses(call: object, words: str) -> None:
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == words
