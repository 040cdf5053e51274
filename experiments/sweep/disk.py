"""The disk: the few calls by which a sweep touches it, so that a test can make any of them fail."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from experiments.refusal import Refusal

TEMPORARY = ".tmp"


def write(handle: int, data: memoryview) -> int:
    """Write some of the data; how many bytes went."""
    return os.write(handle, data)


def flush(handle: int) -> None:
    """Force what was written to the disk."""
    os.fsync(handle)


def rename(old: Path, new: Path) -> None:
    """Give a file its name, in one step."""
    os.replace(old, new)


def put(path: Path, data: bytes) -> None:
    """Bring a file into being whole or not at all; its name outlives a power cut only after `settle`.

    Raises:
        OSError: the disk is full, read-only or broken; nothing of the file is left.
    """
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[write(handle, rest) :]
            flush(handle)
        finally:
            os.close(handle)
        rename(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        flush(handle)
    finally:
        os.close(handle)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as handle:
        total = sha256()
        while block := handle.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def sealed(document: Mapping[str, Any]) -> bytes:
    """A document as JSON with a seal: the SHA-256 of the rest, by which a changed bit is noticed."""
    whole = {**document, "seal": seal_of(document)}
    return (json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def unsealed(path: Path) -> dict[str, Any]:
    """The document of a sealed file.

    Raises:
        Refusal: no such file, or it is not, to the last bit, what was written.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Refusal(f"{path}: there is no such file") from None
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror}") from None
    try:
        document = json.loads(data)
        document.pop("seal")
        whole = sealed(document) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise Refusal(f"{path}: is damaged or was altered by hand")
    return dict(document)


def canonical(document: Any) -> bytes:
    """The one way to write a document of plain values."""
    return json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()


def seal_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document, in hexadecimal."""
    return sha256(canonical(document)).hexdigest()
