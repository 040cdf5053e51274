"""The shipped studies: `python -m experiments.studies` runs every experiment file and records what came out.

The digests stand in configs/experiment/digests.json; a test runs the studies again and compares. They change when the
model's results do, and then only by this command, so that a change of results is seen in review.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.composing import Folders, shipped
from experiments.design import conduct
from experiments.provenance import model_version
from experiments.sweep.engines import inline
from experiments.sweep.planning import plan_sweep
from experiments.sweep.reading import read_sweep
from experiments.sweep.store import SweepStore
from experiments.sweep.verb import run_out

DIGESTS = "digests.json"


def recorded() -> dict[str, dict[str, Any]]:
    """Study -> what is on record: its digest, its trials, the model that it was recorded with."""
    found: dict[str, dict[str, Any]] = json.loads((shipped() / "experiment" / DIGESTS).read_text("utf-8"))
    return found


def repeated(name: str, folder: Path) -> dict[str, Any]:
    """What a study gives now, its store left in a folder.

    Raises:
        RunsFailed: a trial failed.
    """
    plan = plan_sweep(read_sweep([f"+experiment={name}"]))
    manifest = run_out(SweepStore(folder, plan), inline, conduct)
    return {"digest": manifest["digest"], "trials": manifest["trials"], "model": model_version()}


def differing() -> Iterator[str]:
    """Studies that give something else than what is on record."""
    before = recorded()
    for name in Folders().names("experiment"):
        with tempfile.TemporaryDirectory() as folder:
            now = repeated(name, Path(folder) / name)
        if before.get(name, {}).get("digest") != now["digest"]:
            yield name


def main() -> None:
    """Run every study and record it."""
    found = {}
    for name in Folders().names("experiment"):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = repeated(name, Path(folder) / name)
        print(f"{name}: {found[name]['trials']} trials, digest {found[name]['digest']}")
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    (shipped() / "experiment" / DIGESTS).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
