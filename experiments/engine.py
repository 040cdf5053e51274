"""Engines: where trials run. One seam: `engine(work, jobs) -> iterator of (index, result, error)`.

Jobs and results are plain values and work is pure, so a job may run twice and no engine keeps state.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
MOST_DEATHS = 3  # of its worker, until a job is given up


class WorkerDied(RuntimeError):
    """A job took its worker down every time it was tried."""


def local(
    work: Callable[[J], R], jobs: Sequence[J], processes: int, threads: int = 1
) -> Generator[tuple[int, R | None, Exception | None], None, None]:
    """Run jobs in a pool of spawned processes, results in order of completion.

    A killed worker costs the jobs in flight another try, each by itself until the guilty one is known; one that takes
    three workers down is given up with `WorkerDied`. Closing the iterator, or the death of this process by whatever
    signal, ends the workers at once.

    Args:
        work: a function that a fresh interpreter can import by name.
        jobs: what it is called with; picklable.
        processes: workers side by side, at least 1.
        threads: that the libraries of one worker may use.
    """
    waiting = deque(range(len(jobs)))
    suspects: deque[int] = deque()
    deaths: Counter[int] = Counter()
    with _threads(threads):
        while waiting or suspects:
            batch, width = (deque([suspects.popleft()]), 1) if suspects else (waiting, processes)
            with closing(_shift(work, jobs, batch, width)) as ended:
                for index, future in ended:
                    error = future.exception()
                    if error is None:
                        yield index, future.result(), None
                        continue
                    if not isinstance(error, BrokenProcessPool):
                        yield index, None, error if isinstance(error, Exception) else RuntimeError(repr(error))
                        continue
                    deaths[index] += 1
                    if deaths[index] < MOST_DEATHS:
                        suspects.append(index)
                    else:
                        yield index, None, WorkerDied(f"its worker died {MOST_DEATHS} times")


def _shift(
    work: Callable[[J], R], jobs: Sequence[J], batch: deque[int], width: int
) -> Generator[tuple[int, Future[R]], None, None]:
    """Work off a batch in one pool until it is empty or the pool breaks; what was never begun stays in the batch.

    The first job runs alone, so that the kernels it compiles and the city it keeps are there for the others.
    """
    flying: dict[Future[R], int] = {}
    done, whole = 0, True
    with _pool(width) as pool:
        while flying or (batch and whole):
            while batch and whole and len(flying) < (width if done else 1):
                try:
                    flying[_submit(pool, work, jobs[batch[0]])] = batch[0]
                    batch.popleft()
                except BrokenProcessPool:
                    whole = False
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                whole = whole and not isinstance(future.exception(), BrokenProcessPool)
                done += 1
                yield flying.pop(future), future


@contextmanager
def _pool(width: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose workers leave when the write end of a pipe closes: by our hand, or because this process is gone."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(width, mp_context=context, initializer=_begin, initargs=(reader,))
    try:
        yield pool
        pool.shutdown(wait=True)
    finally:
        writer.close()
        pool.shutdown(wait=True, cancel_futures=True)
        reader.close()


def _submit(pool: ProcessPoolExecutor, work: Callable[[J], R], job: J) -> Future[R]:
    """Submit with Ctrl-C held back, so that a worker started here inherits a deaf ear for it."""
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(work, job)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(work, job)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(reader: Connection) -> None:
    """First thing in a worker: Ctrl-C is the parent's business, and without a parent there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, args=(reader,), daemon=True).start()


def _leave_with_parent(reader: Connection) -> None:
    try:
        reader.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """The libraries' own pools at this size in every process started meanwhile: they read it once, when imported."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
