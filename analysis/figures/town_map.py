"""Towns coloured by a level or a change, in a few classes that all maps of a set share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from analysis.outlines import Rings

MISSING = "#f1f1f1"


def classes(values: Sequence[float], *, around_zero: bool, wanted: int = 6) -> tuple[float, ...]:
    """Round class bounds over the middle 98 % of values; symmetric about zero where asked. At least one class."""
    x = np.asarray(values, dtype=np.float64)
    if not x.size:
        return (0.0, 1.0)
    low, high = (float(q) for q in np.quantile(x, (0.01, 0.99)))
    if around_zero:
        high = max(abs(low), abs(high))
        low = -high
    if high <= low:
        low, high = (-1.0, 1.0) if around_zero else (low - 0.5, high + 0.5)
    bounds = MaxNLocator(nbins=wanted, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return tuple(float(bound) for bound in bounds)


def draw(axes: Axes, towns: Sequence[Rings], values: Sequence[float | None], districts: Sequence[Rings], *,
         bounds: Sequence[float], palette: str, number: Callable[[float], str], label: str, missing: str,
         signs: Sequence[int] = (), raised: str = "", lowered: str = "") -> None:  # fmt: skip
    """Towns in the colour of their class, district lines above; values outside the bounds take the end classes.

    With `signs`, a triangle up or down stands on each town whose change can be told from none.
    """
    ramp = mpl.colormaps[palette].resampled(len(bounds) - 1)
    colours = [to_hex(ramp(i)) for i in range(len(bounds) - 1)]
    inner = np.asarray(bounds[1:-1])
    faces = [MISSING if v is None else colours[int(np.searchsorted(inner, v, side="right"))] for v in values]
    axes.add_collection(PathCollection([_path(town) for town in towns], facecolors=faces, edgecolors="white", linewidths=0.3))
    axes.add_collection(PathCollection([_path(d) for d in districts], facecolors="none", edgecolors="#6b6f74", linewidths=0.7))
    for sign, marker in ((1, "^"), (-1, "v")):
        at = [_middle(town) for town, s in zip(towns, signs, strict=False) if s == sign]
        if at:
            axes.plot(*np.array(at).T, linestyle="none", marker=marker, markersize=3.4, color="black", markeredgecolor="white",
                      markeredgewidth=0.4, label=raised if sign > 0 else lowered)  # fmt: skip
    handles = [Patch(color=c, label=f"{number(a)} – {number(b)}") for c, a, b in zip(colours, bounds[:-1], bounds[1:], strict=True)]
    if any(v is None for v in values):
        handles.append(Patch(color=MISSING, label=missing))
    handles += axes.get_legend_handles_labels()[0]
    axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), title=label, title_fontsize=9, handlelength=1.2, alignment="left")
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def _path(rings: Rings) -> Path:
    corners = [corner for ring in rings for corner in ring]
    codes = [code for ring in rings for code in (Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY)]
    return Path(np.array(corners, dtype=np.float64).reshape(-1, 2), codes)


def _middle(rings: Rings) -> tuple[float, float]:
    """The centroid of the ring with the largest area."""
    best, where = -1.0, (0.0, 0.0)
    for ring in rings:
        x, y = np.array(ring, dtype=np.float64).T
        cross = x[:-1] * y[1:] - x[1:] * y[:-1]
        area = cross.sum() / 2.0
        if abs(area) > best and area != 0.0:
            best = abs(area)
            where = (float(((x[:-1] + x[1:]) * cross).sum() / (6.0 * area)), float(((y[:-1] + y[1:]) * cross).sum() / (6.0 * area)))
    return where
