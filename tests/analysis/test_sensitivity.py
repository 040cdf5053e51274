"""Sensitivity: functions with known indices, designs with known properties, failed runs left out in whole blocks."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.sensitivity import (
    elementary_effects,
    latin_hypercube,
    morris_design,
    saltelli_design,
    sobol_indices,
    sobol_sequence,
)

UNIT = dict.fromkeys("abcdefgh", (0.0, 1.0))
THREE = dict.fromkeys(("x1", "x2", "x3"), (-np.pi, np.pi))
# T. Ishigami, T. Homma, 1990, with 7 and .1: shares of the variance in closed form
ISHIGAMI = {"first": (0.313905, 0.442411, 0.0), "total": (0.557589, 0.442411, 0.243684), "pairs": (0.0, 0.243684, 0.0)}
# the g function of A. Saltelli and I. M. Sobol, 1995, with a = (0, 1, 4.5, 9, 99, 99, 99, 99)
G_FIRST = (0.716192, 0.179048, 0.023676, 0.007162, *(0.000072,) * 4)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[..., 0]) + 7.0 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def g(x: np.ndarray) -> np.ndarray:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    return np.prod((np.abs(4.0 * x - 2.0) + a) / (1.0 + a), axis=-1)


def test_indices_of_the_ishigami_function() -> None:
    """8,192 blocks: the largest error over 100 keys is .007 (one key in ten passes .002); the bound is .01."""
    found = sobol_indices(THREE, ishigami(saltelli_design(THREE, 8192, pairs=True)))
    for kind, truth in ISHIGAMI.items():
        assert [index.value for index in getattr(found, kind)] == pytest.approx(truth, abs=0.01), kind
    assert [index.factors for index in found.pairs] == [("x1", "x2"), ("x1", "x3"), ("x2", "x3")]
    assert found.variance == pytest.approx(49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5, rel=0.01)
    assert found.mean == pytest.approx(3.5, abs=0.01) and (found.blocks, found.lost) == (8192, 0)


def test_indices_of_the_g_function() -> None:
    """8,192 blocks: the largest error over 100 keys is .0085 (one key in ten passes .001); the bound is .01."""
    found = sobol_indices(UNIT, g(saltelli_design(UNIT, 8192)), resamples=100)
    assert [index.value for index in found.first] == pytest.approx(G_FIRST, abs=0.01)
    parts = np.array([1.0, 0.25, 4 / 121, 0.01, *(1e-4,) * 4]) / 3.0  # variance of each factor of the product
    total = parts * np.prod(1.0 + parts) / (1.0 + parts) / (np.prod(1.0 + parts) - 1.0)
    assert [index.value for index in found.total] == pytest.approx(total, abs=0.01)
    assert found.pairs == ()


def test_an_additive_outcome_has_no_total_beyond_first_order_and_no_pairs() -> None:
    """Shares 1/14, 4/14, 9/14 of a sum; the largest error over 100 keys is .0053, the bound is .01."""
    factors = {"a": (0.0, 1.0), "b": (10.0, 12.0), "c": (-3.0, 0.0)}
    found = sobol_indices(factors, saltelli_design(factors, 1024, pairs=True).sum(axis=2))
    truth = np.array([1, 4, 9]) / 14
    assert [index.value for index in found.first] == pytest.approx(truth, abs=0.01)
    assert [index.value for index in found.total] == pytest.approx(truth, abs=0.01)
    assert [index.value for index in found.pairs] == pytest.approx([0.0] * 3, abs=0.01)


def test_a_factor_that_does_nothing_has_a_total_of_exactly_nothing() -> None:
    found = sobol_indices(THREE, saltelli_design(THREE, 64)[..., :2].sum(axis=2))
    assert found.total[2].value == 0.0 and (found.total[2].interval.low, found.total[2].interval.high) == (0.0, 0.0)
    assert found.first[2].value == 0.0


def test_intervals_cover_about_as_often_as_they_say() -> None:
    """250 studies of 200 independent blocks, 6 intervals each: right code holds 93.4 % (sd over seeds .7 points).

    It leaves 90-98 % on fewer than one seed in 10,000; code that holds 85 % gets in as rarely.
    """
    luck = np.random.default_rng(41)
    truth = (*ISHIGAMI["first"], *ISHIGAMI["total"])
    held = 0
    for _ in range(250):
        a, b = luck.uniform(-np.pi, np.pi, (2, 200, 3))
        runs = [a, b, *(np.where(np.arange(3) == i, b, a) for i in range(3))]
        found = sobol_indices(THREE, ishigami(np.stack(runs, axis=1)), resamples=200)
        held += sum(
            index.interval.low <= t <= index.interval.high
            for index, t in zip((*found.first, *found.total), truth, strict=True)
        )
    assert 0.90 <= held / 1500 <= 0.98


def test_a_failed_run_takes_its_block_with_it() -> None:
    outcome = ishigami(saltelli_design(THREE, 256))
    outcome[7, 3] = outcome[100, 0] = np.nan
    found = sobol_indices(THREE, outcome)
    rest = sobol_indices(THREE, np.delete(outcome, (7, 100), axis=0))
    assert (found.blocks, found.lost) == (254, 2)
    assert (found.first, found.total) == (rest.first, rest.total)


def test_indices_do_not_hang_on_the_unit_or_the_level_and_never_vary() -> None:
    outcome = ishigami(saltelli_design(THREE, 256, pairs=True))
    found, again = sobol_indices(THREE, outcome), sobol_indices(THREE, outcome)
    assert found == again
    moved = sobol_indices(THREE, 1e6 + 1000.0 * outcome)
    assert [i.value for i in moved.first] == pytest.approx([i.value for i in found.first], abs=1e-6)
    assert [i.value for i in moved.pairs] == pytest.approx([i.value for i in found.pairs], abs=1e-6)


def test_the_indices_agree_with_an_independent_implementation() -> None:
    """SALib on the same outcomes; it centres them by the mean of all runs, hence the last digits."""
    analyze = pytest.importorskip("SALib.analyze.sobol").analyze
    outcome = ishigami(saltelli_design(THREE, 1024, pairs=True))
    order = [0, *range(2, 8), 1]  # A, A with B's, B with A's, B
    problem = {"num_vars": 3, "names": list(THREE), "bounds": [[-np.pi, np.pi]] * 3}
    theirs = analyze(problem, outcome[:, order].ravel(), calc_second_order=True, seed=1)
    ours = sobol_indices(THREE, outcome)
    assert [index.value for index in ours.first] == pytest.approx(theirs["S1"], abs=1e-6)
    assert [index.value for index in ours.total] == pytest.approx(theirs["ST"], abs=1e-9)
    assert ours.pairs[1].value == pytest.approx(theirs["S2"][0, 2], abs=1e-6)


def test_a_saltelli_block_is_laid_out_as_stated() -> None:
    design = saltelli_design(THREE, 16, pairs=True)
    assert design.shape == (16, 8, 3)
    a, b = design[:, 0], design[:, 1]
    for i in range(3):
        others = [j for j in range(3) if j != i]
        assert (design[:, 2 + i, i] == b[:, i]).all() and (design[:, 2 + i][:, others] == a[:, others]).all()
        assert (design[:, 5 + i, i] == a[:, i]).all() and (design[:, 5 + i][:, others] == b[:, others]).all()


def test_space_filling_designs_fill_every_slice() -> None:
    factors = {"a": (0.0, 1.0), "b": (-5.0, 5.0), "c": (100.0, 300.0)}
    low, width = np.array([0.0, -5.0, 100.0]), np.array([1.0, 10.0, 200.0])
    for design in (latin_hypercube(factors, 64), sobol_sequence(factors, 64)):
        slices = np.floor((design - low) / width * 64).astype(int)
        assert (np.sort(slices, axis=0) == np.arange(64)[:, None]).all()
    quarters = np.floor((sobol_sequence(factors, 64)[:, :2] - low[:2]) / width[:2] * 8).astype(int)
    assert len({tuple(square) for square in quarters.tolist()}) == 64  # one point in each of 8 by 8 squares
    assert (latin_hypercube(factors, 8) == latin_hypercube(factors, 8)).all()
    assert (latin_hypercube(factors, 8) != latin_hypercube(factors, 8, key=1)).any()


def test_walks_move_each_factor_once_on_the_grid() -> None:
    design = morris_design(UNIT, 50, levels=6)
    assert design.shape == (50, 9, 8)
    assert np.round(design * 5.0) == pytest.approx(design * 5.0)
    steps = np.diff(design, axis=1)
    assert np.abs(steps).max(axis=2) == pytest.approx(0.6) and ((steps != 0.0).sum(axis=1) == 1).all()
    assert design.min() == 0.0 and design.max() == pytest.approx(1.0)
    assert (
        0.4 < (steps.sum(axis=1) > 0.0).mean() < 0.6
    )  # as many up as down: 400 steps, 4 standard deviations, fails 1 seed in 16,000


def test_effects_of_a_straight_line_are_its_slopes() -> None:
    factors = {"a": (0.0, 2.0), "b": (10.0, 20.0), "c": (0.0, 1.0)}
    design = morris_design(factors, 8)
    effects = elementary_effects(factors, design, design @ np.array([3.0, -0.5, 0.0]))
    assert [e.mean for e in effects] == pytest.approx([6.0, -5.0, 0.0])
    assert [e.size for e in effects] == pytest.approx([6.0, 5.0, 0.0])
    assert [e.spread for e in effects] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert effects[0].interval is not None and effects[0].interval.low == pytest.approx(6.0)


def test_effects_of_a_product_hang_on_the_other_factor() -> None:
    """y = (2a - 1)(2b - 1) on 4 levels: |effect| is 2 or 2/3, as often, so its mean is 4/3 and that of effects 0.

    4,000 walks: bounds of 5 standard errors, which fail one seed in a million.
    """
    factors = {"a": (0.0, 1.0), "b": (0.0, 1.0)}
    design = morris_design(factors, 4000)
    for effect in elementary_effects(factors, design, (2 * design[..., 0] - 1) * (2 * design[..., 1] - 1)):
        assert effect.mean == pytest.approx(0.0, abs=5 * 1.49 / np.sqrt(4000))
        assert effect.size == pytest.approx(4 / 3, abs=5 * 0.667 / np.sqrt(4000))
        assert effect.spread == pytest.approx(np.sqrt(20) / 3, rel=0.05)
        assert effect.interval is not None and effect.interval.low < effect.size < effect.interval.high


def test_screening_ranks_the_g_function() -> None:
    """12 optimised walks rank the four active factors by their indices, far above the rest: on 99 of 100 keys."""
    design = morris_design(UNIT, 12, candidates=60)
    sizes = [effect.size for effect in elementary_effects(UNIT, design, g(design))]
    assert sizes == sorted(sizes[:4], reverse=True) + sizes[4:] and min(sizes[:4]) > 2.0 * max(sizes[4:])


def test_optimised_walks_lie_farther_apart() -> None:
    def spread(design: np.ndarray) -> float:
        pairs = [(p[:, None, :] - q[None, :, :]) for i, p in enumerate(design) for q in design[:i]]
        return float(sum(np.sqrt((pair**2).sum(axis=2)).sum() ** 2 for pair in pairs))

    many = morris_design(UNIT, 40)
    kept = morris_design(UNIT, 6, candidates=40)
    assert all(any((walk == other).all() for other in many) for walk in kept)
    luck = np.random.default_rng(2)
    assert all(spread(kept) > spread(many[luck.choice(40, 6, replace=False)]) for _ in range(200))


def test_a_failed_run_takes_its_walk_with_it() -> None:
    design = morris_design(THREE, 10)
    outcome = ishigami(design)
    outcome[3, 2] = np.nan
    rest = elementary_effects(THREE, np.delete(design, 3, axis=0), np.delete(ishigami(design), 3, axis=0))
    assert elementary_effects(THREE, design, outcome) == rest and rest[0].walks == 9
    one = elementary_effects(THREE, design[:1], ishigami(design[:1]))
    assert one[0].interval is None and one[0].spread == 0.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: latin_hypercube({}, 4), "factors must name at least one"),
        (lambda: latin_hypercube({"a": (1.0, 1.0)}, 4), "low < high, got 1.0 to 1.0 for 'a'"),
        (lambda: latin_hypercube({"a": (0.0, np.inf)}, 4), "finite ranges"),
        (lambda: latin_hypercube(UNIT, 0), "points must be >= 1, got 0"),
        (lambda: sobol_sequence(UNIT, 6), "points must be a power of two, got 6"),
        (lambda: saltelli_design(UNIT, 0), "blocks must be a power of two, got 0"),
        (lambda: morris_design(UNIT, 0), "trajectories must be >= 1, got 0"),
        (lambda: morris_design(UNIT, 2, levels=5), "levels must be even and >= 2, got 5"),
        (lambda: morris_design(UNIT, 4, candidates=3), r"candidates must be 0 or >= trajectories \(4\), got 3"),
        (lambda: elementary_effects(THREE, np.zeros((2, 4, 2)), np.zeros((2, 4))), r"design must be \[walks, 4, 3\]"),
        (
            lambda: elementary_effects(THREE, np.zeros((2, 4, 3)), np.zeros((2, 4))),
            "design must move one factor a step",
        ),
        (lambda: elementary_effects(THREE, morris_design(THREE, 2), np.zeros((2, 3))), "outcome must be 2 blocks of 4"),
        (lambda: elementary_effects(THREE, morris_design(THREE, 1), np.full((1, 4), np.nan)), "at least 1 blocks"),
        (lambda: sobol_indices(THREE, np.zeros((4, 6))), r"outcome must be \[blocks, 5 or 8\], got shape \(4, 6\)"),
        (lambda: sobol_indices(THREE, np.ones((4, 5))), "outcome must vary, got 1.0 everywhere"),
        (lambda: sobol_indices(THREE, np.full((4, 5), np.inf)), "outcome must be finite"),
        (lambda: sobol_indices(THREE, np.full((4, 5), np.nan)), "at least 2 blocks without a failed run, got 0"),
        (lambda: sobol_indices(THREE, np.eye(5), confidence=95), r"confidence must be in \(0, 1\), got 95"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
