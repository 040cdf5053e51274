"""What all figures share: the font, colours that colour-blind readers can tell apart, and SVG that never varies."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from itertools import accumulate
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

FONT = "Noto Sans SC"
ROOM = 40  # half-widths of a Chinese character that a name in a figure may take
WIDE = 0x2E7F  # characters after this one are as wide as a Chinese one
INK, SOFT, FAINT = "#1b1b1b", "#5f6368", "#d5d8dc"

# Okabe and Ito, "Color universal design", 2008; grey for the base, then one colour, line and marker an option
COLOURS = ("#5f6368", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("|", "o", "s", "^", "D", "v", "P", "X")

STYLE: dict[Any, Any] = {
    "font.family": [FONT],
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.5,
    "grid.color": "#eceef0",
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "text.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "reformsim",
    "path.simplify": False,
    "text.parse_math": False,  # a dollar in a name is a dollar
}


def svg(
    draw: Callable[[Axes], None], *, name: str, title: str, width: float = 4.7, height: float = 2.8, digits: int = 2
) -> str:
    """One figure as an <svg> element: text stays text, ids begin with `name`, no date, nothing to load.

    Width and height are in inches at 72 points; `title` is what a screen reader says; paths are kept to so many
    `digits` of a point.
    """
    buffer = io.StringIO()
    with _style():
        canvas = FigureCanvasSVG(_figure(draw, width, height))
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})  # type: ignore[no-untyped-call]
    return _tidy(buffer.getvalue(), name, title, digits)


def png(draw: Callable[[Axes], None], *, width: float, height: float, dpi: int = 110) -> bytes:
    """The same figure as pixels, for papers and slides that take no SVG; nothing in it tells when it was made."""
    buffer = io.BytesIO()
    with _style():
        canvas = FigureCanvasAgg(_figure(draw, width, height, dpi=dpi))
        canvas.print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def shortened(name: str, room: int = ROOM) -> str:
    """A name as a figure has room for it, in half-widths of a Chinese character; tables beside it hold the whole."""
    ends = list(accumulate(2 if ord(c) > WIDE else 1 for c in name))
    if not ends or ends[-1] <= room:
        return name
    return name[: sum(end < room for end in ends)] + "…"


def look(index: int) -> tuple[str, Any, str]:
    """Colour, line style and marker of an option by its place in the list; more than eight repeat."""
    return COLOURS[index % 8], LINES[index % 8], MARKERS[index % 8]


def _figure(draw: Callable[[Axes], None], width: float, height: float, dpi: float = 72.0) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained", dpi=dpi)
    draw(figure.add_subplot())
    return figure


@contextmanager
def _style() -> Iterator[None]:
    _add_font()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # text stays text: a character that our font lacks is drawn by the reader's own, or named on paper
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@cache
def _add_font() -> None:
    with as_file(files("analysis.brief") / "fonts" / "NotoSansSC-subset.ttf") as path:
        font_manager.fontManager.addfont(str(path))


def _tidy(text: str, name: str, title: str, digits: int) -> str:
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bd="([^"]*)"', lambda found: f'd="{_shorter(found[1], digits)}"', text)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(href="#|url\(#)([^")]+)', rf"\1{name}-\2", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    return text.replace("<svg", f'<svg role="img" aria-label="{_escape(title)}"', 1)


def _shorter(path: str, digits: int) -> str:
    """Path data to so many digits of a point, on one line."""
    short = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.{digits}f}".rstrip("0").rstrip("."), path)
    return " ".join(short.split())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
