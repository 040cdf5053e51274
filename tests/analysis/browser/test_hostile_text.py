"""Script and formula payloads in every field of text that results can hold: nothing of them runs, all stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from browsing import FIRED, opened
from playwright.sync_api import Browser

from analysis.brief.document import write_brief
from analysis.brief.printed import pdf
from analysis.page.document import write_page
from analysis.results import Results
from sim.world import chengdu

RUN = f"window.{FIRED}=1;alert(1)"
PAYLOADS = (
    f"=HYPERLINK(1)</script><script>{RUN}</script><img src=x onerror={RUN}>",
    f"@SUM(1)'\"><svg onload={RUN}><a href=javascript:{RUN}>]]><!--{{{{7*7}}}}",
    "-2+3+cmd|' /C calc'!A0${7*7}#panic()\\u003cscript>\u2028</style></svg></title>",
)
FORMULA = tuple("=+-@\t\r\n")
# Where results hold a text that anybody may have written: a user, a plugin, the maker of a map. Names of options and
# scenarios, which are keys as well, hold the payload from the start.
OPEN = {
    "question", "city", "command", "versions", "values", "broken", "reform", "names", "districts", "place", "town",
    "district", "district_en", "district_names", "towns", "digests", "value", "low", "high", "unit", "source",
}  # fmt: skip


def poisoned(value: Any, payload: str, key: str = "") -> Any:
    """Every text under an open key begins with the payload; so do the names of places."""
    if isinstance(value, dict):
        whole = key in ("versions", "values")  # whose keys are anybody's too
        named = {k: "place" if k == "name" and "town" in value else key if whole else k for k in value}
        return {(payload + k if whole else k): poisoned(v, payload, named[k]) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, payload, key) for v in value]
    return payload + value if isinstance(value, str) and key in OPEN else value


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["markup", "attribute", "formula"])
def hostile(
    request: pytest.FixtureRequest, make: Callable[..., Results], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Results, Path]:
    payload = PAYLOADS[request.param]
    options = {"status_quo": (0.0, 0, ()), payload: (0.03, 4, (("merge", {"plan": "chengdu_2019_2020"}),))}
    folder = tmp_path_factory.mktemp("hostile")
    made = make(4, options, of=chengdu(0.002), scenario=payload, question=payload, command=payload)
    data = json.loads(made.save(folder / "results.json").read_text("utf-8"))
    (folder / "results.json").write_text(json.dumps(poisoned(data, payload)), "utf-8")
    results = Results.load(folder / "results.json")
    for lang in ("en", "zh"):
        write_brief(folder, results, lang)
    write_page(folder, results)
    return payload, results, folder


def test_the_payload_stands_in_many_fields(hostile: tuple[str, Results, Path]) -> None:
    payload, results, _ = hostile
    assert results.towns is not None and results.changes[0].worst
    town, lost, lever = results.towns.plans["before"], results.changes[0].worst[0], results.assumptions[0]
    fields = [results.question, results.command, results.options[1].name, results.scenario, *results.versions.values()]
    fields += [town.names[0], town.districts[0], lost.name, lost.town, lost.district, lever.source, lever.value]
    assert all(payload in text for text in fields)


@pytest.mark.parametrize("name", ["brief.en.html", "brief.zh.html", "page.html"])
def test_nothing_runs_in_the_browser(chromium: Browser, hostile: tuple[str, Results, Path], name: str) -> None:
    payload, _, folder = hostile
    with opened(chromium, folder / name) as seen:
        page = seen.page
        if name == "page.html":
            for lang in ("zh", "en"):
                page.click(f"#lang-{lang}")
            page.click("#units-open")
            page.hover("#map-before-0")
            assert payload.replace("\u2028", "") in page.inner_text("body").replace("\u2028", "")
        assert page.locator("script").count() <= 2 and page.locator("img, iframe, object, embed").count() == 0
        assert page.locator("[onload], [onerror], [href^=javascript]").count() == 0 and seen.quiet()


def test_what_is_taken_away_is_text_to_a_spreadsheet_and_to_a_viewer(
    chromium: Browser, hostile: tuple[str, Results, Path], tmp_path: Path
) -> None:
    payload, _, folder = hostile
    found = 0
    with opened(chromium, folder / "page.html", address="#units=yes") as seen:
        for button in seen.page.eval_on_selector_all("button.take", "all => all.map((b) => b.id)"):
            text = seen.taken(button)
            if button.endswith("-csv"):
                cells = [c for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for c in row]
                found += sum(payload in cell for cell in cells)
                assert [c for c in cells if c.startswith(FORMULA) and not re.fullmatch(r"-?[\d.]+(e-?\d+)?", c)] == []
            else:
                names = {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(text).iter()}
                assert names <= {"svg", "g", "path", "line", "rect", "text", "defs", "pattern"}
                (tmp_path / f"{button}.svg").write_text(text, "utf-8")
        assert seen.quiet()
    assert found > 20
    for path in tmp_path.glob("*.svg"):
        with opened(chromium, path) as seen:
            assert seen.quiet()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_runs_on_paper(hostile: tuple[str, Results, Path], lang: str) -> None:
    data = pdf(hostile[1], lang)
    assert pypdf.PdfReader(io.BytesIO(data)).pages
    for mark in (b"/JavaScript", b"/JS ", b"/OpenAction", b"/Launch", b"/EmbeddedFile", b"/URI"):
        assert mark not in data
