"""How kernels are compiled: `kernel` for those that are called, `loop` for those that allocate nothing, `part` for what
becomes a part of its caller.

No fastmath and no `parallel`: bits are the same on every processor and for any number of threads. A division by zero
gives inf or nan as in numpy. `loop` and `part` count no references to their arrays, so they may not make any; a loop
that reads arrays out of a tuple is several times faster so.

Compiled code is kept under a hash of the text that it can depend on: numba itself looks only at the file of a function,
and would go on using what it compiled from an older text of a function called there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit
from numba.core import config as numba_config

config: Any = numba_config
MODEL = Path(__file__).parents[1]
FROM_MODEL = re.compile(r"^from (sim[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
NAME = re.compile(r"\w+")
OLD = 7 * 86_400.0  # seconds after which code of another text is cleared away


@cache
def folder() -> str:
    """Where the compiled code of this text of the model is kept: NUMBA_CACHE_DIR, beside the sources, or the user's."""
    text = sha256()
    for path in texts():
        text.update(path.relative_to(MODEL).as_posix().encode() + path.read_bytes())
    name = f"kernels-{text.hexdigest()[:16]}"
    asked = config.CACHE_DIR or os.environ.get("NUMBA_CACHE_DIR")
    homes = [MODEL / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "reformsim"]
    for home in [Path(asked)] if asked else homes:
        try:
            (home / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=home / name):
                _clear(home, name)
                return str(home / name)
        except OSError:
            continue
    return tempfile.mkdtemp(prefix=name)


def texts() -> list[Path]:
    """The files that a kernel's code can depend on: those that define kernels, and what these import from the model."""
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(MODEL.rglob("*.py"))}
    named = {".".join(path.relative_to(MODEL.parent).with_suffix("").parts): path for path in sources}
    wanted = [path for path, source in sources.items() if "sim.kernels.compiled" in _imported(source)]
    found: set[Path] = set()
    while wanted:
        path = wanted.pop()
        if path not in found:
            found.add(path)
            wanted += [named[name] for name in _imported(sources[path]) if name in named]
    return sorted({*found, Path(__file__)})


def _imported(source: str) -> set[str]:
    """The modules of ours that a file names in imports at its top level, `from package import module` among them.

    By pattern, since every start of a process waits for it and parsing takes thirty times as long.
    """
    return {
        module
        for package, names in FROM_MODEL.findall(source)
        for module in (package, *(f"{package}.{name}" for name in NAME.findall(names)))
    }


def _clear(home: Path, name: str) -> None:
    for other in home.glob("kernels-*"):
        if other.name != name and time.time() - other.stat().st_mtime > OLD:
            shutil.rmtree(other, ignore_errors=True)


def _decorator(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        before = config.CACHE_DIR
        config.CACHE_DIR = folder()
        try:
            return njit(cache=True, nogil=True, error_model="numpy", **options)(function)
        finally:
            config.CACHE_DIR = before

    return decorate


kernel = _decorator()
loop = _decorator(_nrt=False)
part = _decorator(_nrt=False, forceinline=True)
