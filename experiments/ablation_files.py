"""What an ablation leaves behind: every change as CSV and JSON, and the matrix as a figure in both languages."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from analysis.ablation import Ablated
from analysis.brief.typeface import embedded
from analysis.brief.words import LANGUAGES, Words, words
from analysis.figures import mechanisms as matrix
from analysis.figures.drawing import FONT, png, svg
from analysis.open_signs import OverAssumptions
from experiments.ablation import Ablation
from experiments.assumptions import small
from experiments.mechanisms import phrases, reforms_of
from experiments.terminal import finite
from sim.outcomes import OUTCOMES
from sim.world.city import City

NAME = "mechanisms"
LONGEST = {"en": 52, "zh": 26}  # characters of a row's name in the figure
COLUMNS = ("mechanism", "reform", "term", "phrase", "theme", "outcome", "unit", "effect", "se", "low", "high",
           "expected", "role", "reason", "draws", "draws_up", "draws_down", "draws_unchanged", "draws_low",
           "draws_middle", "draws_high", "hangs_on", "correlation")  # fmt: skip


def write(folder: Path, ablation: Ablation, found: Sequence[Ablated], city: City) -> None:
    """mechanisms.csv, mechanisms.json, and mechanisms.LANG.svg and .png, the same bytes from the same trials."""
    with (folder / f"{NAME}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(found))
    text = json.dumps(finite(document(ablation, found, city)), ensure_ascii=False, allow_nan=False, indent=1)
    (folder / f"{NAME}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    for lang in LANGUAGES:
        picture = figure(ablation, found, city, words(lang))
        (folder / f"{NAME}.{lang}.svg").write_text(picture[0], encoding="utf-8", newline="\n")
        (folder / f"{NAME}.{lang}.png").write_bytes(picture[1])


def rows(found: Sequence[Ablated]) -> list[dict[str, Any]]:
    """One row a reform and outcome; what draws of assumptions say stands where the sign is open."""
    return [
        {
            "mechanism": one.mechanism, "reform": one.reform, "phrase": phrases()[one.mechanism][0],
            "term": phrases()[one.mechanism][1], "theme": OUTCOMES[change.outcome].theme,
            "unit": OUTCOMES[change.outcome].unit, **asdict(change),
            **next((_drawn(over) for over in one.over if over.outcome == change.outcome), {}),
        }
        for one in found
        for change in one.changes
    ]  # fmt: skip


def _drawn(over: OverAssumptions) -> dict[str, Any]:
    names = {"outcome": "outcome", "draws": "draws", "hangs_on": "hangs_on", "correlation": "correlation"}
    return {names.get(name, f"draws_{name}"): value for name, value in asdict(over).items()}


def document(ablation: Ablation, found: Sequence[Ablated], city: City) -> dict[str, Any]:
    """What `--json` prints of what came out: mechanism by mechanism, its effects reform by reform."""
    settings = ablation.settings
    return {
        "note": words("en")("ablation.note"),
        "city": city.name,
        "share": city.share,
        "residents": city.residents,
        "days": settings.days,
        "warmup": settings.warmup,
        "seed": settings.seed,
        "replications": ablation.replications,
        "interval": "95 % paired t",
        "assumptions": {"draws": settings.assumptions, "share": getattr(small(settings.city), "share", 1.0)},
        "mechanisms": [
            _mechanism(mechanism, [one for one in found if one.mechanism == mechanism])
            for mechanism in dict.fromkeys(one.mechanism for one in found)
        ],
    }


def _mechanism(mechanism: str, reforms: Sequence[Ablated]) -> dict[str, Any]:
    """A mechanism holds what it promises where each of its reforms does."""
    phrase, term = phrases()[mechanism]
    return {
        "id": mechanism,
        "phrase": phrase,
        "term": term,
        "neutral_identical": all(one.neutral_identical for one in reforms),
        "moved_as_expected": all(one.moved_as_expected for one in reforms),
        "cost_worsened": all(one.cost_worsened for one in reforms),
        "reforms": [
            {
                "reform": one.reform, "levers": dict(one.levers), "neutral_identical": one.neutral_identical,
                "moved_as_expected": one.moved_as_expected, "cost_worsened": one.cost_worsened,
                "cost": next(change.outcome for change in one.changes if change.role == "cost"),
                "against": list(one.against),
            }
            for one in reforms
        ],
        "effects": [
            {
                "outcome": change.outcome, "effect": change.effect, "low": change.low, "high": change.high,
                "expected": change.expected, "role": change.role, "reason": change.reason, "reform": one.reform,
            }
            for one in reforms
            for change in one.changes
        ],
        "over_assumptions": [{**asdict(over), "reform": one.reform} for one in reforms for over in one.over],
    }  # fmt: skip


def figure(ablation: Ablation, found: Sequence[Ablated], city: City, text: Words) -> tuple[str, bytes]:
    """The matrix of mechanisms by outcomes: an SVG document with its font in it, and a PNG."""
    themes = list(dict.fromkeys(outcome.theme for outcome in OUTCOMES.values()))
    ordered = sorted(OUTCOMES.values(), key=lambda outcome: themes.index(outcome.theme))
    columns = [(o.name, text.name("outcome", o.name), text(f"theme.{o.theme}")) for o in ordered]
    title = "\n".join([text("ablation.title"), text("ablation.note"), setting(ablation, city, text)])
    names = [_name(one, found, text) for one in found]
    legend = {key: text(f"ablation.{key}") for key in ("up", "down", "open", "rises", "falls", "cost", "scale")}
    drawn = partial(matrix.draw, found=found, names=names, columns=columns, title=title, legend=legend)
    width, height = matrix.size(len(found), len(columns))
    picture = svg(drawn, name=NAME, title=title.replace("\n", " "), width=width, height=height)
    letters = "".join([title, *names, *legend.values(), *(f"{name}{group}" for _, name, group in columns)])
    source = f'url("data:font/woff;base64,{embedded(letters)}")'
    style = f'<style>@font-face{{font-family:"{FONT}";src:{source}}}</style>'
    head, _, body = picture.partition(">")
    return f"{head}>{style}{body}", png(drawn, width=width, height=height)


def setting(ablation: Ablation, city: City, text: Words) -> str:
    """Which city, how long, how often."""
    settings = ablation.settings
    return text("ablation.setting", residents=f"{city.residents:,}", days=settings.days, warmup=settings.warmup,
                runs=ablation.replications)  # fmt: skip


def called(mechanism: str, lang: str) -> str:
    """The phrase of the programme in Chinese, the term of the field in English."""
    return phrases()[mechanism][0 if lang == "zh" else 1]


def tried_as(one: Ablated, text: Words) -> str:
    """What the reform is called; words go by its class."""
    kind = reforms_of()[one.mechanism][one.reform].__name__
    return text.name("reform", kind) if f"reform.{kind}" in text.table else one.reform.replace("_", " ")


def _name(one: Ablated, found: Sequence[Ablated], text: Words) -> str:
    """A row's name: the mechanism's, and the reform's where a mechanism has several."""
    several = sum(other.mechanism == one.mechanism for other in found) > 1
    own = f" · {tried_as(one, text)}" if several else ""
    most = LONGEST[text.lang] - len(own)
    phrase = called(one.mechanism, text.lang)
    return f"{one.mechanism} {phrase if len(phrase) <= most else phrase[: most - 1] + '…'}{own}"
