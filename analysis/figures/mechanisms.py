"""Matrix of mechanisms by outcomes: the change of every outcome when a mechanism acts alone, and what was declared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from analysis.ablation import Ablated, Change
from analysis.figures.drawing import FAINT, INK, SOFT
from analysis.open_signs import OverAssumptions

# Blue down and vermilion up (Okabe and Ito, 2008), paler for fewer standard errors; white where the interval holds 0.
PALETTE = ("#0072B2", "#6aa9d2", "#c9dff0", "#ffffff", "#f9dcc4", "#e99a5b", "#D55E00")
STEPS = (10.0, 100.0)  # standard errors between the shades
MARKERS = {"up": "^", "down": "v", "open": "o"}
RISES, FALLS = PALETTE[-1], PALETTE[0]
PIE = 6.6  # points
CELL = 0.17  # inches


def size(rows: int, columns: int) -> tuple[float, float]:
    """Width and height in inches."""
    return 4.4 + CELL * columns, 4.3 + CELL * rows


def draw(
    axes: Axes,
    found: Sequence[Ablated],
    *,
    names: Sequence[str],
    columns: Sequence[tuple[str, str, str]],
    title: str,
    legend: dict[str, str],
) -> None:
    """One row a reform of a mechanism, one column an outcome, in groups.

    Args:
        axes: where.
        found: what each reform did.
        names: what the rows are called.
        columns: outcome, what it is called, what its group is called; groups stand together.
        title: of the whole, over several lines.
        legend: words for up, down, open, rises, falls, cost, scale.
    """
    of = [{change.outcome: change for change in one.changes} for one in found]
    shades = np.array([[_shade(row[outcome]) for outcome, _, _ in columns] for row in of])
    norm = BoundaryNorm(np.arange(-3.5, 4.0), len(PALETTE))
    axes.pcolormesh(shades, cmap=ListedColormap(PALETTE), norm=norm, edgecolors="#eceef0", linewidth=0.3)
    for y, (one, row) in enumerate(zip(found, of, strict=True)):
        over = {drawn.outcome: drawn for drawn in one.over}
        for x, (outcome, _, _) in enumerate(columns):
            if outcome in over:
                _pie(axes, over[outcome], x + 0.5, y + 0.5)
            else:
                _mark(axes, row[outcome], x + 0.5, y + 0.5)
    axes.set_yticks(np.arange(len(names)) + 0.5, names)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [name for _, name, _ in columns], rotation=90)
    axes.tick_params(length=0, labelsize=7.0)
    axes.set_ylim(len(names), 0)
    axes.set_xlim(0, len(columns))
    _group(axes, [group for _, _, group in columns])
    axes.set_title(title, fontsize=10.0, pad=22.0, linespacing=1.5)
    axes.figure.legend(
        handles=_legend(legend, drawn=any(one.over for one in found)), ncols=len(PALETTE), fontsize=8.0,
        loc="outside lower center", title=legend["scale"], title_fontsize=8.0,
    )  # fmt: skip


def _shade(change: Change) -> int:
    """-3 to 3: the sign of a change that the interval tells from 0, by its size in standard errors."""
    return change.sign * (1 + sum(abs(change.errors) >= step for step in STEPS))


def _mark(axes: Axes, change: Change, x: float, y: float) -> None:
    """A mark of what was declared: filled where it came so, hollow where it did not show, crossed where it failed."""
    if change.expected is None:
        return
    came = change.fits is True or (change.expected == "open" and change.sign != 0)
    face = INK if came else "white"
    style: dict[str, Any] = {"linestyle": "none", "markeredgecolor": INK, "clip_on": False}
    axes.plot([x], [y], marker=MARKERS[change.expected], markersize=3.6, markerfacecolor=face, markeredgewidth=0.6,
              **style)  # fmt: skip
    if change.role == "cost":
        axes.plot([x], [y], marker="o", markersize=8.4, markerfacecolor="none", markeredgewidth=0.9, **style)
    if change.fits is False:
        axes.plot([x], [y], marker="x", markersize=9.0, markeredgewidth=1.6, **style)


def _pie(axes: Axes, over: OverAssumptions, x: float, y: float) -> None:
    """Shares of the draws of assumptions: those that go up to the right of noon, those that go down to the left."""
    style: dict[str, Any] = {"linestyle": "none", "clip_on": False}
    axes.plot([x], [y], marker="o", markersize=PIE + 3.0, markerfacecolor="white", markeredgecolor=INK,
              markeredgewidth=0.6, **style)  # fmt: skip
    ends = ((90.0 - 360.0 * over.up, 90.0, RISES, over.up), (90.0, 90.0 + 360.0 * over.down, FALLS, over.down))
    for start, end, colour, share in ends:
        if share:
            marker = Path.unit_circle() if share == 1.0 else Path.wedge(start, end)
            axes.plot([x], [y], marker=marker, markersize=PIE, markerfacecolor=colour, markeredgewidth=0.0, **style)


def _group(axes: Axes, groups: Sequence[str]) -> None:
    """The names of the groups over the matrix, and lines between them."""
    at = 0
    for group, members in groupby(groups):
        many = len(list(members))
        axes.text(at + many / 2, -0.35, group, ha="center", va="bottom", fontsize=9.0, color=SOFT)
        if at:
            axes.axvline(at, color=SOFT, linewidth=0.9)
        at += many
    for side in ("left", "bottom", "top", "right"):
        axes.spines[side].set_visible(True)
        axes.spines[side].set_color(FAINT)


def _legend(words: dict[str, str], *, drawn: bool) -> list[Any]:
    """Shades over marks, column by column."""
    near, far = (f"{step:.0f}" for step in STEPS)
    spans = (f"< −{far}", f"−{far} … −{near}", f"−{near} … 0", "0", f"0 … {near}", f"{near} … {far}", f"> {far}")
    shades = [Patch(facecolor=c, edgecolor=FAINT, label=s) for c, s in zip(PALETTE, spans, strict=True)]
    marks = [
        Line2D([], [], linestyle="none", marker=MARKERS[key], markersize=5.0, color=INK, label=words[key])
        for key in MARKERS
        if key != "open" or not drawn
    ]
    ring = Line2D([], [], linestyle="none", marker="o", markersize=8.4, markerfacecolor="none", color=INK,
                  label=words["cost"])  # fmt: skip
    sides: tuple[tuple[str, str, Literal["left", "right"]], ...] = (("rises", RISES, "right"), ("falls", FALLS, "left"))
    pies = [
        Line2D([], [], linestyle="none", marker="o", markersize=PIE, color=colour, markeredgecolor=INK,
               label=words[key], fillstyle=side, markerfacecoloralt="white")
        for key, colour, side in sides
    ]  # fmt: skip
    below = [*marks, *(pies if drawn else []), ring]
    return [handle for column in zip_longest(shades, below) for handle in column if handle is not None]
