"""The brief as a tree: its own HTML read back, so that whatever is printed from it says what the page says.

A leaf is text; an <svg> is one leaf of a figure, its drawing kept as it stands. Only what a reader sees is kept: no
style, no script, no skip link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

VOID = ("meta", "br", "hr", "img", "input", "link")
INLINE = (
    "p", "li", "dt", "dd", "th", "td", "span", "small", "code", "caption", "figcaption", "h1", "h2", "h3", "strong",
    "a",
)  # fmt: skip
UNSEEN = ("style", "script", "title", "template")
SVG = re.compile(r"<svg\b.*?</svg>", flags=re.DOTALL)
SPACES = re.compile(r"[ \t\r\n]+")  # what HTML folds; other spaces are characters


@dataclass
class Node:
    """An element of the brief with its class, its source (of an <svg> alone) and what it holds."""

    tag: str
    kind: str = ""
    lang: str = ""
    label: str = ""
    source: str = ""
    columns: int = 1
    children: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        """All text inside, one space between pieces."""
        return " ".join(
            piece for child in self.children if (piece := child if isinstance(child, str) else child.text())
        )

    def find(self, *tags: str) -> list[Node]:
        """The nodes with one of these tags, in order, whatever their depth."""
        inner = [child for child in self.children if isinstance(child, Node)]
        return [found for child in inner for found in ([child] if child.tag in tags else child.find(*tags))]


def tree(page: str) -> Node:
    """The body of a brief. `page` is what `document.brief` gives."""
    figures: list[str] = []

    def aside(found: re.Match[str]) -> str:
        figures.append(found[0])
        return f'<svg data-number="{len(figures) - 1}"></svg>'

    reader = _Reader()
    reader.feed(SVG.sub(aside, page))
    reader.close()
    for node in reader.body.find("svg"):
        node.source = figures[int(node.source)]
        label = re.search(r'aria-label="([^"]*)"', node.source)
        node.label = unescape(label[1]) if label else ""
    return reader.body


class _Reader(HTMLParser):
    """Builds the tree; text that only parts one tag from the next is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Node("body")
        self.open: list[Node] = [self.body]
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in VOID or tag in ("html", "head", "body"):
            return
        if tag in UNSEEN or self.unseen or "skip" in (given.get("class") or "").split():
            self.unseen += 1
            return
        node = Node(
            tag,
            kind=given.get("class") or "",
            lang=given.get("lang") or "",
            source=given.get("data-number") or "",
            columns=int(given.get("colspan") or 1),
        )
        self.open[-1].children.append(node)
        self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag in ("html", "head", "body"):
            return
        if self.unseen:
            self.unseen -= 1
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        words = SPACES.sub(" ", data)
        if self.unseen or (words == " " and self.open[-1].tag not in INLINE):
            return
        self.open[-1].children.append(words)
