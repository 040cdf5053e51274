"""The font of a brief: Noto Sans SC, cut to the characters that a text uses, so that no glyph is left to luck."""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib.resources import files

from fontTools import subset
from fontTools.ttLib import TTFont

BASIC = "".join(chr(code) for code in range(0x20, 0x7F)) + "−–—…·×%±←→“”‘’"


def embedded(text: str) -> str:
    """A WOFF with the glyphs of a text (and ASCII) in base64; others are left to the reader's own."""
    return _cut("".join(sorted(set(text) | set(BASIC))))


@cache
def covered() -> frozenset[str]:
    """The characters that the shipped font can draw."""
    return frozenset(chr(code) for code in TTFont(io.BytesIO(_bytes())).getBestCmap())


@cache
def _bytes() -> bytes:
    return (files("analysis.brief") / "fonts" / "NotoSansSC-subset.ttf").read_bytes()


@cache
def _cut(characters: str) -> str:
    font = TTFont(io.BytesIO(_bytes()), recalcTimestamp=False)
    options = subset.Options(
        flavor="woff", hinting=False, notdef_outline=True, layout_features=[], name_IDs=[0, 1, 2, 13, 14]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
