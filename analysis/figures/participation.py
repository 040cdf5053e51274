"""Levels of one outcome by option, with intervals: points on a common axis that need not begin at zero."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from analysis.figures.drawing import SOFT, look


def draw(
    axes: Axes,
    names: Sequence[str],
    levels: Sequence[tuple[float, float | None, float | None] | None],
    *,
    label: str,
) -> None:
    """Rows of (mean, low, high) by option in the outcome's unit."""
    for row, level in enumerate(levels):
        if level is None:
            continue
        mean, low, high = level
        colour, _, marker = look(row)
        if low is not None and high is not None:
            axes.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot([mean], [row], marker=marker, markersize=8, color=colour, markeredgewidth=1.6, linestyle="none")
        if row == 0:
            axes.axvline(mean, color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.margins(x=0.15)
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(label)
