"""`reformsim show`: what there is to choose from, as tables or as JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from experiments.composing import Folders
from experiments.guard import keys, read_yaml
from experiments.options import sets_of
from experiments.refusal import COMMAND_LINE, Refusal, refuse
from experiments.terminal import print_table
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.rules import levers

Row = dict[str, Any]
WIDEST = 96  # characters of a cell on the terminal; JSON has all of it


def show(words: Sequence[str], *, folders: tuple[Path, ...] = (), as_json: bool = False) -> list[Row]:
    """The rows of a topic, those that hold every further word; printed as a table unless `as_json`.

    Raises:
        Refusal: no topic, or an unknown one.
    """
    if not words:
        raise Refusal(f"{COMMAND_LINE}: show: name a topic: {', '.join(TOPICS)}")
    topic, *rest = words
    if topic not in TOPICS:
        raise refuse(COMMAND_LINE, "show", topic, allowed="there is no such topic; allowed:", name=topic, names=TOPICS)
    rows = [row for row in TOPICS[topic](Folders(user=folders)) if all(w.lower() in str(row.values()).lower() for w in rest)]
    if not as_json:
        columns = list(rows[0]) if rows else ["nothing found"]
        print_table(topic, columns, [[_cell(row[column]) for column in columns] for row in rows])
    return rows


def cities(folders: Folders) -> list[Row]:
    """Cities with the keys they take."""
    return _configs(folders, "city")


def scenarios(folders: Folders) -> list[Row]:
    """Scenarios with what they change."""
    return _configs(folders, "scenario")


def options(folders: Folders) -> list[Row]:
    """Options by set, with their reforms."""
    found = []
    for name, names in sets_of(folders).items():
        path, shown = folders.path("option", name)
        entries = keys(read_yaml(path, shown))
        for option in names:
            inside = keys(entries[option]) if entries[option].id == "mapping" else {}
            does = {entry: _plain(node) for entry, node in inside.items()}
            found.append({"set": name, "option": option, "does": does})
    return found


def reforms(folders: Folders) -> list[Row]:
    """Reforms with their fields and defaults."""
    return [
        {
            "reform": name,
            "does": (kind.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            "fields": {f.name: "required" if f.default is MISSING else f.default for f in fields(kind)},  # type: ignore[arg-type]
        }
        for name, kind in REFORMS.items()
    ]


def mechanisms(folders: Folders) -> list[Row]:
    """The 45 mechanisms: what each changes, by which levers, on what evidence."""
    return _data("mechanisms.csv")


def outcomes(folders: Folders) -> list[Row]:
    """Outcomes with unit and better direction."""
    return [{"outcome": o.name, "unit": o.unit, "better": o.better, "theme": o.theme, "meaning": o.meaning} for o in OUTCOMES.values()]


def parameters(folders: Folders) -> list[Row]:
    """Levers of the rules first (they can be set), then the published figures behind them."""
    found: list[Row] = []
    for name, lever in levers():
        meta = lever.metadata
        allowed = " | ".join(meta["choices"])
        found.append({"parameter": f"rules.{name}", "value": lever.default, "low": allowed or meta["low"],
                      "high": "" if allowed else meta["high"], "unit": meta["unit"], "source": meta["source"]})  # fmt: skip
    for row in _data("parameters.csv"):
        found.append({"parameter": row["name"], **{key: row[key] for key in ("value", "low", "high", "unit")},
                      "source": f"{row['source']} ({row['confidence']})"})  # fmt: skip
    return found


TOPICS: dict[str, Callable[[Folders], list[Row]]] = {
    "cities": cities, "options": options, "scenarios": scenarios, "reforms": reforms, "mechanisms": mechanisms,
    "outcomes": outcomes, "parameters": parameters,
}  # fmt: skip


def _configs(folders: Folders, group: str) -> list[Row]:
    found = []
    for name in folders.names(group):
        path, shown = folders.path(group, name)
        node = read_yaml(path, shown)
        first = path.read_text(encoding="utf-8").splitlines()[:1]
        about = first[0].lstrip("# ") if first and first[0].startswith("#") else ""
        found.append({group: name, "about": about, "keys": {key: _plain(value) for key, value in keys(node).items()}})
    return found


def _data(name: str) -> list[Row]:
    with (files("sim") / "data" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _plain(node: Any) -> Any:
    if node.id == "mapping":
        return {key.value: _plain(value) for key, value in node.value}
    return [_plain(item) for item in node.value] if node.id == "sequence" else node.value


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{key}: {_cell(item)}" if item != "" else key for key, item in value.items())
    text = str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
