"""Selection of the best option with a guarantee: the sequential procedures of Kim and Nelson.

One replication of every option still in the race is a row. An option leaves for good once it trails another by more
than a margin that shrinks as rows come in; the last one is selected. With probability at least 1 - alpha it is the best
whenever the best leads by delta or more (exact for independent normal rows; columns may depend on each other in any
way, which is what common random numbers make use of). Variances are those of paired differences, so the stronger
the pairing, the shorter the race.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.critical_points import check_level, kn_h2

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Better = Literal["lower", "higher"]
Guarantee = Literal["exact", "sphericity", "asymptotic", "none"]
VarianceFrom = Literal["first_stage", "all"]

Sample = Callable[[I64, I64], npt.ArrayLike]
"""Runs the model: (options [m], replications [r]) -> the outcome, [r, m]; always new (option, replication) pairs.

Equal replication numbers share their luck where options are to be compared under common random numbers; different
numbers never do.
"""

CELLS = 1 << 17  # paired differences looked at in one go


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a procedure says about k options, known by their place in the order given.

    `selected` is None while the race is on. `guarantee` says how P(selected is best) >= 1 - alpha holds where the best
    leads by `delta` (in the outcome's unit): "exact" for normal outcomes, "sphericity" where all their differences also
    have one variance, "asymptotic" as delta goes to 0, or not at all. `survivors` are still in the race; several with a
    selection are equal on average, and it is the first of them. `tied` are the options not told apart from the
    selected: its lead is below delta or not shown to be real. `used` [k] counts the replications of each option that
    entered the decision, `runs` all that were made. `at_most` is the number of replications by which the race must end
    (with "all" variances: as they now stand), None where it is over or not yet known.
    """

    selected: int | None
    survivors: tuple[int, ...]
    tied: tuple[int, ...]
    guarantee: Guarantee
    alpha: float
    delta: float
    used: tuple[int, ...]
    runs: int
    at_most: int | None

    @property
    def separable(self) -> bool:
        """Is there one best, told apart from all others? If not, the selected or any of the tied may be the best."""
        return self.selected is not None and not self.tied


def kn(
    sample: Sample,
    k: int,
    *,
    delta: float,
    alpha: float,
    n0: int,
    better: Better,
    variance: VarianceFrom = "first_stage",
    block: int = 1,
    limit: int | None = None,
) -> Selection:
    """Run options until one is selected: Kim and Nelson's KN (`variance` "first_stage") or KN++ ("all").

    `sample` gives the first n0 replications of all k options, then `block` more at a time of those that survive;
    `limit` stops the race after that many replications, without a selection. Kim and Nelson, ACM TOMACS 11(3), 2001;
    KN++, whose variances come from all rows so far: "On the asymptotic validity of fully sequential selection
    procedures for steady-state simulation", Operations Research 54(3), 2006.

    Raises:
        ValueError: a setting out of range, or a sample of another shape or not finite.
    """
    race = _Race(k, delta=delta, alpha=alpha, n0=n0, variance=variance)
    sign = sign_of(better)
    if block < 1 or (limit is not None and limit < n0):
        raise ValueError(f"block must be at least 1 and limit at least n0 = {n0}, got {block} and {limit}")
    rows = [ask(sample, np.arange(k), np.arange(n0))]
    race.open(sign * rows[0])
    made = n0
    while not race.over and (limit is None or made < limit):
        step = block if limit is None else min(block, limit - made)
        new = np.full((step, k), np.nan)
        new[:, race.alive] = ask(sample, race.alive, np.arange(made, made + step))
        race.feed(sign * new)
        rows.append(new)
        made += step
    return race.result(sign * np.concatenate(rows))


