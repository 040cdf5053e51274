"""Draws: published answers, an independent twin, exact doubles, independence of words, and no compiler needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_checks import check_doubles, check_known_answers, check_philox_twin
from numba import njit
from scipy import stats

from sim.kernels import hashing
from sim.kernels.hashing import block, unit64

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_known_answers_and_layout() -> None:
    check_known_answers(hashing)


def test_equals_the_twin() -> None:
    check_philox_twin(hashing)


def test_doubles_variates_and_chances() -> None:
    check_doubles(hashing)


def test_without_the_compiler() -> None:
    """The same checks in an interpreter with compilation switched off."""
    script = (
        "import kernel_checks as c; from sim.kernels import hashing as h; from numba import config;"
        "assert config.DISABLE_JIT; c.check_known_answers(h); c.check_philox_twin(h, 50); c.check_doubles(h)"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@njit
def fill(counter: np.ndarray, moving: int, key0: np.uint32, key1: np.uint32, out: np.ndarray) -> None:
    """Doubles of consecutive counters; `moving` is the word that counts up."""
    c = counter.copy()
    for i in range(out.size):
        c[moving] = counter[moving] + np.uint32(i)
        x = block(c[0], c[1], c[2], c[3], key0, key1)
        out[i] = unit64(x[0], x[1])


@pytest.mark.parametrize("moving", range(4))
def test_consecutive_counters_are_uniform_and_independent(moving: int) -> None:
    """Along each word of the counter, 2^18 draws: chi-square of 256 bins and the first 5 serial correlations.

    False alarm below 0.1 % a word: one chi-square at 0.05 % and five normals beyond 3.9.
    """
    u = np.empty(2**18)
    fill(np.array([5, 0, 9, 3 << 16], np.uint32), moving, np.uint32(1), np.uint32(2), u)
    counts = np.bincount((u * 256).astype(np.int64), minlength=256)
    assert stats.chisquare(counts).pvalue > 5e-4
    for lag in range(1, 6):
        z = 12.0 * ((u[lag:] - 0.5) * (u[:-lag] - 0.5)).sum() / np.sqrt(u.size - lag)
        assert abs(z) < 3.9


@pytest.mark.parametrize("word", range(6))
def test_every_word_matters(word: int) -> None:
    """One bit in any word of counter or key changes about half of the 128 bits; false alarm below 0.1 % in all.

    Of 32 x 128 bits between 1,856 and 2,240 differ (six standard deviations).
    """
    base = [1, 2, 3, 4, 5, 6]
    first = hashing.philox4x32(tuple(base[:4]), tuple(base[4:]))
    differing = 0
    for bit in range(32):
        other = base.copy()
        other[word] ^= 1 << bit
        second = hashing.philox4x32(tuple(other[:4]), tuple(other[4:]))
        differing += sum((a ^ b).bit_count() for a, b in zip(first, second, strict=True))
    assert 1856 <= differing <= 2240


@pytest.mark.parametrize("word", [-1, 2**32])
def test_refuses_words_out_of_range(word: int) -> None:
    with pytest.raises(ValueError, match=r"counter and key words must be in \[0, 2\^32\), got"):
        hashing.philox4x32((0, word, 0, 0), (0, 0))
