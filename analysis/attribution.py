"""Attribution: what each part of a package contributes to its effect, by Shapley values.

A player is one part (a reform of the option, say), a coalition the package with only those parts. The Shapley value is
what a player adds on average over all orders in which the parts could come in (Shapley, "A value for n-person games",
1953): the values sum to the whole effect, a part that changes nothing gets exactly 0, parts that do the same get the
same. Every replication is attributed on its own, so intervals follow as for any paired effect. Values carry the sign of
the outcome: which sign is better is the outcome's (`compare.verdict`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from analysis.compare import Paired, paired

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Value = Callable[[frozenset[str]], npt.ArrayLike]

EXACT_PLAYERS = 8  # 256 coalitions
BLOCKS = 10
ORDER_KEY = 19_530_301


@dataclass(frozen=True, kw_only=True)
class Attributed:
    """An attributed number, in the outcome's unit.

    `values` by replication, in the order of the outcome; `effect` their mean with intervals over replications (its
    `identical` says exactly 0 on every one). `sampling_se` is the standard error of the mean from sampled orders, which
    those intervals leave out; None where every coalition was evaluated.
    """

    values: tuple[float, ...]
    effect: Paired
    sampling_se: float | None

    @property
    def se(self) -> float | None:
        """The standard error of the mean from replications and sampled orders together; None below two replications."""
        return None if self.effect.se is None else math.hypot(self.effect.se, self.sampling_se or 0.0)


@dataclass(frozen=True, kw_only=True)
class Share(Attributed):
    """What one player contributes: its Shapley value.

    `first_in` is its effect alone, `last_in` what the package loses without it: what two ways of stacking would say.
    """

    player: str
    first_in: Paired
    last_in: Paired


@dataclass(frozen=True, kw_only=True)
class Interaction(Attributed):
    """How much more two players do together than apart, on average over what else is in (below 0: they overlap).

    The Shapley interaction index of Grabisch and Roubens, "An axiomatic approach to the concept of interaction among
    players in cooperative games", Int. J. Game Theory 28, 1999.
    """

    players: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """A package taken apart: shares in the order of the players; `total` is the whole package's effect, their sum.

    `coalitions` counts how many were evaluated; `exact` says all of them.
    """

    shares: tuple[Share, ...]
    interactions: tuple[Interaction, ...]
    total: Paired
    coalitions: int
    exact: bool

    def of(self, player: str) -> Share:
        """The share of one player."""
        names = [share.player for share in self.shares]
        if player not in names:
            raise ValueError(f"player must be one of {', '.join(map(str, names))}, got {player!r}")
        return self.shares[names.index(player)]


def shapley(
    value: Value,
    players: Sequence[str],
    *,
    exact_up_to: int = EXACT_PLAYERS,
    blocks: int = BLOCKS,
    interactions: bool = True,
    confidence: float = 0.95,
    key: int = ORDER_KEY,
) -> Attribution:
    """Attribute value(all players) - value(no player) to the players and pairs of them.

    `value` gives a coalition's outcome: one number, or an array [n] by replication under common random numbers, always
    in the same order; each coalition is asked for once. Up to `exact_up_to` players all 2^m coalitions are asked for;
    beyond, `blocks` blocks of m orders (2 m if m is odd), each up to m - 1 new coalitions, and as many again for
    interactions. Within a block every player stands once (twice) at each place and beside each other player equally
    often, so both estimates are unbiased and standard errors come from blocks.

    Raises:
        ValueError: no or repeated players, blocks below 2 where orders are sampled, or an outcome that is not finite or
            of another shape than the empty coalition's.
    """
    if not players or len(set(players)) < len(players):
        raise ValueError(f"players must be distinct and at least one, got {list(players)}")
    exact = len(players) <= exact_up_to
    if not exact and blocks < 2:
        raise ValueError(f"blocks must be at least 2, got {blocks}")
    game = _Game(value, players)
    pairs = list(combinations(range(game.m), 2)) if interactions else []
    values = _exact(game, pairs) if exact else _sampled(game, pairs, blocks, key)

    def effect(row: F64) -> Paired:
        return paired(row, np.zeros_like(row), confidence=confidence)

    return Attribution(
        shares=_shares(game, values, effect),
        interactions=_interactions(game, pairs, values, effect),
        total=effect(game(game.all) - game(0)),
        coalitions=len(game.known),
        exact=exact,
    )


def balanced_orders(m: int) -> I64:
    """Orders of 0..m-1, [m, m] (or [2 m, m] if m is odd): each at every place, and next to each other, equally often.

    Williams, "Experimental designs balanced for the estimation of residual effects of treatments", 1949.
    """
    if m < 1:
        raise ValueError(f"m must be at least 1, got {m}")
    zigzag = np.array([(k + 1) // 2 if k % 2 else -(k // 2) for k in range(m)])
    rows: I64 = (zigzag + np.arange(m)[:, None]) % m
    return rows if m % 2 == 0 else np.concatenate([rows, rows[:, ::-1]])


@dataclass(frozen=True, kw_only=True)
class _Values:
    """Values by replication, [m, n] and [pairs, n], and the sampling errors of their means (None: exact)."""

    share: F64
    pair: F64
    share_se: Sequence[float | None]
    pair_se: Sequence[float | None]


class _Game:
    """Outcomes [n] of coalitions, known by bits: bit i is player i; each is asked for once."""

    def __init__(self, value: Value, players: Sequence[str]) -> None:
        self.value, self.players, self.m = value, tuple(players), len(players)
        self.all = (1 << self.m) - 1
        self.known: dict[int, F64] = {}

    def __call__(self, bits: int) -> F64:
        if bits not in self.known:
            members = [player for i, player in enumerate(self.players) if bits >> i & 1]
            outcome = np.array(self.value(frozenset(members)), dtype=np.float64, ndmin=1)
            like = self.known[0].shape if self.known else (outcome.size,)
            if outcome.shape != like or not np.isfinite(outcome).all():
                raise ValueError(
                    f"value of {{{', '.join(map(str, members))}}} must be finite, of shape {like}, got "
                    f"{'a missing or infinite value' if outcome.shape == like else f'shape {outcome.shape}'}"
                )
            self.known[bits] = outcome
        return self.known[bits]

    def alone(self, bits: int, i: int) -> F64:
        """What i adds to a coalition without it."""
        return self(bits | 1 << i) - self(bits)

    def together(self, bits: int, i: int, j: int) -> F64:
        """What i and j add to a coalition without them, beyond what each adds alone."""
        return self.alone(bits | 1 << i, j) - self.alone(bits, j)


def _exact(game: _Game, pairs: Sequence[tuple[int, int]]) -> _Values:
    """Shapley values and interaction indices over all coalitions."""
    m = game.m
    for bits in range(1 << m):
        game(bits)

    def mean(term: Callable[..., F64], *absent: int) -> F64:
        """The mean of a term over the coalitions without the absent: within each size, then over sizes."""
        others, mask = m - len(absent), sum(1 << i for i in absent)
        terms = [
            term(bits, *absent) / ((others + 1) * math.comb(others, bits.bit_count()))
            for bits in range(1 << m)
            if not bits & mask
        ]
        return np.asarray(np.sort(terms, axis=0).sum(axis=0))  # sorted: equal terms have equal sums, in any order

    return _Values(
        share=np.array([mean(game.alone, i) for i in range(m)]),
        pair=np.array([mean(game.together, i, j) for i, j in pairs]),
        share_se=[None] * m,
        pair_se=[None] * len(pairs),
    )


def _sampled(game: _Game, pairs: Sequence[tuple[int, int]], blocks: int, key: int) -> _Values:
    """Shapley values and interaction indices from blocks of orders, with standard errors of their means."""
    game(0)
    n = game(0).size
    share, pair = np.zeros((blocks, game.m, n)), np.zeros((blocks, len(pairs), n))
    at = {frozenset(p): k for k, p in enumerate(pairs)}
    for b, orders in enumerate(_relabelled(game.m, blocks, key)):
        for order in orders.tolist():
            bits = 0
            for i in order:
                share[b, i] += game.alone(bits, i)
                bits |= 1 << i
            bits = 0
            for i, j in pairwise(order if pairs else ()):
                pair[b, at[frozenset((i, j))]] += game.together(bits, i, j)
                bits |= 1 << i
        share[b] /= len(orders)
        pair[b] /= 2 * len(orders) / game.m  # in m orders each pair stands side by side twice
    return _Values(
        share=share.mean(axis=0),
        pair=pair.mean(axis=0),
        share_se=(share.mean(axis=2).std(axis=0, ddof=1) / math.sqrt(blocks)).tolist(),
        pair_se=(pair.mean(axis=2).std(axis=0, ddof=1) / math.sqrt(blocks)).tolist(),
    )


def _shares(game: _Game, found: _Values, effect: Callable[[F64], Paired]) -> tuple[Share, ...]:
    return tuple(
        Share(
            player=player,
            values=tuple(found.share[i].tolist()),
            effect=effect(found.share[i]),
            sampling_se=found.share_se[i],
            first_in=effect(game.alone(0, i)),
            last_in=effect(game.alone(game.all & ~(1 << i), i)),
        )
        for i, player in enumerate(game.players)
    )


def _interactions(
    game: _Game, pairs: Sequence[tuple[int, int]], found: _Values, effect: Callable[[F64], Paired]
) -> tuple[Interaction, ...]:
    return tuple(
        Interaction(
            players=(game.players[i], game.players[j]),
            values=tuple(found.pair[k].tolist()),
            effect=effect(found.pair[k]),
            sampling_se=found.pair_se[k],
        )
        for k, (i, j) in enumerate(pairs)
    )


def _relabelled(m: int, blocks: int, key: int) -> Iterator[I64]:
    """Blocks of balanced orders, the players dealt to the labels anew in each."""
    rng = np.random.Generator(np.random.Philox(key))
    orders = balanced_orders(m)
    for _ in range(blocks):
        yield rng.permutation(m)[orders]
