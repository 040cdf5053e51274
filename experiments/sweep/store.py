"""The store of a sweep: a folder that several drivers fill, that says of itself whether it is whole.

plan.json       what is run: configuration, design, seed, model; another plan in the same folder is refused
plan.parquet    one row a case and replication, with the trial that answers for it and the values of the axes
batches.json    how many trials a batch has
parts/ ledger/  results and their SHA-256 (experiments/sweep/parts.py)
failed/         a file a trial that failed: configuration, seed, reason
claims/ lock    who runs what (experiments/sweep/claims.py)
manifest.json   versions, machine, digest, all hashes; written whenever a driver leaves
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from experiments.provenance import environment, host, versions
from experiments.refusal import Refusal, quoted
from experiments.store import DONE, FORMAT, MANIFEST, STOPPED
from experiments.sweep.claims import Claims, exclusive
from experiments.sweep.damage import BATCHES, PLAN, TABLE, first_damage
from experiments.sweep.disk import hash_of, put, sealed, settle, unsealed
from experiments.sweep.parts import Parts, hashes
from experiments.sweep.planning import Plan, config_of, described_plan
from experiments.sweep.tables import parquet, plan_table
from experiments.sweep.work import Failure, Finished

FAILED = "failed"
PILOT = 0  # the number of the batch that is run first, to see how long a trial takes
PILOT_TRIALS = 2  # the second of which finds everything compiled
BATCH_SECONDS = 20.0
MOST_A_BATCH = 100


class SweepStore:
    """One driver's view of a store, between `enter` and `leave`."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.parts = Parts(store=folder)
        self.claims = Claims(folder)
        self._retry: set[str] = set()  # runs that had failed before this driver came
        self._size = 0
        self._first = 1  # no batch before this one has anything left to run
        self.seconds = 0.0  # that the model has taken in this driver's trials

    def enter(self) -> None:
        """Make or find the store and enter it as a driver.

        Raises:
            Refusal: a place that cannot hold this sweep, or a damaged store; nothing has been changed.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self.folder):
                self._recognise()
                self.parts.begin()
                self._refuse_unknown()
                self._write_plan()
                self.claims.enter()
                (self.folder / FAILED).mkdir(exist_ok=True)
                self._retry = {path.stem for path in (self.folder / FAILED).glob("*.json")}
        except OSError as error:
            raise Refusal(f"out = {quoted(str(self.folder))}: cannot be written: {error.strerror or error}") from error

    def claim(self) -> tuple[int, list[int]] | None:
        """A batch that nobody runs and the trials of it that are missing; None where there is none at present."""
        with exclusive(self.folder):
            self.parts.refresh()
            self._size = self._size or self._read_size()
            taken, given_up = self.claims.taken(), self._failed() - self._retry
            for number, trials in self._batches(taken):
                missing = [n for n in trials if self._is_missing(n, given_up)]
                if not missing:
                    self._first += number == self._first
                    continue
                if number in taken:
                    continue
                if number == PILOT:
                    missing = missing[:PILOT_TRIALS]
                self.claims.take(number)
                self._retry -= {self.plan.run_id(n) for n in missing}
                return number, missing
        return None

    def commit(self, number: int, finished: Finished, last: bool) -> None:
        """Keep what came of (a share of) a claimed batch; the `last` share gives the claim back."""
        with exclusive(self.folder):
            self.seconds += sum(finished.seconds)
            if number == PILOT and last:
                self._write_size(finished)
            self.parts.commit(finished)
            for run in finished.runs:
                (self.folder / FAILED / f"{run}.json").unlink(missing_ok=True)
            for failure in finished.failures:
                self._quarantine(failure)
            if last:
                self.claims.give(number)

    def give(self, number: int) -> None:
        """Give a batch back that did not come back whole."""
        with exclusive(self.folder):
            self.claims.give(number)

    def missing(self) -> int:
        """How many trials are neither kept nor given up."""
        self.parts.refresh()
        given_up = self._failed() - self._retry
        return sum(run not in self.parts.stored and run not in given_up for run in self.plan.numbers)

    def failed(self) -> list[dict[str, Any]]:
        """The trials in quarantine, in order of the plan."""
        return sorted((unsealed(path) for path in (self.folder / FAILED).glob("*.json")), key=lambda d: d["trial"])

    def digest(self) -> str:
        """SHA-256 over the label and digest of every trial kept, in order of the plan."""
        total = sha256()
        for run, number in self.plan.numbers.items():
            if run in self.parts.stored:
                total.update(f"{self.plan.label(number)}\t{self.parts.stored[run]}\n".encode())
        return total.hexdigest()

    def leave(self) -> dict[str, Any]:
        """Write the manifest, give everything back; the manifest."""
        try:
            with exclusive(self.folder):
                self.parts.refresh()
                manifest = self._manifest()
                put(self.folder / MANIFEST, sealed(manifest))
                settle(self.folder)
                return manifest
        finally:
            with exclusive(self.folder):
                self.claims.leave()

    def _recognise(self) -> None:
        """Refuse a folder that holds something else, or is damaged."""
        place = f"out = {quoted(str(self.folder))}"
        damage = first_damage(self.folder)
        if damage:
            raise Refusal(f"{damage}; mend it with: reformsim store repair {self.folder}")
        if (self.folder / PLAN).exists():
            found = unsealed(self.folder / PLAN)
            if found["plan"] != self.plan.identity:
                model = described_plan(self.plan)["model"]
                other = f"; its model is {found['model']}, this one is {model}" if found["model"] != model else ""
                raise Refusal(f"{place}: holds another sweep, {found['plan'][:12]}; this is {self.plan.identity[:12]}"
                              f"{other}; name a new folder")  # fmt: skip
        elif (self.folder / MANIFEST).exists() and unsealed(self.folder / MANIFEST)["id"] != self.plan.identity:
            raise Refusal(f"{place}: holds another study; name a new folder")
        elif not (self.folder / "parts").is_dir() and any(p.name != "lock" for p in self.folder.iterdir()):
            raise Refusal(f"{place}: holds other files; name a new folder")

    def _refuse_unknown(self) -> None:
        """Refuse a folder whose plan is lost and whose runs are not of this one."""
        unknown = next((run for run in self.parts.stored if run not in self.plan.numbers), "")
        if unknown:
            place = f"out = {quoted(str(self.folder))}"
            raise Refusal(f"{place}: holds run {unknown[:12]} of another plan; name a new folder")

    def _write_plan(self) -> None:
        table = parquet(plan_table(self.plan))
        document = {**described_plan(self.plan), "table": sha256(table).hexdigest()}
        if hash_of(self.folder / TABLE) != document["table"]:
            put(self.folder / TABLE, table)
        if not (self.folder / PLAN).exists():
            put(self.folder / PLAN, sealed(document))
        settle(self.folder)

    def _batches(self, taken: frozenset[int]) -> Sequence[tuple[int, Sequence[int]]]:
        """Batches by number; before the pilot has said how long they are there is only the pilot."""
        total = self.plan.trials
        if not self._size:
            return [] if PILOT in taken else [(PILOT, range(total))]
        count = -(-total // self._size)
        return [(k, range((k - 1) * self._size, min(k * self._size, total))) for k in range(self._first, count + 1)]

    def _is_missing(self, number: int, given_up: set[str]) -> bool:
        run = self.plan.run_id(number)
        return run not in self.parts.stored and run not in given_up

    def _failed(self) -> set[str]:
        return {path.stem for path in (self.folder / FAILED).glob("*.json")}

    def _read_size(self) -> int:
        """Trials a batch: as the config says, or as a pilot has found; 0 where there was none yet."""
        if not (self.folder / BATCHES).exists():
            return self.plan.settings.knobs.part
        return int(unsealed(self.folder / BATCHES)["trials"])

    def _write_size(self, pilot: Finished) -> None:
        """Some 20 seconds of work a batch, at most 100 trials, and at least four batches a process."""
        knobs = self.plan.settings.knobs
        by_time = int(BATCH_SECONDS / max(min(pilot.seconds, default=BATCH_SECONDS), 1e-3))
        fair = -(-self.plan.trials // (4 * knobs.processes))
        put(self.folder / BATCHES, sealed({"trials": max(1, min(by_time, MOST_A_BATCH, fair))}))

    def _quarantine(self, failure: Failure) -> None:
        document = {"trial": failure.number, "run": failure.run, "reason": failure.reason, "where": failure.where,
                    "config": config_of(self.plan, failure.number)}  # fmt: skip
        put(self.folder / FAILED / f"{failure.run}.json", sealed(document))

    def _manifest(self) -> dict[str, Any]:
        plan = described_plan(self.plan)
        kept = len(self.parts.stored)
        failed = [f"{entry['config']['label']}: {entry['reason']}" for entry in self.failed()]
        whole = kept == self.plan.trials
        return {
            "format": FORMAT, "id": self.plan.identity, "verb": "sweep", "command": plan["command"],
            "status": DONE if whole else "failed" if kept + len(failed) == self.plan.trials else STOPPED,
            "digest": self.digest(), "config": plan["config"], "seed": plan["seed"], "experiment": plan["experiment"],
            "replications": plan["replications"], "rng_layout": plan["rng_layout"], "versions": versions(),
            "environment": environment(), "host": host(),
            "speed": {"processes": self.plan.settings.knobs.processes, "threads": self.plan.settings.knobs.threads,
                      "chunk": self.plan.settings.knobs.chunk, "engine": self.plan.settings.engine.name,
                      "model_seconds": round(self.seconds, 3)},
            "made": datetime.now(UTC).isoformat(timespec="seconds"), "trials": kept, "planned": self.plan.trials,
            "failed": failed, "files": hashes(self.folder),
        }  # fmt: skip


def writable(folder: Path) -> None:
    """Refuse, before anything is planned at length, a place where no folder can be made.

    Raises:
        Refusal: it is a file, lies below one, or may not be written.
    """
    if (folder.exists() or folder.is_symlink()) and not folder.is_dir():
        raise Refusal(f"out = {quoted(str(folder))}: must be a folder, and it is a file")
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise Refusal(f"out = {quoted(str(folder))}: no folder can be made there")
