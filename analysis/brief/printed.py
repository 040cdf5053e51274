"""The brief on paper: the tree of its HTML set by typst as PDF (or as pictures of the pages), with our own font alone.

Typst is the extra `pdf` and is imported only here. The same results give the same bytes: no date, no host, no system
font. A character that the font cannot draw is written as its code, so that none is lost without a word.
"""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.brief.document import brief
from analysis.brief.tree import Node, tree
from analysis.brief.typeface import covered
from analysis.results import Results

NARROWEST, HEADED, WIDEST, GAP = 10.0, 13.0, 34.0, 2.0  # characters: a column, its heading, its cells, between columns
SHARE_SMALL, SHARE_PAIR, SHARE_ALONE = 0.8, 1.0, 0.66  # of its column that a figure fills
STACKED = ("wide", "cards", "piece")  # tables whose cells set the interval under the mean, as the style sheet does
FIT, ENOUGH = 72, 48  # lines that surely fit a page; lines after which a new theme may begin a new piece
NAMED = 4  # lines that the name of a row takes with its meaning
INTERVALS = ("span", "assumed")
PIXELS = 144  # an inch, of pictures of pages


def pdf(results: Results, lang: str) -> bytes:
    """The brief as a PDF for screen readers too (PDF/UA-1)."""
    made = _set(results, lang, format="pdf", pdf_standards=["ua-1"])
    assert isinstance(made, bytes)
    return made


def pictures(results: Results, lang: str, *, pixels: int = PIXELS) -> list[bytes]:
    """The pages of the brief as PNG, so many pixels an inch."""
    made = _set(results, lang, format="png", ppi=float(pixels))
    return [made] if isinstance(made, bytes) else list(made)


def _set(results: Results, lang: str, **how: Any) -> bytes | list[bytes]:
    import typst

    here = files("analysis.brief")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "brief.json").write_text(json.dumps(content(results, lang), ensure_ascii=True), "ascii")
        (place / "main.typ").write_bytes((here / "brief.typ").read_bytes())
        (place / "font.ttf").write_bytes((here / "fonts" / "NotoSansSC-subset.ttf").read_bytes())
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[place])
        compiler = typst.Compiler(place / "main.typ", root=place, font_paths=fonts, ignore_system_fonts=True)
        made: bytes | list[bytes] | None = compiler.compile(timestamp=0, **how)
        assert made is not None  # only writing to a file gives nothing back
        return made


def content(results: Results, lang: str) -> dict[str, Any]:
    """What the template sets: title, language, and the body as plain nodes."""
    body = tree(brief(results, lang))
    title = body.find("h1")[0].text()
    return {"title": drawable(title), "lang": "zh" if lang == "zh" else "en", "body": _plain(body)}


def drawable(text: str) -> str:
    """A text with every character that the font cannot draw written as its code."""
    glyphs = covered()
    return "".join(c if c in glyphs or c == "\n" else f"[U+{ord(c):04X}]" for c in text)


def _plain(node: Node) -> dict[str, Any]:
    """A node as the template reads it."""
    if node.tag == "table":
        return _table(node)
    if node.tag == "figure" or (node.tag == "div" and "figures" in node.kind.split()):
        return _gallery(node)
    following = [*node.children[1:], ""]
    return {
        "tag": node.tag,
        "kind": node.kind,
        "children": [
            drawable(c) if isinstance(c, str) else {**_plain(c), "sticky": _leads(c, after)}
            for c, after in zip(node.children, following, strict=False)
        ],
    }


def _leads(node: Node, after: Node | str) -> bool:
    """Is it a paragraph that must stay on the page of the figures or table after it?"""
    return node.tag == "p" and isinstance(after, Node) and after.tag in ("div", "figure", "table")


def _gallery(node: Node) -> dict[str, Any]:
    figures = node.find("figure") if node.tag == "div" else [node]
    small, whole = ("small" in node.kind.split(), "whole" in node.kind.split())
    columns = 2 if small or (len(figures) > 1 and not whole) else 1
    width = SHARE_SMALL if small else SHARE_PAIR if columns == 2 or whole else SHARE_ALONE
    return {"tag": "gallery", "kind": "", "columns": columns, "width": width, "children": [_figure(f) for f in figures]}


