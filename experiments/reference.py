"""The reference pages, written from the code: `python -m experiments.reference` rewrites docs/reference/."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from inspect import cleandoc
from pathlib import Path
from typing import Any

from experiments.mechanisms import reforms_of, rows
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.rules import Rules, levers

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "Written from the code by `python -m experiments.reference`; a test compares it with the code."


def parameters() -> str:
    """Every lever of the rules, by theme."""
    lines = ["# Parameters", "", f"{NOTE} `reformsim show parameters` prints the same.", ""]
    lines += ["Override them as `rules.<theme>.<lever>=value`. A source of `assumption` means none is published."]
    found = [(name.partition("."), f) for name, f in levers()]
    for theme in fields(Rules):
        kind: Any = theme.default_factory
        lines += ["", f"## {theme.name}", "", cleandoc(kind.__doc__), ""]
        rows = [
            (f"`{lever}`", _value(f.default), _allowed(f.metadata), f.metadata["unit"], f.metadata["source"])
            for (name, _, lever), f in found
            if name == theme.name
        ]
        lines += _table(("lever", "value", "allowed", "unit", "source"), rows)
    return _page(lines)


def outcomes() -> str:
    """Every outcome with its unit, better direction and meaning."""
    rows = [(f"`{o.name}`", o.theme, o.unit, o.better, o.meaning) for o in OUTCOMES.values()]
    head = ["# Outcomes", "", f"{NOTE} `reformsim show outcomes` prints the same.", ""]
    return _page([*head, *_table(("outcome", "theme", "unit", "better", "meaning"), rows)])


def reforms() -> str:
    """Every shipped reform and its fields."""
    lines = ["# Reforms", "", NOTE, ""]
    lines += ["An entry of an option names a reform, its fields, and when and where: `from_day`, `until_day`, `where`."]
    for name, kind in REFORMS.items():
        lines += ["", f"## {name}", "", cleandoc(kind.__doc__ or ""), ""]
        own = [(f, "must be given" if f.default is MISSING else _value(f.default)) for f in fields(kind)]  # type: ignore[arg-type]
        rows = [(f"`{f.name}`", str(f.type), value) for f, value in own]
        lines += _table(("field", "type", "value"), rows)
    return _page(lines)


def mechanisms() -> str:
    """The 45 mechanisms: levers, evidence and code of each, and what is declared of its reforms before any run."""
    lines = ["# Mechanisms", "", f"{NOTE} `reformsim show mechanisms` prints the table.", ""]
    lines += [
        "How each is tried alone, and what is expected of it: see [the how-to](../how-to/check_the_mechanisms.md)."
    ]
    for row in rows():
        lines += ["", f"## {row['id']} {row['term']}", "", f"{row['phrase']}", "", f"{row['quantity']}.", ""]
        spans = zip(row["levers"], row["ranges"], strict=True)
        lines += [f"- levers: {', '.join(f'`{name}` ({span})' for name, span in spans)}"]
        lines += [f"- evidence: {row['evidence']}", f"- code: {', '.join(f'`{path}`' for path in row['code'])}", ""]
        declared = [
            (f"`{name}`", f"`{e.outcome}`", e.direction, role, e.reason)
            for name, kind in reforms_of()[row["id"]].items()
            for role, e in (*(("expected", e) for e in kind.expected), ("cost", kind.cost))
        ]
        lines += _table(("reform", "outcome", "direction", "as", "because"), declared)
    return _page(lines)


PAGES: dict[str, Callable[[], str]] = {
    "parameters.md": parameters, "outcomes.md": outcomes, "reforms.md": reforms, "mechanisms.md": mechanisms,
}  # fmt: skip


def stale(folder: Path = FOLDER) -> Iterator[str]:
    """Names of the pages of a folder that are missing or differ from the code."""
    for name, write in PAGES.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != write():
            yield name


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _allowed(metadata: Any) -> str:
    if metadata["choices"]:
        return ", ".join(metadata["choices"])
    return f"{_value(metadata['low'])} to {_value(metadata['high'])}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in cells]


def _page(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), "utf-8")


if __name__ == "__main__":
    main()
