"""Who loses: residents by what happens to their place: rural and urban apart, by age and kind of compound; by name.

A resident is counted with the place of residence (a community of the map before). Of the places called sure at most 5 %
are expected to be false, and the intervals of the losers named allow for the picking (`analysis.equity`). Days by whose
case it was come from the cases themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.compare import Paired, Verdict, paired, verdict
from analysis.decision.runs import F64, Runs
from analysis.decision.standing import older_residents
from analysis.equity import Change, Fate, Loser, change, gini, theil, winners_and_losers, worst_decile
from analysis.places import MEASURES, place_ratios, residents_by_place, town_of_place
from analysis.selection import Better
from analysis.spread import GROUPS
from sim.services import COMPOUND_KINDS
from sim.trial import Record
from sim.world.city import City

NAMED = 5  # places named of an option and measure
DAYS_GROUPS = ("urban", "rural", "younger", "older", "rural_older")


@dataclass(frozen=True, kw_only=True)
class NamedPlace:
    """A community that surely does worse: its value under the base and the mean change with its interval, in the
    measure's unit."""

    name: str
    town: str
    district: str
    district_en: str
    residents: int
    urban: bool
    base: float
    change: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PlaceChange:
    """What becomes of residents under an option by one measure.

    `better`, `worse` and `unclear` are shares of all residents whose community surely moved, or not; `fates` say the
    same by group ("all" first); `worst` names the communities that surely lose most. `left_out` is the share of
    residents in places without a value in some run.
    """

    option: str
    measure: str
    better: float
    worse: float
    unclear: float
    worst: tuple[NamedPlace, ...]
    fates: tuple[Fate, ...]
    left_out: float


@dataclass(frozen=True, kw_only=True)
class GroupDays:
    """Mean days to solved of the closed cases of a group (by who has the need): under the base, and the change."""

    option: str
    group: str
    base: float
    paired: Paired
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Equity:
    """How evenly a measure is spread over places by residents: an index under the base, an option, and its change."""

    option: str
    measure: str
    index: str
    change: Change


def place_changes(runs: Runs, city: City, *, confidence: float = 0.95) -> tuple[PlaceChange, ...]:
    """Winners and losers of every option against the first, by measure."""
    base, *rest = runs
    people = residents_by_place(city)
    columns = _groups(city, people)
    found = []
    for measure, (_, _, _, better) in MEASURES.items():
        before = place_ratios(runs[base], people, measure)
        for option in rest:
            after = place_ratios(runs[option], people, measure)
            whole = ~(np.isnan(after) | np.isnan(before)).any(axis=0)
            if not (people[whole] > 0).any():
                continue
            split = winners_and_losers(
                after,
                before,
                people,
                better=better,
                least=0.0,
                groups={name: column for name, column in columns.items() if column[whole].any()},
                confidence=confidence,
                named=NAMED,
            )
            everyone = split.fates[0]
            found.append(
                PlaceChange(
                    option=option,
                    measure=measure,
                    better=everyone.surely_better,
                    worse=everyone.surely_worse,
                    unclear=1.0 - everyone.surely_better - everyone.surely_worse,
                    worst=tuple(_named(loser, city) for loser in split.losers),
                    fates=split.fates,
                    left_out=split.left_out,
                )
            )
    return tuple(found)


def equity(runs: Runs, city: City, *, confidence: float = 0.95) -> tuple[Equity, ...]:
    """Change in Gini, Theil T and the worst-off tenth of residents, by measure; an index without value is left out."""
    base, *rest = runs
    people = residents_by_place(city)
    found = []
    for measure, (_, _, _, better) in MEASURES.items():
        before = place_ratios(runs[base], people, measure)
        for option in rest:
            after = place_ratios(runs[option], people, measure)
            for index in ("gini", "theil_t", "worst_decile"):
                try:
                    moved = _moved(index, better, after, before, people, confidence)
                except ValueError:  # nothing in any place of some run: an index has no value
                    continue
                found.append(Equity(option=option, measure=measure, index=index, change=moved))
    return tuple(found)


def _moved(index: str, better: Better, after: F64, before: F64, people: npt.NDArray[np.int64], level: float) -> Change:
    if index == "worst_decile":
        return change(
            lambda x, w: worst_decile(x, w, better=better), after, before, people, better=better, confidence=level
        )
    measure = gini if index == "gini" else lambda x, w: theil(x, w).total
    return change(measure, after, before, people, better="lower", confidence=level)


def group_days(runs: Runs, *, confidence: float = 0.95) -> tuple[GroupDays, ...]:
    """Mean days to solved by group of every option against the first; a group without cases is left out.

    A case counts with the middle of its bin of days, the same for every option.
    """
    base, *rest = runs
    found = []
    for option in rest:
        for group in DAYS_GROUPS:
            before = np.array([_mean_days(record, group) for record in runs[base]])
            after = np.array([_mean_days(record, group) for record in runs[option]])
            whole = ~(np.isnan(before) | np.isnan(after))
            if not whole.any():
                continue
            effect = paired(after, before, confidence=confidence)
            found.append(
                GroupDays(
                    option=option,
                    group=group,
                    base=float(before[whole].mean()),
                    paired=effect,
                    verdict=verdict(effect, "lower"),
                )
            )
    return tuple(found)


def _mean_days(record: Record, group: str) -> float:
    edges = record.spread_edges
    middle = (edges[:-1] + np.where(np.isfinite(edges[1:]), edges[1:], edges[:-1])) / 2.0
    rows = np.array([GROUPS[group](label) for label in record.spread_labels], dtype=bool)
    counts = record.spread[rows].sum(axis=0)
    return float(counts @ middle / counts.sum()) if counts.any() else float("nan")


def _groups(city: City, people: npt.NDArray[np.int64]) -> dict[str, F64]:
    """Residents by place of each group."""
    places = len(city.place_name)

    def by_place(count: npt.NDArray[np.int64]) -> F64:
        return np.asarray(np.bincount(city.place, weights=count, minlength=places), dtype=np.float64)

    urban = by_place(np.where(city.urban == 1, city.population, 0))
    older = older_residents(city)
    return {
        "urban": urban,
        "rural": people - urban,
        "older": by_place(older),
        "rural_older": by_place(np.where(city.urban == 1, 0, older)),
        **{
            kind: by_place(np.where(city.kind == number, city.population, 0))
            for number, kind in enumerate(COMPOUND_KINDS)
        },
    }


def _named(loser: Loser, city: City) -> NamedPlace:
    plan, town = city.plans["before"], int(town_of_place(city, "before")[loser.place])
    district = int(plan.district_of[town])
    at = city.place == loser.place
    return NamedPlace(
        name=city.place_name[loser.place],
        town=plan.town_name[town],
        district=city.district_name[district],
        district_en=city.district_name_en[district],
        residents=int(loser.residents),
        urban=bool(2 * int(city.population[at & (city.urban == 1)].sum()) >= loser.residents),
        base=loser.base,
        change=loser.change,
        low=loser.interval.low,
        high=loser.interval.high,
    )
