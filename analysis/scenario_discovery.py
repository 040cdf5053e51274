"""Scenario discovery: where, among everything that was varied, does the favoured option fail?

The patient rule induction method of Friedman and Fisher, "Bump hunting in high-dimensional data", Statistics and
Computing 9, 1999, on failures (yes or no): a box over the inputs shrinks a sliver at a time toward where failures are
dense, then grows back where that costs no density. Coverage, density, mass and quasi-p-values as in Bryant and Lempert,
"Thinking inside the box", Technological Forecasting and Social Change 77, 2010.

Boxes are found by looking, so their density flatters: `measure` them on runs that were not looked at, and ask
`by_chance` whether failures scattered at random would give one as good. Slivers come off the ends, so failures at both
ends of one input, and not between, can be missed. Equally good slivers: the first input's goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.selection import Better, sign_of

F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Side = Literal["at_least", "at_most"]

PEEL = 0.05  # of the cases in the box go at a time: Friedman and Fisher's usual patience
MIN_MASS = 0.05  # of all cases stay in a box
SHUFFLE_KEY = 19_990_401
SIDES: tuple[Side, Side] = ("at_least", "at_most")


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One side of a box, in the unit of the input.

    `quasi_p` is the chance of at least the box's failures if dropping this bound left density as it is (one-sided
    binomial). Bounds are chosen by looking at the same cases, so it orders bounds; it is no test of the box.
    """

    input: str
    side: Side
    value: float
    quasi_p: float


@dataclass(frozen=True, kw_only=True)
class Box:
    """All bounds hold at once; no bounds is everywhere. `cases` and `failures` count what lies inside.

    coverage: share of all failures that lie inside; density: share of the cases inside that fail (0 in an empty box);
    mass: share of all cases that lie inside.
    """

    bounds: tuple[Bound, ...]
    cases: int
    failures: int
    coverage: float
    density: float
    mass: float


def failures(values: npt.ArrayLike, better: Better, *, threshold: float) -> Bool:
    """Which values [n] fail: are worse than the threshold (same unit; equal is no failure)."""
    return np.asarray(sign_of(better) * np.asarray(values, dtype=np.float64) < sign_of(better) * threshold)


def trajectory(
    inputs: Mapping[str, npt.ArrayLike], failed: npt.ArrayLike, *, peel: float = PEEL, min_mass: float = MIN_MASS
) -> tuple[Box, ...]:
    """The boxes of one peeling, from everywhere to the smallest: what density costs in coverage.

    inputs: name -> values [n], numbers (code an unordered one as 0/1 columns); failed [n], true or false.

    Raises:
        ValueError: unequal lengths, a value that is not finite, no failure, or a setting out of range.
    """
    names, x, y = _cases(inputs, failed, peel, min_mass)
    everyone = np.ones(y.size, dtype=bool)
    return tuple(_box(names, x, y, everyone, limits) for limits in _peelings(x, y, peel, min_mass * y.size))


def discover(
    inputs: Mapping[str, npt.ArrayLike],
    failed: npt.ArrayLike,
    *,
    min_density: float | None = None,
    boxes: int = 1,
    peel: float = PEEL,
    min_mass: float = MIN_MASS,
) -> tuple[Box, ...]:
    """Up to `boxes` boxes where failures are dense; each is sought among the cases outside the ones before it.

    Each box of a peeling is grown back as far as density does not fall; from them comes the one with the most coverage
    among those of at least `min_density`, or (None) the one with the largest harmonic mean of coverage and density. It
    counts only the cases outside earlier boxes; coverage and mass are shares of all. Fewer boxes, or none, come back
    where the choice falls on everywhere or nothing is dense enough. Arguments and errors as for `trajectory`.
    """
    names, x, y = _cases(inputs, failed, peel, min_mass)
    if boxes < 1:
        raise ValueError(f"boxes must be at least 1, got {boxes}")
    if min_density is not None and not 0.0 < min_density <= 1.0:
        raise ValueError(f"min_density must be in (0, 1], got {min_density}")
    pool = np.ones(y.size, dtype=bool)
    found: list[Box] = []
    while len(found) < boxes and y[pool].any() and pool.sum() > min_mass * y.size:
        limits = _chosen(x[pool], y[pool], min_density, peel, min_mass * y.size)
        if limits is None or not np.isfinite(limits).any():
            break
        found.append(_box(names, x, y, pool, limits))
        pool &= ~_inside(x, limits)
    return tuple(found)


