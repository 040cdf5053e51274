"""What a little more brings, how many branches to keep, and how long a surge lasts: from runs beside the race.

All are paired by luck with the same city under today's rules, or, for surges, with the same option on calm days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from analysis.compare import Paired, column, paired
from analysis.decision.runs import COST, F64, HEADLINE
from sim.trial import Record

MILLION = 1e6
YEAR = 365.0
CLEARED = 0.1  # of the largest excess of open cases: below it, a surge is over
PER = 10_000.0  # residents, to whom open cases are related


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Runs beside the race, by luck, in a city of so many residents (`share` of the real one) with these districts.

    `today` are the first option's; `more` those of today's rules with a little more of one thing, of which `added` says
    how many posts or windows. `branches` are those of the option `merge` by share of branches kept. `surged` are every
    option's under a surge from `surge_from` until `surge_until`, `calm` the same without.
    """

    residents: int
    share: float
    days: int
    warmup: int
    districts: tuple[tuple[str, str, int], ...]  # name, English name, residents
    today: Sequence[Record]
    more: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    added: Mapping[str, float] = field(default_factory=dict)
    merge: str = ""
    branches: Mapping[float, Sequence[Record]] = field(default_factory=dict)
    calm: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    surged: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    surge_from: int = 0
    surge_until: int = 0


