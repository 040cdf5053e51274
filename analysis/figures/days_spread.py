"""Days to solved by option: share of closed cases that were closed within so many days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.drawing import look

MARKS = (0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0)  # days
LEAST = 0.004  # days; cases done in minutes need no axis of their own
EDGE_SHARE = 0.002  # of cases left outside the axis at each end


def draw(
    axes: Axes, edges: Sequence[float], counts: Sequence[Sequence[int]], names: Sequence[str], *, label: str
) -> None:
    """One cumulative line an option from counts by bin; edges in days, len(bins) + 1, on a logarithmic axis."""
    x = np.asarray(edges, dtype=np.float64)[1:]
    lows, highs = [], []
    for i, (row, name) in enumerate(zip(counts, names, strict=True)):
        total = sum(row)
        if not total:
            continue
        y = np.cumsum(row) / total
        colour, line, _ = look(i)
        axes.plot(
            x,
            y,
            color=colour,
            linestyle=line,
            linewidth=3.4 if i == 0 else 1.7,
            alpha=0.55 if i == 0 else 1.0,
            label=name,
        )
        lows.append(x[min(int(np.searchsorted(y, EDGE_SHARE)), x.size - 1)])
        highs.append(x[min(int(np.searchsorted(y, 1.0 - EDGE_SHARE)), x.size - 1)])
    axes.set_xscale("log")
    if lows:
        axes.set_xlim(max(min(lows) / 1.2, LEAST), max(highs) * 1.2)
    low, high = axes.get_xlim()
    marks = [mark for mark in MARKS if low <= mark <= high]
    axes.set_xticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    axes.grid()
    axes.set_axisbelow(True)
    axes.set_xlabel(label)
    axes.legend(loc="lower right", handlelength=2.6, borderaxespad=0.2)
