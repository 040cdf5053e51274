"""The figures of the brief as SVG text, with captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from matplotlib.axes import Axes

from analysis.brief.numbers import MINUS
from analysis.brief.reading import Lookup, assumed_effects, assumed_span, effect_span, headline, level_span, unit_of
from analysis.brief.words import Words
from analysis.figures import choropleth, days_spread, effects, money, participation
from analysis.figures.drawing import shortened, svg
from analysis.results import Results
from analysis.unit_maps import Scale, UnitChange, UnitLevel, UnitMaps
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
    over = assumed_effects(results)
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
            over=[assumed_span(over.get((o.name, name))) for _, o in options],
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
    """By town, levels of days to solved on the map an option ends with, then changes; a scale a set."""
    if results.towns is None:
        return []
    shown = _Shown(results, results.towns, words, "towns")
    changes = [x for measure in CHANGE_MEASURES for x in results.towns.changes if x.measure == measure]
    return [*map(shown.level, shown.chosen()), *map(shown.change, changes)]


def community_maps(results: Results, words: Words) -> list[Picture]:
    """By community, days to solved under the base and the first option shown by town beside it, then the change."""
    if results.communities is None:
        return []
    shown = _Shown(results, results.communities, words, "communities")
    pair = shown.chosen()[:2]
    changes = [x for x in results.communities.changes if x.measure == "days" and x.option == pair[-1].option]
    return [*map(shown.level, pair), *map(shown.change, changes)]


@dataclass(frozen=True)
class _Shown:
    """Draws maps of one scale."""

    results: Results
    units: UnitMaps
    words: Words
    scale: Scale

    def chosen(self) -> list[UnitLevel]:
        """The base, then each option that ends on another map; without any, the first option beside the base."""
        days = [x for x in self.units.levels if x.measure == "days"]
        base, *rest = days
        return [base, *([x for x in rest if x.plan != base.plan] or rest[:1])]

    def level(self, x: UnitLevel) -> Picture:
        """Days to solved under an option; one scale for all that are chosen."""
        plan, words = self.units.plans[x.plan], self.words
        bounds = choropleth.level_classes([v for y in self.chosen() for v in y.values if v is not None])
        which = words(f"maps.{x.plan}_plan", units=words(f"maps.{self.scale}", count=len(plan.names)))
        caption = words("maps.level", option=words.name("option", x.option), measure=words("measure.days"))
        return self._picture(
            f"level-map-{option_place(self.results, x.option)}",
            f"{caption} ({which})",
            units=plan.polygons,
            values=x.values,
            bounds=bounds,
            palette="cividis_r",
            number=_tick,
            label=words("unit.days"),
        )

    def change(self, x: UnitChange) -> Picture:
        """The change of a measure under an option; one scale for all options."""
        words, base = self.words, self.words.name("option", self.results.options[0].name)
        factor, unit = (1.0, words("unit.days")) if x.measure == "days" else (100.0, words("unit.points"))
        all_changes = [y for y in self.units.changes if y.measure == x.measure]
        caption = words(
            "maps.change", option=words.name("option", x.option), measure=words(f"measure.{x.measure}"), base=base
        )
        return self._picture(
            f"change-map-{x.measure}-{option_place(self.results, x.option)}",
            caption,
            units=self.units.plans["before"].polygons,
            values=[None if v is None else v * factor for v in x.values],
            bounds=choropleth.change_classes([v * factor for y in all_changes for v in y.values if v is not None]),
            palette="PuOr_r",
            number=partial(_tick, signed=True),
            label=unit,
            signs=x.signs,
            raised=words("maps.raised"),
            lowered=words("maps.lowered"),
        )

    def _picture(self, name: str, caption: str, **drawn: Any) -> Picture:
        fine = self.scale == "communities"
        few = self.words("maps.few", fewest=self.units.fewest)
        draw = partial(choropleth.draw, districts=self.units.districts, missing=few, fine=fine, **drawn)
        if not fine:
            return _picture(draw, name, caption, width=3.8, height=2.75, digits=1)
        return _picture(draw, f"community-{name}", caption, width=5.6, height=3.9, digits=1)


def option_place(results: Results, option: str) -> int:
    """The place of an option in the list: a safe part of an id, whatever its name."""
    return [o.name for o in results.options].index(option)


def _tick(value: float, *, signed: bool = False) -> str:
    """A round bound with all the digits it has."""
    text = f"{abs(value):.10g}"
    return (MINUS if value < 0 else "+" if signed and value > 0 else "") + text


def _picture(
    draw: Callable[[Axes], None], name: str, caption: str, *, height: float, width: float = 4.7, digits: int = 2
) -> Picture:
    return Picture(caption, svg(draw, name=name, title=caption, width=width, height=height, digits=digits))
