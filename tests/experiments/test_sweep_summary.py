"""The summary of a sweep: against the library's own statistics, and honest where trials failed."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stand_ins
from sweeping import plan_of, rows, settings_of, sweep

from analysis.brief import reading
from analysis.compare import paired, t_interval
from experiments.cli import main
from experiments.sweep.summary import summarise, summary_table
from experiments.sweep.telling import HEADLINE, SHOWN, told

WORDS = ["city=tiny", "days=3", "option=status_quo,grid_300_hire", "scenario=base,ageing", "rules.grid.nets=1,2,3",
         "replications=6", "part=7"]  # fmt: skip


def summary_rows(store: Path) -> list[dict[str, Any]]:
    found = summary_table(summarise(store, sorted((store / "parts").glob("outcomes-*.parquet"))))
    return [row for row in found.to_pylist() if row["outcome"] == "trust"]


def trust(store: Path) -> dict[tuple[int, str, str], list[float]]:
    """Trust by case, nan where a replication failed, put together from the tables in another way."""
    kept = {row["trial"]: row["value"] for row in rows(store, "outcomes") if row["outcome"] == "trust"}
    plan, found = plan_of(*WORDS), {}
    for place, case in enumerate(plan.cases):
        numbers = (plan.unique[place] + r * len(plan.distinct) for r in range(plan.replications))
        found[case.number, case.option, case.scenario] = [kept.get(number, math.nan) for number in numbers]
    return found


@pytest.mark.parametrize("conduct", [stand_ins.quick, stand_ins.quick_but_one_breaks])
def test_it_is_what_the_library_says(
    conduct: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store, breaks = tmp_path / "store", conduct is not stand_ins.quick
    assert sweep(store, *WORDS, conduct=conduct) == (3 if breaks else 0)
    assert f"{5 if breaks else 6}/6" in capsys.readouterr().out
    known, found = trust(store), summary_rows(store)
    assert len(found) == 12
    for row in found:
        case = row["point"], row["option"], row["scenario"]
        here = np.array(known[case])
        lost = int(np.isnan(here).sum())
        assert lost == (breaks and row["option"] != "status_quo")
        assert (row["planned"], row["ended"], row["n"]) == (6, 6 - lost, 6 - lost)
        finite = here[~np.isnan(here)]
        span = t_interval(finite)
        assert (row["mean"], row["sd"]) == pytest.approx((finite.mean(), finite.std(ddof=1)), rel=1e-12)
        assert (row["low"], row["high"]) == pytest.approx((span.low, span.high), rel=1e-12)
        base = row["base_point"], row["base_option"], row["base_scenario"]
        if case == base:
            assert case == (0, "status_quo", "base") and row["pairs"] == 0 and math.isnan(row["difference"])
            continue
        effect = paired(here, known[base])
        assert effect.t is not None and row["pairs"] == effect.n == 6 - lost
        assert (row["difference"], row["difference_low"], row["difference_high"]) == pytest.approx(
            (effect.mean, effect.t.low, effect.t.high), rel=1e-9
        )


def test_one_thing_is_changed_back(tmp_path: Path) -> None:
    assert sweep(tmp_path / "store", *WORDS) == 0
    for row in summary_rows(tmp_path / "store"):
        case = (row["option"], row["point"], row["scenario"])
        base = (row["base_option"], row["base_point"], row["base_scenario"])
        changed = [k for k in range(3) if case[k] != base[k]]
        first = ("status_quo", 0, "base")
        expected = next(([k] for k in range(3) if case[k] != first[k]), [])
        assert changed == expected and all(base[k] == first[k] for k in changed)


def test_what_is_printed_is_what_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "store"
    assert sweep(store, *WORDS) == 0
    assert main(["store", "export", str(store)]) == 0
    with (store / "export" / "summary.csv").open(encoding="utf-8-sig", newline="") as handle:
        exported = {
            (row["point"], row["option"], row["scenario"], row["outcome"]): row for row in csv.DictReader(handle)
        }
    said = told(summarise(store, sorted((store / "parts").glob("outcomes-*.parquet"))))
    assert len(said) == 5 * min(SHOWN, 12) and json.dumps(said) and HEADLINE == reading.HEADLINE
    for row in said:
        other = exported[str(row["point"]), row["option"], row["scenario"], row["outcome"]]
        assert float(other["mean"]) == row["mean"] or math.isnan(row["mean"])
        assert int(other["n"]) == row["n"] and int(other["ended"]) == 6


def test_one_replication_has_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*WORDS[:-2], "replications=1"]
    assert sweep(tmp_path / "store", *words) == 0
    assert settings_of(*words).knobs.replications == 1
    for row in summary_rows(tmp_path / "store"):
        assert row["n"] == 1 and row["mean"] == row["mean"]
        assert all(math.isnan(row[name]) for name in ("sd", "low", "high", "difference_low", "difference_high"))