def kn_so_far(
    data: npt.ArrayLike,
    *,
    delta: float,
    alpha: float,
    n0: int,
    better: Better,
    variance: VarianceFrom = "first_stage",
) -> Selection:
    """Where KN or KN++ stands on the replications made so far: data [n, k], one row each, the same luck across a row.

    The race is run again from the first row, so the answer after each block is that of `kn`, and a later block never
    brings back an option. An option needs no values (nan) after it has left; more than it needs changes only `tied`
    and `runs`. Below n0 rows all survive.

    Raises:
        ValueError: a setting out of range, data not a table, infinite, or missing for an option still in the race.
    """
    table = np.asarray(data, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"data must be a table of replications by options, got shape {table.shape}")
    race = _Race(table.shape[1], delta=delta, alpha=alpha, n0=n0, variance=variance)
    if np.isinf(table).any():
        raise ValueError("data must be finite or missing, got an infinite value")
    larger = sign_of(better) * table
    if len(larger) >= n0:
        race.open(larger[:n0])
        race.feed(larger[n0:])
    return race.result(larger)


def sign_of(better: Better) -> float:
    """1.0 where higher is better, -1.0 where lower is.

    Raises:
        ValueError: another word.
    """
    if better not in ("lower", "higher"):
        raise ValueError(f"better must be 'lower' or 'higher', got {better!r}")
    return 1.0 if better == "higher" else -1.0


def check_design(k: int, *, delta: float, alpha: float, n0: int) -> None:
    """Refuse settings that no procedure with an indifference zone can work with.

    Raises:
        ValueError: k below 2, alpha outside (0, 1 - 1/k), delta not above 0 and finite, or n0 below 2.
    """
    check_level(k, alpha)
    if not 0.0 < delta < np.inf:
        raise ValueError(f"delta must be above 0 and finite, got {delta}")
    if n0 < 2:
        raise ValueError(f"n0 must be at least 2 replications, got {n0}")


