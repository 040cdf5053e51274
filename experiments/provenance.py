"""Provenance: which model, which libraries, which machine."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

import sim

LIBRARIES = ("numpy", "numba", "scipy", "pyarrow", "hydra-core", "omegaconf", "pydantic")
SUFFIXES = frozenset({".py", ".csv", ".geojson"})


@cache
def model_version() -> str:
    """The version of the package and the first 12 digits of the SHA-256 over the sources and data of `sim`."""
    root = Path(sim.__file__).parent
    total = sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in SUFFIXES):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return f"{_installed('reformsim')}+{total.hexdigest()[:12]}"


def versions() -> dict[str, str]:
    """The versions a result was made with."""
    return {
        "reformsim": model_version(),
        "python": platform.python_version(),
        **{name: _installed(name) for name in LIBRARIES},
    }


def host() -> dict[str, str | int]:
    """The machine, without its name or its user's."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
        "implementation": sys.implementation.name,
        "byteorder": sys.byteorder,
    }


@cache
def environment() -> str:
    """SHA-256 over the names and versions of all that is installed: equal where a lock file was followed."""
    found = {f"{str(d.metadata['Name']).lower().replace('_', '-')}=={d.version}" for d in distributions()}
    return sha256("\n".join(sorted(found)).encode()).hexdigest()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
