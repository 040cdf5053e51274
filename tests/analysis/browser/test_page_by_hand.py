"""The page as it is used: toggle, sort, read a map, take numbers away, pass a link on; by pointer and by keyboard."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browsing import WIDTHS, Seen, opened
from playwright.sync_api import Browser, Page

from analysis.brief.reading import effect_span
from analysis.brief.words import words
from analysis.results import Results

BOM = "\ufeff"


@pytest.fixture
def seen(chromium: Browser, written: Path) -> Iterator[Seen]:
    with opened(chromium, written / "page.html", address="#lang=en") as seen:
        yield seen
        assert seen.quiet()


@pytest.fixture
def page(seen: Seen) -> Page:
    return seen.page


def column(page: Page, table: str, number: int) -> list[str]:
    cells = page.locator(f"#{table} tbody tr:not(.total) > *:nth-child({number})")
    return [text.split("\n")[0] for text in cells.all_inner_texts()]


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace("−", "-").replace(",", "").rstrip("%")) for text in texts]


def as_read(name: str) -> list[tuple[int, str]]:
    """What a name is sorted by: numbers in it count as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.split(r"(\d+)", name)]


def table_of(text: str) -> list[list[str]]:
    assert text.startswith(BOM) and text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_toggle_leaves_no_word_of_the_other_language(chromium: Browser, written: Path, width: int) -> None:
    def shown(seen: Seen) -> list[str]:
        page = seen.page
        labels = page.eval_on_selector_all(
            "[aria-label], [title]", "all => all.map((e) => e.ariaLabel + '|' + e.title)"
        )
        texts = page.eval_on_selector_all("svg text", "all => all.map((e) => e.textContent)")
        return [page.title(), page.inner_text("body"), *labels, *texts, page.evaluate("document.documentElement.lang")]

    alone = {}
    for lang in ("zh", "en"):
        with opened(chromium, written / "page.html", width=width, address=f"#lang={lang}") as seen:
            alone[lang] = shown(seen)
    with opened(chromium, written / "page.html", width=width, address="#lang=zh") as seen:
        for lang in ("en", "zh"):
            seen.page.click(f"#lang-{lang}")
            assert shown(seen) == alone[lang] and seen.page.get_attribute(f"#lang-{lang}", "aria-pressed") == "true"
        assert seen.quiet()
    assert alone["zh"] != alone["en"]


def test_a_column_sorts_by_number_up_down_and_back(page: Page) -> None:
    first = column(page, "one", 3)
    assert len(first) == 3 and numbers(first) != sorted(numbers(first))
    for direction, reverse in (("ascending", False), ("descending", True)):
        page.click("#one-by-3")
        assert numbers(column(page, "one", 3)) == sorted(numbers(first), reverse=reverse)
        assert page.locator("#one th").nth(2).get_attribute("aria-sort") == direction
        assert page.inner_text("#said")
    page.click("#one-by-3")
    assert column(page, "one", 3) == first and page.locator("#one th").nth(2).get_attribute("aria-sort") is None


def test_the_keyboard_alone_sorts_and_keeps_its_place(page: Page) -> None:
    page.focus("#all-by-1")
    page.keyboard.press("Enter")
    names = column(page, "all", 1)
    assert names == sorted(names, key=as_read) and page.evaluate("document.activeElement.id") == "all-by-1"


def test_every_control_is_reached_by_the_tab_key(page: Page) -> None:
    wanted = page.evaluate(
        "() => [...document.querySelectorAll('a[href], button, select, input, [tabindex=\"0\"]')].length"
    )
    reached = page.evaluate("() => { window.all = new Set(); return 0; }")
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        reached = page.evaluate(
            "() => { const e = document.activeElement; if (e !== document.body) all.add(e); return all.size; }"
        )
        if reached == wanted:
            break
    assert reached == wanted > 60
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_the_map_is_read_by_pointer_and_by_arrow_keys(page: Page, mapped: Results) -> None:
    assert mapped.towns is not None
    plan = mapped.towns.plans["before"]
    readout = page.locator("#map-before ~ .readout")
    assert not readout.inner_text().strip()
    page.hover("#map-before-0")
    assert plan.names[0] in readout.inner_text() and "days" in readout.inner_text()
    page.mouse.move(0, 0)
    page.focus("#map-before")
    heard = []
    for _ in plan.names:
        at = page.get_attribute("#map-before", "aria-activedescendant")
        heard.append(page.get_attribute(f"#{at}", "aria-label") or "")
        assert heard[-1] == readout.inner_text()
        page.keyboard.press("ArrowRight")
    assert all(name in text for name, text in zip(plan.names, heard, strict=True))
    page.keyboard.press("End")
    assert plan.names[-1] in readout.inner_text()


