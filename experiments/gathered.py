"""What ended of the runs beside a race, as analysis wants it: draws, other scenarios, parts of a package, margins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from experiments.assumptions import AGAIN, numeric
from experiments.margins import beside
from experiments.racing import ELSEWHERE, LUCKS, Key, Outcomes, Race
from sim.world.city import City

if TYPE_CHECKING:
    from analysis.decision.apart import Coalitions
    from analysis.decision.assumed import Draws
    from analysis.decision.holding import Elsewhere
    from analysis.decision.margins import Beside


def draws_of(race: Race, city: City) -> Draws | None:
    """What ended under drawn assumptions, as analysis wants it: only draws that every option ended."""
    from analysis.decision.assumed import Draws, Swept

    if race.drawn is None:
        return None
    names = [option.name for option in race.settings.options]
    draws = _whole(race.others, "draw", len(names))
    again = _whole(race.others, "again", len(names))
    points = numeric([race.drawn.points[number] for number in draws])
    return Draws(
        asked=race.settings.assumptions,
        residents=city.residents,
        share=city.share,
        levers=tuple(
            Swept(lever=a.key, value=float(value), low=a.low, high=a.high, log=a.log)
            for a, value in zip(race.drawn.assumptions, race.drawn.values, strict=True)
        ),
        points=np.array(points, dtype=np.float64).reshape(len(draws), len(race.drawn.assumptions)),
        outcomes={name: [rows[place] for rows in draws.values()] for place, name in enumerate(names)},
        again={name: [rows[place] for rows in again.values()] for place, name in enumerate(names)},
    )


def package_of(race: Race, city: City) -> Coalitions | None:
    """What ended of the parts of a package; None unless every combination ended under one luck at least."""
    from analysis.decision.apart import Coalitions

    parts = race.parts
    lucks = [r for r in range(LUCKS) if all(("part", bits, r) in race.others for bits in range(len(parts)))]
    if not parts or not lucks:
        return None
    return Coalitions(
        option=race.settings.attribute,
        parts=tuple(name for name, _ in parts[-1].rollouts),
        residents=city.residents,
        share=city.share,
        outcomes={
            frozenset(name for name, _ in option.rollouts): [race.others["part", bits, r] for r in lucks]
            for bits, option in enumerate(parts)
        },
    )


def margins_of(race: Race, city: City) -> Beside | None:
    """What ended of the runs beside the race, of the lucks that all of them ended; None without two."""
    options = [option.name for option in race.settings.options]
    kinds = [*(("again", place) for place in range(len(options))), *(("margin", n) for n in range(len(race.margins)))]

    def key(kind: str, which: int, luck: int) -> Key:
        return (kind, luck, which) if kind == "again" else (kind, which, luck)

    lucks = [r for r in range(AGAIN) if all(key(kind, which, r) in race.small for kind, which in kinds)]
    if len(lucks) < 2 or not race.margins:
        return None
    calm = {name: [race.small["again", r, place] for r in lucks] for place, name in enumerate(options)}
    found = {which: [race.small["margin", n, r] for r in lucks] for n, which in enumerate(race.margins)}
    return beside(race.settings, city, calm, found)


def elsewhere_of(race: Race, city: City) -> Elsewhere | None:
    """What ended in other scenarios beside the race, of the lucks that all of them and the main one ended."""
    from analysis.decision.holding import Elsewhere

    names = [option.name for option in race.settings.options]
    calm, found = (_whole(race.others, kind, len(names)) for kind in ("again", "scenario"))
    worlds = list(race.settings.elsewhere)
    lucks = [r for r in range(ELSEWHERE) if r in calm and all(w * ELSEWHERE + r in found for w in range(len(worlds)))]
    if not worlds or not lucks:
        return None
    rows = {next(iter(race.settings.scenarios)): [calm[r] for r in lucks]}
    rows |= {name: [found[which * ELSEWHERE + r] for r in lucks] for which, name in enumerate(worlds)}
    return Elsewhere(
        residents=city.residents,
        share=city.share,
        outcomes={
            scenario: {name: [row[place] for row in several] for place, name in enumerate(names)}
            for scenario, several in rows.items()
        },
    )


def _whole(others: Mapping[Key, Outcomes], which: str, options: int) -> dict[int, list[Outcomes]]:
    """The outcomes of all options by number of the draw, where every option ended."""
    numbers = sorted({number for kind, number, _ in others if kind == which})
    rows = {n: [others[which, n, o] for o in range(options) if (which, n, o) in others] for n in numbers}
    return {n: several for n, several in rows.items() if len(several) == options}
