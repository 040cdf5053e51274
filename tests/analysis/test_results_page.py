"""The results page as a file: same bytes, nothing to load, one script by its hash, every word, data that stays data."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from analysis.brief.words import LANGUAGES, entries
from analysis.page.content import content, marks
from analysis.page.document import SCRIPTS, inert, page, write_page
from analysis.results import Results
from sim.outcomes import OUTCOMES


@pytest.fixture(scope="session")
def written(mapped: Results) -> str:
    return page(mapped)


def held(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_same_results_give_the_same_bytes(mapped: Results, written: str, tmp_path: Path) -> None:
    again = Results.load(mapped.save(tmp_path / "results.json"))
    path = write_page(tmp_path, again)
    assert path == tmp_path / "page.html" and path.read_text("utf-8") == written


def test_only_its_own_script_and_style_may_run_and_nothing_is_loaded(written: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', written)
    assert policy is not None and written.index("Content-Security-Policy") < written.index("<style>")
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", written, flags=re.DOTALL)
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none';") and "unsafe" not in policy[1]
    assert re.findall(r'\b(?:src|href)="', written) == [] and re.findall(r"https?://[^\s\"')]+", written) == [
        "http://www.w3.org/2000/svg"
    ]
    assert re.findall(r"\son\w+=|\sstyle=", written) == []


def test_every_word_that_the_script_says_is_there_in_both_languages(written: str) -> None:
    script = "".join((files("analysis.page") / "script" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    said = set(re.findall(r'"((?:[a-z]+)\.[a-z_]+)"', script))
    words = held(written)["words"]
    known = {key.split(".")[0] for key in words["en"]}
    asked = {key for key in said if key.split(".")[0] in known and not key.endswith("_")}
    assert len(asked) > 60
    for lang in LANGUAGES:
        assert asked - words[lang].keys() == set()
    unsaid = {key for key in entries() if key.startswith("explore.")} - asked
    assert unsaid - {"explore.no_script", "explore.loading", "explore.lang_en", "explore.lang_zh"} == {
        "explore.csv",
        "explore.svg",
    }


def test_every_script_of_the_folder_is_in_the_page(written: str) -> None:
    names = {path.name for path in (files("analysis.page") / "script").iterdir()}
    assert names == {f"{name}.js" for name in SCRIPTS}
    for name in SCRIPTS:
        assert (files("analysis.page") / "script" / f"{name}.js").read_text("utf-8") in written


def test_the_font_inside_draws_every_character_of_the_data_and_the_script(written: str) -> None:
    font = re.search(r"data:font/woff;base64,([^)]+)\)", written)
    assert font is not None
    glyphs = TTFont(io.BytesIO(base64.b64decode(font[1]))).getBestCmap()
    script = re.findall(r"<script>(.*?)</script>", written, flags=re.DOTALL)[0]
    shown = set(json.dumps(held(written), ensure_ascii=False) + re.sub(r"//.*", "", script))
    full_width = set("＝＋－＠") | {"\n"}  # looked for in fields of a CSV, never shown
    assert {c for c in shown if ord(c) not in glyphs} - full_width == set()


def test_numbers_are_kept_as_computed_beside_what_is_shown(mapped: Results, written: str) -> None:
    data = held(written)
    effect = next(e for e in mapped.effects if e.option == "merge_branches_kept" and e.outcome == "walk_minutes")
    row = next(r for r in data["effects"] if r["outcome"] == "walk_minutes")
    cell = row["effects"][1]
    assert cell["is"][0] == effect.paired.mean and cell["verdict"] == effect.verdict
    assert float(cell["says"][0].replace("−", "-")) == pytest.approx(effect.paired.mean, rel=0.05)
    assert row["effects"][0] is None and row["levels"][0] is not None
    assert [o["name"] for o in data["outcomes"]] == list(OUTCOMES)
    assert [o["name"] for o in data["options"]] == [o.name for o in mapped.options]


@pytest.mark.parametrize("scale", ["towns", "communities"])
def test_before_and_after_are_painted_by_one_scale(mapped: Results, scale: str) -> None:
    maps = content(mapped)["maps"][scale]
    assert set(maps["plans"]) == {"before", "after"} and [m["name"] for m in maps["measures"]] == [
        "days",
        "unmet",
        "active",
    ]
    for measure in maps["measures"]:
        low = [float(bound.replace("−", "-")) for _, bound, _ in measure["level_classes"]]
        for level in measure["levels"].values():
            assert len(level["cells"]) == len(maps["plans"][level["plan"]]["paths"])
            for cell in filter(None, level["cells"]):
                value, _, number = cell
                assert number == max([i for i, bound in enumerate(low) if value >= bound], default=0)


def test_maps_of_communities_keep_six_digits_of_what_was_computed(mapped: Results) -> None:
    assert mapped.communities is not None
    level = next(x for x in mapped.communities.levels if x.measure == "unmet")
    shown = content(mapped)["maps"]["communities"]["measures"][1]["levels"][level.option]["cells"]
    assert len(shown) == len(level.values) > 0
    for cell, value in zip(shown, level.values, strict=True):
        assert (cell is None) == (value is None)
        if value is not None:
            assert cell[0] == pytest.approx(100.0 * value, rel=1e-5)


def test_a_city_without_a_map_has_a_page_without_maps(results: Results) -> None:
    assert held(page(replace(results, towns=None, communities=None)))["maps"] is None


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("options", [{"status_quo": (0.0, 0, ())}, {"a": (0.0, 0, ()), "b": (0.01, 1, ())}])
def test_few_runs_and_lone_options_have_a_page_too(
    make: Callable[..., Results], runs: int, options: dict[str, Any]
) -> None:
    data = held(page(make(runs, options)))
    assert len(data["options"]) == len(options)
    says = [cell["says"] for row in data["effects"] for cell in row["levels"]]
    assert all(len(said) == 1 for said in says) if runs == 1 else any(len(said) == 3 for said in says)


def test_marks_of_an_axis_are_round_hold_the_values_and_none() -> None:
    found = marks([-0.23, 0.05], signed=True)
    assert [value for value, _ in found] == pytest.approx([-0.3, -0.2, -0.1, 0.0, 0.1])
    assert [text for _, text in found] == ["−0.3", "−0.2", "−0.1", "0", "+0.1"]
    for values in ([], [0.0], [3e-7], [-12345.0, 7.0]):
        found = marks(values, signed=False)
        assert found[0][0] <= min([0.0, *values]) and found[-1][0] >= max([0.0, *values])
        assert len({text for _, text in found}) == len(found) >= 2 and any(value == 0.0 for value, _ in found)


PAYLOADS = ("</script><script>alert(1)</script>", "<!--<script>", "\u2028\u2029", "&lt;img src=x onerror=alert(1)&gt;")


@pytest.mark.parametrize("text", PAYLOADS)
def test_data_cannot_leave_its_element(text: str) -> None:
    shown = inert({"name": text})
    assert json.loads(shown) == {"name": text} and not set(shown) & set("<>&\u2028\u2029")