def ask(sample: Sample, options: I64, replications: I64) -> F64:
    """Call the sample and hold it to its contract: finite values [replications, options].

    Raises:
        ValueError: another shape, or a value that is missing or infinite.
    """
    values = np.asarray(sample(options, replications), dtype=np.float64)
    if values.shape != (replications.size, options.size):
        raise ValueError(f"sample must give shape {(replications.size, options.size)}, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("sample must give finite values, got a missing or infinite one")
    return values


def ask_apart(sample: Sample, option: int, replications: I64, k: int) -> F64:
    """The outcome [r] of one option of k in its own replications, under numbers that no other option ever gets.

    For procedures that take options to be independent: the r-th replication of option i is number r * k + i.
    """
    return ask(sample, np.array([option]), replications * k + option)[:, 0]


class _Race:
    """KN's elimination, fed with rows in order (larger is better); keeps pair sums [m, m] over the m options alive."""

    def __init__(self, k: int, *, delta: float, alpha: float, n0: int, variance: VarianceFrom) -> None:
        check_design(k, delta=delta, alpha=alpha, n0=n0)
        if variance not in ("first_stage", "all"):
            raise ValueError(f"variance must be 'first_stage' or 'all', got {variance!r}")
        self.k, self.delta, self.alpha, self.n0, self.variance = k, delta, alpha, n0, variance
        self.alive: I64 = np.arange(k)
        self.used: I64 = np.zeros(k, dtype=np.int64)
        self.seen = 0  # rows
        self.over = False
        self.sums = self.squares = self.middle = self.spread = np.zeros((k, k))  # squares about the middle, for "all"
        self.needed: F64 = np.full((k, k), np.inf)  # rows after which a pair's margin is 0

    def open(self, early: F64) -> None:
        """Take the first stage [n0, k]: variances from all its rows, a first look after the last."""
        differences = self._finite(early)[:, :, None] - early[:, None, :]
        self.middle = differences.mean(axis=0)
        self.spread = differences.var(axis=0, ddof=1)
        self.sums = differences[:-1].sum(axis=0)
        self.squares = ((differences[:-1] - self.middle) ** 2).sum(axis=0)
        self.seen = self.n0 - 1
        self.feed(early[-1:])

    def feed(self, rows: F64) -> None:
        """Take more rows [r, k] and look after each, until the race is over."""
        while len(rows) and not self.over:
            size = min(64, max(1, CELLS // self.alive.size**2))
            rows = rows[self._screen(rows[:size, self.alive]) :]

    def _screen(self, block: F64) -> int:
        """Look at rows [r, m] of the options alive up to the first that changes the race; how many were used."""
        differences = block[:, :, None] - block[:, None, :]
        sums = self.sums + differences.cumsum(axis=0)
        squares = np.broadcast_to(self.squares, sums.shape)
        if self.variance == "all":
            squares = squares + ((differences - self.middle) ** 2).cumsum(axis=0)
        count = np.arange(self.seen + 1, self.seen + 1 + len(block))[:, None, None]
        needed = self._needed(sums, squares, count)
        margin = 0.5 * self.delta * np.maximum(needed - count, 0.0)  # of sums
        beaten = (sums < -margin).any(axis=2)
        change = beaten.any(axis=1) | (margin == 0.0).all(axis=(1, 2))
        last = int(change.argmax()) if change.any() else len(block) - 1
        self._finite(block[: last + 1])
        self.seen += last + 1
        self.used[self.alive] = self.seen
        stay = ~beaten[last]
        pairs = np.ix_(stay, stay)
        self.alive, self.middle, self.spread = self.alive[stay], self.middle[pairs], self.spread[pairs]
        self.sums, self.squares, self.needed = sums[last][pairs], squares[last][pairs], needed[last][pairs]
        self.over = self.alive.size == 1 or bool((margin[last][pairs] == 0.0).all())
        return last + 1

    def _needed(self, sums: F64, squares: F64, count: I64) -> F64:
        """h2 S2 / delta2 of each pair after each row, [r, m, m]."""
        if self.variance == "first_stage":
            needed = kn_h2(self.k, self.n0, self.alpha) * self.spread / self.delta**2
            return np.broadcast_to(needed, sums.shape)
        spread = (squares - (sums - count * self.middle) ** 2 / count) / (count - 1)
        return np.asarray(kn_h2(self.k, count, self.alpha) * np.maximum(spread, 0.0) / self.delta**2)

    def _finite(self, rows: F64) -> F64:
        if not np.isfinite(rows).all():
            raise ValueError(f"data must have a value for every surviving option, got none after row {self.seen}")
        return rows

    def result(self, data: F64) -> Selection:
        """The race as it stands, after rows data [n, k] (larger is better)."""
        selected = int(self.alive[0]) if self.over else None
        started = bool(np.isfinite(self.needed).all())
        return Selection(
            selected=selected,
            survivors=tuple(self.alive.tolist()),
            tied=() if selected is None else not_told_apart(data, selected, delta=self.delta, alpha=self.alpha),
            guarantee="none" if selected is None else "exact" if self.variance == "first_stage" else "asymptotic",
            alpha=self.alpha,
            delta=self.delta,
            used=tuple(self.used.tolist()),
            runs=int(np.isfinite(data).sum()),
            at_most=None if self.over or not started else int(np.ceil(self.needed.max())),
        )


def not_told_apart(data: F64, best: int, *, delta: float, alpha: float) -> tuple[int, ...]:
    """The options that data [n, k] (larger is better, paired, nan where not run) do not tell apart from `best`.

    To be told apart, an option must trail by delta or more on average, and the paired t test of no difference must
    reject at alpha / (k - 1). A race stops when it looks good, so the test is one that may be read at any time: the
    Bayes factor of a N(0, 1) prior on the standardised difference against 0 is an e-value, and exceeds (k - 1) / alpha
    at some time with probability at most alpha / (k - 1) (Robbins, Ann. Math. Statist. 41, 1970; Hendriksen, de Heide
    and Gruenwald, "Optional stopping with Bayes factors", Bayesian Analysis 16, 2021). Two equal options are thus
    reported as told apart at most once in 1 / alpha studies of normal outcomes, however long each goes on.
    """
    lead = data[:, [best]] - data
    there = np.isfinite(lead)
    n = there.sum(axis=0)
    mean = np.where(there, lead, 0.0).sum(axis=0) / n
    within = (np.where(there, lead - mean, 0.0) ** 2).sum(axis=0)
    far = mean >= delta
    between = np.where(far, n * mean**2, 1.0)
    evidence = 0.5 * (n * np.log((within + between) / (within + between / (1 + n))) - np.log1p(n))
    told = far & (evidence >= np.log((data.shape[1] - 1) / alpha))
    told[best] = True
    return tuple(np.flatnonzero(~told).tolist())
