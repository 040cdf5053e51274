"""`reformsim show`: what there is to choose from, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from analysis.brief.words import LANGUAGES, Words, words
from experiments import mechanisms as mechanism_table
from experiments.composing import EVERYWHERE, Folders
from experiments.guard import keys, read_yaml
from experiments.options import sets_of
from experiments.refusal import COMMAND_LINE, Refusal, refuse
from experiments.terminal import print_json, print_table
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.rules import levers

Row = dict[str, Any]
WHOLE = ("levers, ranges", "code")  # columns of names that a fold would break
WIDEST = 96  # characters of a cell on the terminal; JSON has all of it
TOO_LONG = ("quantity", "reforms")  # columns that only JSON has


def show(asked: Sequence[str], *, folders: tuple[Path, ...] = (), as_json: bool = False) -> None:
    """Print the rows of a topic, those that hold every further word, as a table or as JSON: topic -> rows.

    lang=zh among the words gives names in Chinese.

    Raises:
        Refusal: no topic, or an unknown one.
    """
    if not [word for word in asked if not word.startswith("lang=")]:
        raise Refusal(f"{COMMAND_LINE}: show: name a topic: {', '.join(TOPICS)}")
    langs = [word for word in asked if word.startswith("lang=")]
    text = _words(langs[-1].partition("=")[2] if langs else "en")
    topic, *rest = [word for word in asked if word not in langs]
    if topic not in TOPICS:
        raise refuse(COMMAND_LINE, "show", topic, allowed="there is no such topic; allowed:", name=topic, names=TOPICS)
    rows = [
        row
        for row in TOPICS[topic](Folders(user=folders), text)
        if all(w.lower() in str(row.values()).lower() for w in rest)
    ]
    if as_json:
        print_json({topic: rows})
    else:
        rows = [_for_people(row) for row in rows]
        columns = [column for column in rows[0] if column not in TOO_LONG] if rows else ["nothing found"]
        whole = [i for i, column in enumerate(columns) if column in WHOLE]
        print_table(topic, columns, [[_cell(row[column]) for column in columns] for row in rows], whole=whole)


def cities(folders: Folders, text: Words) -> list[Row]:
    """Cities with the keys they take."""
    return _configs(folders, "city", text)


def scenarios(folders: Folders, text: Words) -> list[Row]:
    """Scenarios with what they change."""
    return _configs(folders, "scenario", text)


def designs(folders: Folders, text: Words) -> list[Row]:
    """Designs of a sweep with the keys they take."""
    return _configs(folders, "design", text)


def experiments(folders: Folders, text: Words) -> list[Row]:
    """Studies written down, with what they run."""
    return _configs(folders, "experiment", text)


def options(folders: Folders, text: Words) -> list[Row]:
    """Options by set, with their reforms."""
    found = []
    for name, names in sets_of(folders).items():
        entries = keys(read_yaml(*folders.path("option", name)))
        found += [
            {"set": name, "option": option, "name": text.name("option", option), "does": _plain(entries[option])}
            for option in names
        ]
    return found


def reforms(folders: Folders, text: Words) -> list[Row]:
    """Reforms with their fields and defaults."""
    return [
        {
            "reform": name,
            "name": text.name("reform", name),
            "does": (kind.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            "fields": {f.name: "required" if f.default is MISSING else f.default for f in fields(kind)},  # type: ignore[arg-type]
        }
        for name, kind in REFORMS.items()
    ]


def mechanisms(folders: Folders, text: Words) -> list[Row]:
    """The 45 mechanisms: which levers each has, what it moves, on what evidence, where it is written."""
    return mechanism_table.rows()


def outcomes(folders: Folders, text: Words) -> list[Row]:
    """Outcomes with unit and better direction."""
    return [
        {"outcome": o.name, "name": text.name("outcome", o.name), "unit": o.unit, "better": o.better, "theme": o.theme,
         "meaning": text.name("meaning", o.name)}
        for o in OUTCOMES.values()
    ]  # fmt: skip


def parameters(folders: Folders, text: Words) -> list[Row]:
    """Levers of the rules first (they can be set), then the published figures behind them and what each is used for."""
    found = []
    for name, lever in levers():
        meta = lever.metadata
        allowed = " | ".join(meta["choices"])
        low, high = (allowed, "") if allowed else (meta["low"], meta["high"])
        found.append({"parameter": f"rules.{name}", "value": lever.default, "low": low, "high": high,
                      "unit": meta["unit"], "source": meta["source"], "use": "lever", "note": ""})  # fmt: skip
    published = [
        {"parameter": row["name"], **{key: row[key] for key in ("value", "low", "high", "unit")},
         "source": f"{row['source']} ({row['confidence']})", "use": f"{use['use']} {use['where']}".strip(),
         "note": use["note"]}
        for row, use in zip(*map(mechanism_table.table, ("parameters.csv", "parameter_uses.csv")), strict=True)
    ]  # fmt: skip
    return found + published


TOPICS: dict[str, Callable[[Folders, Words], list[Row]]] = {
    "cities": cities, "options": options, "scenarios": scenarios, "designs": designs, "experiments": experiments,
    "reforms": reforms, "mechanisms": mechanisms, "outcomes": outcomes, "parameters": parameters,
}  # fmt: skip


def _configs(folders: Folders, group: str, text: Words) -> list[Row]:
    found = []
    for name in folders.names(group):
        path, shown = folders.path(group, name)
        package = EVERYWHERE if group == "experiment" else ""
        node = read_yaml(path, shown, package)
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() != EVERYWHERE]
        about = lines[0].lstrip("# ") if lines and lines[0].startswith("#") else ""
        found.append(
            {
                group: name,
                "name": text.name(group, name),
                "about": about,
                "keys": {key: _plain(value) for key, value in keys(node).items()},
            }
        )
    return found


def _words(lang: str) -> Words:
    if lang not in LANGUAGES:
        raise refuse(COMMAND_LINE, "lang", lang, allowed="must be one of", names=LANGUAGES)
    return words(lang)


def _for_people(row: Row) -> Row:
    """The same with the range of each lever behind it: side by side in two columns they would lose each other."""
    if "ranges" not in row:
        return row
    both = [f"{name}: {span}" for name, span in zip(row["levers"], row["ranges"], strict=True)]
    told = {"levers, ranges" if key == "levers" else key: value for key, value in row.items() if key != "ranges"}
    return {**told, "levers, ranges": both}


def _plain(node: Any) -> Any:
    """What a node of YAML says, as text."""
    if node.id == "mapping":
        return {key.value: _plain(value) for key, value in node.value}
    return [_plain(item) for item in node.value] if node.id == "sequence" else node.value


def _cell(value: Any) -> str:
    if isinstance(value, list):  # one thing a line, all of them
        return "\n".join(map(str, value))
    if isinstance(value, dict):
        value = ", ".join(f"{key}: {_cell(item)}" if item != "" else key for key, item in value.items())
    text = str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
