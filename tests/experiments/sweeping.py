"""Sweeps in this process, without a pool: the store's promises are tried on records that take no time."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import stand_ins

from experiments.cli import exit_code
from experiments.sweep import verb
from experiments.sweep.disk import unsealed
from experiments.sweep.engines import inline
from experiments.sweep.planning import Plan, plan_sweep
from experiments.sweep.reading import SweepSettings, read_sweep

GRID = ["city=tiny", "days=3", "option=status_quo,grid_300_hire", "rules.grid.nets=1,2,3", "replications=5", "part=4"]
TRIALS = 30


@lru_cache
def settings_of(*words: str) -> SweepSettings:
    """The settings of these overrides, read once: many tests sweep the same."""
    return read_sweep(list(words or GRID))


def sweep(folder: Path, *words: str, conduct: Any = stand_ins.quick, engine: Any = inline) -> int:
    """The exit code of a sweep into a folder, as the command line gives it."""

    def command() -> None:
        settings = settings_of(*words)
        verb.sweep(
            replace(settings, out=folder, typed=f"{settings.typed} out={folder}"), conduct=conduct, engine=engine
        )

    return exit_code(command)


def plan_of(*words: str) -> Plan:
    """The plan of these overrides."""
    return plan_sweep(settings_of(*words))


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table, part by part, as a stranger's glob over the files finds them."""
    found = [
        row for path in sorted((folder / "parts").glob(f"{table}-*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    return sorted(found, key=lambda row: row["trial"])


def digest(folder: Path) -> str:
    """What the manifest says came out."""
    return str(unsealed(folder / "manifest.json")["digest"])


def assert_whole(folder: Path, trials: int = TRIALS) -> None:
    """Every trial once, none lost, none torn."""
    from experiments.sweep.damage import damage
    from experiments.sweep.parts import leftovers

    assert list(damage(folder)) == [] and leftovers(folder) == []
    assert [row["trial"] for row in rows(folder, "trials")] == list(range(trials))
    outcomes = rows(folder, "outcomes")
    assert sorted({row["trial"] for row in outcomes}) == list(range(trials))
    assert len(outcomes) % trials == 0 and len({(r["trial"], r["outcome"], r["group"]) for r in outcomes}) == len(
        outcomes
    )
    assert unsealed(folder / "manifest.json")["status"] == "done"
