"""Levers: fields of a theme that say their unit, range and source, and are checked when the theme is made."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

ASSUMPTION = "assumption"


def lever(
    default: Any, low: Any, high: Any, unit: str, source: str = ASSUMPTION, *, choices: tuple[str, ...] = ()
) -> Any:
    """A field of a theme with its range, unit and source; text levers give `choices` instead of a range."""
    return field(
        default=default, metadata={"low": low, "high": high, "unit": unit, "source": source, "choices": choices}
    )


def check(theme: Any) -> None:
    """Raise ValueError naming the lever where a value leaves its range."""
    for f in fields(theme):
        value, meta = getattr(theme, f.name), f.metadata
        if meta["choices"]:
            if value not in meta["choices"]:
                raise ValueError(f"{f.name} must be one of {', '.join(meta['choices'])}, got {value!r}")
        elif not meta["low"] <= value <= meta["high"]:  # also false for nan
            raise ValueError(f"{f.name} must be in [{meta['low']}, {meta['high']}] {meta['unit']}, got {value}")


class Theme:
    """Base of the themes: checks ranges when made."""

    def __post_init__(self) -> None:
        check(self)
