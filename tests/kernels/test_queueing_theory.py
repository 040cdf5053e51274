"""The station kernel answers queueing theory.

A right kernel fails the whole check of 200 points with probability below 0.9 %: more than 6 outside the 99 % interval
0.4 %, a z beyond 4.56 0.1 %, a spread outside 0.85-1.15 0.3 %. It fails the 25 points of the default run with
probability below 0.3 %. The seeds are fixed, so a failure after a change that leaves the kernel right is that rare,
and otherwise nothing fails by chance.
"""

from __future__ import annotations

import numpy as np
import pytest
from queueing_theory import MEAN_WORK, OUTSIDE, SEED, answers, check_theory, ticks, wait_mmc
from scipy import special, stats

from sim.kernels import queueing
from sim.kernels.queueing import first_come


@pytest.mark.slow
def test_two_hundred_points() -> None:
    """1.7 thousand million cases."""
    z = answers(queueing, longer=6)
    print(f"outside {int((abs(z) > OUTSIDE).sum())}, largest {abs(z).max():.2f}, spread {z.std(ddof=1):.3f}")
    assert z.size == 200
    assert (abs(z) > OUTSIDE).sum() <= 6
    assert abs(z).max() < 4.56
    assert 0.85 <= z.std(ddof=1) <= 1.15


def test_every_eighth_point() -> None:
    check_theory(queueing)


def test_urgent_cases_wait_as_cobham_says() -> None:
    """Two classes without preemption (A. Cobham, 1954): z of both waits at 4 stations below 4; false alarm 0.05 %."""
    for k, (servers, rho, share) in enumerate(((1, 0.6, 0.3), (1, 0.85, 0.5), (4, 0.8, 0.2), (80, 0.95, 0.5))):
        rng = np.random.default_rng(SEED + k)
        n, batches = 1_230_000, 41
        arrival = np.cumsum(ticks(rng.standard_exponential(n) / (servers * rho)))
        urgent = rng.random(n) < share
        start, _ = first_come(arrival, ticks(rng.standard_exponential(n)), servers, urgent=urgent)
        wait = (start - arrival) / MEAN_WORK
        soon = wait_mmc(servers, rho) * (1.0 - rho) / (1.0 - rho * share)
        for theory, chosen in ((soon, urgent), (soon / (1.0 - rho), ~urgent)):
            counts = chosen.reshape(batches, -1).sum(axis=1)[1:]
            means = np.where(chosen, wait, 0.0).reshape(batches, -1).sum(axis=1)[1:] / counts
            t = (means.mean() - theory) / (means.std(ddof=1) / np.sqrt(means.size))
            assert special.ndtri(stats.t.sf(abs(t), means.size - 1)) > -4.0, (servers, rho, share, t)
