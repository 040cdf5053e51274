"""Which option is selected on each headline outcome, how sure that is, and what would separate those that tie.

Two rules, by how the runs were made. Where their number was fixed in advance, an option may be the best unless the
joint intervals of Hsu exclude it (`multiple_comparisons.mcb`, a variance a pair). Where runs went on until the answer
looked good, only the race of Kim and Nelson is a guarantee, and its tests may be read at any time (`selection`). Either
way, an option that trails by less than `delta` counts as level. Each outcome has the whole error probability: naming
one option on all outcomes is wrong only if one of them is, so no correction for their number is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from analysis.compare import replications_needed
from analysis.correct_selection import correct_selection
from analysis.decision.runs import F64, HEADLINE, INDIFFERENCE, Runs, complete, outcome_table
from analysis.multiple_comparisons import mcb
from analysis.selection import Better, Selection, kn_so_far, sign_of
from sim.outcomes import OUTCOMES

FIRST = 10  # replications before the race is first looked at; fewer where there are fewer
FEWEST = 3  # replications below which no probability is given
Kind = Literal["lone", "best", "trade_off", "no_best"]


@dataclass(frozen=True, kw_only=True)
class Race:
    """Where the race of Kim and Nelson stands: while it is on, `selected` is None and `at_most` replications end it."""

    selected: str | None
    survivors: tuple[str, ...]
    tied: tuple[str, ...]
    guarantee: str
    first: int
    at_most: int | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One outcome: `best` is the separable best, None where several of `among` may be it.

    `leader` has the best mean; `lead` is how much better it is than the next, with joint bounds, `delta` the difference
    that counts as none, `loss` what choosing the leader is expected to cost against the true best: all in the outcome's
    unit. `chance` is each option's probability of being the best, `within` that of the leader being less than delta
    from it (None below three replications): chance of the runs alone, given the assumptions. `level` says that all of
    `among` are shown to lie within delta of the leader. `more` replications would be expected to separate them; None
    where there is a best, where they are level, or where one run tells nothing.
    """

    scenario: str
    outcome: str
    replications: int
    sequential: bool
    delta: float
    leader: str
    best: str | None
    among: tuple[str, ...]
    level: bool
    lead: float
    lead_low: float
    lead_high: float
    chance: dict[str, float] | None
    within: float | None
    loss: float | None
    more: int | None
    race: Race


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The decision in one word: `option` is the best on every headline outcome, where there is one.

    `chance` bounds from below the probability that it is the best on all of them at once (Bonferroni), given the
    assumptions. `separable` are the outcomes with a best of their own. `more` replications would be expected to
    separate the options on every outcome where they are neither separated nor level.
    """

    kind: Kind
    option: str | None
    chance: float | None
    separable: dict[str, str]
    more: int | None


def choices(
    scenario: str,
    runs: Runs,
    *,
    confidence: float = 0.95,
    indifference: float = INDIFFERENCE,
    sequential: bool = False,
    first: int = FIRST,
) -> tuple[Choice, ...]:
    """A choice an outcome of HEADLINE with two complete replications; none for a lone option.

    `sequential`: the runs went on until the answer looked good, in blocks after `first` replications.
    """
    return tuple(
        _choose(scenario, outcome, args, sequential)
        for outcome, args in _contests(runs, confidence, indifference, first).items()
    )


def settled(runs: Runs, *, confidence: float = 0.95, indifference: float = INDIFFERENCE, first: int = FIRST) -> bool:
    """Is the race over on every headline outcome? To be asked after each block of a sequential study."""
    contests = _contests(runs, confidence, indifference, first)
    return bool(contests) and all(_raced(args).selected is not None for args in contests.values())


def decide(found: Sequence[Choice], options: Sequence[str]) -> Verdict:
    """The verdict of the choices of one scenario."""
    separable = {c.outcome: c.best for c in found if c.best is not None}
    named = set(separable.values())
    kind: Kind = "trade_off" if named else "no_best"
    if len(options) < 2:
        kind = "lone"
    elif found and len(named) == 1 and len(separable) == len(found):
        kind = "best"
    option = named.pop() if kind == "best" else None
    chance = None
    if option is not None and all(c.chance is not None for c in found):
        chance = max(0.0, 1.0 - sum(1.0 - (c.chance or {})[option] for c in found))
    more = [c.more for c in found if c.more is not None]
    return Verdict(
        kind=kind, option=option, chance=chance, separable=separable, more=max(more) if more and not option else None
    )


@dataclass(frozen=True)
class _Args:
    """One outcome of all options: table [n, k] without gaps, delta in its unit, n0 of the race."""

    options: tuple[str, ...]
    table: F64
    better: Better
    delta: float
    alpha: float
    n0: int


def _contests(runs: Runs, confidence: float, indifference: float, first: int) -> dict[str, _Args]:
    """The headline outcomes that can be raced, as tables without gaps."""
    options, found = tuple(runs), {}
    for outcome in HEADLINE if len(options) > 1 else ():
        better = OUTCOMES[outcome].better
        table = complete(outcome_table(runs, outcome))
        if len(table) < 2 or better == "neither":
            continue
        scale = float(np.abs(table[:first, 0].mean())) or float(np.abs(table[:first]).max()) or 1.0
        found[outcome] = _Args(options, table, better, indifference * scale, 1.0 - confidence, min(first, len(table)))
    return found


def _raced(a: _Args) -> Selection:
    return kn_so_far(a.table, delta=a.delta, alpha=a.alpha, n0=a.n0, better=a.better)


def _choose(scenario: str, outcome: str, a: _Args, sequential: bool) -> Choice:
    race = _raced(a)
    contest = mcb(a.table, better=a.better, alpha=a.alpha)
    larger = sign_of(a.better) * a.table
    leader = race.selected if sequential and race.selected is not None else int(larger.mean(axis=0).argmax())
    behind = larger[:, [leader]] - larger
    if sequential:
        among = _still_in(race)
    else:
        near = np.flatnonzero(behind.mean(axis=0) < a.delta).tolist()
        among = sorted({leader, *contest.contenders, *near})
    rivals = [i for i in among if i != leader]
    level = all(_half(behind[:, i], a) + abs(float(behind[:, i].mean())) <= a.delta for i in rivals)
    others = [i for i in range(len(a.options)) if i != leader]
    sure = correct_selection(a.table, better=a.better, delta=a.delta) if len(a.table) >= FEWEST else None
    return Choice(
        scenario=scenario,
        outcome=outcome,
        replications=len(a.table),
        sequential=sequential,
        delta=a.delta,
        leader=a.options[leader],
        best=a.options[leader] if not rivals else None,
        among=tuple(a.options[i] for i in among),
        level=bool(rivals) and level,
        lead=float(behind[:, others].mean(axis=0).min()),
        lead_low=min(float(behind[:, i].mean()) - _half(behind[:, i], a) for i in others),
        lead_high=min(float(behind[:, i].mean()) + _half(behind[:, i], a) for i in others),
        chance=dict(zip(a.options, sure.chance, strict=True)) if sure else None,
        within=sure.good if sure else None,
        loss=sure.opportunity_cost if sure else None,
        more=None if level or not rivals else max(_more(behind[:, i], a) for i in rivals),
        race=_race(race, a),
    )


def _still_in(race: Selection) -> list[int]:
    """Who may be the best by the race: the selected with its ties, or all that are still running."""
    return list(race.survivors) if race.selected is None else sorted({race.selected, *race.tied})


def _confidence(a: _Args) -> float:
    """Of a two-sided interval each side of which errs as often as one comparison of the contest may."""
    return 1.0 - 2.0 * a.alpha / (len(a.options) - 1)


def _half(difference: F64, a: _Args) -> float:
    n = len(difference)
    t = float(special.stdtrit(n - 1, 0.5 + _confidence(a) / 2.0))
    return t * float(difference.std(ddof=1)) / float(np.sqrt(n))


def _more(difference: F64, a: _Args) -> int:
    """Replications beyond those in hand that bring the interval of a lead off 0 or, where the lead is small, inside
    delta; a rival on the very border of delta is asked for a tenth of it."""
    lead = abs(float(difference.mean()))
    target = lead if lead >= a.delta else max(a.delta - lead, a.delta / 10.0)
    return max(replications_needed(difference, target, confidence=_confidence(a)) - len(difference), 0)


def _race(race: Selection, a: _Args) -> Race:
    def names(places: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(a.options[i] for i in places)

    return Race(
        selected=None if race.selected is None else a.options[race.selected],
        survivors=names(race.survivors),
        tied=names(race.tied),
        guarantee=race.guarantee,
        first=a.n0,
        at_most=race.at_most,
    )
