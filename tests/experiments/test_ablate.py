"""Mechanisms tried alone: what is said of each, what is declared of it, and how a wrong declaration shows."""

from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import stand_ins

from analysis.ablation import Ablated, changes
from experiments.ablation import jobs_of, read_ablation
from experiments.cli import main
from experiments.mechanisms import reforms_of
from experiments.store import read_manifest, verify
from sim.outcomes import OUTCOMES
from sim.practices.base import Expectation
from sim.reforms import OpeningHours
from sim.rules import Rules, levers

HERE = Path(__file__).parent
STUDY = ["city=tiny", "days=40", "replications=3", "processes=1", "assumptions=0", "out=kept"]
IDS = [f"M{number:02d}" for number in range(1, 46)]
OPEN = {"M02", "M04", "M06", "M09", "M10", "M18", "M21", "M25", "M28", "M35", "M40"}  # the sign hangs on assumptions
KINDS = [(mechanism, name, kind) for mechanism, kinds in reforms_of().items() for name, kind in kinds.items()]
each_reform = pytest.mark.parametrize(("mechanism", "name", "kind"), KINDS, ids=[f"{m}-{n}" for m, n, _ in KINDS])


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ablation(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["ablate", *STUDY, *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def effect(mechanism: dict[str, Any], outcome: str, reform: str) -> dict[str, Any]:
    (found,) = [e for e in mechanism["effects"] if (e["outcome"], e["reform"]) == (outcome, reform)]
    return dict(found)


def test_mechanisms_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ablation(capsys, "mechanism=M36,M22")
    assert "not evidence" in said["note"] and said["status"] == "done"
    assert [m["id"] for m in said["mechanisms"]] == ["M22", "M36"]  # in order, however they were asked for
    pairing, carriers = said["mechanisms"]
    for mechanism in said["mechanisms"]:
        assert mechanism["neutral_identical"] is True
        assert {e["outcome"] for e in mechanism["effects"]} == set(OUTCOMES)
        for e in mechanism["effects"]:
            assert {"outcome", "effect", "low", "high", "expected"} <= e.keys()
            assert e["low"] is None or e["low"] <= e["effect"] <= e["high"]
    assert [r["reform"] for r in carriers["reforms"]] == ["compound_stations", "windows", "opening_hours"]
    wait = effect(carriers, "first_owner_hours", "opening_hours")
    assert wait["expected"] == "down" and wait["high"] < 0.0 and wait["reason"] == "the next opening is sooner"
    cost = effect(carriers, "cost_per_resident", "opening_hours")
    assert (cost["role"], cost["expected"]) == ("cost", "up") and cost["low"] > 0.0
    assert carriers["cost_worsened"] is True
    assert effect(pairing, "walk_minutes", "pairing")["effect"] == 0.0  # what it does not touch stays to the last bit


def test_what_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ablation(capsys, "mechanism=M36")
    kept = tmp_path / "kept"
    manifest = read_manifest(kept)
    assert verify(kept) == () and (manifest["verb"], manifest["trials"]) == ("ablate", 3 + 3 * 4)
    stored = json.loads((kept / "mechanisms.json").read_text("utf-8"))
    assert stored == {key: value for key, value in said.items() if key in stored}
    with (kept / "mechanisms.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 3 * len(OUTCOMES)
    assert {row["phrase"] for row in rows} == {stored["mechanisms"][0]["phrase"]}
    for lang, told in (("en", "not evidence"), ("zh", "不是证据")):
        figure = (kept / f"mechanisms.{lang}.svg").read_text("utf-8")
        assert told in figure and "M36" in figure and "font-face" in figure
        assert (kept / f"mechanisms.{lang}.png").read_bytes().startswith(b"\x89PNG")
    assert main(["verify", "kept", "sample=4"]) == 0


def test_run_again_every_file_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = ablation(capsys, "mechanism=M30")
    second = ablation(capsys, "mechanism=M30", "processes=2", "threads=2", "out=again")
    assert first["mechanisms"] == second["mechanisms"]
    names = [p.name for p in (tmp_path / "kept").iterdir() if p.name != "manifest.json"]
    for name in names:
        assert (tmp_path / "kept" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_the_table_says_that_it_is_no_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, told in (("en", "not evidence"), ("zh", "不是证据")):
        assert main(["ablate", *STUDY, "mechanism=M30", f"lang={lang}"]) == 0
        shown = capsys.readouterr().out
        assert told in shown and "M30" in shown


def test_a_wrong_expectation_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Expectation(outcome="counter_wait", direction="up", reason="planted")
    right = next(e for e in OpeningHours.expected if e.outcome == "first_owner_hours")
    monkeypatch.setattr(OpeningHours, "expected", (right, wrong))
    (carriers,) = ablation(capsys, "mechanism=M36")["mechanisms"]
    hours = {r["reform"]: r for r in carriers["reforms"]}["opening_hours"]
    assert hours["against"] == ["counter_wait"]
    assert hours["moved_as_expected"] is False and carriers["moved_as_expected"] is False
    assert hours["cost_worsened"] is True


def test_a_neutral_form_that_changes_something_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(OpeningHours, "neutral", classmethod(lambda cls: cls(extra_hours=1.0)))
    assert main(["ablate", *STUDY, "mechanism=M36", "--json"]) == 3
    shown = capsys.readouterr()
    assert "M36 opening_hours" in shown.err.splitlines()[-1]
    assert json.loads(shown.out)["mechanisms"][0]["neutral_identical"] is False


def test_weights_of_indices_judge_and_move_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    (indices,) = ablation(capsys, "mechanism=M45")["mechanisms"]
    moved = {e["outcome"] for e in indices["effects"] if e["effect"]}
    assert moved == {"gain", "happiness", "happiness_earned", "security", "gini_gain"}
    assert effect(indices, "gain", "index_weights")["effect"] < 0.0
    ablated = read_ablation(["city=tiny", "mechanism=M45"])
    assert {job.rules == Rules() for job in jobs_of(ablated)} == {True, False}
    assert all(not job.option.rollouts for job in jobs_of(ablated))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mechanism=M46"], "M46"), (["mechanism=pairing"], "pairing"), (["mechanism="], "mechanism"),
        (["mechanism=M01,M01"], "each once"), (["mechanism=all,M01"], "all"), (["mechanism=1,2"], "mechanism"),
        (["mechanism=M01", "mechanism=M02"], "twice"), (["option=merge"], "option"),
        (["replications=1"], "replications"),
        (["scenario=base,ageing"], "one choice"), (["mechanisms=M01"], "mechanism"), (["city.share=2"], "share"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", *words]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1 and told in shown.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_keeps_the_mechanisms_that_had_ended(tmp_path: Path) -> None:
    code = (
        "import sys, stand_ins; from experiments.cli import main\n"
        "sys.exit(main(sys.argv[1:], conduct=stand_ins.hang_in_pairing))"
    )
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    study = subprocess.Popen(
        [sys.executable, "-c", code, "ablate", *STUDY, "mechanism=M21,M22,M23", "--json"],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not (tmp_path / "hanging").exists():
        assert study.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    os.killpg(study.pid, signal.SIGINT)
    out, err = study.communicate(timeout=120)
    assert study.returncode == 130 and "stopped" in err and "Traceback" not in err
    said = json.loads(out)
    assert said["status"] == "stopped" and [m["id"] for m in said["mechanisms"]] == ["M21"]
    assert verify(tmp_path / "kept") == ()


def test_a_trial_that_fails_leaves_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["ablate", *STUDY, "mechanism=M21,M22", "--json"]
    assert main(words, conduct=stand_ins.fail_in_pairing) == 3
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert [m["id"] for m in said["mechanisms"]] == ["M21"] and len(said["failed"]) == 1
    assert "M22_pairing" in shown.err.splitlines()[-1] and "Traceback" not in shown.err


def test_45_mechanisms_are_declared_in_order() -> None:
    assert list(reforms_of()) == IDS
    assert all(reforms_of().values())


@each_reform
def test_what_is_declared_can_be_measured(mechanism: str, name: str, kind: Any) -> None:
    declared = [*kind.expected, kind.cost]
    assert len({e.outcome for e in declared}) == len(declared) >= 2
    assert all(e.outcome in OUTCOMES and e.reason for e in declared)
    assert mechanism in OPEN or all(e.direction != "open" for e in kind.expected)


@each_reform
def test_what_it_costs_is_something_that_worsens(mechanism: str, name: str, kind: Any) -> None:
    better = {"lower": "down", "higher": "up", "neither": None}[OUTCOMES[kind.cost.outcome].better]
    assert kind.cost.direction in ("up", "down") and kind.cost.direction != better


@each_reform
def test_it_touches_what_it_says(mechanism: str, name: str, kind: Any) -> None:
    known = {lever for lever, _ in levers()}
    assert set(kind.touches) <= known
    before, after = Rules(), kind(**kind.tried).amend(Rules())
    moved = {lever for lever in known if value(before, lever) != value(after, lever)}
    assert moved and moved <= set(kind.touches)


def value(rules: Rules, lever: str) -> Any:
    theme, name = lever.split(".")
    return getattr(getattr(rules, theme), name)


def one(effects: dict[str, list[float]], *expected: Expectation, cost: str = "up") -> Ablated:
    """A reform whose outcomes changed by these amounts in three runs; it costs `cost_per_resident`."""
    base = [dict.fromkeys(OUTCOMES, 1.0) for _ in range(3)]
    runs = [{**b, **{name: 1.0 + amounts[k] for name, amounts in effects.items()}} for k, b in enumerate(base)]
    price = Expectation(outcome="cost_per_resident", direction=cost, reason="paid")
    return Ablated(mechanism="M01", reform="x", levers={}, neutral_identical=True,
                   changes=changes(runs, base, expected, price))  # fmt: skip


def expecting(outcome: str, direction: Any) -> Expectation:
    return Expectation(outcome=outcome, direction=direction, reason="said so")


def test_the_verdict() -> None:
    dearer, noisy = {"cost_per_resident": [2.0, 2.1, 1.9]}, [1.0, -1.0, 0.2]
    up, down = expecting("trust", "up"), expecting("trust", "down")
    assert one({**dearer, "trust": [1.0, 1.1, 0.9]}, up).moved_as_expected
    assert one({**dearer, "trust": [1.0, 1.1, 0.9]}, down).against == ("trust",)
    assert not one({**dearer, "trust": noisy}, up).moved_as_expected  # cannot be told from nothing
    assert not one({"trust": [1.0, 1.1, 0.9]}, up).moved_as_expected  # costs nothing
    assert one({**dearer, "trust": noisy}, expecting("trust", "open")).moved_as_expected
    two = one({**dearer, "trust": [1.0, 1.1, 0.9], "gain": [1.0, 1.1, 0.9]}, up, expecting("gain", "down"))
    assert not two.moved_as_expected and two.against == ("gain",)
    assert one({**dearer, "trust": [math.nan] * 3}, up).changes[0].effect == 0.0
    assert next(c for c in one({"trust": [math.nan] * 3}, up).changes if c.outcome == "trust").effect is None


def test_an_interval_is_students() -> None:
    (found,) = [c for c in one({"trust": [1.0, 2.0, 3.0]}, expecting("trust", "up")).changes if c.outcome == "trust"]
    assert found.effect == pytest.approx(2.0) and found.se == pytest.approx(1 / math.sqrt(3))
    assert found.high == pytest.approx(2.0 + 4.302653 / math.sqrt(3), rel=1e-6)
    assert found.sign == 0 and found.fits is None


@pytest.mark.slow
def test_all_45_on_the_default_share(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.monotonic()
    assert main(["ablate", "--json"]) == 0
    assert time.monotonic() - start < 15 * 60
    found = json.loads(capsys.readouterr().out)["mechanisms"]
    assert [m["id"] for m in found] == IDS
    wrong = [m["id"] for m in found if not (m["neutral_identical"] and m["moved_as_expected"] and m["cost_worsened"])]
    assert wrong == []
