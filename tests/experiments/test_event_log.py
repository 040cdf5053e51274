"""The exported event log: what process-mining tools read, of a trial that is the one that was kept."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.cli import main
from experiments.sweep import events, kept
from experiments.sweep.disk import put, sealed, unsealed


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its event log."""
    folder = tmp_path_factory.mktemp("logged") / "study"
    assert main(["run", "city=tiny", "days=40", "warmup=0", f"out={folder}"]) == 0
    assert main(["store", "export", str(folder), "events=0"]) == 0
    return folder


def read(study: Path) -> list[dict[str, str]]:
    path = study / "export" / "events.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_csv_agrees_with_the_outcomes_that_are_kept(study: Path) -> None:
    outcome = {row["outcome"]: row["value"] for row in pq.read_table(study / "outcomes.parquet").to_pylist()}
    daily = pq.read_table(study / "series.parquet")
    total = {
        name: sum(daily[name].to_pylist()) for name in ("closed", "co_produced", "help_seconds", "solved", "filed")
    }
    times: dict[str, dict[str, datetime]] = defaultdict(dict)
    solved = Counter()
    for row in read(study):
        if row["source"] != "again":
            times[row["case"]][row["activity"]] = datetime.fromisoformat(row["end"])
            solved[row["was_solved"]] += 1
    took = [(at["closed"] - at["filed"]).total_seconds() for at in times.values() if "closed" in at]
    assert len(took) == total["closed"] - total["co_produced"] > 500
    assert solved["yes"] == total["solved"] - total["co_produced"]
    days = (int(sum(took)) + total["help_seconds"]) / total["closed"] / 86_400
    assert days == outcome["days_to_solved"]


def test_rows_are_those_of_an_event_log(study: Path) -> None:
    rows = read(study)
    assert list(rows[0])[:6] == ["case", "activity", "start", "end", "lifecycle", "station"]
    assert {row["activity"] for row in rows} >= {"filed", "queued", "served", "returned", "outside", "closed", "left"}
    served = [row for row in rows if row["activity"] == "served"]
    assert all(row["station"].startswith(row["station_kind"]) and row["station_kind"] for row in served)
    assert any(row["station"] == "department_branch 900001 civil_affairs" for row in rows)
    assert {row["age_band"] for row in rows if row["source"] == "hazard"} == {""}
    assert min(row["start"] for row in rows).startswith("2021-01-01")
    stored = pq.read_table(study / "export" / "events.parquet")
    assert stored.num_rows == len(rows) and stored["case"].to_pylist() == [row["case"] for row in rows]


def test_parts_make_the_same_log(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "ROWS_AT_ONCE", 500)
    assert main(["store", "export", str(study), f"to={tmp_path}", "events=0"]) == 0
    assert pq.ParquetFile(tmp_path / "events.parquet").num_row_groups > 5
    assert (tmp_path / "events.csv").read_bytes() == (study / "export" / "events.csv").read_bytes()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("events=1", "keeps no such trial; it keeps 1, from 0 to 0"),
        ("events=x", "must be the number of a trial"),
        ("events=-1", "must be the number of a trial"),
    ],
)
def test_a_trial_that_is_not_there_is_refused(
    word: str, said: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "export", str(study), f"to={tmp_path / 'there'}", word]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and not (tmp_path / "there").exists()


def test_a_trial_too_large_is_refused_before_it_runs(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(events, "MOST_CASES", 1_000)
    assert main(["store", "export", str(study), f"to={tmp_path / 'there'}", "events=0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cases, and a log holds at most 1000; take a smaller share" in line and not (tmp_path / "there").exists()


def test_a_trial_that_comes_out_otherwise_leaves_no_log(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = kept.kept_trials

    def other(*given: object) -> kept.Kept:
        found = real(*given)  # type: ignore[arg-type]
        return kept.Kept(digests={0: "0" * 64}, trial=found.trial, label=found.label)

    monkeypatch.setattr(events, "kept_trials", other)
    assert main(["store", "export", str(study), f"to={tmp_path}", "events=0"]) == 3
    assert "000000000000 when it was kept" in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_log_of_a_command_that_trusts_a_package_asks_for_it(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = unsealed(study / "manifest.json")
    put(
        tmp_path / "manifest.json",
        sealed({**manifest, "files": {}, "command": "reformsim run city=tiny --plugin mine"}),
    )
    assert main(["store", "export", str(tmp_path), "events=0"]) == 2
    assert "to trust it too, add --plugin mine" in capsys.readouterr().err
