"""What is printed: tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: frozenset[int] = frozenset()
) -> None:
    """A table on stdout; columns in `numbers` are set flush right. Lines never break in a pipe."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, box=SIMPLE, title_justify="left", pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, markup=False).print(table)


def print_json(document: Any) -> None:
    """One JSON document on stdout; numbers that are not finite become null."""
    print(json.dumps(finite(document), ensure_ascii=False, allow_nan=False))


def finite(value: Any) -> Any:
    """The same with nan and infinities as None."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number(value: float) -> str:
    """Three significant digits at least, no exponent."""
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    return (
        f"{value:,.0f}"
        if size >= 1_000
        else f"{value:.1f}"
        if size >= 100
        else f"{value:.2f}"
        if size >= 1
        else f"{value:.3g}"
    )
