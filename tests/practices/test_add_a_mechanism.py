"""The how-to on adding a mechanism is followed word for word, in a process of its own. Exact: digests are compared."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(py|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FOLLOW = """
import importlib.util, json, sys
from dataclasses import replace
from pathlib import Path
import sim.practices

added, config = Path(sys.argv[1]), Path(sys.argv[2])
sim.practices.__path__.append(str(added))
spec = importlib.util.spec_from_file_location("sim.rules", added / "rules.py")
rules = sys.modules["sim.rules"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rules)

from experiments.cli import main
from sim.reforms import REFORMS
from sim.trial import Trial, simulate
from sim.world import tiny

reform, city = REFORMS["night_watch"], tiny()
def run(reform):
    return simulate(Trial(city=city, rules=reform.amend(rules.Rules()), days=40, warmup=0))
neutral, without, watched = run(reform.neutral()), run(reform(yuan=20.0)), run(reform(**reform.tried))
told = {"neutral": neutral.digest, "off": without.digest, "on": watched.digest,
        "lag": watched.outcomes["detection_lag"] - neutral.outcomes["detection_lag"],
        "cost": watched.outcomes["cost_per_resident"] - neutral.outcomes["cost_per_resident"],
        "exit": main(["run", "--config-dir", str(config), "option=night_watch", "city=tiny", "days=33"])}
print(json.dumps(told))
"""


def test_the_how_to_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "add_a_mechanism.md").read_text("utf-8")
    practice, imported, line, option = (text for _, text in BLOCK.findall(page))
    rules = (ROOT / "sim" / "rules.py").read_text("utf-8")
    before = "    instructors: Instructors"
    assert rules.count(before) == 1
    rules = rules.replace(before, line + before).replace("from sim.practices", imported + "from sim.practices", 1)
    config = tmp_path / "own" / "option"  # a folder "configs" here would hide the package of that name
    config.mkdir(parents=True)
    (tmp_path / "night_watch.py").write_text(practice, "utf-8")
    (tmp_path / "rules.py").write_text(rules, "utf-8")
    (config / "own.yaml").write_text(option, "utf-8")
    follow = [sys.executable, "-c", FOLLOW, tmp_path, config.parent]
    done = subprocess.run(follow, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    plain = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert told["neutral"] == told["off"] == plain.stdout.strip() != told["on"]
    assert told["lag"] < 0.0 < told["cost"]
    assert told["exit"] == 0


PLAIN = """
from sim.trial import Trial, simulate
from sim.world import tiny
print(simulate(Trial(city=tiny(), days=40, warmup=0)).digest)
"""
