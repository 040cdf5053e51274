"""The figures of the brief as SVG text, with captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from matplotlib.axes import Axes

from analysis.brief.numbers import MINUS
from analysis.brief.reading import Lookup, effect_span, headline, level_span, unit_of
from analysis.brief.words import Words
from analysis.figures import days_spread, effects, money, participation, town_map
from analysis.figures.drawing import shortened, svg
from analysis.places import TownChange, TownLevel, Towns
from analysis.results import Results
from sim.outcomes import OUTCOMES

PARTICIPATION = ("active_share", "volunteer_hours", "quorum_share", "trust")
CHANGE_MEASURES = ("days", "unmet")
SIDES: dict[str, Literal["left", "center", "right"]] = {"lower": "left", "higher": "right", "neither": "center"}
ROW = 0.3  # inches a row of options


@dataclass(frozen=True)
class Picture:
    """A figure: its caption and the <svg> element."""

    caption: str
    svg: str


def forest(results: Results, look: Lookup, words: Words) -> list[Picture]:
    """One forest plot a headline outcome."""
    options = list(enumerate(results.options))[1:]
    labels = [shortened(words.name("option", option.name)) for _, option in options]
    found = []
    for name in headline(results, results.scenario) if options else ():
        rows = [
            effect_span(e) if e else None
            for e in (look.effects.get((results.scenario, o.name, name)) for _, o in options)
        ]
        drawn = partial(
            effects.draw,
            names=labels,
            effects=rows,
            label=unit_of(name, words, change=True),
            better=words(f"effects.{OUTCOMES[name].better}_better"),
            side=SIDES[OUTCOMES[name].better],
            places=[i for i, _ in options],
        )
        found.append(_picture(drawn, f"effect-{name}", words(f"outcome.{name}"), height=1.15 + ROW * len(options)))
    return found


def spread(results: Results, words: Words) -> Picture:
    """Cumulative share of closed cases by days, all options."""
    by = {s.option: s.counts for s in results.spreads if s.group == "all"}
    labels = [shortened(words.name("option", option.name)) for option in results.options]
    drawn = partial(
        days_spread.draw,
        edges=results.spread_edges,
        counts=[by[o.name] for o in results.options],
        names=labels,
        label=words("spread.within"),
    )
    return _picture(drawn, "spread", words("spread.share"), height=3.5)


def levels(results: Results, look: Lookup, words: Words) -> list[Picture]:
    """Participation outcomes: levels by option."""
    labels = [shortened(words.name("option", option.name)) for option in results.options]
    found = []
    for name in PARTICIPATION:
        rows = [look.levels.get((results.scenario, option.name, name)) for option in results.options]
        if not any(rows):
            continue
        spans = [level_span(x) if x else None for x in rows]
        drawn = partial(participation.draw, names=labels, levels=spans, label=unit_of(name, words, change=False))
        found.append(_picture(drawn, f"level-{name}", words(f"outcome.{name}"), height=0.95 + ROW * len(labels)))
    return found


def bars(results: Results, words: Words, accounts: list[str]) -> Picture | None:
    """Yuan per resident by account and option."""
    yuan = {(m.option, m.account): m.yuan_per_resident for m in results.money}
    if not accounts:
        return None
    labels = [shortened(words.name("option", option.name)) for option in results.options]
    rows = [[yuan.get((option.name, account), 0.0) for option in results.options] for account in accounts]
    drawn = partial(
        money.draw,
        names=labels,
        accounts=[shortened(words.name("account", a)) for a in accounts],
        yuan=rows,
        label=words("unit.yuan"),
    )
    return _picture(
        drawn, "money", words("money.label", days=results.days), height=1.5 + 0.34 * len(labels) + 0.11 * len(accounts)
    )


def maps(results: Results, words: Words) -> list[Picture]:
    """Levels of days to solved on the map an option ends with, then changes by town; a scale a set."""
    if results.towns is None:
        return []
    return [*_level_maps(results, results.towns, words), *_change_maps(results, results.towns, words)]


def _level_maps(results: Results, towns: Towns, words: Words) -> list[Picture]:
    """The base, then each option that ends on another map; without any, the first option beside the base."""
    own = {option.name: option.plan for option in results.options}
    base, *rest = own
    after = [name for name in rest if own[name] != own[base]] or rest[:1]
    chosen = [x for x in towns.levels if x.measure == "days" and x.option in (base, *after)]
    bounds = town_map.level_classes([v for x in chosen for v in x.values if v is not None])

    def one(x: TownLevel) -> Picture:
        plan = towns.plans[x.plan]
        which = words("maps.before_plan" if x.plan == "before" else "maps.after_plan", towns=len(plan.names))
        caption = (
            words("maps.level", option=words.name("option", x.option), measure=words("measure.days")) + f" ({which})"
        )
        drawn = partial(
            town_map.draw,
            towns=plan.polygons,
            values=x.values,
            districts=towns.districts,
            bounds=bounds,
            palette="cividis_r",
            number=_tick,
            label=words("unit.days"),
            missing=words("page.missing"),
        )
        return _picture(drawn, f"level-map-{option_place(results, x.option)}", caption, width=3.8, height=2.75)

    return [one(x) for x in chosen]


def _change_maps(results: Results, towns: Towns, words: Words) -> list[Picture]:
    base = words.name("option", results.options[0].name)
    plan = towns.plans["before"]
    found = []
    for measure in CHANGE_MEASURES:
        chosen = [x for x in towns.changes if x.measure == measure]
        factor, unit = (1.0, words("unit.days")) if measure == "days" else (100.0, words("unit.points"))
        bounds = town_map.change_classes([v * factor for x in chosen for v in x.values if v is not None])

        def one(x: TownChange, factor: float = factor, unit: str = unit, bounds: tuple[float, ...] = bounds) -> Picture:
            caption = words(
                "maps.change", option=words.name("option", x.option), measure=words(f"measure.{x.measure}"), base=base
            )
            drawn = partial(
                town_map.draw,
                towns=plan.polygons,
                values=[None if v is None else v * factor for v in x.values],
                districts=towns.districts,
                bounds=bounds,
                palette="PuOr_r",
                number=partial(_tick, signed=True),
                label=unit,
                missing=words("page.missing"),
                signs=x.signs,
                raised=words("maps.raised"),
                lowered=words("maps.lowered"),
            )
            return _picture(
                drawn, f"change-map-{x.measure}-{option_place(results, x.option)}", caption, width=3.8, height=2.75
            )

        found += [one(x) for x in chosen]
    return found


def option_place(results: Results, option: str) -> int:
    """The place of an option in the list: a safe part of an id, whatever its name."""
    return [o.name for o in results.options].index(option)


def _tick(value: float, *, signed: bool = False) -> str:
    """A round bound with all the digits it has."""
    text = f"{abs(value):.10g}"
    return (MINUS if value < 0 else "+" if signed and value > 0 else "") + text


def _picture(draw: Callable[[Axes], None], name: str, caption: str, *, height: float, width: float = 4.7) -> Picture:
    return Picture(caption, svg(draw, name=name, title=caption, width=width, height=height))
