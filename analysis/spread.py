"""Days to solved from log-spaced histograms: by option and group, with quantiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.services import CLASSES
from sim.trial import Record

QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
OLDER_BAND = 4  # the first age band of residents 60 and over

# a cell is (class, urgency, channel, age band, urban)
GROUPS: dict[str, Callable[[tuple[int, int, int, int, int]], bool]] = {
    "all": lambda cell: True,
    "urban": lambda cell: cell[4] == 1,
    "rural": lambda cell: cell[4] == 0,
    "younger": lambda cell: cell[3] < OLDER_BAND,
    "older": lambda cell: cell[3] >= OLDER_BAND,
    "rural_older": lambda cell: cell[3] >= OLDER_BAND and cell[4] == 0,
    "urgent": lambda cell: cell[1] == 1,
    **{name: (lambda cell, i=i: cell[0] == i) for i, name in enumerate(CLASSES)},  # type: ignore[misc]
}


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Closed cases of a group under an option, summed over runs, by bin of days; quantiles in days (None without)."""

    option: str
    group: str
    counts: tuple[int, ...]
    quantiles: tuple[float, ...] | None  # at QUANTILES


def spreads(records: Mapping[str, Sequence[Record]]) -> tuple[Spread, ...]:
    """The distribution of days to solved of every option and group."""
    found = []
    for option, runs in records.items():
        cells = sum((record.spread for record in runs), start=np.zeros_like(runs[0].spread))
        for group, member in GROUPS.items():
            rows = np.array([member(label) for label in runs[0].spread_labels], dtype=bool)
            counts = cells[rows].sum(axis=0)
            found.append(
                Spread(
                    option=option,
                    group=group,
                    counts=tuple(int(c) for c in counts),
                    quantiles=quantiles(counts, runs[0].spread_edges),
                )
            )
    return tuple(found)


def quantiles(counts: npt.NDArray[np.int64], edges: npt.NDArray[np.float64]) -> tuple[float, ...] | None:
    """Days at QUANTILES from counts [bins] and edges [bins + 1] in days; within a bin, days are taken as log-uniform.

    An open first or last bin (edge 0 or infinite) gives its inner edge.
    """
    total = int(counts.sum())
    if total == 0:
        return None
    reached = np.concatenate(([0], np.cumsum(counts)))
    found = []
    for q in QUANTILES:
        target = q * total
        i = int(np.searchsorted(reached, target, side="left")) - 1
        part = (target - reached[i]) / counts[i]
        low, high = float(edges[i]), float(edges[i + 1])
        if low <= 0.0 or not np.isfinite(high):
            found.append(high if low <= 0.0 else low)
        else:
            found.append(low * (high / low) ** float(part))
    return tuple(found)
