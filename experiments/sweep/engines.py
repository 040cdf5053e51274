"""Engines of a sweep as values: which there are, what each takes, and how it is started."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from experiments import clusters
from experiments.engine import stream
from experiments.extras import extra
from experiments.sweep.work import Batch, Finished
from sim.levers import Theme, lever

LONGEST_NAME = 200


class Engine(Protocol):
    """Where batches run. Batches are asked for as workers fall free, and come back as they end."""

    def __call__(
        self, work: Callable[[Batch], Finished], jobs: Iterator[tuple[int, Batch]], *,
        split: Callable[[Batch], Sequence[Batch]],
    ) -> Generator[tuple[int, Batch, Finished | None, Exception | None], None, None]: ...  # fmt: skip


class EngineChoice(Protocol):
    """What a config says of an engine."""

    @property
    def name(self) -> str: ...

    def start(self, processes: int, threads: int, store: Path) -> Engine:
        """The engine with so many batches at a time, each on so many threads, for a store.

        Raises:
            Refusal: what it needs is not installed.
        """


@dataclass(frozen=True, kw_only=True)
class Local(Theme):
    """Processes on this machine."""

    name: str = lever("local", None, None, "", choices=("local",))

    def start(self, processes: int, threads: int, store: Path) -> Engine:
        """See `EngineChoice`."""
        return partial(stream, processes=processes)


@dataclass(frozen=True, kw_only=True)
class Ray:
    """A Ray cluster: one of its own on this machine, or the one at an address."""

    name: str = "ray"
    address: str = ""  # host:port, or auto for the cluster that this machine belongs to; empty starts one here

    def __post_init__(self) -> None:
        _check_text("address", self.address)

    def start(self, processes: int, threads: int, store: Path) -> Engine:
        """See `EngineChoice`."""
        extra("ray", "engine=ray")
        return partial(clusters.ray, processes=processes, threads=threads, address=self.address)


@dataclass(frozen=True, kw_only=True)
class Slurm:
    """Jobs of Slurm, a batch of trials each; the store must lie where all nodes see it."""

    name: str = "slurm"
    cluster: str = "slurm"  # or local: the same jobs on this machine, to try them
    partition: str = ""  # empty is Slurm's default
    minutes: int = 120  # a job may take, 1 to 43,200
    gibibytes: int = 4  # of memory a job, 1 to 4,096

    def __post_init__(self) -> None:
        _check_text("partition", self.partition)
        if self.cluster not in ("slurm", "local"):
            raise ValueError(f"cluster must be one of slurm, local, got {self.cluster!r}")
        for name, high in (("minutes", 43_200), ("gibibytes", 4_096)):
            if not 1 <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be in [1, {high}], got {getattr(self, name)}")

    def start(self, processes: int, threads: int, store: Path) -> Engine:
        """See `EngineChoice`."""
        extra("submitit", "engine=slurm")
        options = {"timeout_min": self.minutes, "mem_gb": self.gibibytes}
        if self.partition and self.cluster == "slurm":
            options["slurm_partition"] = self.partition  # type: ignore[assignment]
        return partial(clusters.slurm, processes=processes, threads=threads, folder=store.resolve() / "slurm",
                       options=options, cluster=self.cluster)  # fmt: skip


ENGINES: dict[str, type] = {"local": Local, "ray": Ray, "slurm": Slurm}


def inline(
    work: Callable[[Batch], Finished], jobs: Iterator[tuple[int, Batch]], *, split: Callable[[Batch], Sequence[Batch]]
) -> Generator[tuple[int, Batch, Finished | None, Exception | None], None, None]:
    """The engine that is no engine: batches run here, one after another."""
    for key, batch in jobs:
        yield key, batch, work(batch), None


def _check_text(name: str, value: str) -> None:
    if len(value) > LONGEST_NAME or not all(letter.isalnum() or letter in "._:-/" for letter in value):
        raise ValueError(f"{name} must be a name of letters, digits, and . _ : - /, got {value!r}")
