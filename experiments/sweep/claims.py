"""Claims: who is running which batch, so that several drivers share one store and each trial is run once.

Whoever changes anything in a store holds its lock, for milliseconds. A driver also holds a lock of its own for as long
as it lives; the system lets go of it with the process, however that ends. So a claim is stale exactly when the lock of
its driver can be had, and no clock is asked.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of a store; waits for whoever holds it."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Claims:
    """The claims of one driver among those of others. Every method but `__init__` is called under the store's lock."""

    def __init__(self, store: Path) -> None:
        self.folder = store / "claims"
        self.token = f"{os.getpid()}_{os.urandom(4).hex()}"
        self._life: int | None = None

    @property
    def stop(self) -> Path:
        """The file that tells this driver's workers to begin no further trial."""
        return self.folder / f"stop-{self.token}"

    def enter(self) -> None:
        """Begin to live as a driver."""
        self.folder.mkdir(exist_ok=True)
        self._life = os.open(self.folder / f"driver-{self.token}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        fcntl.flock(self._life, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Give everything back."""
        if self._life is not None:
            self._bury(self.token)
            os.close(self._life)
            self._life = None

    def others(self) -> tuple[str, ...]:
        """The other drivers that live; what the dead have left is taken away."""
        living = []
        for path in sorted(self.folder.glob("driver-*")):
            token = path.name.partition("-")[2]
            if token == self.token:
                continue
            if _dead(path):
                self._bury(token)
            else:
                living.append(token)
        return tuple(living)

    def taken(self) -> frozenset[int]:
        """The batches that living drivers run."""
        living = {self.token, *self.others()}
        claims = (path.name.split("-") for path in self.folder.glob("batch-*"))
        return frozenset(int(number) for _, number, token in claims if token in living)

    def take(self, batch: int) -> None:
        """Claim a batch that nobody has."""
        os.close(os.open(self._claim(batch), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))

    def give(self, batch: int) -> None:
        """Give a batch back."""
        self._claim(batch).unlink(missing_ok=True)

    def _claim(self, batch: int) -> Path:
        return self.folder / f"batch-{batch}-{self.token}"

    def _bury(self, token: str) -> None:
        for path in (*self.folder.glob(f"batch-*-{token}"), self.folder / f"stop-{token}"):
            path.unlink(missing_ok=True)
        (self.folder / f"driver-{token}").unlink(missing_ok=True)


def living(store: Path) -> int:
    """How many drivers work on a store; called under its lock."""
    return len(Claims(store).others())


def _dead(path: Path) -> bool:
    """Is the process gone that held this file locked?"""
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
