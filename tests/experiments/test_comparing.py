"""Comparing when something goes wrong: failed trials are named, what had ended is kept, nothing is half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import stand_ins

from analysis.results import Results
from experiments.cli import main
from experiments.design import identity
from experiments.racing import ELSEWHERE, Race
from experiments.settings import read
from experiments.store import read_manifest, read_table, verify

HERE = Path(__file__).parent
STUDY = ["city=tiny", "days=12", "option=status_quo,grid_300_hire", "assumptions=0", "out=kept"]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_failed_trials_are_named_and_the_others_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", *STUDY, "replications=3", "processes=1", "--json"]
    assert main(words, conduct=stand_ins.fail_in_the_second) == 3
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert said["replications"] == 2 and said["status"] == "failed"  # the broken pair is left out, not half of it
    assert len(said["failed"]) == 1 and "option grid_300_hire, scenario base, replication 1" in said["failed"][0]
    last = shown.err.splitlines()[-1]
    assert "replication 1" in last and "the model broke" in last and "Traceback" not in shown.err
    manifest = read_manifest(tmp_path / "kept")
    assert (manifest["status"], manifest["trials"]) == ("failed", 5)
    assert read_table(tmp_path / "kept", "trials").num_rows == 5 and verify(tmp_path / "kept") == ()
    # the whole study, run again, takes its place
    assert main(["compare", *STUDY, "replications=3", "processes=1", "--json"]) == 0
    assert read_manifest(tmp_path / "kept")["status"] == "done"


def test_ctrl_c_keeps_what_had_ended(tmp_path: Path) -> None:
    code = (
        "import sys, stand_ins; from experiments.cli import main\n"
        "sys.exit(main(sys.argv[1:], conduct=stand_ins.hang_after_the_first))"
    )
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    study = subprocess.Popen(
        [sys.executable, "-c", code, "compare", *STUDY, "replications=5", "processes=2"], stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": path}, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not (tmp_path / "hanging").exists():
        assert study.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    os.killpg(study.pid, signal.SIGINT)  # as a terminal does: to the workers too
    said = study.communicate(timeout=120)[1]
    assert study.returncode == 130
    assert "stopped" in said and "Traceback" not in said
    manifest = read_manifest(tmp_path / "kept")
    assert (manifest["status"], manifest["trials"]) == ("stopped", 2)
    assert verify(tmp_path / "kept") == ()
    assert (tmp_path / "kept" / "brief.en.html").is_file()


def test_another_result_under_the_same_id_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "days=12", "out=kept"]) == 0
    before = read_manifest(tmp_path / "kept")
    assert main(["run", "city=tiny", "days=12", "out=kept"], conduct=stand_ins.give_way) == 3
    assert "must depend on nothing but its id" in capsys.readouterr().err
    assert read_manifest(tmp_path / "kept") == before


def test_a_trial_that_breaks_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "city=tiny", "days=12", "replication=1", "option=grid_300_hire"]
    assert main(words, conduct=stand_ins.fail_in_the_second) == 3
    shown = capsys.readouterr()
    assert shown.out == "" and "Traceback" not in shown.err and "the model broke over two lines" in shown.err
    assert list(tmp_path.iterdir()) == []


def test_scenarios_and_processes_change_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for words in (["processes=1"], ["processes=2", "scenario=base,ageing"]):
        study = ["compare", *STUDY[:4], "replications=2", *words, "--json"]
        assert main(study) == 0
        effects = json.loads(capsys.readouterr().out)["effects"]
        found.append([effect for effect in effects if effect["scenario"] == "base"])
    assert found[0] == found[1] != []


@pytest.mark.parametrize(
    "verb", [["run"], ["compare", "replications=2", "processes=1", "option=fund_plus_50", "assumptions=0"]]
)
def test_a_broken_invariant_is_an_error(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*verb, "city=tiny", "days=12", "--json"], conduct=stand_ins.lose_a_case) == 3
    shown = capsys.readouterr()
    assert "cases_conserved" in shown.err.splitlines()[-1]
    json.loads(shown.out)


def test_other_scenarios_run_beside_a_race_of_one(tmp_path: Path) -> None:
    """Regrets over all shipped scenarios, from lucks of their own; a race of several scenarios says it itself."""
    words = ["compare", "city=tiny", "days=12", "option=status_quo,grid_300_hire", "replications=2", "assumptions=1"]
    assert main([*words, "attribute=null", "processes=1", "out=kept"], conduct=stand_ins.quick) == 0
    results = Results.load(tmp_path / "kept" / "results.json")
    shipped = {path.stem for path in (HERE.parents[1] / "configs" / "scenario").glob("*.yaml")}
    assert results.robust and results.scenarios == ("base",)
    for found in results.robust:
        assert found.scenarios[0] == "base" and set(found.scenarios) == shipped and found.replications == 2
    beside = read_table(tmp_path / "kept", "beside").to_pydict()
    runs = {(n, p) for kind, n, p in zip(beside["kind"], beside["number"], beside["place"], strict=True)
            if kind == "scenario"}  # fmt: skip
    assert len(runs) == (len(shipped) - 1) * 2 * 2  # as many as of the race, since that is fewer than usual
    assert Race(settings=read("compare", [])).lucks(ELSEWHERE) == ELSEWHERE > 2
    several = read("compare", ["scenario=base,ageing"])
    assert several.elsewhere == {} == read("compare", ["assumptions=0"]).elsewhere
    assert identity(read("compare", [])) != identity(replace(read("compare", []), elsewhere={}))


def test_the_default_comparison_shows_every_effect_around_its_own_mean(tmp_path: Path) -> None:
    """Draws beside the race: means of the intervals over assumptions are the race's, and lie in them or are flagged."""
    words = ["compare", "city=tiny", "days=40", "option=status_quo,grid_300_hire,fund_plus_50", "replications=3"]
    assert main([*words, "assumptions=24", "attribute=null", "out=kept"]) == 0
    results = Results.load(tmp_path / "kept" / "results.json")
    assert results.assumed is not None and results.assumed.effects
    raced = {(e.option, e.outcome): e.paired.mean for e in results.effects}
    for effect in results.assumed.effects:
        assert effect.mean == pytest.approx(raced[effect.option, effect.outcome], rel=1e-9, abs=1e-12)
        assert effect.outside == (not effect.low <= effect.mean <= effect.high)
