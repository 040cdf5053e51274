"""Start-up: a verb imports what it needs and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROBE = """
import json, resource, sys
from experiments.cli import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
seen = {"code": code, "seconds": used.ru_utime + used.ru_stime, "modules": sorted(sys.modules)}
print(json.dumps(seen), file=sys.stderr)
"""


def probe(folder: Path, *words: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return json.loads(done.stderr.splitlines()[-1])


@pytest.mark.parametrize("words", [(), ("--help",), ("run", "--help"), ("compare", "--help"), ("sweep", "--help")])
def test_help_is_quick(words: tuple[str, ...], tmp_path: Path) -> None:
    seen = probe(tmp_path, *words)
    assert seen["code"] == 0 and seen["seconds"] < 0.3
    assert not {"numpy", "numba", "hydra", "pydantic", "rich"} & set(seen["modules"])


@pytest.mark.parametrize("words", [("--json",), ()])
def test_run_imports_neither_mesa_nor_pandas_nor_plots(words: tuple[str, ...], tmp_path: Path) -> None:
    seen = probe(tmp_path, "run", "city=tiny", "days=3", *words)
    assert seen["code"] == 0
    assert not {"mesa", "pandas", "matplotlib", "jinja2", "shapely"} & set(seen["modules"])


def test_sweep_imports_neither_mesa_nor_pandas_nor_plots(tmp_path: Path) -> None:
    seen = probe(tmp_path, "sweep", "city=tiny", "days=3", "rules.grid.nets=1,2", "replications=1", "processes=1")
    assert seen["code"] == 0
    assert not {"mesa", "pandas", "matplotlib", "jinja2", "shapely", "ray", "submitit"} & set(seen["modules"])


def test_bad_input_is_told_before_the_city_is_founded_and_arrow_loaded(tmp_path: Path) -> None:
    seen = probe(tmp_path, "run", "city.share=1", "days=0")
    assert seen["code"] == 2 and "pyarrow" not in seen["modules"] and seen["seconds"] < 3.0
