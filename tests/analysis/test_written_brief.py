"""The brief: same bytes, same numbers in both languages, nothing loaded, nothing unescaped, no winner in a tie."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from fontTools.ttLib import TTFont

from analysis.brief.document import brief, write_brief
from analysis.brief.numbers import fixed, percent, significant, spanned
from analysis.brief.reading import advice
from analysis.brief.typeface import covered
from analysis.brief.words import LANGUAGES, entries, words
from analysis.decision.choice import decide
from analysis.decision.runs import HEADLINE
from analysis.figures.choropleth import change_classes, level_classes
from analysis.results import Results
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.rules import levers
from sim.services import CLASSES
from sim.world import City
from sim.world.tallies import SERVED_KINDS

SHIPPED = [
    name
    for path in (files("configs") / "option").iterdir()
    if path.name.endswith(".yaml")
    for name in yaml.safe_load(path.read_text("utf-8"))
]
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture(scope="session")
def pages(results: Results) -> dict[str, str]:
    return {lang: brief(results, lang) for lang in LANGUAGES}


class Page(HTMLParser):
    """Tags with attributes, and the text outside style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.quiet = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.quiet = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.quiet = False

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.words.append(data)


def test_the_brief_is_written_again_byte_for_byte(results: Results, pages: dict[str, str], tmp_path: Path) -> None:
    path = write_brief(tmp_path, results, "en")
    assert path == tmp_path / "brief.en.html" and path.read_text("utf-8") == pages["en"]
    results.save(tmp_path / "r.json")
    assert brief(Results.load(tmp_path / "r.json"), "zh") == pages["zh"]


