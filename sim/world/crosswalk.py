"""The new village of every old village and compound, completed where names do not tell.

Refinement of the published crosswalk: names match 2,653 old villages of Chengdu. Inside each new town the others go
to the new villages that no name matched, by balance of population; where none is left they join the least populous;
and a new village that would stay empty is split off the most populous one as whole compounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.world.gazetteer import I64, Gazetteer


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How the new villages were found."""

    by_name: int  # old villages whose name tells
    by_balance: int  # old villages given to unmatched new villages by balance of population
    joined: int  # old villages that joined the least populous new villages of their town
    joined_towns: int  # new towns in which that happened
    split: int  # new villages split off the most populous of their town


def heirs(gazetteer: Gazetteer, people: I64) -> tuple[I64, Counts]:
    """The new village (index into `villages_after`) of each old village: int64[V]; some new villages stay empty."""
    index = {village.code: i for i, village in enumerate(gazetteer.villages_after)}
    heir = np.array([index[code] if code else -1 for code in gazetteer.heir], np.int64)
    matched = set(heir.tolist())
    crowd = np.zeros(len(index), np.int64)
    np.add.at(crowd, heir[heir >= 0], people[heir >= 0])
    by_town: dict[int, list[int]] = {}
    for i, village in enumerate(gazetteer.villages_after):
        by_town.setdefault(village.town, []).append(i)
    orphans: dict[int, list[int]] = {}
    for v in np.flatnonzero(heir < 0).tolist():
        orphans.setdefault(gazetteer.heir_town[v], []).append(v)
    balanced = joined = joined_towns = 0
    for town, children in orphans.items():
        fresh = [i for i in by_town[town] if i not in matched]
        balanced, joined, joined_towns = (
            (balanced + len(children), joined, joined_towns)
            if fresh
            else (balanced, joined + len(children), joined_towns + 1)
        )
        for v in sorted(children, key=lambda child: (-int(people[child]), child)):
            heir[v] = min(fresh or by_town[town], key=lambda i: (int(crowd[i]), i))
            crowd[heir[v]] += people[v]
    counts = Counts(
        by_name=sum(code != 0 for code in gazetteer.heir), by_balance=balanced, joined=joined,
        joined_towns=joined_towns, split=int((crowd == 0).sum()),
    )  # fmt: skip
    return heir, counts


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Compounds start..stop of one old village (counted from the village's first) under one new village."""

    after: int  # index into villages_after
    before: int  # index into villages_before
    start: int
    stop: int


def stretches(gazetteer: Gazetteer, heir: I64, order: I64, people_of: list[I64]) -> list[Stretch]:
    """Stretches of compounds in the order in which the city stores them.

    Args:
        heir: new village of each old village, int64[V].
        order: old villages so that those of one new village are neighbours, int64[V].
        people_of: residents of each compound, by old village.

    A village is split by its last compounds, and its last old village is its most populous: so an old village stays
    one run although two new villages share it.
    """
    members: dict[int, list[int]] = {}
    for v in order.tolist():
        members.setdefault(int(heir[v]), []).append(v)
    runs: list[list[Stretch]] = []
    for after, villages in members.items():
        largest = max(villages, key=lambda v: (int(people_of[v].sum()), -v))
        villages = [v for v in villages if v != largest] + [largest]
        runs.append([Stretch(after=after, before=v, start=0, stop=people_of[v].size) for v in villages])
    for empty in (i for i in range(len(gazetteer.villages_after)) if i not in members):
        _split(runs, empty, gazetteer, people_of)
    return [stretch for run in runs for stretch in run]


def _split(runs: list[list[Stretch]], empty: int, gazetteer: Gazetteer, people_of: list[I64]) -> None:
    """Insert a run for the empty new village behind the most populous of its town, of nearly half its people."""
    town = gazetteer.villages_after[empty].town

    def crowd(run: list[Stretch]) -> int:
        return sum(int(people_of[s.before][s.start : s.stop].sum()) for s in run)

    hosts = [
        position
        for position, run in enumerate(runs)
        if gazetteer.villages_after[run[0].after].town == town and run[-1].stop - run[-1].start > 1
    ]
    if not hosts:
        raise ValueError(f"no village of town {town} has two compounds to split; raise city.compounds")
    host = max(hosts, key=lambda position: (crowd(runs[position]), -position))
    last = runs[host][-1]
    tail = np.cumsum(people_of[last.before][last.start + 1 : last.stop][::-1])
    taken = int(np.argmin(np.abs(2 * tail - crowd(runs[host])))) + 1
    runs[host][-1] = Stretch(after=last.after, before=last.before, start=last.start, stop=last.stop - taken)
    runs.insert(host + 1, [Stretch(after=empty, before=last.before, start=last.stop - taken, stop=last.stop)])
