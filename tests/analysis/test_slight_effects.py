"""A sure effect that is less than counts as a difference is called slight, and never "better" or "worse" outright."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from analysis.brief.document import brief
from analysis.brief.reading import Lookup, effect_cell, paired_cell, slight
from analysis.brief.words import words
from analysis.compare import Effect, paired
from analysis.decision.runs import HEADLINE, INDIFFERENCE
from analysis.page.document import page
from analysis.results import Results

LEVEL = 200.0  # 1 % of it is 2


def effect(low: float, high: float) -> Any:
    """A paired effect whose t interval has these ends, to within rounding."""
    found = paired([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    assert found.t is not None
    return replace(found, t=replace(found.t, low=low, high=high), bca=None)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "expected"),
    [
        (0.5, 1.9, "worse", True), (-1.9, -0.5, "better", True), (0.5, 2.1, "worse", False), (0.5, 2.0, "worse", False),
        (-2.1, -0.5, "better", False), (-1.0, 1.0, "unclear", False), (0.5, 1.9, "higher", False),
    ],
)  # fmt: skip
def test_both_ends_of_the_interval_must_be_below_what_counts(
    low: float, high: float, verdict: str, expected: bool
) -> None:
    assert INDIFFERENCE * LEVEL == 2.0
    assert slight(effect(low, high), verdict, LEVEL) == slight(effect(low, high), verdict, -LEVEL) == expected
    assert not slight(effect(low, high), verdict, None) and not slight(effect(low, high), verdict, 0.0)


def test_assumptions_that_make_it_larger_make_it_count() -> None:
    class Over:
        low, high = 0.4, 3.0

    over: Any = Over()
    assert slight(effect(0.5, 1.9), "worse", LEVEL) and not slight(effect(0.5, 1.9), "worse", LEVEL, over)
    over.high = 1.9
    assert slight(effect(0.5, 1.9), "worse", LEVEL, over)


def test_the_level_is_compared_before_the_unit_is_changed() -> None:
    """Shares are shown in points, a hundred times themselves."""
    cell = paired_cell(effect(0.001, 0.002), "worse", words("en"), 100.0, level=0.3)
    assert (cell.verdict, cell.word) == ("worse slight", "slightly worse")
    assert paired_cell(effect(0.001, 0.004), "worse", words("en"), 100.0, level=0.3).verdict == "worse"


@pytest.fixture(scope="module")
def two(make: Callable[..., Results]) -> Results:
    """One option moves every outcome by half a percent of its level, the other by a tenth."""
    return make(8, {"status_quo": (0.0, 0, ()), "little": (0.005, 0, ()), "much": (0.1, 0, ())})


def test_what_moves_by_half_a_percent_is_slight_and_by_a_tenth_is_not(two: Results) -> None:
    look = Lookup.of(two)

    def verdicts(option: str) -> set[str]:
        found: list[Effect] = [look.effects[two.scenario, option, outcome] for outcome in HEADLINE]
        return {effect_cell(e, words("en"), level=look.base(e)).verdict for e in found}

    assert verdicts("little") == {"better slight", "worse slight"}
    assert verdicts("much") == {"better", "worse"}


@pytest.mark.parametrize(("lang", "said"), [("en", "slightly worse"), ("zh", "略差")])
def test_brief_and_page_say_it(two: Results, lang: str, said: str) -> None:
    written = brief(two, lang)
    rows = dict(re.findall(r'<tr role="row"><th role="rowheader" scope="row">(.*?)</th>(.*?)</tr>', written, re.DOTALL))
    assert said in rows["little"] and 'class="verdict worse"' not in rows["little"]
    assert said not in rows["much"] and 'class="verdict worse"' in rows["much"]
    assert words(lang)("verdict.slight_note") in unescape(written)
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', page(two), re.DOTALL)
    assert held is not None
    shown = [row["effects"] for row in json.loads(held[1])["effects"] if row["outcome"] in HEADLINE]
    assert all(little["slight"] and "slight" not in much for _, little, much in shown) and len(shown) == len(HEADLINE)