def test_maps_turn_to_communities_and_to_one_district_by_the_keyboard(seen: Seen, page: Page, mapped: Results) -> None:
    assert mapped.communities is not None and mapped.towns is not None
    plan = mapped.communities.plans["before"]
    page.focus("#scale-communities")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "scale-communities"
    assert [page.get_attribute(f"#scale-{s}", "aria-pressed") for s in ("towns", "communities")] == ["false", "true"]
    assert page.locator("#map-before .unit").count() == len(plan.names) > len(mapped.towns.plans["before"].names)
    page.select_option("#district", "1")
    own = [i for i, name in enumerate(plan.districts) if name == mapped.communities.district_names[1]]
    assert page.locator("#map-change .unit").count() == len(own) > 0
    page.focus("#map-change")
    said = page.locator("#map-change ~ .readout").inner_text()
    at = page.get_attribute("#map-change", "aria-activedescendant")
    assert at == f"map-change-{own[0]}" and page.get_attribute(f"#{at}", "aria-label") == said
    assert plan.names[own[0]] in said and plan.towns[own[0]] in said
    change = next(x for x in mapped.communities.changes if x.measure == "days")
    sure = {1: "surely up", -1: "surely down", 0: words("en")("explore.unsure")}[change.signs[own[0]]]
    assert re.search(r"before [\d.]+ days; change [+−][\d.]+ days", said) and f"({sure})" in said
    page.click("#units-open")
    rows = table_of(seen.taken("units-csv"))
    assert [row[:2] for row in rows[1:]] == [[plan.names[i], plan.towns[i]] for i in own]
    assert "scale=communities" in page.evaluate("location.hash") and "district=1" in page.evaluate("location.hash")


def test_numbers_are_taken_away_as_they_were_computed(seen: Seen, page: Page, mapped: Results) -> None:
    rows = table_of(seen.taken("all-csv"))
    effect = next(e for e in mapped.effects if e.option == "merge_branches_kept" and e.outcome == "walk_minutes")
    line = next(row for row in rows if row[0] == words("en")("outcome.walk_minutes"))
    at = rows[0].index(words("en").name("option", "merge_branches_kept"))
    assert [float(x) for x in line[at : at + 3]] == list(effect_span(effect))
    assert all(len(row) == len(rows[0]) for row in rows)
    page.click("#units-open")
    towns = table_of(seen.taken("units-csv"))
    assert mapped.towns is not None and [row[0] for row in towns[1:]] == list(mapped.towns.plans["before"].names)


def test_each_table_and_figure_gives_its_data(seen: Seen, page: Page) -> None:
    buttons = page.eval_on_selector_all("button.take", "all => all.map((b) => b.id)")
    assert (
        len([b for b in buttons if b.endswith("-svg")]) >= 7 and len([b for b in buttons if b.endswith("-csv")]) >= 15
    )
    for button in buttons:
        text = seen.taken(button)
        if button.endswith("-csv"):
            assert len(table_of(text)) > 1
        else:
            drawn = ElementTree.fromstring(text)
            names = {node.tag.rpartition("}")[2] for node in drawn.iter()}
            assert "script" not in names and names & {"path", "rect"} and drawn.get("viewBox")
            assert [k for node in drawn.iter() for k in node.attrib if k.startswith("on") or "href" in k] == []


def test_a_link_shows_the_same_view(chromium: Browser, written: Path, page: Page) -> None:
    page.select_option("#outcome", "walk_minutes")
    page.uncheck("#shown-1")
    page.click("#lang-zh")
    page.click("#one-by-3")
    page.fill("#find", "grid")
    address = page.evaluate("location.hash")
    with opened(chromium, written / "page.html", address=address) as again:
        assert again.page.inner_text("main") == page.inner_text("main")
        assert again.page.input_value("#outcome") == "walk_minutes" and not again.page.is_checked("#shown-1")
        assert again.quiet()


@pytest.mark.parametrize(
    "address", ["#lang=fr&outcome=nothing&sort_one=999", "#shown=&measure=x", "#%00<script>", "#=&=&"]
)
def test_an_address_it_does_not_know_does_no_harm(chromium: Browser, written: Path, address: str) -> None:
    with opened(chromium, written / "page.html", address=address) as seen:
        assert seen.page.locator("h2").count() >= 12 and seen.quiet()


def test_what_is_found_among_the_assumptions_is_counted(page: Page, mapped: Results) -> None:
    page.fill("#find", "grid.households")
    assert column(page, "levers", 2) == ["grid.households"]
    assert f"1 of {len(mapped.assumptions)} rows" in page.inner_text("#assumptions")
    page.fill("#find", "nothing is called this")
    assert column(page, "levers", 2) == [] and page.evaluate("document.activeElement.id") == "find"


def test_figures_follow_the_width_of_the_window(page: Page) -> None:
    wide = page.get_attribute("#one-outcome svg", "width")
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_function(f"document.querySelector('#one-outcome svg').getAttribute('width') !== '{wide}'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
