"""The verbs, end to end on the tiny city: what they print, keep and return."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from experiments.cli import VERBS, main
from experiments.store import read_manifest, verify
from sim.outcomes import OUTCOMES
from sim.rules import levers

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_run_keeps_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "days=40", "out=kept", "--json"]) == 0
    shown = document(capsys)
    assert shown["residents"] == 2_400 and shown["cases"] > 500
    assert all(shown["checks"].values())
    manifest = read_manifest(tmp_path / "kept")
    assert manifest["digest"] == shown["digest"] and manifest["config"]["days"] == 40
    assert verify(tmp_path / "kept") == ()
    outcomes = pq.read_table(tmp_path / "kept" / "outcomes.parquet").to_pandas().query("group == 'all'")
    row = outcomes.loc[outcomes["outcome"] == "days_to_solved", "value"]
    assert float(row.iloc[0]) == shown["outcomes"]["days_to_solved"]


def test_run_again_is_the_same_and_another_seed_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for seed in (1, 1, 2):
        assert main(["run", "city=tiny", "days=20", f"seed={seed}", "--json"]) == 0
        digests.append(document(capsys)["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_folder_of_another_study_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "days=10", "out=kept"]) == 0
    before = (tmp_path / "kept" / "manifest.json").read_bytes()
    assert main(["run", "city=tiny", "days=11", "out=kept"]) == 2
    assert (tmp_path / "kept" / "manifest.json").read_bytes() == before


def test_compare_writes_the_brief_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["city=tiny", "days=40", "replications=2", "assumptions=4", "processes=1", "out=kept", "--json"]
    assert main(["compare", *given, "option=status_quo,merge_branches_closed"]) == 0
    shown = document(capsys)
    walk = [e for e in shown["effects"] if e["option"] == "merge_branches_closed" and e["outcome"] == "walk_minutes"]
    assert walk[0]["effect"] > 0
    assert "办结天数" in (tmp_path / "kept" / "brief.zh.html").read_text("utf-8")
    assert "Days to solved" in (tmp_path / "kept" / "brief.en.html").read_text("utf-8")
    assert verify(tmp_path / "kept") == ()


@pytest.mark.parametrize(
    "topic", ["cities", "designs", "experiments", "options", "reforms", "mechanisms", "outcomes", "parameters"]
)
def test_show(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", topic, "--json"]) == 0
    rows = document(capsys)[topic]
    assert rows and all(row == {**rows[0], **row} for row in rows)
    assert main(["show", topic, "lang=zh"]) == 0
    assert capsys.readouterr().out.strip()


def test_show_mechanisms(capsys: pytest.CaptureFixture[str]) -> None:
    """All 45, each with levers that exist, outcomes that are measured, and code that is there."""
    assert main(["show", "mechanisms", "--json"]) == 0
    rows = document(capsys)["mechanisms"]
    assert [row["id"] for row in rows] == [f"M{number:02d}" for number in range(1, 46)]
    known = {name for name, _ in levers()}
    for row in rows:
        assert all(row[key] for key in ("phrase", "term", "levers", "ranges", "outcomes", "evidence", "code"))
        assert set(row["levers"]) <= known and len(row["ranges"]) == len(row["levers"])
        assert set(row["outcomes"]) <= set(OUTCOMES) and len(row["outcomes"]) >= 2
        assert all((ROOT / path).is_file() and row["id"] in (ROOT / path).read_text("utf-8") for path in row["code"])
    pairing = rows[21]
    assert (pairing["term"], pairing["code"]) == ("pairing with communities", ["sim/practices/pairing.py"])
    assert pairing["ranges"][pairing["levers"].index("pairing.coverage")] == "0 to 1"
    assert main(["show", "mechanisms"]) == 0
    shown = capsys.readouterr().out
    assert all(row["id"] in shown for row in rows) and "sim/practices/pairing.py" in shown
    assert "pairing.coverage: 0 to 1" in shown


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_a_screen(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert 1 <= len(capsys.readouterr().out.splitlines()) <= 40
    assert main([]) == 0
    assert verb in capsys.readouterr().out
