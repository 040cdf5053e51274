"""The runs as tables: outcomes by replication and option, in the order given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.selection import Better
from sim.outcomes import OUTCOMES
from sim.trial import Record

F64 = npt.NDArray[np.float64]
Runs = Mapping[str, Sequence[Record]]

# days, needs met, participation, access and money: what the first page shows and the decision hangs on
HEADLINE = ("days_to_solved", "unmet_share", "active_share", "walk_minutes", "cost_per_resident")
COST = "cost_per_resident"
INDIFFERENCE = 0.01  # of the base's level: smaller differences count as none


def least_difference(level: float) -> float:
    """The least difference from a level of the base that counts, in the outcome's own unit.

    >>> least_difference(-200.0)
    2.0
    """
    return INDIFFERENCE * abs(level)


Ended = Literal["fixed", "settled", "budget", "stopped"]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the number of replications came about.

    "fixed" in advance, or in blocks after `first` until the choice was "settled" on every headline outcome, the
    "budget" of `most` was spent, or somebody "stopped" it.
    """

    ended: Ended = "fixed"
    first: int = 0
    most: int = 0

    @property
    def sequential(self) -> bool:
        """Did the runs themselves say when to stop?"""
        return self.ended != "fixed"


def outcome_table(runs: Runs, outcome: str) -> F64:
    """One outcome [replications, options]; nan where a run has none."""
    rows = [[record.outcomes.get(outcome, math.nan) for record in several] for several in runs.values()]
    table = np.array(rows, dtype=np.float64).T
    return np.where(np.isfinite(table), table, np.nan)


def complete(table: F64) -> F64:
    """The replications [n, options] in which every option has a value."""
    return np.asarray(table[~np.isnan(table).any(axis=1)])


def better_of(outcome: str) -> Better:
    """The better direction of a headline outcome."""
    return "higher" if OUTCOMES[outcome].better == "higher" else "lower"
