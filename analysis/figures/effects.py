"""Forest plot: one outcome, the effect of every option against the base with its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes

from analysis.figures.drawing import INK, SOFT, look


def draw(
    axes: Axes,
    names: Sequence[str],
    effects: Sequence[tuple[float, float | None, float | None] | None],
    *,
    over: Sequence[tuple[float, float] | None],
    label: str,
    better: str,
    side: Literal["left", "center", "right"],
    places: Sequence[int],
) -> None:
    """Rows of (mean, low, high) by option, None where an option has no effect; `better` is written at
    the good `side`. `over` are the ends (low, high) over assumptions, None where there are none: a pale bar behind.

    `places` are the options' places in the whole list: they fix colour and marker. A filled marker's interval leaves
    out zero, a hollow one's holds it.
    """
    for row, (effect, wide, place) in enumerate(zip(effects, over, places, strict=True)):
        if effect is None:
            continue
        mean, low, high = effect
        colour, _, marker = look(place)
        if wide is not None:
            axes.plot(wide, [row, row], color=colour, alpha=0.3, linewidth=8.0, solid_capstyle="butt", zorder=1)
        clear = low is not None and high is not None and (low > 0.0 or high < 0.0)
        if low is not None and high is not None:
            axes.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot(
            [mean],
            [row],
            marker=marker,
            markersize=7,
            color=colour,
            markerfacecolor=colour if clear else "white",
            markeredgewidth=1.6,
            linestyle="none",
        )
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=0)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)
    axes.set_title(better, color=SOFT, fontsize=9.0, loc=side)
    axes.spines["left"].set_visible(False)
