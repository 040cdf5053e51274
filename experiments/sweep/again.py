"""`reformsim verify MANIFEST`: a result run again from its manifest, its digests compared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from experiments.composing import Folders
from experiments.design import PlannedTrial, conduct
from experiments.engine import local
from experiments.provenance import model_version
from experiments.refusal import COMMAND_LINE, Refusal, RunsFailed, refuse
from experiments.run import RESULTS, Conduct
from experiments.store import MANIFEST
from experiments.sweep.damage import first_damage
from experiments.sweep.disk import unsealed
from experiments.sweep.keeping import results_in
from experiments.sweep.kept import Kept, kept_trials
from experiments.terminal import print_json, progress

MOST_NAMED = 3


def verify(
    words: Sequence[str], *, folders: Folders, plugins: tuple[str, ...] = (), as_json: bool = False,
    conduct: Conduct = conduct,
) -> None:  # fmt: skip
    """Check the files of a result, run its trials again and compare their digests.

    Raises:
        Refusal: no manifest, or one of a command that cannot be read any more.
        RunsFailed: damaged files, or trials that came out otherwise.
    """
    path, sample, processes = _asked(words)
    store = results_in(path)
    manifest = unsealed(store / MANIFEST)
    damage = first_damage(store)
    if damage:
        raise RunsFailed(f"{damage}; mend it with: reformsim store repair {store}")
    kept = kept_trials(store, manifest, folders, plugins)
    numbers = list(kept.digests)
    chosen = numbers if not 0 < sample < len(numbers) else [numbers[k * len(numbers) // sample] for k in range(sample)]
    differing, failed = _compare(kept, chosen, processes, conduct)
    same_model = manifest["versions"]["reformsim"] == model_version()
    said = {
        "folder": str(store), "id": manifest["id"], "trials": len(chosen), "same": not (differing or failed),
        "differing": differing, "failed": failed,
        "model": {"then": manifest["versions"]["reformsim"], "now": model_version(), "same": same_model},
    }  # fmt: skip
    if as_json:
        print_json(said)
    elif said["same"]:
        changed = "" if same_model else f"; its model was {said['model']['then']}, this one is {model_version()}"
        print(f"{store}: {len(chosen)} of {len(numbers)} trials run again, every digest the same{changed}")
    if not said["same"]:
        named = "; ".join([*differing, *failed][:MOST_NAMED])
        raise RunsFailed(f"{store}: {len(differing)} of {len(chosen)} trials came out otherwise, {len(failed)} failed: "
                         f"{named}; model then {said['model']['then']}, now {model_version()}")  # fmt: skip


def _asked(words: Sequence[str]) -> tuple[Path, int, int]:
    """The path, the size of the sample and the number of processes."""
    paths = [word for word in words if "=" not in word]
    keys = {"sample": "0", "processes": "1", **dict(word.split("=", 1) for word in words if "=" in word)}
    if len(paths) > 1:
        raise Refusal(f"{COMMAND_LINE}: verify takes one folder of results, or its {MANIFEST}, got {len(paths)}")
    for key, value in keys.items():
        if key not in ("sample", "processes"):
            raise refuse(COMMAND_LINE, key, value, allowed="unknown key; allowed:", names=("sample", "processes"))
        low, high = (0, 10_000_000) if key == "sample" else (1, 256)
        if not (value.isascii() and value.isdigit() and len(value) < 9 and low <= int(value) <= high):
            raise refuse(COMMAND_LINE, key, value, allowed=f"must be a whole number in [{low}, {high}]")
    return Path(paths[0]) if paths else _only_one(), int(keys["sample"]), int(keys["processes"])


def _only_one() -> Path:
    """The folder of results in the place where results go, if there is no doubt which."""
    found = sorted(path.parent for path in RESULTS.glob(f"*/{MANIFEST}"))
    if len(found) == 1:
        return found[0]
    named = ": " + ", ".join(path.name for path in found[:MOST_NAMED]) if found else ""
    which = f"{RESULTS} holds {len(found) or 'none'}{named}"
    raise Refusal(f"{COMMAND_LINE}: verify takes one folder of results, or its {MANIFEST}; {which}")


def _compare(kept: Kept, chosen: Sequence[int], processes: int, conduct: Conduct) -> tuple[list[str], list[str]]:
    """Labels of the trials that came out otherwise, and of those that failed."""
    differing, failed = [], []
    jobs = [(conduct, replace(kept.trial(number), shared=0)) for number in chosen]  # each whole, from its first day
    with progress(len(jobs), "trials again") as advance, closing(local(_digest, jobs, processes)) as ended:
        for index, digest, error in ended:
            label, before = kept.label(chosen[index]), kept.digests[chosen[index]]
            if digest is None:
                failed.append(f"{label}: {type(error).__name__}: {error}")
            elif digest != before:
                differing.append(f"{label}: {before[:12]} then, {digest[:12]} now")
            advance()
    return differing, failed


def _digest(job: tuple[Conduct, PlannedTrial]) -> str:
    run, trial = job
    return run(trial, None).digest
