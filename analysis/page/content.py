"""What the results page holds: every number as computed and as shown, every text in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from analysis.brief import backing, hanging, sections
from analysis.brief.decided import ends
from analysis.brief.numbers import MINUS, fixed, percent, significant, spanned
from analysis.brief.reading import (
    Lookup,
    advice,
    assumed_effects,
    assumed_span,
    effect_span,
    headline,
    level_span,
    slight,
    unit_of,
)
from analysis.brief.words import LANGUAGES, Words, entries, words
from analysis.compare import Effect
from analysis.decision.assumed import AssumedEffect
from analysis.decision.fates import NamedPlace, PlaceChange
from analysis.figures.days_spread import EDGE_SHARE, LEAST, MARKS
from analysis.figures.drawing import COLOURS, MARKERS
from analysis.figures.money import HATCHES
from analysis.page.maps import maps
from analysis.page.parts import parts
from analysis.results import Results
from analysis.spread import GROUPS, QUANTILES
from sim.outcomes import OUTCOMES
from sim.world.accounts import PAID

DASHES = ("", "6 3", "2 2", "6 2 2 2", "9 2", "4 2 2 2 2 2", "1 1.5", "12 3")  # of the lines of figures, in points
SPOKEN = (
    "verdict", "explore", "page", "effects", "maps", "spread", "money", "places", "load", "assumptions", "reproduce",
    "options", "limits", "decision", "assumed",
)  # fmt: skip
Both = dict[str, Any]


def both(say: Callable[[Words], Any]) -> Both:
    """What a function says in either language."""
    return {lang: say(words(lang)) for lang in LANGUAGES}


def said(group: str, name: str) -> Both:
    """The words of a key."""
    return both(lambda w: w(f"{group}.{name}"))


def named(group: str, name: str) -> Both:
    """What to call a thing: its words, or its own name where a user made it up."""
    return both(lambda w: w.name(group, name))


def said_unit(outcome: str, *, change: bool) -> Both:
    """The unit of an outcome as shown."""
    return both(lambda w: unit_of(outcome, w, change=change))


def content(results: Results) -> dict[str, Any]:
    """Everything the page shows, as plain values."""
    look = Lookup.of(results)
    return {
        "words": both(lambda w: {key: w.table[key] for key in entries() if key.split(".")[0] in SPOKEN}),
        "title": both(lambda w: w("page.title", city=w.name("city", results.city.split(" ")[0]))),
        "question": both(lambda w: results.question or w("page.question")),
        "setting": both(lambda w: sections.setting(results, w)),
        "warnings": both(lambda w: sections.warnings(results, w)),
        "advice": both(lambda w: advice(results, w)),
        "race": both(lambda w: sections.ended(results, w)),
        "over": both(lambda w: sections.over_note(results, w)),
        "failing": both(lambda w: hanging.failing(results, w)),
        "parts": both(lambda w: parts(results, w)),
        "options": _options(results),
        "scenarios": [{"name": s, "label": named("scenario", s)} for s in results.scenarios],
        "outcomes": _outcomes(results),
        "effects": _effects(results, look),
        "maps": maps(results),
        "spread": _spread(results),
        "money": _money(results),
        "shares": _shares(results),
        "worst": _worst(results),
        "load": _load(results),
        "assumptions": _assumptions(results),
        "about": _about(results),
    }


def _options(results: Results) -> list[dict[str, Any]]:
    """Options with how figures draw them and what each does."""
    does = both(lambda w: [lines for _, lines in sections.option_rows(results, w)])
    return [
        {
            "name": option.name,
            "label": named("option", option.name),
            "does": {lang: does[lang][i] for lang in LANGUAGES},
            "colour": COLOURS[i % 8],
            "dash": DASHES[i % 8],
            "marker": MARKERS[i % 8],
        }
        for i, option in enumerate(results.options)
    ]


def _outcomes(results: Results) -> list[dict[str, Any]]:
    """Outcomes that some scenario has, in the order of the model."""
    present = {level.outcome for level in results.levels}
    first = headline(results, results.scenario)
    return [
        {
            "name": name,
            "label": said("outcome", name),
            "meaning": said("meaning", name),
            "theme": said("theme", outcome.theme),
            "unit": said_unit(name, change=False),
            "change": said_unit(name, change=True),
            "better": outcome.better,
            "headline": name in first,
        }
        for name, outcome in OUTCOMES.items()
        if name in present
    ]


def cell(mean: float, low: float | None, high: float | None, *, signed: bool, verdict: str = "") -> dict[str, Any]:
    """A number with its interval: as computed, as shown, and what it says."""
    shown = spanned(mean, low, high, signed=signed)
    plain = shown[1] is None or shown[0] == shown[1] == shown[2]
    return {"is": [mean, low, high], "says": [shown[0]] if plain else list(shown), "verdict": verdict}


def _effects(results: Results, look: Lookup) -> list[dict[str, Any]]:
    """By scenario and outcome: the level under each option, the effect of each but the base, marks for an axis."""
    found = []
    names = [option.name for option in results.options]
    over = assumed_effects(results)
    for scenario in results.scenarios:
        for outcome in OUTCOMES:
            levels = [look.levels.get((scenario, name, outcome)) for name in names]
            if not any(levels):
                continue
            effects = [
                (e := look.effects.get((scenario, name, outcome)))
                and _effect(e, look, over.get((name, outcome)) if scenario == results.scenario else None)
                for name in names
            ]
            reached = [v for e in effects if e for v in (*e["is"], *e.get("over", {}).get("is", ()))]
            found.append(
                {
                    "scenario": scenario,
                    "outcome": outcome,
                    "levels": [x and cell(*level_span(x), signed=False) for x in levels],
                    "effects": effects,
                    "marks": marks([v for v in reached if v is not None], signed=True),
                }
            )
    return found


def _effect(effect: Effect, look: Lookup, over: AssumedEffect | None) -> dict[str, Any]:
    """An effect with its interval of chance and, where assumptions were drawn, the one over them."""
    shown = cell(*effect_span(effect), signed=True, verdict=effect.verdict)
    base = look.base(effect)
    if slight(effect.paired, effect.verdict, base.mean if base else None, over):
        shown["slight"] = True
    span = assumed_span(over)
    if over is None or span is None:
        return shown
    wide = {"is": span, "says": ends(over, words("en")), "outside": over.outside}
    return {**shown, "over": wide, "hangs": sections.hangs(effect, over)}


def marks(values: Sequence[float], *, signed: bool) -> list[tuple[float, str]]:
    """Round marks of an axis that holds the values and none, with what is written at each."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = 1.0
    ticks = MaxNLocator(nbins=5, steps=(1.0, 2.0, 2.5, 5.0, 10.0)).tick_values(low, high)
    places = next(
        (p for p in range(9) if all(abs(round(t, p) - t) < 1e-9 * max(abs(high), abs(low)) for t in ticks)), 9
    )

    def written(tick: float) -> str:
        text = f"{abs(tick):,.{places}f}"
        return ("+" if signed and tick > 0.0 else MINUS if tick < 0.0 else "") + text if float(tick) else "0"

    return [(round(float(t), places), written(float(t))) for t in ticks]


