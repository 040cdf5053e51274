"""Refusals: bad input told in one line that names where, which key, its value and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

COMMAND_LINE = "command line"
LONGEST_VALUE = 80
LONGEST_LIST = 250
LONGEST_LINE = 600


class Refusal(ValueError):
    """Bad input. Its text is one printable line; nothing has been written when it is raised."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


class RunsFailed(RuntimeError):
    """Some trials failed or the results could not be kept; the text is one line that names them."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


def refuse(
    where: str, key: str, value: Any = ..., *, allowed: str, name: str = "", names: Iterable[str] = ()
) -> Refusal:
    """The refusal of `key = value` found in `where`; `names` are what `name` may be, and the nearest is pointed out."""
    known = [str(n) for n in names]
    shown = "" if value is ... else f" = {quoted(value)}"
    text = f"{where}: {key}{shown}: {allowed}"
    if known:
        text += f" {_listed(name, known)}"
    near = get_close_matches(name, known, n=1, cutoff=0.5) if name else []
    return Refusal(text + (f"; nearest: {near[0]}" if near else ""))


def _listed(name: str, known: list[str]) -> str:
    """All names, or where they are too many the nearest ones and how many there are."""
    if len(", ".join(known)) <= LONGEST_LIST:
        return ", ".join(known)
    near = get_close_matches(name, known, n=6, cutoff=0.0) if name else known[:6]
    return f"{', '.join(near)} and {len(known) - len(near)} more"


def quoted(value: Any) -> str:
    """A value as a message shows it: short, on one line."""
    text = (
        f"{type(value).__name__} of {len(value)}"
        if isinstance(value, dict | list) and len(repr(value)) > LONGEST_VALUE
        else repr(value)
    )
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def one_line(text: str) -> str:
    """The text with every break and control character made a space, and an end to it."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= LONGEST_LINE else flat[: LONGEST_LINE - 3] + "..."