def by_chance(
    inputs: Mapping[str, npt.ArrayLike],
    failed: npt.ArrayLike,
    *,
    shuffles: int = 199,
    enough: int | None = None,
    key: int = SHUFFLE_KEY,
    peel: float = PEEL,
    min_mass: float = MIN_MASS,
) -> float:
    """How often failures shuffled over the cases give a peeling as good as the real one: a p-value in (0, 1].

    A peeling is as good as its best box, by the harmonic mean of coverage and density. An exact permutation test of
    "the inputs say nothing about failing" where each case has inputs of its own (several replications of the same
    inputs are not exchangeable with others). With `enough`, shuffling ends when so many were as good: their share of
    the shuffles made is a p-value too (J. Besag, P. Clifford, Biometrika 78, 1991), and who asks for at most `enough` /
    (1 + `shuffles`) gets the same answer sooner. Other arguments and errors as for `trajectory`.
    """
    _, x, y = _cases(inputs, failed, peel, min_mass)
    if shuffles < 1:
        raise ValueError(f"shuffles must be at least 1, got {shuffles}")
    if enough is not None and enough < 1:
        raise ValueError(f"enough must be at least 1, got {enough}")

    def best(failing: Bool) -> float:
        return max(_goodness(x, failing, limits, None)[0] for limits in _peelings(x, failing, peel, min_mass * y.size))

    rng, real, as_good = np.random.Generator(np.random.Philox(key)), best(y), 0
    for made in range(1, shuffles + 1):
        as_good += best(rng.permutation(y)) >= real
        if as_good == enough:
            return as_good / made
    return (1 + as_good) / (1 + shuffles)


def measure(
    limits: Mapping[str, tuple[float | None, float | None]],
    inputs: Mapping[str, npt.ArrayLike],
    failed: npt.ArrayLike,
) -> Box:
    """The box with stated limits, input -> (at least, at most), None where open: what it holds of these cases.

    Raises:
        ValueError: a limit on an unknown input, limits the wrong way round, or as for `trajectory`.
    """
    names, x, y = _cases(inputs, failed, PEEL, MIN_MASS)
    table = _everywhere(len(names))
    for name, (low, high) in limits.items():
        if name not in names:
            raise ValueError(f"limits must be on one of {', '.join(names)}, got {name!r}")
        least, most = -np.inf if low is None else low, np.inf if high is None else high
        if not least <= most:
            raise ValueError(f"limits of {name!r} must be (at least, at most), got {(low, high)}")
        table[names.index(name)] = least, most
    return _box(names, x, y, np.ones(y.size, dtype=bool), table)


def limits_of(box: Box) -> dict[str, tuple[float | None, float | None]]:
    """The limits of a box, as `measure` takes them."""
    names = dict.fromkeys(bound.input for bound in box.bounds)
    value = {(bound.input, bound.side): bound.value for bound in box.bounds}
    return {name: (value.get((name, "at_least")), value.get((name, "at_most"))) for name in names}


def _cases(
    inputs: Mapping[str, npt.ArrayLike], failed: npt.ArrayLike, peel: float, min_mass: float
) -> tuple[tuple[str, ...], F64, Bool]:
    """Names, inputs [n, d] and failures [n], checked."""
    y = np.asarray(failed)
    if y.ndim != 1 or y.dtype != np.bool_ or not y.any():
        raise ValueError("failed must be a row of true and false with at least one true")
    if not inputs:
        raise ValueError("inputs must hold at least one input, got none")
    columns = [np.asarray(values, dtype=np.float64) for values in inputs.values()]
    for name, column in zip(inputs, columns, strict=True):
        if column.shape != y.shape or not np.isfinite(column).all():
            raise ValueError(f"input {name!r} must have {y.size} finite values, got shape {column.shape}")
    for setting, value in (("peel", peel), ("min_mass", min_mass)):
        if not 0.0 < value < 1.0:
            raise ValueError(f"{setting} must be in (0, 1), got {value}")
    return tuple(inputs), np.column_stack(columns), y


def _chosen(x: F64, y: Bool, min_density: float | None, peel: float, floor: float) -> F64 | None:
    """The limits [d, 2] of the best box of one peeling, every box of it grown back first; None where none will do."""
    grown = [_grown(x, y, limits, peel) for limits in _peelings(x, y, peel, floor)]
    goodness = [_goodness(x, y, limits, min_density) for limits in grown]
    best = max(range(len(grown)), key=goodness.__getitem__)
    return grown[best] if goodness[best][0] >= 0.0 else None


def _goodness(x: F64, y: Bool, limits: F64, min_density: float | None) -> tuple[float, int]:
    """Harmonic mean of coverage and density, or coverage where `min_density` is reached (else -1); then fewer cases."""
    inside = _inside(x, limits)
    failing, cases, all_failing = int(y[inside].sum()), int(inside.sum()), int(y.sum())
    if min_density is None:
        return 2.0 * failing / (cases + all_failing), -cases
    return failing / all_failing if failing >= min_density * cases else -1.0, -cases