def test_both_languages_show_the_same_numbers(pages: dict[str, str]) -> None:
    shown = {lang: Counter(NUMBER.findall(" ".join(Page(page).words))) for lang, page in pages.items()}
    assert sum(shown["en"].values()) > 500
    assert shown["en"] - shown["zh"] == Counter() and shown["zh"] - shown["en"] == Counter()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_loaded_and_no_script_runs(pages: dict[str, str], lang: str) -> None:
    page = Page(pages[lang])
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "img", "base", "form")
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "action", "data"):
                assert value is not None and value.startswith("#")
    assert all(
        m.startswith(("#", "data:font/woff;base64,")) for m in re.findall(r"url\(\s*[\"']?([^)\"']+)", pages[lang])
    )
    assert "@import" not in pages[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_are_unique_and_references_lead_somewhere(pages: dict[str, str], lang: str) -> None:
    tags = Page(pages[lang]).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        for name in ("href", "xlink:href", "aria-labelledby"):
            if attributes.get(name):
                assert str(attributes[name]).lstrip("#") in ids
    assert all(target in ids for target in re.findall(r"url\(#([^)]+)\)", pages[lang]))


def test_tables_and_figures_are_named_for_screen_readers(pages: dict[str, str]) -> None:
    tags = Page(pages["en"]).tags
    names = Counter(tag for tag, _ in tags)
    assert names["h1"] == names["main"] == 1 and names["caption"] == names["table"] > 5
    assert names["figure"] == names["figcaption"] == names["svg"] > 10
    assert all("scope" in a for tag, a in tags if tag == "th")
    assert all(a.get("aria-label") for tag, a in tags if tag == "svg")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_character_shown_has_a_glyph_in_the_embedded_font(pages: dict[str, str], lang: str) -> None:
    data = re.search(r"base64,([^)]+)\)", pages[lang])
    assert data is not None
    glyphs = TTFont(io.BytesIO(base64.b64decode(data[1]))).getBestCmap()
    shown = {c for c in "".join(Page(pages[lang]).words) if c.isprintable()}
    assert {c for c in shown if ord(c) not in glyphs} == set()


def test_the_shipped_font_draws_all_words_and_all_place_names(city: City) -> None:
    from sim.world import chengdu

    real = chengdu(0.002)
    names = "".join(
        [
            *real.place_name,
            *real.district_name,
            *(n for p in real.plans.values() for n in p.town_name),
            *city.place_name,
        ]
    )
    text = names + "".join(entry[lang] for entry in entries().values() for lang in LANGUAGES)
    assert set(text) - covered() == set()


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "</style><b>&amp;",
    "$x_1^2$ \\frac{a}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(make: Callable[..., Results], name: str) -> None:
    shown = brief(make(3, {"status_quo": (0.0, 0, ()), name: (0.02, 3, ())}, question=name, command=name), "en")
    page = Page(shown)
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
    shown_as = [word.strip() for word in page.words]
    assert (
        name in shown_as and name.replace("_", " ") in shown_as
    )  # the question and command; the option in tables and figures
    assert shown_as.count(name.replace("_", " ")) > 10 and "49" not in shown_as


def test_a_tie_prints_no_winner(make: Callable[..., Results]) -> None:
    tied = make(8, {"status_quo": (0.0, 0, ()), "again": (0.0, 0, ())})
    lead, lines = advice(tied, words("en"))
    assert lead == words("en")("decision.no_best") and len(lines) == len(HEADLINE)
    page = " ".join(Page(brief(tied, "en")).words)
    assert "separable best." not in page and "identical" in page and "leads on" not in page


def test_an_option_is_recommended_only_if_it_leads_on_everything(results: Results) -> None:
    from dataclasses import replace

    def lead(last: tuple[str, ...]) -> str:
        best = {**dict.fromkeys(HEADLINE, ("fund_plus_50",)), HEADLINE[-1]: last}
        found = tuple(
            replace(c, among=best[c.outcome], best=best[c.outcome][0] if len(best[c.outcome]) == 1 else None)
            for c in results.choices
        )
        verdict = decide(found, [option.name for option in results.options])
        return advice(replace(results, choices=found, verdict=verdict), words("en"))[0]

    say = words("en")
    assert lead(("fund_plus_50",)) == say("decision.recommendation", option="Fund +50%")
    assert lead(("status_quo",)) == say("decision.trade_off") == lead(("fund_plus_50", "status_quo"))


@pytest.mark.parametrize("options", [{"status_quo": (0.0, 0, ())}, {"a": (0.0, 0, ()), "b": (0.01, 1, ())}])
@pytest.mark.parametrize("runs", [1, 2])
def test_few_runs_and_lone_options_still_give_an_honest_brief(
    make: Callable[..., Results], runs: int, options: dict[str, Any]
) -> None:
    text = " ".join(Page(brief(make(runs, options), "en")).words)
    assert ("no interval" in text) == (runs == 1)
    if runs == 1:
        assert "separable best." not in text


def test_broken_invariants_are_said_first(results: Results) -> None:
    from dataclasses import replace

    page = " ".join(Page(brief(replace(results, broken=("status_quo: cases balance",)), "en")).words)
    assert page.index("Do not rely") < page.index("The decision")


def test_words_are_complete_in_both_languages() -> None:
    for key, entry in entries().items():
        assert set(entry) == set(LANGUAGES) and all(entry[lang].strip() for lang in LANGUAGES), key
        holes = [sorted(re.findall(r"\{(\w+)\}", entry[lang])) for lang in LANGUAGES]
        assert holes[0] == holes[1], key
        assert Counter(NUMBER.findall(entry["en"])) == Counter(NUMBER.findall(entry["zh"])), key


def test_nothing_that_ships_lacks_words() -> None:
    known = entries()
    needed = (
        [f"outcome.{o}" for o in OUTCOMES]
        + [f"meaning.{o}" for o in OUTCOMES]
        + [f"theme.{o.theme}" for o in OUTCOMES.values()]
    )
    needed += [f"unit.{o.unit}" for o in OUTCOMES.values()] + [f"lever.{key}" for key, _ in levers()]
    needed += [f"reform.{reform.__name__}" for reform in REFORMS.values()] + [
        f"station.{kind}" for kind in SERVED_KINDS
    ]
    needed += [f"group.{name}" for name in CLASSES] + [f"option.{name}" for name in SHIPPED]
    assert [key for key in needed if key not in known] == []
    assert [key for key in known if key.startswith("lever.") and key[6:] not in dict(levers())] == []


def test_an_unknown_language_or_word_is_named() -> None:
    with pytest.raises(ValueError, match="lang must be one of en, zh, got 'fr'"):
        words("fr")
    with pytest.raises(KeyError, match="no words for"):
        words("en")("page.nothing")


def test_numbers_are_rounded_last_and_signed_right() -> None:
    assert fixed(-0.004, 2, signed=True) == "0" and fixed(-1234.5, 1) == "−1,234.5"
    assert significant(0.012345) == "0.0123" and significant(123456.0) == "123,456" and significant(0.0) == "0"
    assert percent(0.4826) == "48%" and percent(0.0482) == "4.8%" and percent(1.0) == "100%"
    assert spanned(0.1194, 0.1114, 0.1273, signed=True) == ("+0.119", "+0.111", "+0.127")
    assert spanned(0.3, 0.0004, 0.6, signed=True) == ("+0.3000", "+0.0004", "+0.6000")  # never rounded onto zero
    assert spanned(2.0, None, None, signed=True) == ("+2.00", None, None)
    assert spanned(0.9166666666, 0.91666666659, 0.9166666667, signed=True) == ("+0.917",) * 3  # rounding is no width


def test_map_classes_are_round_and_hold_the_values() -> None:
    assert change_classes([-0.2, 0.05, 1.1]) == pytest.approx((-1.5, -1.0, -0.5, 0.5, 1.0, 1.5))
    assert change_classes([0.0, 0.0]) == pytest.approx((-1.5, -1.0, -0.5, 0.5, 1.0, 1.5))
    bounds = level_classes([4.9, 5.0, 5.7])
    assert bounds[0] <= 4.9 and bounds[-1] >= 5.69 and len(bounds) <= 7
    assert level_classes([3.0]) and level_classes([])
