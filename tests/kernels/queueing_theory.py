"""Two hundred fixed points of queueing theory, each answered by the station kernel with a z-score.

Work has a mean of a million seconds, so that whole seconds are as good as continuous time. A run is 41 batches whose
servers' state is handed from one to the next; the first is warm-up, the means of the others give a t with 39 degrees
of freedom, which is turned into a z of equal probability. Batches are 120 relaxation times or more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from types import ModuleType

import numpy as np
from scipy import special, stats

from sim.kernels.queueing import ENDLESS

SEED = 20260101
OUTSIDE = 2.5758293035489004  # of the 99 % interval
MEAN_WORK = 1e6
BATCHES = 41
Draw = Callable[[np.random.Generator, int], np.ndarray]
Serve = Callable[..., None]


@dataclass(frozen=True)
class Point:
    """One or two stations, what theory says of the mean wait (or the share that abandons), and how long to look."""

    name: str
    theory: float
    gap: float  # mean time between arrivals, in mean works
    servers: tuple[int, ...]
    work: Draw  # in mean works
    batch: int
    patience: float = 0.0  # mean, in mean works; 0 is endless

    def z(self, serve: Serve, seed: int, longer: int = 1) -> float:
        """Standard normal under theory and a right kernel; `longer` multiplies the batches."""
        rng = np.random.default_rng(seed)
        n = self.batch * longer
        means = self._tandem(serve, rng, n) if len(self.servers) == 2 else self._station(serve, rng, n)
        error = means.std(ddof=1) / np.sqrt(means.size)
        t = (means.mean() - self.theory) / error
        return float(-np.sign(t) * special.ndtri(stats.t.sf(abs(t), means.size - 1)))

    def _station(self, serve: Serve, rng: np.random.Generator, n: int) -> np.ndarray:
        free = np.zeros(self.servers[0], np.int64)
        last, means = 0, np.empty(BATCHES)
        for k in range(BATCHES):
            arrival = last + np.cumsum(ticks(self.gap * rng.standard_exponential(n)))
            patience = np.full(n, -1, np.int64)
            if self.patience:
                patience = ticks(self.patience * rng.standard_exponential(n))
            start, outcome = run(serve, arrival, ticks(self.work(rng, n)), patience, free)
            means[k] = outcome.mean() if self.patience else (start - arrival).mean() / MEAN_WORK
            last = arrival[-1]
        return means[1:]

    def _tandem(self, serve: Serve, rng: np.random.Generator, batch: int) -> np.ndarray:
        n = BATCHES * batch
        arrival = np.cumsum(ticks(self.gap * rng.standard_exponential(n)))
        wait, arrived, order = np.zeros(n), arrival, np.arange(n)
        for servers in self.servers:
            work = ticks(self.work(rng, n))
            start, _ = run(serve, arrived, work, np.full(n, -1, np.int64), np.zeros(servers, np.int64))
            wait[order] += (start - arrived) / MEAN_WORK
            leaving = np.argsort(start + work, kind="stable")
            order, arrived = order[leaving], (start + work)[leaving]
        return wait.reshape(BATCHES, batch).mean(axis=1)[1:]


def ticks(durations: np.ndarray) -> np.ndarray:
    return np.rint(durations * MEAN_WORK).astype(np.int64)


def run(serve: Serve, arrival: np.ndarray, work: np.ndarray, patience: np.ndarray, free: np.ndarray):
    """Start and outcome of a stretch of cases; `free` goes in and comes out."""
    n = arrival.size
    start, outcome = np.empty(n, np.int64), np.empty(n, np.int8)
    serve(arrival, work, patience, np.zeros(n, np.uint8), 0, n, free, free.size, ENDLESS, start, outcome)
    return start, outcome


def exponential(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_exponential(n)


def constant(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.ones(n)


def hyperexponential(scv: float) -> Draw:
    """Two phases of equal total work with squared coefficient of variation scv."""
    p = (1.0 + np.sqrt((scv - 1.0) / (scv + 1.0))) / 2.0
    return lambda rng, n: rng.standard_exponential(n) / np.where(rng.random(n) < p, 2.0 * p, 2.0 * (1.0 - p))


def batch_length(rho: float, scv: float) -> int:
    """About 120 relaxation times, in cases."""
    return int(min(max(20_000, 240.0 * (1.0 + scv) / (1.0 - rho) ** 2), 200_000))


def wait_mmc(servers: int, rho: float) -> float:
    """Mean wait of M/M/c in mean works, by the Erlang B recursion and Erlang C (A. K. Erlang, 1917)."""
    offered, blocking = servers * rho, 1.0
    for k in range(1, servers + 1):
        blocking = offered * blocking / (k + offered * blocking)
    delayed = blocking / (1.0 - rho * (1.0 - blocking))
    return delayed / (servers * (1.0 - rho))


def wait_mg1(rho: float, scv: float) -> float:
    """Mean wait of M/G/1 in mean works (F. Pollaczek, 1930; A. Khinchine, 1932)."""
    return rho * (1.0 + scv) / (2.0 * (1.0 - rho))


def abandoned_erlang_a(servers: int, rho: float, patience: float) -> float:
    """Share that abandons M/M/c+M (C. Palm, 1943): leaving rate of the queue over the arrival rate."""
    offered = servers * rho
    n = np.arange(1, 4000)
    leaving = np.minimum(n, servers) + np.maximum(n - servers, 0) / patience
    weight = np.concatenate(([0.0], np.cumsum(np.log(offered) - np.log(leaving))))
    chance = np.exp(weight - weight.max())
    queue = np.maximum(np.arange(4000) - servers, 0)
    return float((chance * queue).sum() / chance.sum() / patience / offered)


def points() -> list[Point]:
    """80 M/M/c, 25 M/D/1, 25 M/H2/1, 45 Erlang-A, 25 tandem networks of J. R. Jackson (1957)."""
    return [*_mmc(), *_md1(), *_mh21(), *_erlang_a(), *_tandem()]


def answers(queueing: ModuleType, every: slice = slice(None), longer: int = 1) -> np.ndarray:
    """The z-scores of some points; a point has its own seed, whichever others are asked."""
    numbered = list(enumerate(points()))[every]
    return np.array([point.z(queueing.serve, SEED + k, longer) for k, point in numbered])


def check_theory(queueing: ModuleType) -> None:
    """25 of the points, all families; a right kernel fails with probability below 0.3 %."""
    z = answers(queueing, slice(4, None, 8))
    assert z.size == 25
    assert (abs(z) > OUTSIDE).sum() <= 2
    assert abs(z).max() < 4.5
    assert 0.55 <= z.std(ddof=1) <= 1.5


def _mmc() -> Iterator[Point]:
    lowest = {1: 0.1, 2: 0.2, 3: 0.3, 5: 0.4, 8: 0.5, 13: 0.6, 20: 0.7, 40: 0.8}  # so that some cases wait
    for (servers, low), k in product(lowest.items(), range(10)):
        rho = low + (0.95 - low) * k / 9
        name = f"M/M/{servers} {rho:.3f}"
        gap = 1.0 / (servers * rho)
        yield Point(name, wait_mmc(servers, rho), gap, (servers,), exponential, batch_length(rho, 1.0))


def _md1() -> Iterator[Point]:
    for k in range(25):
        rho = 0.1 + 0.035 * k
        yield Point(f"M/D/1 {rho:.3f}", wait_mg1(rho, 0.0), 1.0 / rho, (1,), constant, batch_length(rho, 0.0))


def _mh21() -> Iterator[Point]:
    for scv, rho in product((1.5, 2.0, 4.0, 6.0, 10.0), (0.2, 0.4, 0.6, 0.8, 0.9)):
        draw = hyperexponential(scv)
        yield Point(f"M/H2({scv:g})/1 {rho}", wait_mg1(rho, scv), 1.0 / rho, (1,), draw, batch_length(rho, scv))


def _erlang_a() -> Iterator[Point]:
    for servers, rho, patience in product((1, 3, 8, 20, 40), (0.8, 1.0, 1.25), (4.0, 1.0, 0.25)):
        name = f"M/M/{servers}+M {rho} patience {patience}"
        theory = abandoned_erlang_a(servers, rho, patience)
        yield Point(name, theory, 1.0 / (servers * rho), (servers,), exponential, 20_000, patience)


def _tandem() -> Iterator[Point]:
    for first, second, rho in product((1, 2, 4, 7, 12), (1, 2, 3, 5, 10), (0.85,)):
        busiest = min(first, second) * rho  # arrivals per mean work; the smaller station has load rho
        theory = wait_mmc(first, busiest / first) + wait_mmc(second, busiest / second)
        name = f"M/M/{first} -> M/M/{second} {rho}"
        yield Point(name, theory, 1.0 / busiest, (first, second), exponential, batch_length(rho, 1.0))
