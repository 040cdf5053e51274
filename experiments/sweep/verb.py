"""`reformsim sweep`: a design -> a store of trials that survives being cut short; the same command makes it whole."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from experiments.design import conduct
from experiments.refusal import Refusal, RunsFailed
from experiments.run import RESULTS, Conduct, founded
from experiments.sweep.driving import Driver
from experiments.sweep.engines import Engine
from experiments.sweep.planning import Plan, plan_sweep
from experiments.sweep.reading import SweepSettings
from experiments.sweep.store import SweepStore, writable
from experiments.sweep.summary import summarise
from experiments.sweep.telling import print_told, told
from experiments.terminal import print_json, progress, say


def sweep(
    settings: SweepSettings, *, as_json: bool = False, conduct: Conduct = conduct, engine: Engine | None = None
) -> None:
    """Run the trials of a sweep that are missing, keep them, and say how it ended.

    Raises:
        Refusal: a point that its levers do not allow, a place that cannot hold the store, a damaged store.
        RunsFailed: some trials failed (named, in quarantine, the others kept), or the store could not be written.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    plan = plan_sweep(settings)
    folder = settings.out or RESULTS / f"sweep-{plan.identity[:12]}"
    writable(folder)
    first = next(iter(settings.scenarios))
    founded(settings.city, (settings.build(option, first, plan.cases[0].point).option for option in settings.options))
    start = time.perf_counter()
    store = SweepStore(folder, plan)
    engine = engine or settings.engine.start(settings.knobs.processes, settings.knobs.threads, folder)
    store.enter()
    stopped = _drive(store, engine, conduct)
    manifest = _leave(store)
    said = {
        **{key: manifest[key] for key in ("id", "status", "digest", "trials", "planned", "failed", "seed")},
        "folder": str(folder), "cases": len(plan.cases), "replications": plan.replications,
        "seconds": round(time.perf_counter() - start, 3), "model_seconds": manifest["speed"]["model_seconds"],
    }  # fmt: skip
    parts = sorted((folder / "parts").glob("outcomes-*.parquet"))
    if as_json:
        print_json({**said, "summary": told(summarise(folder, parts)) if parts else []})
    else:
        if parts:
            print_told(summarise(folder, parts), settings.knobs.lang, str(folder))
        print(f"{said['trials']} of {said['planned']} trials, {said['cases']} cases, {said['seconds']:.1f} s")
        print(f"digest {said['digest']}\nresults in {folder}")
    _report(said, stopped, folder, settings.typed)


def run_out(store: SweepStore, engine: Engine, conduct: Conduct) -> dict[str, Any]:
    """Enter a store, run all that is missing without a word, leave; the manifest.

    Raises:
        RunsFailed: a trial failed.
    """
    store.enter()
    try:
        Driver(store=store, engine=engine, conduct=conduct, ended=lambda trials: None).run()
    finally:
        manifest = store.leave()
    if manifest["failed"]:
        raise RunsFailed(manifest["failed"][0])
    return manifest


def _drive(store: SweepStore, engine: Engine, conduct: Conduct) -> bool:
    """Work until all is done or somebody says stop; whether somebody did."""
    missing = store.missing()
    kept = len(store.parts.stored)
    if kept:
        say(f"{kept} of {store.plan.trials} trials are kept already")
    with progress(missing, _sizes(store.plan)) as advance:

        def ended(trials: int) -> None:
            for _ in range(trials):
                advance()

        driver = Driver(store=store, engine=engine, conduct=conduct, ended=ended)
        try:
            driver.run()
        except KeyboardInterrupt:
            return True
        except OSError as error:
            _abandon(store)
            raise _unwritable(store, error) from error
        except (RunsFailed, Refusal):  # a refusal is an engine's that cannot be had
            _abandon(store)
            raise
    return driver.stopped


def _leave(store: SweepStore) -> dict[str, Any]:
    try:
        return store.leave()
    except OSError as error:
        raise _unwritable(store, error) from error


def _abandon(store: SweepStore) -> None:
    """Leave after an error, which counts more than one in leaving."""
    try:
        store.leave()
    except OSError as error:
        say(f"warning: {store.folder}: no manifest was written: {error.strerror or error}")


def _unwritable(store: SweepStore, error: OSError) -> RunsFailed:
    return RunsFailed(f"{store.folder}: cannot be written: {error.strerror or error}; what had ended is kept; "
                      f"to go on: {store.plan.settings.typed}")  # fmt: skip


def _sizes(plan: Plan) -> str:
    return f"{len(plan.cases)} cases x {plan.replications} replications: trials"


def _report(said: dict[str, Any], stopped: bool, folder: Path, again: str) -> None:
    """Say what did not end, by the exception that the exit code hangs on."""
    if said["trials"] == said["planned"]:
        return
    if stopped:
        say(f"stopped: {said['trials']} of {said['planned']} trials are kept in {folder}; to go on: {again}")
        raise KeyboardInterrupt
    failed = said["failed"]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    raise RunsFailed(f"{failed[0]}{more}; configuration, seed and reason are in {folder / 'failed'}; "
                     f"{said['trials']} of {said['planned']} trials are kept")  # fmt: skip