def _spread(results: Results) -> dict[str, Any]:
    """Closed cases by bin of days, group and option, with quantiles."""
    by = {(s.group, s.option): s for s in results.spreads}
    names = [option.name for option in results.options]
    groups = [g for g in GROUPS if any(sum(by[g, name].counts) for name in names)]
    return {
        "edges": results.spread_edges,
        "marks": [(mark, f"{mark:g}") for mark in MARKS],
        "least": LEAST,
        "edge": EDGE_SHARE,
        "quantiles": [percent(q) for q in QUANTILES],
        "groups": [
            {
                "name": group,
                "label": said("group", group),
                "counts": [by[group, name].counts for name in names],
                "quantiles": [[(v, significant(v)) for v in by[group, n].quantiles or ()] for n in names],
            }
            for group in groups
        ],
    }


def _money(results: Results) -> dict[str, Any]:
    """Yuan per resident by account: costs first, which figures stack, then what became of the fund."""
    yuan = {(m.option, m.account): m.yuan_per_resident for m in results.money}
    names = [option.name for option in results.options]
    costs = sections.costs(results)
    others = [a for a in dict.fromkeys(m.account for m in results.money) if a not in costs and not a.startswith(PAID)]
    rows = [
        {
            "label": named("account", account),
            "cost": account in costs,
            "colour": COLOURS[(i + 1) % 8],
            "hatch": HATCHES[i % 7],
            "values": [(v := yuan.get((n, account), 0.0), significant(v)) for n in names],
        }
        for i, account in enumerate([*costs, *others])
    ]
    totals = [results.costs[n] for n in names]
    return {"rows": rows, "totals": [(t, significant(t)) for t in totals], "marks": marks(totals, signed=False)}


def _shares(results: Results) -> list[dict[str, Any]]:
    """Residents by whether their community became better, worse or neither for sure."""
    return [
        {
            "option": change.option,
            "measure": said("measure", change.measure),
            "values": [(v, percent(v)) for v in (change.better, change.worse, change.unclear)],
        }
        for change in results.changes
    ]


def _worst(results: Results) -> list[dict[str, Any]]:
    """The communities that lose most, by option and measure."""
    return [_lost(change, place) for change in results.changes for place in change.worst]


def _lost(change: PlaceChange, place: NamedPlace) -> dict[str, Any]:
    days = change.measure == "days"
    factor = 1.0 if days else 100.0
    return {
        "option": change.option,
        "measure": said("measure", change.measure),
        "place": place.name,
        "town": place.town,
        "district": {"en": place.district_en, "zh": place.district},
        "residents": (place.residents, fixed(place.residents, 0)),
        "before": (place.base * factor, significant(place.base * factor)),
        "change": cell(place.change * factor, place.low * factor, place.high * factor, signed=True),
        "unit": said("unit", "days" if days else "points"),
    }


def _load(results: Results) -> list[dict[str, Any]]:
    """Busy share of time by kind of station and option."""
    kinds = dict.fromkeys(kind for loads in results.utilisation.values() for kind in loads)
    return [
        {
            "label": named("station", kind),
            "values": [(v := results.utilisation[o.name].get(kind, 0.0), percent(v)) for o in results.options],
        }
        for kind in kinds
    ]


def _assumptions(results: Results) -> list[dict[str, Any]]:
    said = both(lambda w: backing.assumption_rows(results, w))
    return [
        {
            "lever": row.lever,
            "assumed": row.assumed,
            **{
                key: {lang: said[lang][i][key] for lang in LANGUAGES} for key in ("meaning", "value", "range", "source")
            },
        }
        for i, row in enumerate(results.assumptions)
    ]


def _about(results: Results) -> dict[str, Any]:
    return {
        "command": results.command,
        "seed": str(results.seed),
        "versions": [f"{name} {version}" for name, version in sorted(results.versions.items())],
        "days": results.days,
        "warmup": results.warmup,
        "level": percent(results.confidence),
        "place_share": "5%",
        "digests": [o.digests for o in results.options],
    }