def _peelings(x: F64, y: Bool, peel: float, floor: float) -> Iterator[F64]:
    """Limits [d, 2] of boxes from everywhere inward, down to `floor` cases or until all inside fail."""
    limits = _everywhere(x.shape[1])
    while True:
        yield limits.copy()
        inside = _inside(x, limits)
        if y[inside].all():
            return
        best: tuple[float, int, int, float] | None = None
        for column in range(x.shape[1]):
            for side in (0, 1):
                peeled = _peeled(x[inside, column], y[inside], side, peel, floor)
                if peeled is not None and (best is None or peeled[0] > best[0]):
                    best = (peeled[0], column, side, peeled[1])
        if best is None:
            return
        limits[best[1], best[2]] = best[3]


def _peeled(values: F64, y: Bool, side: int, peel: float, floor: float) -> tuple[float, float] | None:
    """Peel one side of one input: (density gained per case removed, new limit); None where too few would stay.

    A coarse input can lose more at a time; per case removed is what makes that fair, and with distinct values the order
    is Friedman and Fisher's.
    """
    toward = values if side == 0 else -values  # the sliver to go is the lowest
    edge = _sliver_edge(toward, peel * values.size)
    gone = toward <= edge
    removed = int(gone.sum())
    left = values.size - removed
    if left == 0 or left < floor:
        return None
    gain = (float(y[~gone].mean()) - float(y.mean())) / removed
    limit = _between(float(toward[~gone].min()), edge)
    return gain, limit if side == 0 else -limit


def _sliver_edge(values: F64, most: float) -> float:
    """The end of the sliver of the lowest values: at most so many, but one value at least; equal values go together."""
    ordered = np.sort(values)
    last = max(1, int(most)) - 1
    if last + 1 < ordered.size and ordered[last + 1] == ordered[last] > ordered[0]:
        last = int(np.searchsorted(ordered, ordered[last])) - 1
    return float(ordered[min(last, ordered.size - 1)])


def _grown(x: F64, y: Bool, limits: F64, peel: float) -> F64:
    """Grow limits [d, 2] back, a sliver at a time, along the side with the densest, while density does not fall."""
    limits = limits.copy()
    while True:
        inside = _inside(x, limits)
        best: tuple[float, int, int, float] | None = None
        for column, side in np.argwhere(np.isfinite(limits)).tolist():
            opened = limits.copy()
            opened[column, side] = -np.inf if side == 0 else np.inf
            near = _inside(x, opened) & ~inside
            if not near.any():
                limits[column, side] = opened[column, side]  # nothing beyond: the bound says nothing
                continue
            distance = -x[:, column] if side == 0 else x[:, column]
            edge = _sliver_edge(distance[near], peel * inside.sum())
            sliver = near & (distance <= edge)
            beyond = distance[near & ~sliver]
            limit = _between(edge, float(beyond.min())) if beyond.size else np.inf
            density = float(y[sliver].mean())
            if best is None or density > best[0]:
                best = (density, column, side, -limit if side == 0 else limit)
        if best is None or best[0] < float(y[inside].mean()):
            return limits
        limits[best[1], best[2]] = best[3]


def _between(inner: float, outer: float) -> float:
    """Halfway from the last value inside to the first outside, or the last inside where floats leave no room."""
    middle = inner + (outer - inner) / 2.0
    return inner if middle == outer else middle


def _everywhere(inputs: int) -> F64:
    return np.tile([-np.inf, np.inf], (inputs, 1))


def _inside(x: F64, limits: F64) -> Bool:
    return np.asarray(((x >= limits[:, 0]) & (x <= limits[:, 1])).all(axis=1))


def _box(names: tuple[str, ...], x: F64, y: Bool, pool: Bool, limits: F64) -> Box:
    """What limits [d, 2] hold of the cases in the pool; shares are of all cases."""
    inside = _inside(x, limits) & pool
    cases, failing = int(inside.sum()), int(y[inside].sum())
    bounds = []
    for column, side in np.argwhere(np.isfinite(limits)).tolist():
        opened = limits.copy()
        opened[column, side] = -np.inf if side == 0 else np.inf
        without = y[_inside(x, opened) & pool]
        # P(Binomial(cases, density without) >= failing)
        p = 1.0 if failing == 0 else float(special.bdtrc(failing - 1, cases, float(without.mean())))
        bounds.append(Bound(input=names[column], side=SIDES[side], value=float(limits[column, side]), quasi_p=p))
    return Box(
        bounds=tuple(bounds),
        cases=cases,
        failures=failing,
        coverage=failing / int(y.sum()),
        density=failing / cases if cases else 0.0,
        mass=cases / y.size,
    )
