"""One run: a trial in, a record out. Pure given its seed; imports neither mesa nor pandas."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.reforms.base import Option
from sim.rules import Rules
from sim.scenario import Scenario
from sim.world.city import City


@dataclass(frozen=True, kw_only=True)
class Trial:
    """City, option, scenario, seed: all that a result depends on. Threads and chunk change speed, never a bit."""

    city: City
    option: Option = field(default_factory=Option)
    scenario: Scenario = field(default_factory=Scenario)
    rules: Rules = field(default_factory=Rules)
    days: int = 90
    warmup: int = 28  # days left out of the outcomes
    seed: int = 1
    replication: int = 0
    threads: int = 1
    chunk: int = 4096  # residents a block of draws


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a trial yields, tidy and flat.

    `daily` is int64[days, districts, tallies] with names in `tallies`; `places` is int64[months, places, columns]
    with names in `place_columns`; `spread` is int64[cells, bins], log-spaced bins of days to solved by
    (class, urgency, channel, age band, urban), whose labels are `spread_labels`.
    """

    residents: int
    cases: int
    digest: str
    outcomes: dict[str, float]
    tallies: tuple[str, ...]
    daily: npt.NDArray[np.int64]
    place_columns: tuple[str, ...]
    places: npt.NDArray[np.int64]
    spread: npt.NDArray[np.int64]
    spread_labels: tuple[tuple[int, int, int, int, int], ...]
    spread_edges: npt.NDArray[np.float64]  # days, len(bins) + 1
    utilisation: dict[str, float]  # kind of station -> busy share of time on shift
    money: dict[str, int]  # account -> cents
    checks: dict[str, bool]  # invariant -> held


def simulate(trial: Trial) -> Record:
    """Run one trial from its first day to its last."""
    from sim.day import run  # filled in by the day

    return run(trial)
