"""What the kernels promise, as checks that take the kernel's module: real ones pass, planted bugs must not."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType

import numpy as np
from kernel_twins import hamilton, philox, quantile_of, station

ONES = 2**32 - 1
KNOWN = [  # Random123, kat_vectors: philox4x32 with 10 rounds
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]
LAYOUT = [  # entity, day, purpose word, seed: the words as `reliability` lays them out
    ((1, 0, 0, 1), "ac08141b dfc5ccbe 79c07a47 a7f66093"),
    ((123456789, 364, 7, 20260101), "586b7c7b 3a865a67 3498280e f155d6e3"),
    ((2**40 + 5, 3650, 2**31 + 1, 2**64 - 1), "7d99efc7 8a514bd5 18d65ced db3ea74f"),
]


def check_known_answers(hashing: ModuleType) -> None:
    """Published answers, then the layout of counter and key."""
    for counter, key, words in KNOWN:
        assert " ".join(f"{word:08x}" for word in hashing.philox4x32(counter, key)) == words
    for (entity, day, purpose, seed), words in LAYOUT:
        counter = (entity % 2**32, entity >> 32, day, purpose)
        answer = hashing.philox4x32(counter, (seed % 2**32, seed >> 32))
        assert " ".join(f"{word:08x}" for word in answer) == words


def check_philox_twin(hashing: ModuleType, count: int = 1000) -> None:
    """The same words as whole-number arithmetic, on random counters and keys."""
    rng = np.random.default_rng(31)
    for words in rng.integers(0, 2**32, (count, 6)).tolist():
        assert hashing.philox4x32(tuple(words[:4]), tuple(words[4:])) == philox(words[:4], words[4:])


def check_doubles(hashing: ModuleType) -> None:
    """Draws are the stated fractions, inside (0, 1) at both ends, and chances are exact thresholds."""
    for high, low in ((0, 0), (0, 2**12), (ONES, ONES), (0x243F6A88, 0x85A308D3), (1, 0), (2**31, 7)):
        stated = Fraction(2 * (((high << 32) | low) >> 12) + 1, 2**53)
        assert Fraction(float(hashing.unit64(np.uint32(high), np.uint32(low)))) == stated
        assert Fraction(float(hashing.unit32(np.uint32(high)))) == Fraction(2 * high + 1, 2**33)
    for p, threshold in ((0.0, 0), (1.0, 2**32), (0.25, 2**30), (-1.0, 0), (7.0, 2**32)):
        assert int(hashing.chance(p)) == threshold
    grid = np.linspace(0.0005, 0.9995, 2000)
    assert (np.diff([hashing.exponential(u) for u in grid]) < 0.0).all()
    assert (np.diff([hashing.lognormal(u, 60.0, 0.8) for u in grid]) > 0.0).all()
    assert hashing.exponential(0.5) == np.log(2.0)
    assert hashing.lognormal(0.5, 60.0, 0.8) == 60.0


def random_station(rng: np.random.Generator, servers: int) -> dict[str, object]:
    """A small day with many ties: short times, some patience, some urgency, some closing, some work in progress."""
    n = int(rng.integers(0, 6 + 3 * servers))
    spread = int(rng.integers(1, 5 + 2 * n))
    patience = rng.integers(0, 1 + int(rng.integers(1, 12)), n)
    patience[rng.random(n) < rng.random()] = -1
    return {
        "arrival": np.sort(rng.integers(0, spread, n)),
        "work": rng.integers(0, 2 + int(rng.integers(1, 2 + 2 * servers)), n),
        "patience": patience,
        "urgent": (rng.random(n) < rng.choice([0.0, 0.0, 0.2, 0.5, 1.0])).astype(np.uint8),
        "free": np.sort(rng.integers(0, 1 + int(rng.integers(1, 9)), servers)),
        "closing": int(rng.integers(0, spread + 8)) if rng.random() < 0.5 else 1 << 62,
    }


def check_station(queueing: ModuleType, count: int = 5000, servers: tuple[int, ...] = tuple(range(9))) -> None:
    """Bit for bit the event-by-event twin, on random stations cut out of longer columns."""
    rng = np.random.default_rng(20260101)
    for k in range(count):
        case = random_station(rng, servers[k % len(servers)])
        expected = station(
            case["arrival"].tolist(),
            case["work"].tolist(),
            case["patience"].tolist(),
            case["urgent"].tolist(),
            case["free"].tolist(),
            case["closing"],
        )
        n, lo = len(case["arrival"]), int(rng.integers(0, 3))
        columns = [np.pad(case[name], (lo, 2), constant_values=1) for name in ("arrival", "work", "patience", "urgent")]
        start, outcome = np.full(lo + n + 2, -7, np.int64), np.full(lo + n + 2, -7, np.int8)
        free = np.pad(case["free"], (0, 3), constant_values=-9)
        queueing.serve(*columns, lo, lo + n, free, len(case["free"]), case["closing"], start, outcome)
        got = (start[lo : lo + n].tolist(), outcome[lo : lo + n].tolist(), free[: len(case["free"])].tolist())
        assert got == expected, f"station {k}: {case}"
        for column in (start, outcome):
            assert (np.delete(column, slice(lo, lo + n)) == -7).all(), "a position outside lo:hi was written"
        assert (free[len(case["free"]) :] == -9).all(), "an entry beyond the servers was written"


def check_sketch(sketch: ModuleType) -> None:
    """Every second falls between the edges of its bin; quantiles are within 1/16; adding merges."""
    edge = sketch.edges()
    assert edge[0] == 0 and (np.diff(edge) > 0).all() and edge[-1] == 2**31
    assert (np.diff(edge)[16:] * 16 <= edge[16:-1]).all()
    for second in (*range(70), *edge[1:-1].tolist(), *(edge[1:] - 1).tolist()):
        k = sketch.bin_of(second)
        assert edge[k] <= second < edge[k + 1]
    assert sketch.bin_of(-5) == 0 and sketch.bin_of(2**40) == sketch.BINS - 1
    rng = np.random.default_rng(11)
    for sample in (rng.lognormal(8.0, 1.2, 4000), rng.exponential(86400.0, 3000), rng.integers(0, 30, 500)):
        seconds = sample.astype(np.int64)
        parts = np.zeros((2, sketch.BINS), np.int64)
        sketch.tally(seconds[:1000], parts[0])
        sketch.tally(seconds[1000:], parts[1])
        whole = np.zeros(sketch.BINS, np.int64)
        sketch.tally(seconds, whole)
        assert (parts.sum(axis=0) == whole).all() and whole.sum() == seconds.size
        for p in (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0):
            exact = quantile_of(seconds.tolist(), p)
            assert abs(sketch.quantile(whole, p) - exact) <= exact / 16
    assert np.isnan(sketch.quantile(np.zeros(sketch.BINS, np.int64), 0.5))


def check_apportioning(apportioning: ModuleType, count: int = 500) -> None:
    """The seats of the fractions, the stated total, the minimum kept, and nobody lifted who need not be."""
    rng = np.random.default_rng(5)
    for _ in range(count):
        n = int(rng.integers(1, 9))
        weights = rng.integers(0, int(rng.integers(2, 40)), n)
        weights[0] += 1
        total, minimum = int(rng.integers(0, 60)), int(rng.integers(0, 3))
        assert apportioning.largest_remainder(weights, total).tolist() == hamilton(weights.tolist(), total)
        units = apportioning.largest_remainder(weights, total + minimum * n, minimum)
        assert units.sum() == total + minimum * n and units.min() >= minimum
        above = np.flatnonzero(units > minimum)
        rest = int(units[above].sum())
        if above.size:
            alone = hamilton(weights[above].tolist(), rest)
            assert np.abs(units[above] - np.array(alone)).max() <= 1
        order = np.argsort(weights, kind="stable")
        assert (np.diff(units[order])[np.diff(weights[order]) > 0] >= 0).all(), "more weight, fewer units"


def check_inequality(inequality: ModuleType) -> None:
    """Published values, whole weights as copies, equal ranks in any order, and the exact split."""
    five = [1, 2, 3, 4, 5]
    assert abs(inequality.gini(five) - 4 / 15) < 1e-15
    assert abs(inequality.gini([1, 2], [1, 3]) - 3 / 28) < 1e-15
    assert abs(inequality.theil(five).total - 0.119688) < 5e-7
    assert abs(inequality.mean_log_deviation(five).total - 0.141114) < 5e-7
    assert abs(inequality.atkinson(five, 0.5) - 0.063153) < 5e-7
    assert inequality.quantile_ratio(range(1, 31)) == 27 / 3
    assert abs(inequality.concentration([1, 5, 3], [0, 0, 0])) < 1e-15
    rng = np.random.default_rng(17)
    x, copies, groups = rng.lognormal(3.0, 1.0, 300), rng.integers(0, 5, 300), rng.integers(0, 7, 300)
    weight = np.bincount(groups, copies)
    means = np.bincount(groups, copies * x) / weight
    for index in (inequality.theil, inequality.mean_log_deviation):
        split = index(x, copies, groups)
        assert abs(split.total - split.between - split.within) < 1e-12
        assert abs(split.between - index(means, weight).total) < 1e-12
    for measure in (inequality.gini, lambda x, w=None: inequality.theil(x, w).total):
        assert abs(measure(x, copies) - measure(np.repeat(x, copies))) < 1e-12
