"""Kernels against plain references in the same run: the same answers always, and how much quicker with
--benchmark-enable. Only ratios of times in one process are asserted, with half of what was seen or less.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit

from sim.kernels import sketch
from sim.kernels.arithmetic import exps, logs
from sim.kernels.hashing import block, unit64
from sim.kernels.queueing import ENDLESS, serve

CASES = 200_000


def quicker(benchmark: Any, kernel: Callable[[], object], reference: Callable[[], object], units: int) -> float | None:
    """CPU time of the reference over that of the kernel, best of each; None where benchmarks are off."""
    kernel()  # compiled before the clock starts
    benchmark(kernel)
    if not benchmark.enabled:
        return None
    own, other = (min(_seconds(call) for _ in range(5)) for call in (kernel, reference))
    benchmark.extra_info.update(ns_each=round(own / units * 1e9, 2), reference_ns_each=round(other / units * 1e9, 2))
    return other / own


def _seconds(call: Callable[[], object]) -> float:
    before = time.process_time()
    call()
    return time.process_time() - before


def by_heap(arrival: list[int], work: list[int], servers: int) -> list[int]:
    """Starts at a first-come station in plain Python."""
    free = [0] * servers
    start = []
    for arrived, needed in zip(arrival, work, strict=True):
        now = max(arrived, free[0])
        start.append(now)
        heapq.heapreplace(free, now + needed)
    return start


@pytest.mark.parametrize(("servers", "least"), [(1, 30.0), (4, 9.0), (24, 6.0), (200, 3.0)])
def test_station(benchmark: Any, servers: int, least: float) -> None:
    """Nanoseconds a case of `serve`; no urgency, no patience, load .85."""
    rng = np.random.default_rng(servers)
    arrival = np.cumsum(rng.integers(0, 200, CASES))
    work = (rng.standard_exponential(CASES) * 85 * servers).astype(np.int64)
    patience, urgent = np.full(CASES, -1), np.zeros(CASES, np.uint8)
    start, outcome = np.empty(CASES, np.int64), np.empty(CASES, np.int8)

    def kernel() -> None:
        free = np.zeros(servers, np.int64)
        serve(arrival, work, patience, urgent, 0, CASES, free, servers, ENDLESS, start, outcome)

    lists = arrival.tolist(), work.tolist()
    ratio = quicker(benchmark, kernel, lambda: by_heap(*lists, servers), CASES)
    assert start.tolist() == by_heap(*lists, servers)
    assert ratio is None or ratio > least


@njit
def doubles(key0: np.uint32, key1: np.uint32, out: np.ndarray) -> None:
    """Two keyed doubles from each block of consecutive entities."""
    for i in range(out.shape[0]):
        x = block(np.uint32(i), np.uint32(0), np.uint32(7), np.uint32(3), key0, key1)
        out[i, 0] = unit64(x[0], x[1])
        out[i, 1] = unit64(x[2], x[3])


def test_draws(benchmark: Any) -> None:
    """Nanoseconds a block of two doubles, against numpy's own Philox generator filling an array."""
    out = np.empty((CASES, 2))
    generator = np.random.Generator(np.random.Philox(1))
    ratio = quicker(
        benchmark,
        lambda: doubles(np.uint32(1), np.uint32(2), out),
        lambda: generator.random(out=out.reshape(-1)),
        CASES,
    )
    assert ratio is None or ratio > 0.45


@pytest.mark.parametrize(("own", "numpys", "least"), [(logs, np.log, 0.4), (exps, np.exp, 0.5)], ids=["log", "exp"])
def test_arithmetic(benchmark: Any, own: Any, numpys: Any, least: float) -> None:
    """Nanoseconds a value, against numpy's variant for this processor."""
    x = np.random.default_rng(1).random(CASES) * 10.0 + 0.1
    ratio = quicker(benchmark, lambda: own(x), lambda: numpys(x), CASES)
    assert np.allclose(own(x), numpys(x), rtol=1e-15, atol=0.0)
    assert ratio is None or ratio > least


def test_sketch(benchmark: Any) -> None:
    """Nanoseconds a duration, against bins by numpy's search."""
    seconds = np.random.default_rng(2).lognormal(10.0, 1.2, CASES).astype(np.int64)
    counts = np.zeros(sketch.BINS, np.int64)
    edges = sketch.edges()

    def by_search() -> np.ndarray:
        return np.bincount(np.searchsorted(edges, seconds, "right") - 1, minlength=sketch.BINS)

    ratio = quicker(benchmark, lambda: sketch.tally(seconds, counts), by_search, CASES)
    counts[:] = 0
    sketch.tally(seconds, counts)
    assert (counts == by_search()).all()
    assert ratio is None or ratio > 5.0
