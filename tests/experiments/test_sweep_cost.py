"""What a sweep costs beyond the model: milliseconds a trial, and memory that does not grow. Measured, so slow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WORDS = ["city=synthetic", "days=90", "design=latin_hypercube", "design.size=100", "part=100", "processes=1",
         "rules.fund.level=interval(0.5,1.5)"]  # fmt: skip
CODE = """
import json, resource, sys, stand_ins
from experiments.cli import main
code = main(sys.argv[1:], conduct=stand_ins.quick)
most = {who: resource.getrusage(getattr(resource, f"RUSAGE_{who}")).ru_maxrss / 1024 for who in ("SELF", "CHILDREN")}
print(json.dumps({"code": code, **most}), file=sys.stderr)
"""


def cost(folder: Path, replications: int) -> tuple[float, float, float]:
    """Seconds of a sweep of 100 cases, and the most MiB that its driver and its worker held."""
    words = [*WORDS, f"replications={replications}", f"out={folder}", "--json"]
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", CODE, "sweep", *words],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    said, held = json.loads(done.stdout), json.loads(done.stderr.splitlines()[-1])
    assert held["code"] == 0 and said["trials"] == 100 * replications
    return said["seconds"], held["SELF"], held["CHILDREN"]


@pytest.mark.slow
def test_ten_thousand_trials_cost_little_and_memory_stays(tmp_path: Path) -> None:
    """The stand-in gives its record at once, so all time is ours. The bar is 5 ms a trial; half is asked for here."""
    short = cost(tmp_path / "short", 20)
    long = cost(tmp_path / "long", 100)
    assert (long[0] - short[0]) / 8_000 < 0.0025
    assert long[0] / short[0] < 6.0  # linear: five times the trials
    assert long[1] - short[1] < 48.0 and long[2] - short[2] < 48.0
