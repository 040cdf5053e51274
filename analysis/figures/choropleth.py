"""Towns or communities coloured by a level or a change, in a few classes that all maps of a set share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from analysis.outlines import Ring, Rings

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # round numbers
MISSING, EDGE = "#e3e3e3", "#c9ccd0"


def level_classes(values: Sequence[float], *, wanted: int = 6) -> tuple[float, ...]:
    """Round bounds of at most `wanted` classes over the middle 98 % of values."""
    low, high = _middle_span(values)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    return tuple(float(bound) for bound in MaxNLocator(nbins=wanted, steps=STEPS).tick_values(low, high))


def change_classes(values: Sequence[float]) -> tuple[float, ...]:
    """Round bounds of five classes, the middle one about none, over the middle 98 % of values."""
    low, high = _middle_span(values)
    reach = max(abs(low), abs(high)) or 1.0
    power = 10.0 ** math.floor(math.log10(reach / 3.0))
    step = next(s * power for s in STEPS if s * power >= reach / 3.0 * (1.0 - 1e-9))
    return (-3.0 * step, -2.0 * step, -step, step, 2.0 * step, 3.0 * step)


def _middle_span(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 0.0
    low, high = np.quantile(np.asarray(values, dtype=np.float64), (0.01, 0.99))
    return float(low), float(high)


def painted(
    values: Sequence[float | None], bounds: Sequence[float], palette: str
) -> tuple[list[str], list[int | None]]:
    """The colours of the classes between bounds, and each value's class; the end ones take what lies outside."""
    ramp = mpl.colormaps[palette].resampled(len(bounds) - 1)
    inner = np.asarray(bounds[1:-1])
    classes = [None if v is None else int(np.searchsorted(inner, v, side="right")) for v in values]
    return [to_hex(ramp(i)) for i in range(len(bounds) - 1)], classes


def draw(
    axes: Axes,
    units: Sequence[Rings],
    values: Sequence[float | None],
    districts: Sequence[Rings],
    *,
    bounds: Sequence[float],
    palette: str,
    number: Callable[[float], str],
    label: str,
    missing: str,
    signs: Sequence[int] = (),
    raised: str = "",
    lowered: str = "",
    fine: bool = False,
) -> None:
    """Units in the colour of their class, district lines above; values outside the bounds take the end classes.

    With `signs`, a triangle up or down stands on each unit whose change can be told from none. `fine` is for
    communities: no lines between them, which would hide them where they are small, and smaller triangles.
    """
    colours, classes = painted(values, bounds, palette)
    faces, own = [*colours, MISSING], [len(colours) if i is None else i for i in classes]
    together: list[list[Ring]] = [[] for _ in faces]  # one path a class: a map of thousands of units stays small
    for i, rings in zip(own, units, strict=True):
        together[i] += rings
    axes.add_collection(
        PathCollection(
            [_path(rings) for rings in together],
            facecolors=faces,
            edgecolors="face" if fine else EDGE,
            linewidths=0.1 if fine else 0.35,
        )
    )
    axes.add_collection(
        PathCollection([_path(d) for d in districts], facecolors="none", edgecolors="#6b6f74", linewidths=0.7)
    )
    for sign, marker in ((1, "^"), (-1, "v")):
        at = [middle(rings) for rings, s in zip(units, signs, strict=False) if s == sign]
        if at:
            axes.plot(
                *np.array(at).T,
                linestyle="none",
                marker=marker,
                markersize=2.2 if fine else 4.2,
                color="black",
                markeredgecolor="white",
                markeredgewidth=0.15 if fine else 0.4,
                label=raised if sign > 0 else lowered,
            )
    _legend(axes, colours, bounds, number, label, missing if any(v is None for v in values) else "")
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def _path(rings: Sequence[Ring]) -> Path:
    corners = [corner for ring in rings for corner in ring]
    codes = [code for ring in rings for code in (Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY)]
    return Path(np.array(corners, dtype=np.float64).reshape(-1, 2), codes)


def middle(rings: Sequence[Ring]) -> tuple[float, float]:
    """The centroid of the ring with the largest area."""
    best, where = -1.0, (0.0, 0.0)
    for ring in rings:
        x, y = np.array(ring, dtype=np.float64).T
        cross = x[:-1] * y[1:] - x[1:] * y[:-1]
        area = cross.sum() / 2.0
        if abs(area) > best and area != 0.0:
            best = abs(area)
            where = (
                float(((x[:-1] + x[1:]) * cross).sum() / (6.0 * area)),
                float(((y[:-1] + y[1:]) * cross).sum() / (6.0 * area)),
            )
    return where


def _legend(
    axes: Axes,
    colours: Sequence[str],
    bounds: Sequence[float],
    number: Callable[[float], str],
    label: str,
    missing: str,
) -> None:
    """The classes beside the map, then units without a value where there are any, then the triangles."""
    handles: list[Artist] = [
        Patch(facecolor=c, edgecolor=EDGE, linewidth=0.5, label=f"{number(a)} – {number(b)}")
        for c, a, b in zip(colours, bounds[:-1], bounds[1:], strict=True)
    ]
    if missing:
        handles.append(Patch(facecolor=MISSING, edgecolor=EDGE, linewidth=0.5, label=missing))
    handles += axes.get_legend_handles_labels()[0]
    axes.figure.legend(  # of the figure, whose layout leaves it the room it takes
        handles=handles,
        loc="outside right center",
        title=label,
        title_fontsize=9,
        fontsize=8.5,
        borderaxespad=0.3,
        handlelength=1.2,
        alignment="left",
    )
