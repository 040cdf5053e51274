"""Writes the brief: results in, one self-contained HTML file out; the same results give the same bytes."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from analysis.brief import asked, backing, buying, decided, hanging, pictures, sections
from analysis.brief.reading import Lookup, headline
from analysis.brief.typeface import embedded
from analysis.brief.words import Words, words
from analysis.decision.runs import HEADLINE
from analysis.results import Results
from sim.outcomes import OUTCOMES

DIGITS = 12  # of a digest, as shown
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", flags=re.DOTALL)


def write_brief(folder: str | Path, results: Results, lang: str) -> Path:
    """Write brief.LANG.html into a folder and return its path: LANG is "en" or "zh"."""
    page = brief(results, lang)
    path = Path(folder) / f"brief.{lang}.html"
    part = path.with_name(path.name + ".part")
    part.write_text(page, encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def brief(results: Results, lang: str) -> str:
    """The brief as one HTML text; nothing in it is loaded from elsewhere."""
    text = words(lang)
    here = files("analysis.brief")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((here / "brief.html.j2").read_text("utf-8"))
    style = (here / "brief.css").read_text("utf-8")
    page = template.render(w=text, style=Markup(style), font=Markup("@font@"), **_content(results, text))
    return page.replace("@font@", embedded(_shown(page)), 1)


def _content(results: Results, text: Words) -> dict[str, Any]:
    look = Lookup.of(results)
    others = [
        (text.name("scenario", s), sections.outcome_rows(results, look, text, s, headline(results, s)))
        for s in results.scenarios
        if s != results.scenario
    ]
    return {
        "r": results,
        "names": sections.names(results, text),
        "city": text.name("city", results.city.split(" ")[0]),
        "question": results.question or text("page.question"),
        "setting": sections.setting(results, text),
        "warnings": sections.warnings(results, text),
        "decision": sections.decision(results, look, text),
        "options": sections.option_rows(results, text),
        "forest": _safe(pictures.forest(results, look, text)),
        "outcomes": sections.outcome_rows(results, look, text, results.scenario, tuple(OUTCOMES)),
        "pale": text("effects.bars", **decided.bounds_shown()) if results.assumed else "",
        "reduction": sections.reduction(results, text),
        "others": others,
        "headline": HEADLINE,
        "maps": _safe(pictures.maps(results, text)),
        "community_maps": _safe(pictures.community_maps(results, text)),
        "spread": _safe([pictures.spread(results, text)]),
        "spread_rows": sections.spread_rows(results, text),
        "levels": _safe(pictures.levels(results, look, text)),
        "bars": _safe([p for p in [pictures.bars(results, text, sections.costs(results))] if p]),
        "money": sections.money_rows(results, text),
        "places": sections.place_rows(results, text),
        "failing": hanging.failing(results, text),
        "parts": {part.name: part for make in (decided, buying, hanging, asked) for part in make.parts(results, text)},
        "load": sections.load_rows(results, text),
        "assumptions": backing.assumption_rows(results, text),
        "digests": [(text.name("option", o.name), " ".join(d[:DIGITS] for d in o.digests)) for o in results.options],
    }


def _safe(shown: list[pictures.Picture]) -> list[tuple[str, Markup]]:
    """Figures are ours and escape their own text: they alone pass the template's escaping."""
    return [(picture.caption, Markup(picture.svg)) for picture in shown]


def _shown(page: str) -> str:
    return Markup(TAGS.sub(" ", page)).unescape()
