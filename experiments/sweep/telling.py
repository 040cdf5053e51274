"""Telling: what a sweep has found, in a few lines: the headline outcomes of its first cases."""

from __future__ import annotations

import math
from typing import Any

from analysis.brief.numbers import scale, spanned
from analysis.brief.words import Words, words
from analysis.decision.runs import HEADLINE
from experiments.sweep.summary import KEYS, Summary
from experiments.terminal import print_table
from sim.outcomes import OUTCOMES

SHOWN = 12  # cases
NUMBERS = {"": "mean", "_low": "low", "_high": "high"}


def told(summary: Summary) -> list[dict[str, Any]]:
    """Headline outcomes of the first cases, as plain data: level and difference, each with its interval."""
    rows = summary.rows.slice(0, SHOWN).to_pylist()
    return [
        {
            **{key: row[key] for key in row if key not in ("trial", "run", "replication")},
            "outcome": outcome, "planned": summary.planned, "ended": int(summary.ended[case]),
            "n": int(summary.level.n[case, place]),
            **{f"mean{end}": float(getattr(summary.level, name)[case, place]) for end, name in NUMBERS.items()},
            "base": {key: summary.rows[key][int(base)].as_py() for key in KEYS} if base != case else None,
            **{f"difference{end}": float(getattr(summary.difference, name)[case, place]) if base != case else None
               for end, name in NUMBERS.items()},
        }
        for case, (row, base) in enumerate(zip(rows, summary.base[:SHOWN].tolist(), strict=True))
        for outcome in HEADLINE
        for place in (summary.outcomes.index(outcome),)
    ]  # fmt: skip


def print_told(summary: Summary, lang: str, folder: str) -> None:
    """The same as a table: below each level, how it differs from the case that it is compared with."""
    text, said = words(lang), told(summary)
    columns = [text("page.option"), "", *(f"{text.name('outcome', name)} ({text(scale(OUTCOMES[name].unit).change)})"
                                          for name in HEADLINE)]  # fmt: skip
    rows = []
    for first in range(0, len(said), len(HEADLINE)):
        of_case = said[first : first + len(HEADLINE)]
        rows.append([_name(of_case[0], text), f"{of_case[0]['ended']}/{of_case[0]['planned']}",
                     *(_cell(row, text) for row in of_case)])  # fmt: skip
    print_table("", columns, rows)
    more = len(summary.base) - SHOWN
    print("below a mean: the paired difference to the case with one thing changed back, 95 % of it within the bounds; "
          f"{f'{more} more cases, ' if more > 0 else ''}all outcomes: reformsim store export {folder}")  # fmt: skip


def _name(row: dict[str, Any], text: Words) -> str:
    """A case as a line of the table calls it."""
    axes = [f"{key.rsplit('.', 1)[-1]}={value:g}" if isinstance(value, float) else f"{key.rsplit('.', 1)[-1]}={value}"
            for key, value in row.items() if "." in key]  # fmt: skip
    return ", ".join([text.name("option", row["option"]), text.name("scenario", row["scenario"]), *axes])


def _cell(row: dict[str, Any], text: Words) -> str:
    """Mean of a level; below it the difference with its interval."""
    factor = scale(OUTCOMES[row["outcome"]].unit).factor
    if math.isnan(row["mean"]):
        return text("page.missing")
    level = spanned(row["mean"] * factor, *_bounds(row, "mean", factor), signed=False)[0]
    if row["difference"] is None or math.isnan(row["difference"]):
        return level
    mean, low, high = spanned(row["difference"] * factor, *_bounds(row, "difference", factor), signed=True)
    return f"{level}\n{mean}" + (f" {text('page.interval', low=low, high=high)}" if low and low != high else "")


def _bounds(row: dict[str, Any], name: str, factor: float) -> tuple[float | None, float | None]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return (None, None) if math.isnan(low) else (low * factor, high * factor)
