"""The terminal: tables on stdout, progress on stderr; lines and colours where people look, plain lines elsewhere."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

PLAIN_WIDTH = 160  # columns where no terminal says otherwise
WIDEST_WHOLE = 46  # columns of the terminal that a column folded last may keep
NARROWEST = 8  # columns that any other is left with
LINES_EVERY = 5.0  # seconds between plain lines of progress


class Advance(Protocol):
    """Called when one of many has ended, a trial or a day; `which` does not matter, `total` is a new number in all."""

    def __call__(self, which: int = 0, *, total: int | None = None) -> None: ...


def say(text: str) -> None:
    """One line for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> None:  # fmt: skip
    """A table on stdout; `numbers` are the columns set flush right, `whole` those whose lines are folded last."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False) if sys.stdout.isatty() else Console(width=PLAIN_WIDTH, color_system=None)
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    longest = [max((len(part) for row in rows for part in row[i].split("\n")), default=0) for i in range(len(columns))]
    kept = {i: min(most, WIDEST_WHOLE) for i, most in enumerate(longest) if i in whole or (whole and most <= NARROWEST)}
    left = (console.width - sum(kept.values()) - 3 * len(columns)) // max(1, len(columns) - len(kept))
    for i, column in enumerate(columns):
        most = max(left, NARROWEST) if kept and i not in kept else None
        side: Literal["left", "right"] = "right" if i in numbers else "left"
        table.add_column(Text(column), justify=side, overflow="fold", min_width=kept.get(i), max_width=most)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(finite(document), ensure_ascii=False, allow_nan=False, indent=1))


def finite(value: Any) -> Any:
    """The same with None for nan and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def progress(total: int, what: str) -> Iterator[Advance]:
    """Count what has ended, with the rate and the time left."""
    bar = _rich_progress(total, what) if sys.stderr.isatty() else _plain_progress(total, what)
    with bar as advance:
        yield advance


@contextmanager
def _rich_progress(total: int, what: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    start, done = time.monotonic(), 0
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(what, total=total, rate="")

        def advance(which: int = 0, *, total: int | None = None) -> None:
            nonlocal done
            done += 1
            shown.update(task, advance=1, total=total, rate=_rate(done, time.monotonic() - start))

        yield advance


@contextmanager
def _plain_progress(total: int, what: str) -> Iterator[Advance]:
    start = last = time.monotonic()
    done, whole = 0, total

    def advance(which: int = 0, *, total: int | None = None) -> None:
        nonlocal done, last, whole
        done, whole = done + 1, whole if total is None else total
        now = time.monotonic()
        if now - last >= LINES_EVERY or done == whole:
            last = now
            left = (whole - done) * (now - start) / done
            say(f"{what}: {done}/{whole}, {_rate(done, now - start)}, {now - start:.0f} s gone, {left:.0f} s left")

    yield advance


def _rate(done: int, seconds: float) -> str:
    return f"{done / max(seconds, 1e-9):.2g}/s"
