"""The brief and the page in a real browser, offline, at both widths and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import CROWDED, WIDTHS, opened
from playwright.sync_api import Browser

from analysis.brief.words import LANGUAGES

FILES = {"brief": "brief.{}.html", "page": "page.html"}

VIEWS = [("brief", ""), ("page", ""), ("page", "&scale=communities")]
# axe takes ten seconds a file: each file, language and width once, the page with all of its switches; the other
# combinations are left to the long checks.
BY_DEFAULT = {
    ("brief", "", "en", 1280), ("brief", "", "zh", 400), ("page", "", "en", 1280),
    ("page", "&scale=communities", "zh", 400),
}  # fmt: skip
ALL = [(*view, lang, width) for view in VIEWS for lang in LANGUAGES for width in WIDTHS]
AXE = [one if one in BY_DEFAULT else pytest.param(*one, marks=pytest.mark.slow) for one in ALL]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("kind", "view"), VIEWS)
def test_it_opens_from_disk(chromium: Browser, written: Path, kind: str, view: str, lang: str, width: int) -> None:
    path = written / FILES[kind].format(lang)
    with opened(chromium, path, width=width, address=f"#lang={lang}{view}") as seen:
        page = seen.page
        assert (page.get_attribute("html", "lang") or "").startswith(lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing sticks out sideways
        assert page.locator("figure svg").count() > 5 and page.evaluate(CROWDED) == []
        assert seen.quiet()  # now: the fonts are asked for with tools whose requests chromium 150 tells
        assert seen.fonts() == {("Noto Sans SC", True)}  # no character fell back to a font of the machine


@pytest.mark.parametrize(("kind", "view", "lang", "width"), AXE)
def test_everybody_can_read_it(chromium: Browser, written: Path, kind: str, view: str, lang: str, width: int) -> None:
    path = written / FILES[kind].format(lang)
    with opened(chromium, path, width=width, address=f"#lang={lang}{view}") as seen:
        found = Axe().run(seen.page).response["violations"]
        assert [(v["id"], v["impact"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []


def test_the_font_check_sees_a_missing_glyph(chromium: Browser, written: Path, tmp_path: Path) -> None:
    page = (written / "page.html").read_text("utf-8")
    assert '"title":{"en":"' in page
    path = tmp_path / "page.html"
    path.write_text(page.replace('"title":{"en":"', '"title":{"en":"☎', 1), "utf-8")
    with opened(chromium, path, address="#lang=en") as seen:
        assert {inside for _, inside in seen.fonts()} == {True, False}


def test_the_policy_of_each_file_stops_what_is_not_its_own(chromium: Browser, written: Path) -> None:
    """A script and an image put into either file from outside neither run nor load."""
    for name in ("brief.en.html", "page.html"):
        with opened(chromium, written / name) as seen:
            seen.page.evaluate(
                """() => {
                  const script = document.createElement("script");
                  script.textContent = "window.fired = 1";
                  document.body.append(script);
                  const image = document.createElement("img");
                  image.src = "https://example.org/a.png";
                  document.body.append(image);
                }"""
            )
            assert seen.page.evaluate("window.fired") is None
            assert len(seen.said) == 2 and all("Content Security Policy" in line for line in seen.said)
