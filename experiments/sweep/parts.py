"""Parts: the files in which the results of a batch are kept, and the ledger of their SHA-256.

A part is a set of Parquet files, one a table, under a name made of its first trial and of the run ids in it. They are
written in order: tables, ledger entry, and the file of the trials last. That file is the commit marker: without it the
others are leftovers of a driver that died, and the next one takes them away. All is done under the store's lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq

from experiments.refusal import Refusal, RunsFailed
from experiments.sweep.disk import TEMPORARY, hash_of, put, sealed, settle, unsealed
from experiments.sweep.tables import KEPT, without
from experiments.sweep.work import Finished

MARKER = KEPT[-1]


@dataclass(kw_only=True)
class Parts:
    """The parts of a store, and an index of the runs in them that grows as drivers add parts."""

    store: Path
    stored: dict[str, str] = field(default_factory=dict)  # run id -> digest of its record
    _read: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        """Where the tables lie."""
        return self.store / "parts"

    @property
    def ledger(self) -> Path:
        """Where the hashes lie."""
        return self.store / "ledger"

    def begin(self) -> None:
        """Make the folders and take away what the dead have left."""
        for folder in (self.folder, self.ledger):
            folder.mkdir(exist_ok=True)
        for path in leftovers(self.store):
            path.unlink()
        self.refresh()

    def refresh(self) -> None:
        """Read the commit markers that were not there before."""
        for path in sorted(self.folder.glob(f"{MARKER}-*.parquet")):
            if path.name not in self._read:
                part = pq.read_table(path, columns=["run", "digest"])
                self._note(zip(part["run"].to_pylist(), part["digest"].to_pylist(), strict=True))
                self._read.add(path.name)

    def by_number(self) -> dict[int, str]:
        """Digests by the number of the trial in the plan, in that order."""
        found: dict[int, str] = {}
        for path in sorted(self.folder.glob(f"{MARKER}-*.parquet")):
            part = pq.read_table(path, columns=["trial", "digest"])
            found |= zip(part["trial"].to_pylist(), part["digest"].to_pylist(), strict=True)
        return dict(sorted(found.items()))

    def commit(self, finished: Finished) -> None:
        """Keep what came of a batch; a run that is kept already is not kept again.

        Raises:
            RunsFailed: a run that is kept already came out otherwise.
            OSError: the disk is full, read-only or broken; the batch is not kept, and nothing else is harmed.
        """
        self.refresh()
        known = [run for run in finished.runs if run in self.stored]
        self._note(zip(finished.runs, finished.digests, strict=True), check_only=True)
        files, runs, numbers = finished.files, finished.runs, finished.numbers
        if known:
            fresh = [(n, run) for n, run in zip(numbers, runs, strict=True) if run not in self.stored]
            dropped = sorted(set(numbers) - {n for n, _ in fresh})
            files = {table: without(data, dropped) for table, data in files.items()} if fresh else {}
            numbers, runs = tuple(n for n, _ in fresh), tuple(run for _, run in fresh)
        if files:
            self._write(files, name_of(numbers, runs))
            self._note(zip(finished.runs, finished.digests, strict=True))

    def _write(self, files: dict[str, bytes], name: str) -> None:
        entry = {f"{table}-{name}.parquet": {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
                 for table, data in files.items()}  # fmt: skip
        for table in KEPT[:-1]:
            if table in files:
                put(self.folder / f"{table}-{name}.parquet", files[table])
        put(self.ledger / f"{name}.json", sealed({"files": entry}))
        settle(self.folder)
        settle(self.ledger)
        put(self.folder / f"{MARKER}-{name}.parquet", files[MARKER])
        settle(self.folder)
        self._read.add(f"{MARKER}-{name}.parquet")

    def _note(self, runs: Iterator[tuple[str, str]], *, check_only: bool = False) -> None:
        for run, digest in runs:
            if self.stored.get(run, digest) != digest:
                raise RunsFailed(f"{self.store}: run {run[:12]} is kept with digest {self.stored[run][:12]}, and gave "
                                 f"{digest[:12]}: a run must depend on nothing but its id")  # fmt: skip
            if not check_only:
                self.stored[run] = digest


def name_of(numbers: Sequence[int], runs: Sequence[str]) -> str:
    """The name of a part: its first trial, and 16 digits of the SHA-256 over its run ids."""
    return f"{numbers[0]:08d}-{sha256(''.join(runs).encode()).hexdigest()[:16]}"


def part_of(path: Path) -> str:
    """The name of the part that a file of `parts` or `ledger` belongs to."""
    return path.stem if path.suffix == ".json" else path.stem.partition("-")[2]


def leftovers(store: Path) -> list[Path]:
    """Temporary files, and files of parts without a commit marker."""
    found = [path for place in ("", "parts", "ledger", "failed") for path in (store / place).glob(f".*{TEMPORARY}")]
    committed = {part_of(path) for path in (store / "parts").glob(f"{MARKER}-*.parquet")}
    files = [*(store / "parts").glob("*.parquet"), *(store / "ledger").glob("*.json")]
    return sorted(found) + sorted(path for path in files if part_of(path) not in committed)


def damaged(store: Path) -> Iterator[tuple[Path, str]]:
    """Files of committed parts that are not what the ledger says, each with what is wrong with it."""
    for marker in sorted((store / "parts").glob(f"{MARKER}-*.parquet")):
        name = part_of(marker)
        entry = store / "ledger" / f"{name}.json"
        try:
            files = unsealed(entry)["files"]
        except Refusal:
            yield entry, "is damaged" if entry.exists() else "is missing"
            continue
        for file, said in files.items():
            path = store / "parts" / file
            if hash_of(path) != said["sha256"]:
                yield path, "is damaged" if path.exists() else "is missing"


def hashes(store: Path) -> dict[str, dict[str, str | int]]:
    """The ledger of all committed parts as one: file -> its SHA-256 and size."""
    found: dict[str, dict[str, str | int]] = {}
    for marker in sorted((store / "parts").glob(f"{MARKER}-*.parquet")):
        entry = unsealed(store / "ledger" / f"{part_of(marker)}.json")
        found |= {f"parts/{file}": said for file, said in entry["files"].items()}
    return found