@dataclass(frozen=True, kw_only=True)
class More:
    """A little more of one thing: `cost` in yuan a resident and year, and what a million yuan a year of it brings.

    `days` are days that residents are spared waiting for a closing, `met` needs that are met instead of not; both a
    year. `one` says the same of one post or window more (None where it is neither). `where` is the district where days
    to solved fall most, with `there`, the change in them; "" where none falls surely.
    """

    what: str
    cost: float
    days: Paired
    met: Paired
    one_days: float | None
    one_met: float | None
    where: str
    where_en: str
    there: float | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A merge with so many branches kept, against today: the effect on one headline outcome, in its unit."""

    share: float
    outcome: str
    paired: Paired


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """The share of branches kept at which the mean effect on an outcome changes its sign; None where it never does."""

    outcome: str
    share: float | None


@dataclass(frozen=True, kw_only=True)
class Surged:
    """Open cases beyond those of calm days under an option, per 10,000 residents, after a surge of demand.

    `days` from its end until a tenth of the largest is left (None: not within the run). `first` is the district in
    which most are open at the peak, for its residents' number.
    """

    option: str
    peak: float
    days: int | None
    first: str
    first_en: str
    first_peak: float


@dataclass(frozen=True, kw_only=True)
class Margins:
    """All three, in a city of so many residents."""

    residents: int
    share: float
    replications: int
    more: tuple[More, ...]
    merge: str
    kept: tuple[Kept, ...]
    break_even: tuple[BreakEven, ...]
    surge_days: int
    surged: tuple[Surged, ...]


def margins(runs: Beside, *, confidence: float = 0.95) -> Margins:
    """Sum the runs up."""
    kept = _kept(runs, confidence)
    return Margins(
        residents=runs.residents,
        share=runs.share,
        replications=len(runs.today),
        more=tuple(m for what in runs.more for m in _more(runs, what, confidence)),
        merge=runs.merge,
        kept=kept,
        break_even=_break_even(kept),
        surge_days=runs.surge_until - runs.surge_from,
        surged=tuple(_surged(runs, option) for option in runs.surged),
    )


def _more(runs: Beside, what: str, confidence: float) -> list[More]:
    """Nothing for what costs nothing."""
    several = runs.more[what]
    cost = _difference(several, runs.today, COST)
    whole = float(cost.mean()) * runs.residents / MILLION  # million yuan a year
    if not whole > 0.0:
        return []
    year = YEAR / (runs.days - runs.warmup)
    closed, needs = (np.array([_sum(r, name, runs.warmup) for r in runs.today]) * year for name in ("closed", "needs"))
    days = -_difference(several, runs.today, "days_to_solved") * closed
    met = -_difference(several, runs.today, "unmet_share") * needs
    added = runs.added.get(what, 0.0)
    at, there = _where(runs, several)
    name, name_en, _ = runs.districts[at] if at is not None else ("", "", 0)
    return [
        More(
            what=what,
            cost=float(cost.mean()),
            days=paired(days / whole, np.zeros_like(days), confidence=confidence),
            met=paired(met / whole, np.zeros_like(met), confidence=confidence),
            one_days=float(days.mean()) / added if added else None,
            one_met=float(met.mean()) / added if added else None,
            where=name,
            where_en=name_en,
            there=there,
        )
    ]


def _where(runs: Beside, several: Sequence[Record]) -> tuple[int | None, float | None]:
    """The district where days to solved fall most, and by how much; none where no fall is sure for all of them."""
    d = np.array([_days(r, runs.warmup) for r in several]) - np.array([_days(r, runs.warmup) for r in runs.today])
    mean = d.mean(axis=0)
    if np.isnan(mean).all() or len(d) < 2:
        return None, None
    at = int(np.nanargmin(mean))
    sure = paired(d[:, at], np.zeros(len(d)), confidence=1.0 - 0.05 / d.shape[1]).interval
    return (at, float(mean[at])) if sure is not None and sure.high < 0.0 else (None, None)


def _kept(runs: Beside, confidence: float) -> tuple[Kept, ...]:
    return tuple(
        Kept(
            share=share,
            outcome=outcome,
            paired=paired(
                column([r.outcomes for r in several], outcome),
                column([r.outcomes for r in runs.today], outcome),
                confidence=confidence,
            ),
        )
        for share, several in sorted(runs.branches.items())
        for outcome in HEADLINE
        if not np.isnan(_difference(several, runs.today, outcome)).all()
    )


def _break_even(kept: tuple[Kept, ...]) -> tuple[BreakEven, ...]:
    """Where a straight line between neighbouring shares crosses no effect: the first of the crossings from below."""
    found = []
    for outcome in dict.fromkeys(k.outcome for k in kept):
        line = [(k.share, k.paired.mean) for k in kept if k.outcome == outcome]
        crossings = [
            low + (high - low) * at / (at - then) for (low, at), (high, then) in pairwise(line) if at * then < 0.0
        ]
        found.append(BreakEven(outcome=outcome, share=crossings[0] if crossings else None))
    return tuple(found)


def _surged(runs: Beside, option: str) -> Surged:
    """By the mean over lucks of what is open beyond the calm days, district by district."""
    excess = np.mean(
        [_open(s) - _open(c) for s, c in zip(runs.surged[option], runs.calm[option], strict=True)], axis=0
    )  # [days, districts]
    total = excess.sum(axis=1) / runs.residents * PER
    peak = float(total.max())
    left = np.flatnonzero(total[runs.surge_until :] <= CLEARED * peak)
    highest = excess.max(axis=0) / np.array([people for _, _, people in runs.districts]) * PER
    first = int(highest.argmax())
    return Surged(
        option=option,
        peak=peak,
        days=int(left[0]) if left.size and peak > 0.0 else None,
        first=runs.districts[first][0],
        first_en=runs.districts[first][1],
        first_peak=float(highest[first]),
    )


def _open(record: Record) -> F64:
    """[days, districts] cases in the system at the end of each day."""
    arrived, departed = (record.daily[:, :, record.tallies.index(name)] for name in ("arrived", "departed"))
    return np.asarray((arrived - departed).cumsum(axis=0), dtype=np.float64)


def _days(record: Record, warmup: int) -> F64:
    """[districts] mean days to solved; nan where nothing was closed."""
    rows = record.daily[warmup:].sum(axis=0)
    seconds, closed = (rows[:, record.tallies.index(name)] for name in ("closed_seconds", "closed"))
    return np.where(closed > 0, seconds / np.maximum(closed, 1) / 86_400.0, np.nan)


def _difference(several: Sequence[Record], base: Sequence[Record], outcome: str) -> F64:
    return column([r.outcomes for r in several], outcome) - column([r.outcomes for r in base], outcome)


def _sum(record: Record, tally: str, warmup: int) -> float:
    return float(record.daily[warmup:, :, record.tallies.index(tally)].sum())
