"""The store: a study is a folder that appears whole or not at all.

Files are written and flushed in a hidden folder beside it, the manifest with their SHA-256 last; one rename brings the
folder into being. The id of a study names all that it depends on, so the same id is kept once, and other results under
the same id are an error and never an overwriting.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.refusal import Refusal, RunsFailed, quoted

FORMAT = 1
MANIFEST = "manifest.json"
DONE, STOPPED = "done", "stopped"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A study being written: a hidden folder that `write` turns into the real one."""

    folder: Path

    def table(self, name: str, table: pa.Table) -> None:
        """Write one table."""
        pq.write_table(table, self.folder / f"{name}.parquet", compression="zstd", use_dictionary=_texts(table))


@contextmanager
def writing(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Part]:
    """Write a study: what the body puts into the part's folder, then the manifest, then the folder itself.

    `manifest` needs `id`, `digest` and `status`. If the folder holds this id with this digest already it is left as it
    is; a stopped study gives way to a further one.

    Raises:
        RunsFailed: the folder holds another digest under the same id, or cannot be written.
    """
    part = folder.parent / f".{folder.name}.{os.getpid()}.part"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        yield Part(folder=part)
        _seal(part, manifest)
        _bring_into_being(part, folder, manifest)
    except OSError as error:
        raise RunsFailed(f"{folder}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_place(folder: Path, identity: str) -> None:
    """Refuse, before anything runs, a place that could not take the results.

    Raises:
        Refusal: not a folder, not ours, another study's, or not writable.
    """
    if folder.exists() or folder.is_symlink():
        if not folder.is_dir():
            raise Refusal(f"out = {quoted(str(folder))}: must be a folder, and it is a file")
        if any(folder.iterdir()) and not (folder / MANIFEST).is_file():
            raise Refusal(f"out = {quoted(str(folder))}: holds other files; name a new folder")
        if (folder / MANIFEST).is_file() and (found := read_manifest(folder).get("id")) != identity:
            other = f"holds another study, {str(found)[:12]}; this is {identity[:12]}"
            raise Refusal(f"out = {quoted(str(folder))}: {other}; name a new folder")
    nearest = next(place for place in folder.absolute().parents if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise Refusal(f"out = {quoted(str(folder))}: no folder can be made there")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study.

    Raises:
        Refusal: no manifest, or one that was altered or cut short.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        seal = manifest.pop("seal")
    except FileNotFoundError:
        raise Refusal(f"{path}: there is no such file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(f"{path}: is damaged") from None
    if seal != _seal_of(manifest):
        raise Refusal(f"{path}: is damaged or was altered by hand")
    return dict(manifest)


def verify(folder: Path) -> tuple[str, ...]:
    """The files of a study that are missing or differ from the manifest's SHA-256."""
    files = read_manifest(folder)["files"]
    return tuple(name for name, entry in files.items() if _hash_of(folder / name) != entry["sha256"])


def read_table(folder: Path, name: str) -> pa.Table:
    """One table of a study, after its SHA-256 has been checked.

    Raises:
        Refusal: no such table, or it is damaged.
    """
    entry = read_manifest(folder)["files"].get(f"{name}.parquet")
    path = folder / f"{name}.parquet"
    if entry is None:
        raise Refusal(f"{path}: the manifest knows no such table")
    if _hash_of(path) != entry["sha256"]:
        raise Refusal(f"{path}: is missing or damaged; its SHA-256 is not the manifest's")
    return pq.read_table(path)


def _seal(part: Path, manifest: Mapping[str, Any]) -> None:
    files = {}
    for path in sorted(p for p in part.rglob("*") if p.is_file()):
        _flush(path)
        files[path.relative_to(part).as_posix()] = {"sha256": _hash_of(path), "bytes": path.stat().st_size}
    whole = {"format": FORMAT, **manifest, "files": files}
    text = json.dumps({**whole, "seal": _seal_of(whole)}, indent=1, ensure_ascii=False, allow_nan=False)
    (part / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    _flush(part / MANIFEST)
    _flush(part)


def _bring_into_being(part: Path, folder: Path, manifest: Mapping[str, Any]) -> None:
    if (folder / MANIFEST).is_file():
        found = read_manifest(folder)
        same = found["id"] == manifest["id"]
        if same and found["status"] == DONE and found["digest"] == manifest["digest"]:
            return
        if same and found["status"] == DONE and manifest["status"] == DONE:
            raise RunsFailed(f"{folder}: holds digest {found['digest'][:12]} under the same id, this run gave "
                             f"{manifest['digest'][:12]}: a run must depend on nothing but its id")  # fmt: skip
        if not same or found["status"] == DONE:
            return
        old = part.with_suffix(".old")
        os.rename(folder, old)
        os.rename(part, folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.rename(part, folder)
    _flush(folder.parent)


def _seal_of(manifest: Mapping[str, Any]) -> str:
    return sha256(json.dumps(manifest, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _hash_of(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as handle:
        total = sha256()
        while block := handle.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def _flush(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _texts(table: pa.Table) -> list[str]:
    return [f.name for f in table.schema if pa.types.is_dictionary(f.type) or pa.types.is_string(f.type)]
