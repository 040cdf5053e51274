"""Preferences nobody has stated: which weights of the outcomes would favour which option?

Stochastic multicriteria acceptability analysis, SMAA-2: Lahdelma and Salminen, "SMAA-2: stochastic multicriteria
acceptability analysis for group decision making", Operations Research 49, 2001. Weights are drawn evenly from all there
are, or from all that a committee's stated views allow, and outcomes from what the replications leave open. What comes
back is how often each option takes each rank, which weights favour it, and how sure it would be first under those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.compare import BOOTSTRAP_KEY
from analysis.robustness import complete_runs, resample_shares
from analysis.selection import Better, sign_of

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

SAMPLES = 10_000
WEIGHTS_KEY = 20_010_501
TRIES = 5_000  # for each draw kept: views that allow less are refused
ROUNDING = 1e-12  # of the largest worth: options no further apart are level


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """An outcome to be weighed: worth 0 at `worst` and 1 at `best`, linear between and beyond (both in its unit).

    A weight is what the step from `worst` to `best` is worth, so the two belong to every statement about weights.
    """

    name: str
    better: Better
    worst: float
    best: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.worst, self.best]).all() and sign_of(self.better) * (self.best - self.worst) > 0.0):
            raise ValueError(
                f"{self.name}: best must be {self.better} than worst, both finite, got best {self.best}, "
                f"worst {self.worst}"
            )


@dataclass(frozen=True, kw_only=True)
class Views:
    """What one member states about weights (which sum to 1): least and most of some, and a ranking of some.

    `ranking` names criteria from the weightiest down (equal is allowed). Nothing stated allows all weights; a stated
    vector is `at_least` and `at_most` around it.
    """

    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    ranking: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for word, stated in (("at_least", self.at_least), ("at_most", self.at_most)):
            for name, weight in stated.items():
                if not 0.0 <= weight <= 1.0:
                    raise ValueError(f"{word} of {name!r} must be in [0, 1], got {weight}")
        if len(set(self.ranking)) < len(self.ranking):
            raise ValueError(f"ranking must name each criterion once, got {self.ranking}")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one option fares over weights and replication noise.

    `acceptability` is the share of draws in which it takes each rank, best first (tied options share their ranks), `se`
    its Monte Carlo standard error. `central_weights`, in the order of the criteria, are the mean weights of the draws
    in which it is first; `confidence` is the chance that it is first under those, over replication noise alone. Both
    are None for an option that is never first.
    """

    acceptability: tuple[float, ...]
    se: tuple[float, ...]
    central_weights: tuple[float, ...] | None
    confidence: float | None


@dataclass(frozen=True, kw_only=True)
class Acceptability:
    """The standings of the options, by their place in the order given, from `samples` draws."""

    criteria: tuple[Criterion, ...]
    standings: tuple[Standing, ...]
    replications: int
    samples: int


def spanning(values: npt.ArrayLike, criteria: Mapping[str, Better]) -> tuple[Criterion, ...]:
    """Criteria, name -> better direction, whose worst and best are the range of the options' means.

    values [replications, options, criteria] or [options, criteria]. Handy where no scale is agreed on, but adding an
    option can change what a weight means. A criterion on which the options do not differ is refused: leave it out.
    """
    means = complete_runs(values, "criteria").mean(axis=0)
    if means.shape[1] != len(criteria):
        raise ValueError(f"values must have {len(criteria)} criteria, got {means.shape[1]}")
    ends = zip(means.min(axis=0).tolist(), means.max(axis=0).tolist(), strict=True)
    return tuple(
        Criterion(
            name=name,
            better=better,
            worst=low if sign_of(better) > 0.0 else high,
            best=high if sign_of(better) > 0.0 else low,
        )
        for (name, better), (low, high) in zip(criteria.items(), ends, strict=True)
    )


def smaa(
    values: npt.ArrayLike,
    criteria: Sequence[Criterion],
    *,
    views: Sequence[Views] = (),
    samples: int = SAMPLES,
    key: int = WEIGHTS_KEY,
    noise_key: int = BOOTSTRAP_KEY,
) -> Acceptability:
    """Rank acceptability of options: values [replications, options, criteria], or [options, criteria] without noise.

    Each draw takes weights, and the means of replications drawn again whole (so that shared luck stays shared). With
    views, each member's allowed weights make an equal part of the draws; without, all weights count. An option that
    another is as good as on every criterion, and better on one, in a draw is never ahead of it there. Replications with
    a missing (nan) run are left out.

    Raises:
        ValueError: another shape, an infinite value, no complete replication, or as for `draw_weights`.
    """
    runs = complete_runs(values, "criteria")
    if runs.shape[2] != len(criteria):
        raise ValueError(f"values must have {len(criteria)} criteria, got {runs.shape[2]}")
    worst, best = np.array([c.worst for c in criteria]), np.array([c.best for c in criteria])
    worths = (runs - worst) / (best - worst)
    weights = draw_weights([c.name for c in criteria], views=views, samples=samples, key=key)
    shares = resample_shares(len(runs), samples, noise_key)
    means = (shares @ worths.reshape(len(runs), -1)).reshape(samples, *worths.shape[1:])
    above, level = _places(weights, means)
    return Acceptability(
        criteria=tuple(criteria),
        standings=tuple(_standing(i, above, level, weights, means) for i in range(worths.shape[1])),
        replications=len(runs),
        samples=samples,
    )


