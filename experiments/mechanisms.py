"""The 45 mechanisms: the row of each in the table of the model, the reforms that put it to work, where they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from sim.practices.base import Practice
from sim.reforms import REFORMS
from sim.reforms.indices import IndexWeights
from sim.rules import Rules, levers

Row = dict[str, Any]


def table(name: str) -> list[Row]:
    """A table of the model's data folder, row by row."""
    text = (files("sim") / "data" / name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@cache
def phrases() -> dict[str, tuple[str, str]]:
    """Mechanism -> the phrase of the programme (Chinese) and the term of the field (English), M01 to M45."""
    return {row["id"]: (row["seed_phrase_zh"], row["field_term_en"]) for row in table("mechanisms.csv")}


@cache
def reforms_of() -> dict[str, dict[str, Any]]:
    """Mechanism -> its reforms by name, each a class that says how it is tried and what is expected of it."""
    found: dict[str, dict[str, Any]] = {mechanism: {} for mechanism in phrases()}
    for name, kind in (*REFORMS.items(), ("index_weights", IndexWeights)):
        if hasattr(kind, "mechanism"):
            found[kind.mechanism][name] = kind
    return found


def rows() -> list[Row]:
    """Every mechanism with its levers and their ranges, the outcomes that it moves, evidence and code."""
    known = dict(levers())
    found = []
    for row in table("mechanisms.csv"):
        kinds = reforms_of()[row["id"]]
        names = _once(name for kind in kinds.values() for name in kind.touches)
        outcomes = _once(e.outcome for kind in kinds.values() for e in (*kind.expected, kind.cost))
        found.append({
            "id": row["id"], "phrase": row["seed_phrase_zh"], "term": row["field_term_en"], "levers": names,
            "ranges": [_range(known[name].metadata) for name in names], "outcomes": outcomes,
            "evidence": row["evidence_parameters"], "code": _once(_code(name, kind) for name, kind in kinds.items()),
            "quantity": row["quantity_changed"], "reforms": list(kinds),
        })  # fmt: skip
    return found


def _code(name: str, kind: type[Any]) -> str:
    """The file that a mechanism is written in: a practice has one of its own, other reforms stand by subject."""
    theme = type(getattr(Rules(), name)) if hasattr(Rules(), name) else None
    home = theme if theme is not None and issubclass(theme, Practice) else kind
    return f"{home.__module__.replace('.', '/')}.py"


def _range(meta: Any) -> str:
    if meta["choices"]:
        return ", ".join(meta["choices"])
    if isinstance(meta["low"], bool):
        return "false or true"
    return f"{meta['low']:.10g} to {meta['high']:.10g}"


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
