"""Signs declared open: which assumptions are drawn, and what the draws say."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import stand_ins

from analysis.open_signs import over_assumptions
from experiments.ablation import jobs_of, read_ablation
from experiments.cli import main
from experiments.mechanisms import reforms_of
from experiments.open_signs import around
from experiments.store import verify
from sim.outcomes import OUTCOMES
from sim.rules import Rules, levers

STUDY = ["city=tiny", "days=20", "replications=2", "processes=1", "assumptions=3", "out=kept"]
DECLARED = {
    f"{mechanism}_{name}": [e.outcome for e in kind.expected if e.direction == "open"]
    for mechanism, kinds in reforms_of().items()
    for name, kind in kinds.items()
    if any(e.direction == "open" for e in kind.expected)
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drawn_of(*words: str) -> dict[str, Any]:
    ablation = read_ablation(["city=tiny", "assumptions=8", *words])
    return {signs.name: several.drawn for several in ablation.draws for signs in several.signs}


def test_every_open_outcome_is_tried_under_draws() -> None:
    draws = read_ablation(["city=tiny"]).draws
    found = {signs.name: list(signs.outcomes) for several in draws for signs in several.signs}
    assert found == DECLARED and len(found) == 11
    assert read_ablation(["city=tiny", "assumptions=0"]).draws == ()


def test_drawn_are_assumptions_within_their_ranges_and_no_choices() -> None:
    known = dict(levers())
    for name, drawn in drawn_of().items():
        for assumption in drawn.assumptions:
            if assumption.key.startswith("option."):
                continue
            meta = known[assumption.key].metadata
            assert meta["low"] <= assumption.low < assumption.high <= meta["high"], (name, assumption.key)
        keys = {a.key for a in drawn.assumptions}
        assert not keys & {"grid.hire", "fund.level", "joint_work.kpi_weight", "departments.city_unlimited"}, name
    of = {name: {a.key for a in drawn.assumptions} for name, drawn in drawn_of().items()}
    assert "incentive.gaming" in of["M28_incentive"] and "incentive.share" not in of["M28_incentive"]
    assert "incentive.share" in of["M21_consultation"] and "consultation.veto" in of["M21_consultation"]
    assert "option.cost_saving" in of["M09_merge_towns"]


def test_what_the_study_sets_is_not_drawn() -> None:
    (drawn,) = drawn_of("mechanism=M21", "rules.consultation.veto=.2", "rules.grid.patrol_share=.2").values()
    assert not {"consultation.veto", "grid.patrol_share"} & {a.key for a in drawn.assumptions}


def test_a_sign_hangs_on_what_is_its_own() -> None:
    (several,) = read_ablation(["city=tiny", "assumptions=8", "mechanism=M09,M21"]).draws
    own = {signs.name: {a.key for a in signs.own} for signs in several.signs}
    assert "consultation.veto" in own["M21_consultation"] - own["M09_merge_towns"]
    assert set().union(*own.values()) == {a.key for a in several.drawn.assumptions}


def test_a_draw_is_run_once_without_and_with_each_under_one_luck() -> None:
    ablation = read_ablation(["city=tiny", "assumptions=4", "mechanism=M09,M21,M22,M28"])
    jobs = jobs_of(ablation)[5 + len(ablation.tried) * 6 :]
    together, incentive = jobs[: 4 * 3], jobs[4 * 3 :]
    without, merge, consultation = (together[k::3] for k in range(3))
    names = ["M09_merge_towns_draws", "M21_consultation_draws"]
    assert [merge[0].option.name, consultation[0].option.name] == names
    for several in (without, merge, consultation):
        assert [job.replication for job in several] == [0, 1, 2, 3]
        assert [job.rules for job in several] == [job.rules for job in without]
    assert len({job.rules for job in without}) == 4 and Rules() not in {job.rules for job in without}
    assert all(not job.option.rollouts for job in without)
    savings = [job.option.rollouts[0][1].reform.cost_saving for job in merge]
    assert len(set(savings)) == 4 and all(0.0 <= saving <= 0.1 for saving in savings)
    # The incentive's own share is a choice, so that its runs without are its own.
    assert [job.option.name for job in incentive[:2]] == ["draws_without_incentive_share", "M28_incentive_draws"]
    assert {job.rules.incentive.share for job in incentive} == {Rules().incentive.share}
    assert len(incentive) == 8 and incentive[0].rules == incentive[1].rules


@pytest.mark.parametrize(
    ("value", "low", "high", "ends"),
    [
        (0.3, 0.0, 1.0, (0.15, 0.6)), (0.3, 0.2, 0.4, (0.2, 0.4)), (0.0, 0.0, 1.0, (0.0, 1.0)),
        (-0.1, -1.0, 0.0, (-1.0, 0.0)), (False, False, True, (False, True)), (5, 1, 50, (3, 10)), (5, 4, 7, (4, 7)),
    ],
)  # fmt: skip
def test_half_to_twice_as_far_as_the_range_goes(value: Any, low: Any, high: Any, ends: tuple[Any, Any]) -> None:
    found = around("x.y", value, {"low": low, "high": high})
    assert (found.low, found.high) == ends
    assert found.at(0.0, value) >= low and found.at(1.0 - 1e-9, value) <= high


def test_shares_and_quantiles_by_hand() -> None:
    values = np.arange(40.0)
    base = [{"trust": 1.0, "gain": float("nan")} for _ in values]
    runs = [{"trust": 1.0 + (v - 9.0), "gain": 1.0} for v in values]
    points = np.array([values, values[::-1] % 7.0]).T
    (trust,) = over_assumptions(runs, base, ("trust", "gain"), ("first", "second"), points)
    assert (trust.draws, trust.down, trust.unchanged, trust.up) == (40, 9 / 40, 1 / 40, 30 / 40)
    assert (trust.low, trust.middle, trust.high) == pytest.approx((-9 + 1.95, 10.5, 30 - 1.95))
    assert trust.hangs_on == "first" and trust.correlation == pytest.approx(1.0)
    luck = [{"trust": 1.0 + 7 * k % 11} for k in range(40)]
    assert over_assumptions(luck, base, ("trust",), ("first",), points[:, :1])[0].hangs_on is None


def test_what_the_draws_say_is_told_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", *STUDY, "mechanism=M09,M22", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    merge, pairing = said["mechanisms"]
    assert said["assumptions"]["draws"] == 3 and pairing["over_assumptions"] == []
    assert [o["outcome"] for o in merge["over_assumptions"]] == DECLARED["M09_merge_towns"]
    for over in merge["over_assumptions"]:
        assert over["up"] + over["down"] + over["unchanged"] == pytest.approx(1.0) and over["draws"] == 3
        assert over["low"] <= over["middle"] <= over["high"]
    cost = merge["over_assumptions"][0]
    assert cost["down"] == 1.0 and cost["high"] < 0.0  # posts are cut in every draw
    kept = tmp_path / "kept"
    assert verify(kept) == ()
    with (kept / "mechanisms.csv").open(encoding="utf-8", newline="") as handle:
        rows = {(row["reform"], row["outcome"]): row for row in csv.DictReader(handle)}
    assert float(rows["merge_towns", "cost_per_resident"]["draws_middle"]) == cost["middle"]
    assert {row["draws"] for (_, outcome), row in rows.items() if outcome == "trust"} == {""}
    points = pq.read_table(kept / "points.parquet").to_pylist()
    assert {(p["option"], p["draw"]) for p in points} == {("M09_merge_towns", draw) for draw in range(3)}
    assert main(["verify", "kept", "sample=11"]) == 0
    capsys.readouterr()
    for lang, told, drawn in (("en", "draws of assumptions", "share of draws"), ("zh", "假设抽样", "抽样比例")):
        assert main(["ablate", *STUDY, "mechanism=M09,M22", f"lang={lang}"]) == 0
        assert told in capsys.readouterr().out
        assert drawn in (kept / f"mechanisms.{lang}.svg").read_text("utf-8")


@pytest.mark.slow
def test_a_draw_that_fails_leaves_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", *STUDY, "mechanism=M09", "--json"], conduct=stand_ins.fail_in_the_last_draw) == 3
    shown = capsys.readouterr()
    (merge,) = json.loads(shown.out)["mechanisms"]
    assert {over["draws"] for over in merge["over_assumptions"]} == {2}
    assert "M09_merge_towns_draws" in shown.err.splitlines()[-1] and "Traceback" not in shown.err


@pytest.mark.slow
def test_two_processes_draw_and_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for words in (["processes=1"], ["processes=2", "chunk=512", "out=again"]):
        assert main(["ablate", *STUDY, "mechanism=M21", *words, "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out)["mechanisms"])
    assert told[0] == told[1]


@pytest.mark.parametrize("value", ["-1", "100001", "many"])
def test_bad_numbers_of_draws_are_one_line(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", f"assumptions={value}"]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 1 and "assumptions" in shown.err and "100000" in shown.err.replace(",", "")


def test_outcomes_exist() -> None:
    assert {outcome for outcomes in DECLARED.values() for outcome in outcomes} <= set(OUTCOMES)
