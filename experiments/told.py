"""What `compare` says: one JSON document, or tables and the sentences of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.settings import Settings
from experiments.terminal import print_table
from sim.world.city import City

if TYPE_CHECKING:
    from analysis.brief.reading import Lookup
    from analysis.brief.words import Words
    from analysis.compare import Effect
    from analysis.results import Results


def said(settings: Settings, about: Mapping[str, Any], folder: Path, city: City, results: Results | None,
          briefs: Mapping[str, str]) -> dict[str, Any]:  # fmt: skip
    """What `--json` prints; `about` is the manifest."""
    return {
        **{key: about[key] for key in ("id", "status", "digest", "failed", "seed")},
        "seconds": about["speed"]["seconds"],
        "folder": str(folder),
        "briefs": briefs,
        "city": city.name,
        "share": city.share,
        "residents": city.residents,
        "cases": results.cases if results else None,
        "days": settings.days,
        "warmup": settings.warmup,
        "replications": len(next(iter(results.options)).digests) if results else 0,
        "options": [option.name for option in settings.options],
        "scenarios": list(settings.scenarios),
        "effects": _effects(results) if results else [],
        "utilisation": results.utilisation if results else {},
    }


def _effects(results: Results) -> list[dict[str, Any]]:
    """Every effect with the interval that tables show; null where there is none."""
    return [
        {
            "scenario": effect.scenario,
            "option": effect.option,
            "base": effect.base,
            "outcome": effect.outcome,
            "effect": effect.paired.mean,
            "se": effect.paired.se,
            "low": interval and interval.low,
            "high": interval and interval.high,
            "interval": "bca" if effect.paired.bca else "t" if effect.paired.t else None,
            "variance_reduction": effect.paired.variance_reduction,
            "n": effect.paired.n,
            "verdict": effect.verdict,
        }
        for effect in results.effects
        for interval in (effect.paired.interval,)
    ]


def show(said: dict[str, Any], results: Results, lang: str) -> None:
    """One table a scenario: the headline outcomes under the baseline, and how each option changes them."""
    from analysis.brief.reading import Lookup, headline, level_cell, unit_of
    from analysis.brief.words import words

    text, look = words(lang), Lookup.of(results)
    base, *others = (option.name for option in results.options)
    for scenario in results.scenarios:
        shown = headline(results, scenario)
        columns = [
            text("page.option"),
            *(f"{text.name('outcome', name)} ({unit_of(name, text, change=True)})" for name in shown),
        ]
        levels = (look.levels.get((scenario, base, name)) for name in shown)
        rows = [[text.name("option", base), *(level_cell(level, text).mean if level else "" for level in levels)]]
        for option in others:
            effects = (look.effects.get((scenario, option, name)) for name in shown)
            rows.append(
                [
                    text.name("option", option),
                    *("" if effect is None else _told(effect, look, text) for effect in effects),
                ]
            )
        print_table(text.name("scenario", scenario), columns, rows)
    for brief in said["briefs"].values():
        print(brief)
    print(f"{said['folder']}  {said['seconds']:.0f} s")


def _told(effect: Effect, look: Lookup, text: Words) -> str:
    from analysis.brief.reading import effect_cell

    cell = effect_cell(effect, text, level=look.base(effect))
    return f"{cell.mean}  {cell.word}\n{cell.span or ''}".rstrip()
