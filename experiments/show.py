"""`reformsim show WHAT`: what there is to choose from, with units, ranges and sources."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import fields
from importlib.resources import files
from typing import Any, cast

from experiments.cities import CITIES, keys_of
from experiments.cli import DONE, Call
from experiments.composing import Folders
from experiments.options import sets_of
from experiments.refusal import Refusal, quoted
from experiments.screen import print_json, print_table
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.rules import levers

Rows = list[dict[str, Any]]


def main(call: Call) -> int:
    """Run the verb; returns the exit code."""
    lang = "en"
    asked = []
    for word in call.overrides:
        if word in ("lang=en", "lang=zh"):
            lang = word.partition("=")[2]
        else:
            asked.append(word)
    if len(asked) != 1 or asked[0] not in TOPICS:
        raise Refusal(f"command line: show = {quoted(' '.join(asked))}: takes one of: {', '.join(TOPICS)}")
    rows = TOPICS[asked[0]](lang)
    if call.json:
        print_json({asked[0]: rows})
    else:
        columns = list(rows[0])
        print_table("", columns, [[str(row[column]) for column in columns] for row in rows])
    return DONE


def cities(lang: str) -> Rows:
    """Cities and the keys they take."""
    return [
        {"city": name, "keys": ", ".join(keys_of(kind)), "about": (kind.__doc__ or "").strip()}
        for name, kind in CITIES.items()
    ]


def options(lang: str) -> Rows:
    """Shipped options by file."""
    from analysis.brief.words import words

    text = words(lang)
    return [
        {"file": home, "option": name, "name": text.name("option", name)}
        for home, names in sets_of(Folders()).items()
        for name in names
    ]


def reforms(lang: str) -> Rows:
    """Reforms and their fields."""
    return [
        {
            "reform": name,
            "fields": ", ".join(f.name for f in fields(cast(Any, kind))),
            "about": (kind.__doc__ or "").strip().split("\n")[0],
        }
        for name, kind in REFORMS.items()
    ]


def mechanisms(lang: str) -> Rows:
    """The 45 mechanisms the project is to hold, from their table."""
    rows = csv.DictReader((files("sim") / "data" / "mechanisms.csv").read_text("utf-8").splitlines())
    return [
        {
            "id": row["id"],
            "phrase": row["seed_phrase_zh"],
            "term": row["field_term_en"],
            "levers": row["levers"],
            "ranges": row["ranges"],
        }
        for row in rows
    ]


def outcomes(lang: str) -> Rows:
    """Outcomes with unit and direction."""
    from analysis.brief.words import words

    text = words(lang)
    return [
        {
            "outcome": o.name,
            "name": text.name("outcome", o.name),
            "unit": o.unit,
            "better": o.better,
            "theme": o.theme,
            "meaning": o.meaning,
        }
        for o in OUTCOMES.values()
    ]


def parameters(lang: str) -> Rows:
    """Every lever of the rules with value, range, unit and source."""
    return [
        {"lever": f"rules.{name}", "value": f.default, "low": f.metadata["low"], "high": f.metadata["high"],
         "unit": f.metadata["unit"], "source": f.metadata["source"]}
        for name, f in levers()
    ]  # fmt: skip


TOPICS: dict[str, Callable[[str], Rows]] = {
    "cities": cities, "options": options, "reforms": reforms, "mechanisms": mechanisms, "outcomes": outcomes,
    "parameters": parameters,
}  # fmt: skip
