"""Founded cities on disk: a folder of arrays and one manifest per city, under a name that tells its content.

The name is a hash of the tables, the code and the parameters, so that nothing stale is ever read. Every file is
checked against its SHA-256; what is missing, corrupt or cannot be written is built anew, with the same result.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from sim.world.city import City, Jurisdictions

CODE = (
    "kernels/apportioning.py",
    "kernels/arithmetic.py",
    "kernels/compiled.py",
    "kernels/hashing.py",
    "rng.py",
    "services.py",
    "world/cache.py",
    "world/chengdu_tables.py",
    "world/city.py",
    "world/compounds.py",
    "world/crosswalk.py",
    "world/founding.py",
    "world/gazetteer.py",
    "world/jurisdictions.py",
    "world/places.py",
    "world/population.py",
    "world/residents.py",
    "world/synthesis.py",
)
MANIFEST = "manifest.json"


def folder_of(cache: Path | str | bool | None) -> Path | None:
    """The folder that a caller means: None for the user's cache, False for no cache.

    Raises:
        ValueError: True, which names no folder.
    """
    if cache is True:
        raise ValueError("cache must be a folder, None for the user's or False for none, got True")
    if cache is False:
        return None
    if cache is not None:
        return Path(cache)
    home = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(home) if os.path.isabs(home) else Path(os.path.expanduser("~")) / ".cache"
    return base / "reformsim"


def keep(
    folder: Path | None, parameters: tuple[object, ...], tables: Iterable[bytes], build: Callable[[], City]
) -> City:
    """The city under this name from the folder, or built and left there."""
    if folder is None:
        return build()
    place = folder / f"city-{_name(parameters, tables)}"
    city = _load(place)
    if city is None:
        city = build()
        _save(city, place)
    return city


def _name(parameters: tuple[object, ...], tables: Iterable[bytes]) -> str:
    """32 hexadecimal digits of SHA-256 over parameters, tables and code."""
    digest = hashlib.sha256(repr(parameters).encode())
    for text in (*tables, *((files("sim") / name).read_bytes() for name in CODE)):
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()[:32]


def _columns(owner: City | Jurisdictions) -> dict[str, np.ndarray]:
    return {f.name: value for f in fields(owner) if isinstance(value := getattr(owner, f.name), np.ndarray)}


def _words(owner: City | Jurisdictions) -> dict[str, Any]:
    return {
        f.name: value
        for f in fields(owner)
        if not isinstance(value := getattr(owner, f.name), np.ndarray) and f.name not in ("plans", "boundaries")
    }


def _save(city: City, place: Path) -> None:
    """Write beside, then rename; a folder that cannot be written is left alone."""
    arrays = _columns(city) | {
        f"{name}.{column}": array for name, plan in city.plans.items() for column, array in _columns(plan).items()
    }
    rings = {
        str(code): [[r.tolist() for r in polygon] for polygon in region] for code, region in city.boundaries.items()
    }
    words = {
        "city": _words(city),
        "plans": {name: _words(plan) for name, plan in city.plans.items()},
        "boundaries": rings,
    }
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=place.parent))
    except OSError:
        return
    try:
        hashes = {}
        for name, array in arrays.items():
            with (draft / f"{name}.npy").open("wb") as handle:
                np.save(handle, array, allow_pickle=False)
                handle.flush()
                os.fsync(handle.fileno())
            hashes[name] = _sha256(draft / f"{name}.npy")
        text = json.dumps(words, ensure_ascii=False)
        with (draft / MANIFEST).open("w", encoding="utf-8") as handle:
            json.dump({"hashes": hashes, "words": text, "own": hashlib.sha256(text.encode()).hexdigest()}, handle)
            handle.flush()
            os.fsync(handle.fileno())
        shutil.rmtree(place, ignore_errors=True)
        os.rename(draft, place)  # fails where another process was first, whose city is the same
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)


def _load(place: Path) -> City | None:
    """The city in a folder, arrays mapped copy-on-write; None where anything is missing or does not match its hash."""
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if hashlib.sha256(manifest["words"].encode()).hexdigest() != manifest["own"]:
            return None
        arrays = {}
        for name, expected in manifest["hashes"].items():
            if _sha256(place / f"{name}.npy") != expected:
                return None
            arrays[name] = _mapped(place / f"{name}.npy")
        return _compose(json.loads(manifest["words"]), arrays)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _mapped(path: Path) -> np.ndarray:
    array = np.load(path, mmap_mode="c", allow_pickle=False) if path.stat().st_size > 1 << 16 else np.load(path)
    return np.asarray(array)


def _compose(words: dict[str, Any], arrays: dict[str, np.ndarray]) -> City:
    def member(kind: type, own: dict[str, Any], prefix: str) -> dict[str, Any]:
        named = {f.name: arrays[prefix + f.name] for f in fields(kind) if prefix + f.name in arrays}
        return named | {name: tuple(value) if isinstance(value, list) else value for name, value in own.items()}

    plans = {name: Jurisdictions(**member(Jurisdictions, own, f"{name}.")) for name, own in words["plans"].items()}
    boundaries = {
        int(code): tuple(tuple(np.array(ring) for ring in polygon) for polygon in region)
        for code, region in words["boundaries"].items()
    }
    return City(**member(City, words["city"], ""), plans=plans, boundaries=boundaries)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
