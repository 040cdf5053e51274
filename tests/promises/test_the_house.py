"""The floors hold, and no draw in the model comes from anywhere but the keyed generator. Exact."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHER_DRAWS = re.compile(r"np\.random|numpy\.random|default_rng|^\s*(import|from) (random|secrets)\b", re.M)

PLATFORM = re.compile(
    r"\b(np|numpy|math)\.(exp|log|log2|log10|log1p|expm1|power|pow|sin|cos|tan|tanh)\b"
    r"|(?<=[\w)\]]) ?\*\* ?(\(|0?\.\d|[a-z])"  # a power that is not a whole number written out
)


def test_the_model_draws_from_no_other_generator() -> None:
    files = sorted((ROOT / "sim").rglob("*.py"))
    assert len(files) > 40
    assert [str(f.relative_to(ROOT)) for f in files if OTHER_DRAWS.search(f.read_text(encoding="utf-8"))] == []


def test_no_transcendental_function_comes_from_the_platform() -> None:
    """Exp, log and powers are those of `sim.kernels.arithmetic`: C libraries differ in the last bit."""
    files = [f for f in sorted((ROOT / "sim").rglob("*.py")) if f.name != "arithmetic.py"]
    assert [str(f.relative_to(ROOT)) for f in files if PLATFORM.search(f.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("line", ["x = np.exp(y)", "math.log(2)", "(1 - p) ** (n - 1)", "a ** 0.5", "a**n"])
def test_the_search_finds_the_platforms_functions(line: str) -> None:
    assert PLATFORM.search(line)


@pytest.mark.parametrize("line", ["np.random.normal()", "import random", "from random import Random", "default_rng(1)"])
def test_the_search_finds_other_generators(line: str) -> None:
    assert OTHER_DRAWS.search("import numpy as np\n" + line)


def test_the_floors_hold() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The floors of the model KEPT" in done.stdout


def test_a_mechanism_fits_a_file_that_is_read_in_one_go() -> None:
    files = [
        f for room in ("mechanisms", "practices", "institutions") for f in sorted((ROOT / "sim" / room).glob("*.py"))
    ]
    assert len(files) > 60
    assert [f.name for f in files if len(f.read_text(encoding="utf-8").splitlines()) > 300] == []
