"""Signs that hang on assumptions: the effect of a mechanism over many draws of them, where no direction is declared.

A draw is one set of assumptions and one luck, the same with and without the mechanism. Which way the outcome goes under
how many of the draws is what is said; a single luck a draw makes small effects go either way by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.compare import column
from analysis.decision.assumed import F64, FEWEST, HIGH, LOW, strongest


@dataclass(frozen=True, kw_only=True)
class OverAssumptions:
    """One outcome over `draws` draws, in its own unit: shares of the draws in which it goes up, down, or stays to the
    last bit; 5 %, 50 % and 95 % of the effects lie below `low`, `middle` and `high`.

    `hangs_on` is the assumption with which the effect moves most, by Spearman's rank `correlation`; None where none is
    told from chance.
    """

    outcome: str
    draws: int
    up: float
    down: float
    unchanged: float
    low: float
    middle: float
    high: float
    hangs_on: str | None = None
    correlation: float | None = None


def over_assumptions(
    runs: Sequence[Mapping[str, float]], base: Sequence[Mapping[str, float]], outcomes: Sequence[str],
    levers: Sequence[str], points: F64,
) -> tuple[OverAssumptions, ...]:  # fmt: skip
    """What draws say of these outcomes; outcomes that no draw measured are left out.

    Args:
        runs: outcomes with the mechanism, by draw; nan where there is none.
        base: the same without it.
        outcomes: whose sign is open.
        levers: the assumptions drawn.
        points: [draws, levers] their values.
    """
    found = []
    for outcome in outcomes:
        d = column(runs, outcome) - column(base, outcome)
        whole = ~np.isnan(d)
        if not whole.any():
            continue
        d = d[whole]
        low, middle, high = (float(q) for q in np.quantile(d, (LOW, 0.5, HIGH)))
        hangs = strongest(d, points[whole], levers) if d.size >= FEWEST else []
        lever, correlation = hangs[0] if hangs else (None, None)
        found.append(
            OverAssumptions(
                outcome=outcome,
                draws=d.size,
                up=float((d > 0.0).mean()),
                down=float((d < 0.0).mean()),
                unchanged=float((d == 0.0).mean()),
                low=low,
                middle=middle,
                high=high,
                hangs_on=lever,
                correlation=correlation,
            )
        )
    return tuple(found)