def draw_weights(
    criteria: Sequence[str], *, views: Sequence[Views] = (), samples: int = SAMPLES, key: int = WEIGHTS_KEY
) -> F64:
    """Weights [samples, criteria], rows sum to 1: even over all there are, or over what each member's views allow.

    Members follow each other, in equal parts (to one row). Equal arguments give equal weights.

    Raises:
        ValueError: repeated criteria, fewer samples than members, a view of an unknown criterion, or views that allow
            next to nothing.
    """
    members = tuple(views) or (Views(),)
    if not criteria or len(set(criteria)) < len(criteria):
        raise ValueError(f"criteria must be distinct and at least one, got {list(criteria)}")
    if samples < len(members):
        raise ValueError(f"samples must be at least {len(members)}, one a member, got {samples}")
    rng = np.random.Generator(np.random.Philox(key))
    parts = np.diff(np.arange(len(members) + 1) * samples // len(members)).tolist()
    return np.concatenate(
        [_allowed(view, tuple(criteria), part, rng) for view, part in zip(members, parts, strict=True)]
    )


def _allowed(view: Views, criteria: tuple[str, ...], samples: int, rng: np.random.Generator) -> F64:
    """Weights [samples, criteria] drawn evenly from those that a view allows."""
    for name in (*view.at_least, *view.at_most, *view.ranking):
        if name not in criteria:
            raise ValueError(f"views must be about {', '.join(criteria)}, got {name!r}")
    low = np.array([view.at_least.get(name, 0.0) for name in criteria])
    high = np.array([view.at_most.get(name, 1.0) for name in criteria])
    ranked = [criteria.index(name) for name in view.ranking]
    free = low < high
    sort = bool(ranked) and bool(free.all())
    floor = np.zeros_like(low) if sort else low  # what is shared out lies above the floor
    kept: list[F64] = []
    tried = found = 0
    while found < samples:
        weights = np.tile(floor, (samples, 1))
        shares = rng.standard_exponential((samples, int(free.sum())))
        weights[:, free] += max(0.0, 1.0 - floor.sum()) * shares / shares.sum(axis=1, keepdims=True)
        if sort:  # evenly drawn weights stay so when sorted
            weights[:, ranked] = -np.sort(-weights[:, ranked], axis=1)
        within = ((weights >= low - ROUNDING) & (weights <= high + ROUNDING)).all(axis=1)
        within &= (np.diff(weights[:, ranked], axis=1) <= ROUNDING).all(axis=1)
        kept.append(weights[within & (np.abs(weights.sum(axis=1) - 1.0) <= ROUNDING)])
        tried, found = tried + samples, found + len(kept[-1])
        if tried >= TRIES and found * TRIES < tried:
            raise ValueError(f"views must allow at least 1 in {TRIES} of the weights, got {found} of {tried}: {view}")
    return np.concatenate(kept)[:samples]


def _places(weights: F64, means: F64) -> tuple[I64, I64]:
    """How many options are above each, and how many level with it (itself too): [samples, options] each.

    weights [samples, criteria], means [samples, options, criteria]. Of two options level in score, one that is as good
    on every criterion and better on one comes first.
    """
    scores = np.einsum("tc,toc->to", weights, means)
    slack = ROUNDING * np.abs(means).max()
    above, level = np.zeros(scores.shape, dtype=np.int64), np.zeros(scores.shape, dtype=np.int64)
    for j in range(scores.shape[1]):
        gap = scores[:, [j]] - scores
        above += gap > slack
        level += np.abs(gap) <= slack
    ties = (level > 1).any(axis=1)
    if ties.any():
        extra, level[ties] = _among_level(scores[ties], means[ties], slack)
        above[ties] += extra
    return above, level


def _among_level(scores: F64, means: F64, slack: float) -> tuple[I64, I64]:
    """Of the options level in score with each: how many come before it, and how many stay level (itself too)."""
    beaten = np.zeros(scores.shape, dtype=np.int64)  # by how many level ones an option is dominated
    for j in range(scores.shape[1]):
        lead = means[:, [j]] - means
        dominated = (lead >= -slack).all(axis=2) & (lead > slack).any(axis=2)
        beaten += dominated & (np.abs(scores[:, [j]] - scores) <= slack)
    before, level = np.zeros_like(beaten), np.zeros_like(beaten)
    for j in range(scores.shape[1]):
        same = np.abs(scores[:, [j]] - scores) <= slack
        before += same & (beaten[:, [j]] < beaten)
        level += same & (beaten[:, [j]] == beaten)
    return before, level


def _standing(option: int, above: I64, level: I64, weights: F64, means: F64) -> Standing:
    over, beside = above[:, [option]], level[:, [option]]
    ranks = np.arange(above.shape[1])
    share = (((ranks >= over) & (ranks < over + beside)) / beside).mean(axis=0)
    first = np.where(above[:, option] == 0, 1.0 / level[:, option], 0.0)
    centre = confidence = None
    if first.any():
        mean = first @ weights / first.sum()
        over, beside = _places(np.broadcast_to(mean, weights.shape), means)
        centre = tuple(mean.tolist())
        confidence = float(np.where(over[:, option] == 0, 1.0 / beside[:, option], 0.0).mean())
    return Standing(
        acceptability=tuple(share.tolist()),
        se=tuple(np.sqrt(share * (1.0 - share) / len(weights)).tolist()),
        central_weights=centre,
        confidence=confidence,
    )
