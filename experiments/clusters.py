"""Clusters: the engine's seam over Ray and over Slurm, by extras that are imported only when asked for.

Both are pools as `engine.tended` wants them: they begin jobs and say of each whether it ended or its worker died. All
else (trying again, splitting a job that takes workers down, giving up) is the same as on one machine.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from experiments.engine import OF_LIBRARIES, Source, WorkerDied, tended
from experiments.extras import extra
from experiments.refusal import Refusal

K = TypeVar("K")
J = TypeVar("J")
R = TypeVar("R")

POLL = 0.2  # seconds between looks at jobs of Slurm


def ray(
    work: Callable[[J], R], jobs: Iterable[tuple[K, J]], *, split: Callable[[J], Sequence[J]] | None = None,
    processes: int = 1, threads: int = 1, address: str = "",
) -> Generator[tuple[K, J, R | None, Exception | None], None, None]:  # fmt: skip
    """`engine.stream` over Ray: a cluster of this machine's own, or the one at an address ("auto" for the nearest).

    Raises:
        Refusal: Ray is not installed, or there is no cluster at the address.
    """
    source = Source(jobs)
    if not source:  # nothing to do is no reason to start a cluster
        return
    with _ray_pool(work, processes, threads, address) as pool:
        yield from tended(pool, source, width=processes, split=split)


def slurm(
    work: Callable[[J], R], jobs: Iterable[tuple[K, J]], *, split: Callable[[J], Sequence[J]] | None = None,
    processes: int = 1, threads: int = 1, folder: Path, options: dict[str, Any], cluster: str = "slurm",
) -> Generator[tuple[K, J, R | None, Exception | None], None, None]:  # fmt: skip
    """`engine.stream` over Slurm by submitit; `cluster="local"` runs the same jobs on this machine without Slurm.

    Args:
        work: see `engine.stream`.
        jobs: see `engine.stream`.
        split: see `engine.stream`.
        processes: jobs in the queue or running at a time.
        threads: processors a job.
        folder: shared by all nodes; jobs and their logs are left there.
        options: what submitit's `update_parameters` takes.
        cluster: slurm or local.

    Raises:
        Refusal: submitit is not installed, or there is no Slurm here.
    """
    source = Source(jobs)
    if not source:
        return
    pool = _SlurmPool(work, threads, folder, options, cluster)
    try:
        yield from tended(pool, source, width=processes, split=split)
    finally:
        pool.cancel()


class _RayPool:
    """Tasks of Ray."""

    def __init__(self, ray: Any, work: Callable[[Any], Any], threads: int) -> None:
        self._ray = ray
        self._task = ray.remote(num_cpus=threads, max_retries=0)(work)

    def submit(self, job: Any) -> Any:
        return self._task.remote(job)

    def ended(self, handles: Sequence[Any]) -> Sequence[Any]:
        return list(self._ray.wait(handles, num_returns=1)[0])

    def result(self, handle: Any) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(handle)
        except errors.RayTaskError as error:
            raise (error.cause or error) from None
        except errors.RayError as error:  # worker crashed, node lost, object lost with it, out of memory
            raise WorkerDied(f"its worker died ({type(error).__name__})") from None


@contextmanager
def _ray_pool(work: Callable[[Any], Any], processes: int, threads: int, address: str) -> Iterator[_RayPool]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = extra("ray", "engine=ray")
    ours = not ray.is_initialized()
    if ours:
        kept = {"env_vars": OF_LIBRARIES}
        where: dict[str, Any] = (
            {"address": address} if address else {"address": "local", "num_cpus": processes * threads}
        )
        try:
            ray.init(
                **where,
                include_dashboard=None if address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                runtime_env=kept,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise Refusal(f"engine.address = {address!r}: no Ray cluster can be had: {error}") from None
    try:
        yield _RayPool(ray, work, threads)
    finally:
        if ours:
            ray.shutdown()


class _SlurmPool:
    """Jobs of submitit, one a batch of trials."""

    def __init__(
        self, work: Callable[[Any], Any], threads: int, folder: Path, options: dict[str, Any], cluster: str
    ) -> None:
        submitit = extra("submitit", "engine=slurm")
        self._work, self._errors = work, submitit.core.utils
        try:
            self._executor = submitit.AutoExecutor(folder=folder, cluster=cluster)
        except RuntimeError as error:
            raise Refusal(f"engine=slurm: no Slurm can be had here: {error}") from None
        self._executor.update_parameters(cpus_per_task=threads, **options)
        self._running: set[Any] = set()

    def submit(self, job: Any) -> Any:
        handle = self._executor.submit(self._work, job)
        self._running.add(handle)
        return handle

    def ended(self, handles: Sequence[Any]) -> Sequence[Any]:
        while True:
            done = [handle for handle in handles if handle.done()]
            if done:
                return done
            time.sleep(POLL)

    def result(self, handle: Any) -> Any:
        self._running.discard(handle)
        error = handle.exception()
        if error is None:
            return handle.result()
        if isinstance(error, self._errors.UncompletedJobError) and not isinstance(error, self._errors.FailedJobError):
            raise WorkerDied("its job ended without a result: killed, out of memory, or out of time")
        raise error

    def cancel(self) -> None:
        """End what still runs."""
        for handle in self._running:
            handle.cancel(check=False)
