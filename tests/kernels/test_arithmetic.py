"""Own log, exp and normal quantile: within their stated error, monotone, and the same bits on a plain processor."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from sim.kernels.arithmetic import exp, exps, log, logs, normal_quantile

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(3)
POSITIVE = np.concatenate([RNG.random(3000), 10.0 ** RNG.uniform(-300, 300, 1000), 1.0 + RNG.normal(0, 1e-6, 1000)])
EXPONENTS = np.concatenate([RNG.normal(0, 1, 3000), RNG.uniform(-699, 699, 1000), RNG.normal(0, 1e-6, 1000)])


def ulps(value: float, exact: Decimal) -> float:
    return float(abs(Decimal(value) - exact) / Decimal(math.ulp(value)))


def test_log_and_exp_are_within_one_ulp() -> None:
    """Against 40 decimal digits; exp at its clamp is the same as at 700."""
    with localcontext() as context:
        context.prec = 40
        assert max(ulps(log(x), Decimal(x).ln()) for x in POSITIVE.tolist()) <= 1.0
        assert max(ulps(exp(x), Decimal(x).exp()) for x in EXPONENTS.tolist()) <= 1.0
    assert exp(1e9) == exp(700.0) and exp(-1e9) == exp(-700.0) > 0.0


def test_exact_points() -> None:
    assert log(1.0) == 0.0 and exp(0.0) == 1.0 and normal_quantile(0.5) == 0.0
    assert all(log(2.0**k) == k * math.log(2.0) for k in (-1, 1, 2, 8, 64))


def test_normal_quantile_is_within_its_stated_error() -> None:
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 5001), 10.0 ** np.linspace(-15, -2, 500), [0.02425, 0.97575]])
    own, exact = np.array([normal_quantile(x) for x in p]), special.ndtri(p)
    assert np.abs(own - exact).max() < 1.2e-9 * np.abs(exact).max()
    away = np.abs(exact) > 1e-9
    assert (np.abs(own - exact)[away] <= 1.2e-9 * np.abs(exact)[away]).all()


def test_monotone() -> None:
    """On fine grids, so that a luckier draw never gives the worse variate; the quantile across both seams."""
    assert (np.diff(logs(np.linspace(0.4, 2.2, 100_001))) > 0.0).all()
    assert (np.diff(exps(np.linspace(-3.0, 3.0, 100_001))) > 0.0).all()
    for middle in (0.02425, 0.5, 0.97575):
        grid = middle + np.arange(-2000, 2001) * 2.0**-31
        assert (np.diff([normal_quantile(p) for p in grid]) > 0.0).all()
    assert (np.diff([normal_quantile(p) for p in np.linspace(1e-9, 1 - 1e-9, 20_001)]) > 0.0).all()


def test_arrays_equal_scalars() -> None:
    assert logs(POSITIVE).tolist() == [log(x) for x in POSITIVE]
    assert exps(EXPONENTS).tolist() == [exp(x) for x in EXPONENTS]


def digest() -> str:
    """SHA-256 of the bits of all three functions on fixed grids of exact doubles."""
    grid = np.arange(1, 4096) / 4096.0
    quantiles = np.array([normal_quantile(p) for p in grid])
    bits = np.concatenate([logs(grid * 1000.0), exps((grid - 0.5) * 64.0), quantiles])
    return hashlib.sha256(bits.astype("<f8").tobytes()).hexdigest()


GOLDEN = "4594e40a109f66a564231c15c3f6cc28c8516c23c867c240f157cc42e1a234e1"


@pytest.mark.parametrize(
    "environment",
    [{"NUMBA_CPU_NAME": "generic"}, {"NUMBA_DISABLE_JIT": "1"}],
    ids=["plain processor", "no compiler"],
)
def test_same_bits_elsewhere(environment: dict[str, str], tmp_path: Path) -> None:
    """Here, compiled for a processor without extensions, and in plain Python: one digest."""
    assert digest() == GOLDEN
    script = "import test_arithmetic; print(test_arithmetic.digest())"
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    variables = {**os.environ, **environment, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == GOLDEN, done.stderr
