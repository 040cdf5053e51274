"""The brief on paper: same bytes, same numbers in both languages, our font alone, names that stay names."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image

from analysis.brief.document import brief
from analysis.brief.printed import content, drawable, pdf, pictures
from analysis.brief.tree import Node, tree
from analysis.brief.typeface import covered
from analysis.brief.words import LANGUAGES
from analysis.results import Results

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture(scope="session")
def printed(results: Results) -> dict[str, bytes]:
    return {lang: pdf(results, lang) for lang in LANGUAGES}


@cache
def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def leaves(value: Any) -> Iterator[str]:
    """Every text that the template sets: in nodes, and in the figures' own <text>."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key in ("caption", "head", "rows", "children"):
            yield from leaves(value.get(key) or [])
        if "source" in value:
            yield from re.findall(r">([^<>]+)</text>", value["source"])


def test_the_same_results_give_the_same_bytes(results: Results, printed: dict[str, bytes], tmp_path: Path) -> None:
    again = Results.load(results.save(tmp_path / "results.json"))
    assert pdf(again, "en") == printed["en"] != printed["zh"] == pdf(again, "zh")
    about = pypdf.PdfReader(io.BytesIO(printed["en"])).metadata
    assert about is not None and about.title and not [key for key in about if "Date" in key]


def test_both_languages_hold_the_same_numbers(results: Results, printed: dict[str, bytes]) -> None:
    set_in = {lang: Counter(NUMBER.findall(" ".join(leaves(content(results, lang)["body"])))) for lang in LANGUAGES}
    assert sum(set_in["en"].values()) > 500 and set_in["en"] == set_in["zh"]
    found = {lang: Counter(NUMBER.findall(text_of(data))) for lang, data in printed.items()}
    assert found["en"] == found["zh"] and sum(found["en"].values()) > 500


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_paper_says_what_the_page_says(results: Results, printed: dict[str, bytes], lang: str) -> None:
    """Letters of the PDF, spaces apart, hold every text of the tree, so that nothing of the page is lost."""
    letters = re.sub(r"\s", "", text_of(printed[lang])).replace("•", "·")  # the font draws both with one glyph
    body = tree(brief(results, lang))
    told = [node.text() for node in body.find("h1", "h2", "h3", "p", "li", "dt", "th")]
    assert len(told) > 200
    assert [words for words in told if re.sub(r"\s", "", words) not in letters] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_the_shipped_font_is_used_and_it_is_inside(printed: dict[str, bytes], lang: str) -> None:
    fonts = set()
    for page in pypdf.PdfReader(io.BytesIO(printed[lang])).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            described = inner.get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in described or "/FontFile3" in described
            fonts.add(str(described["/FontName"]).split("+")[-1])
    assert fonts and all(name.startswith("NotoSansSC") for name in fonts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_character_has_a_glyph(results: Results, printed: dict[str, bytes], lang: str) -> None:
    assert set("".join(leaves(content(results, lang)["body"]))) - covered() == set()
    assert "�" not in text_of(printed[lang]) and "\0" not in text_of(printed[lang])


def test_a_character_without_a_glyph_is_written_as_its_code(make: Callable[..., Results]) -> None:
    assert drawable("a\U0001f600b") == "a[U+1F600]b"
    shown = text_of(pdf(make(2, {"status_quo": (0.0, 0, ()), "\U0001f600": (0.1, 0, ())}), "en"))
    assert shown.count("[U+1F600]") > 5


HOSTILE = (
    '#panic("x")',
    "#{while true {}}",
    "*a* _b_ `c` $d$ <e> @f // g",
    '"] #read("/etc/passwd")',
    "</svg><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
)


def test_hostile_names_stay_text(make: Callable[..., Results]) -> None:
    everything = " ".join(HOSTILE)
    options = {"status_quo": (0.0, 0, ()), **dict.fromkeys(HOSTILE, (0.02, 3, ()))}
    data = pdf(make(2, options, question=everything, command=everything), "zh")
    shown = re.sub(r"\s", "", text_of(data))
    for name in HOSTILE:
        assert shown.count(re.sub(r"\s", "", name.replace("_", " "))) > 10, name
    for mark in (b"/JavaScript", b"/JS ", b"/OpenAction", b"/Launch", b"/EmbeddedFile"):
        assert mark not in data


def test_pages_come_as_pictures_too(results: Results, printed: dict[str, bytes]) -> None:
    pages = pictures(results, "en", pixels=20)
    assert len(pages) == len(pypdf.PdfReader(io.BytesIO(printed["en"])).pages) > 3
    sizes = {Image.open(io.BytesIO(page)).size for page in pages}
    assert len(sizes) == 1 and pages == pictures(results, "en", pixels=20)


def test_it_can_be_read_aloud(printed: dict[str, bytes]) -> None:
    """Tagged, in its language, with the heads of tables marked as such and a text for each figure."""
    for lang, data in printed.items():
        root = pypdf.PdfReader(io.BytesIO(data)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is not None and str(root["/Lang"]).startswith(lang)
        kinds = Counter(str(node.get("/S")) for node in _tags(root["/StructTreeRoot"]))
        assert kinds["/TH"] > 50 and kinds["/Table"] > 4 and kinds["/H1"] == 1 and kinds["/Figure"] > 8
        assert all("/Alt" in node for node in _tags(root["/StructTreeRoot"]) if node.get("/S") == "/Figure")


def _tags(node: Any) -> Iterator[Any]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from _tags(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from _tags(node["/K"])


def test_the_tree_keeps_text_and_drops_what_is_not_seen() -> None:
    unseen = '<a class="skip" href="#">s</a>'
    page = f"<html><head><title>t</title><style>x</style></head><body>{unseen}<p>a <b>c</b></p></body>"
    assert tree(page) == Node("body", children=[Node("p", children=["a ", Node("b", children=["c"])])])
    assert json.dumps(tree(page).text()) == '"a  c"'
