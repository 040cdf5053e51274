"""No kernel reads or writes outside its arrays, whichever reform begins in mid-run and ends again.

Compiled code does not look; here it is compiled anew with numba's bounds checks, in a process of its own. Exact.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.trial import Trial, simulate
from sim.world import tiny

TRIED = {"merge": {"keep_branches": 0.5}, "overlapping_nets": {"nets": 15},
         "staff_levels": {"community": 0.6, "grid": 0.6, "town_team": 0.6, "departments": 0.6}}
city = tiny()
for name, kind in REFORMS.items():
    reform = kind(**TRIED.get(name) or kind.tried)
    for until in (None,) if "merge" in name else (None, 21):
        rollout = Rollout(reform=reform, from_day=10, until_day=until)
        record = simulate(Trial(city=city, option=Option(name=name, rollouts=((name, rollout),)), days=40, warmup=5))
        assert all(record.checks.values()), (name, record.checks)
print("done")
"""


@pytest.mark.slow
def test_no_reform_leads_a_kernel_out_of_bounds(tmp_path: Path) -> None:
    checked = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, env=checked, capture_output=True, text=True, check=False
    )
    assert done.stdout == "done\n", done.stderr[-2000:]
