"""`reformsim verify MANIFEST`: a result run again from its manifest, its digests compared."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from experiments.composing import Folders
from experiments.design import PlannedTrial, conduct, plan
from experiments.engine import local
from experiments.provenance import model_version
from experiments.refusal import COMMAND_LINE, Refusal, RunsFailed, refuse
from experiments.run import Conduct
from experiments.settings import read
from experiments.store import DONE, MANIFEST
from experiments.sweep.damage import first_damage
from experiments.sweep.disk import unsealed
from experiments.sweep.keeping import results_in
from experiments.sweep.parts import Parts
from experiments.sweep.planning import plan_sweep
from experiments.sweep.reading import read_sweep
from experiments.terminal import print_json, progress

MOST_NAMED = 3
Kept = list[tuple[PlannedTrial, str, str]]  # a trial, how messages name it, the digest it is kept with


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
    kept = _kept(store, manifest, folders, plugins)
    chosen = kept if not 0 < sample < len(kept) else [kept[k * len(kept) // sample] for k in range(sample)]
    differing, failed = _compare(chosen, processes, conduct)
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
        print(f"{store}: {len(chosen)} of {len(kept)} trials run again, every digest the same{changed}")
    if not said["same"]:
        named = "; ".join([*differing, *failed][:MOST_NAMED])
        raise RunsFailed(f"{store}: {len(differing)} of {len(chosen)} trials came out otherwise, {len(failed)} failed: "
                         f"{named}; model then {said['model']['then']}, now {model_version()}")  # fmt: skip


def _asked(words: Sequence[str]) -> tuple[Path, int, int]:
    """The path, the size of the sample and the number of processes."""
    paths = [word for word in words if "=" not in word]
    keys = {"sample": "0", "processes": "1", **dict(word.split("=", 1) for word in words if "=" in word)}
    if len(paths) != 1:
        raise Refusal(f"{COMMAND_LINE}: verify takes one folder of results, or its {MANIFEST}, got {len(paths)}")
    for key, value in keys.items():
        if key not in ("sample", "processes"):
            raise refuse(COMMAND_LINE, key, value, allowed="unknown key; allowed:", names=("sample", "processes"))
        low, high = (0, 10_000_000) if key == "sample" else (1, 256)
        if not (value.isascii() and value.isdigit() and len(value) < 9 and low <= int(value) <= high):
            raise refuse(COMMAND_LINE, key, value, allowed=f"must be a whole number in [{low}, {high}]")
    return Path(paths[0]), int(keys["sample"]), int(keys["processes"])


def _kept(store: Path, manifest: dict[str, Any], folders: Folders, plugins: tuple[str, ...]) -> Kept:
    """The trials of a result as its command describes them today."""
    verb, words, told = _command(manifest["command"])
    if verb not in ("run", "compare", "sweep"):
        raise refuse(str(store / MANIFEST), "command", manifest["command"], allowed="is none that can be run again")
    for plugin in told["--plugin"]:
        if plugin not in plugins:
            raise Refusal(f"{store / MANIFEST}: its command trusts a package; to trust it too, add --plugin {plugin}")
    folders = Folders(user=(*folders.user, *map(Path, told["--config-dir"])))
    if verb == "sweep":
        parts = Parts(store=store)
        parts.refresh()
        sweep = plan_sweep(read_sweep(words, folders=folders, plugins=plugins))
        digests = parts.by_number()
        if sweep.trials != manifest["planned"]:
            raise Refusal(f"{store / MANIFEST}: its command describes {sweep.trials} trials today, and it holds "
                          f"{manifest['planned']}")  # fmt: skip
        return [(sweep.trial(number), sweep.label(number), digest) for number, digest in digests.items()]
    settings = read(verb, words, folders=folders, plugins=plugins)
    jobs = plan(settings)
    if manifest["status"] != DONE:
        raise Refusal(f"{store / MANIFEST}: is {manifest['status']}; only a finished study can be verified")
    import pyarrow.parquet as pq

    trials = pq.read_table(store / "trials.parquet", columns=["digest"])["digest"].to_pylist()
    if settings.adaptive and len(trials) % (len(settings.options) * len(settings.scenarios)) == 0:
        jobs = jobs[: len(trials)]  # a race that was settled early is the beginning of its plan
    if len(trials) != len(jobs):
        raise Refusal(f"{store / MANIFEST}: its command describes {len(jobs)} trials today, and it holds {len(trials)}")
    return [(job, job.label, digest) for job, digest in zip(jobs, trials, strict=True)]


def _command(command: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Verb, overrides, and the folders and plugins that a kept command names."""
    _, verb, *rest = shlex.split(command)
    told: dict[str, list[str]] = {"--config-dir": [], "--plugin": []}
    words: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in told:
            told[word].append(rest.pop(0))
        else:
            words.append(word)
    return verb, words, told


def _compare(kept: Kept, processes: int, conduct: Conduct) -> tuple[list[str], list[str]]:
    """Labels of the trials that came out otherwise, and of those that failed."""
    differing, failed = [], []
    jobs = [(conduct, trial) for trial, _, _ in kept]
    with progress(len(jobs), "trials again") as advance, closing(local(_digest, jobs, processes)) as ended:
        for index, digest, error in ended:
            label, before = kept[index][1:]
            if digest is None:
                failed.append(f"{label}: {type(error).__name__}: {error}")
            elif digest != before:
                differing.append(f"{label}: {before[:12]} then, {digest[:12]} now")
            advance()
    return differing, failed


def _digest(job: tuple[Conduct, PlannedTrial]) -> str:
    run, trial = job
    return run(trial, None).digest
