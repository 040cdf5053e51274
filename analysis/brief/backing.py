"""What stands behind the numbers: every lever with its value, range and source, as shown."""

from __future__ import annotations

from typing import Any

from analysis.brief.words import Words
from analysis.results import Results
from analysis.rows import Assumption
from sim.reforms import REFORMS

Table = dict[str, Any]


def assumption_rows(results: Results, words: Words) -> list[Table]:
    """Every lever: what it says, value, range, source."""

    def shown(value: str) -> str:
        return {"yes": words("page.yes_word"), "no": words("page.no_word")}.get(
            value, value.replace("-", "−", 1) if value.startswith("-") else value
        )

    rows = []
    for row in results.assumptions:
        span = (
            words("page.interval", low=shown(row.low), high=shown(row.high))
            if row.low is not None and row.high is not None
            else ""
        )
        rows.append(
            {
                "lever": row.lever,
                "meaning": words.table.get(f"lever.{row.lever}", row.unit),
                "value": shown(row.value),
                "range": span,
                "source": _source(row, words),
                "assumed": row.assumed,
            }
        )
    return rows


def _source(row: Assumption, words: Words) -> str:
    """What stands behind a value: its publication, or what it is an assumption of."""
    if row.mechanisms:
        names = {kind.mechanism: kind.__name__ for kind in REFORMS.values() if hasattr(kind, "mechanism")}
        shown = [words.name("reform", names[mechanism]) for mechanism in row.mechanisms if mechanism in names]
        return words("assumptions.mechanism", names=words.listing(shown))
    return words("assumptions.assumption") if row.assumed else row.source