def _figure(node: Node) -> dict[str, Any]:
    (drawn,) = node.find("svg")
    captions = node.find("figcaption")
    caption = _plain(captions[0]) if captions else {"tag": "figcaption", "kind": "", "children": []}
    return {"source": drawable(_named(drawn.source)), "label": drawable(drawn.label), "caption": caption}


def _named(source: str) -> str:
    """An <svg> that stands alone: in HTML its name space goes without saying."""
    return (
        source
        if "xmlns=" in source.split(">", 1)[0]
        else source.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    )


def _table(node: Node) -> dict[str, Any]:
    """A table, in pieces that fit a page where its heading holds numbers.

    Such a heading, come again where a page happens to end, would give one language more numbers than the other.
    """
    captions, heads, bodies = node.find("caption"), node.find("thead"), node.find("tbody")
    head = [row for part in heads for row in part.find("tr")]
    rows = [row for part in bodies for row in part.find("tr")]
    columns = max(sum(cell.columns for cell in _cells(row)) for row in [*head, *rows])
    whole = [_cells(row) for row in rows if len(_cells(row)) == columns]
    left = [i == 0 or any(_is_text(row[i]) for row in whole) for i in range(columns)]
    stacked = any(kind in STACKED for kind in node.kind.split())
    numbered = any(c.isdigit() for row in head for c in row.text())
    pieces = [
        {
            "tag": "table",
            "kind": node.kind,
            "stacked": stacked,
            "caption": _plain(captions[0]) if captions and i == 0 else None,
            "head": [_row(row, left) for row in head],
            "rows": [_row(row, left) for row in piece],
            "widths": _widths([_cells(row) for row in head], whole, columns, stacked),
            "whole": numbered,
        }
        for i, piece in enumerate(_pieces(rows) if numbered else [rows])
    ]
    return {"tag": "div", "kind": "", "children": pieces}


def _pieces(rows: list[Node]) -> list[list[Node]]:
    """The rows in pieces that fit a page, parted before a theme where one begins late enough in a piece.

    Lines are counted by what cells hold and not by their words: both languages are parted at the same rows.
    """
    pieces: list[list[Node]] = [[]]
    lines = 0
    for row in rows:
        more = _lines(row)
        if lines + more > FIT or ("theme" in row.kind.split() and lines >= ENOUGH):
            pieces.append([])
            lines = 0
        pieces[-1].append(row)
        lines += more
    return pieces


def _lines(row: Node) -> int:
    """Lines that a row takes at most: an interval may need two."""
    held = [[part.kind.split() for part in cell.children if isinstance(part, Node)] for cell in _cells(row)]
    intervals = [sum(not set(INTERVALS).isdisjoint(kind) for kind in parts) for parts in held]
    return max(NAMED, 2 * max(intervals) + 2)


def _cells(row: Node) -> list[Node]:
    return [c for c in row.children if isinstance(c, Node)]


def _is_text(cell: Node) -> bool:
    return not {"text", "losers"}.isdisjoint(cell.kind.split()) or cell.tag == "th"


def _row(row: Node, left: list[bool]) -> list[dict[str, Any]]:
    marks = {mark: mark in row.kind.split() for mark in ("theme", "base", "total")}
    return [
        {**_plain(cell), **marks, "span": cell.columns, "left": left[i], "lang": cell.lang}
        for i, cell in enumerate(_cells(row))
    ]


def _widths(head: list[list[Node]], rows: list[list[Node]], columns: int, stacked: bool) -> list[float]:
    """Shares of the width by column: what its widest cell needs, between bounds; a heading may take two lines."""
    needs = [NARROWEST] * columns
    for cells in head:
        if len(cells) == columns:
            needs = [max(n, min(_length(c, broken=True) / 2, HEADED)) for n, c in zip(needs, cells, strict=True)]
    for cells in rows:
        needs = [
            max(n, min(_length(c, broken=stacked or c.tag == "th"), WIDEST)) for n, c in zip(needs, cells, strict=True)
        ]
    return [n + GAP for n in needs]


def _length(node: Node, *, broken: bool) -> float:
    """The text that a cell holds, or the longest piece where each has its own line; Chinese counts twice."""
    pieces = [
        _length(c, broken=broken) if isinstance(c, Node) else sum(2 if ord(x) > 0x2E7F else 1 for x in c)
        for c in node.children
    ]
    return float(max(pieces, default=0) if broken else sum(pieces))
