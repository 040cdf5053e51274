"""What is kept: the trials of any result, each with its digest, as the result's own command describes them."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.ablation import jobs_of, read_ablation
from experiments.composing import Folders
from experiments.design import PlannedTrial, plan
from experiments.refusal import Refusal, refuse
from experiments.settings import read
from experiments.store import DONE, MANIFEST
from experiments.sweep.parts import Parts
from experiments.sweep.planning import plan_sweep
from experiments.sweep.reading import read_sweep


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Trials by number; what a trial is, and how messages name it, is made up when it is asked for."""

    digests: dict[int, str]
    trial: Callable[[int], PlannedTrial]
    label: Callable[[int], str]


def kept_trials(store: Path, manifest: dict[str, Any], folders: Folders, plugins: tuple[str, ...]) -> Kept:
    """The trials of a result as its command describes them today.

    Raises:
        Refusal: a command that cannot be read, or describes other trials, or an unfinished study.
    """
    verb, words, told = _command(manifest["command"])
    if verb not in ("run", "compare", "sweep", "ablate"):
        raise refuse(str(store / MANIFEST), "command", manifest["command"], allowed="is none that can be run again")
    for plugin in told["--plugin"]:
        if plugin not in plugins:
            raise Refusal(f"{store / MANIFEST}: its command trusts a package; to trust it too, add --plugin {plugin}")
    folders = Folders(user=(*folders.user, *map(Path, told["--config-dir"])))
    if verb == "sweep":
        parts = Parts(store=store)
        parts.refresh()
        sweep = plan_sweep(read_sweep(words, folders=folders, plugins=plugins))
        _as_many(store, sweep.trials, manifest["planned"])
        return Kept(digests=parts.by_number(), trial=sweep.trial, label=sweep.label)
    if verb == "ablate":
        jobs, settled = jobs_of(read_ablation(words, folders=folders, plugins=plugins)), 0
    else:
        settings = read(verb, words, folders=folders, plugins=plugins)
        jobs = plan(settings)
        settled = len(settings.options) * len(settings.scenarios) if settings.adaptive else 0
    if manifest["status"] != DONE:
        raise Refusal(f"{store / MANIFEST}: is {manifest['status']}; only a finished study can be run again")
    import pyarrow.parquet as pq

    digests = pq.read_table(store / "trials.parquet", columns=["digest"])["digest"].to_pylist()
    if settled and len(digests) % settled == 0:
        jobs = jobs[: len(digests)]  # a race that was settled early is the beginning of its plan
    _as_many(store, len(jobs), len(digests))
    return Kept(digests=dict(enumerate(digests)), trial=jobs.__getitem__, label=lambda number: jobs[number].label)


def _as_many(store: Path, described: int, held: int) -> None:
    if described != held:
        raise Refusal(f"{store / MANIFEST}: its command describes {described} trials today, and it holds {held}")


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
