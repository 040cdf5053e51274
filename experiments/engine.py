"""Engines: where trials run. One seam: `engine(work, jobs under keys) -> iterator of (key, job, result, error)`.

Jobs and results are plain values and work is pure, so a job may run twice and no engine keeps state.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, Protocol, TypeVar

K = TypeVar("K")
J = TypeVar("J")
R = TypeVar("R")

# Workers are forked from a server that has imported the model, which takes seconds, and never from this process, whose
# threads and locks they would copy. Spawned elsewhere: on a Mac numpy may use libraries that no fork survives.
if sys.platform == "linux":
    CONTEXT = multiprocessing.get_context("forkserver")
else:
    CONTEXT = multiprocessing.get_context("spawn")
PRELOADED = ("experiments.design",)
# Every process of ours is at work with threads of our own: a pool inside a library would only stand in their way.
OF_LIBRARIES = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
MOST_DEATHS = 3  # of its worker, until a job is given up
PATIENCE = 10.0  # seconds that a worker may take to leave


class WorkerDied(RuntimeError):
    """A job took its worker down every time it was tried."""


def local(
    work: Callable[[J], R], jobs: Sequence[J], processes: int
) -> Generator[tuple[int, R | None, Exception | None], None, None]:
    """Run jobs in other processes, results in order of completion.

    Args:
        work: a function that a fresh interpreter can import by name.
        jobs: what it is called with; picklable.
        processes: workers side by side, at least 1.
    """
    with closing(stream(work, enumerate(jobs), processes=processes)) as ended:
        for index, _, result, error in ended:
            yield index, result, error


def stream(
    work: Callable[[J], R], jobs: Iterable[tuple[K, J] | None], *, split: Callable[[J], Sequence[J]] | None = None,
    processes: int = 1,
) -> Generator[tuple[K, J, R | None, Exception | None], None, None]:  # fmt: skip
    """The same for jobs under keys that are asked for only when a worker is free; deaths are seen to by `tended`.

    The first job runs alone, so that the kernels it compiles and the city it keeps are there for the others. Closing
    the iterator, or the death of this process by whatever signal, ends the workers at once.

    Args:
        work: see `local`.
        jobs: keys and jobs; None where the next hangs on one that has not ended: it is asked for again when one has.
        split: smaller jobs that together are the same, or none where a job cannot be split.
        processes: see `local`.
    """
    with _crew(work) as crew:
        yield from tended(crew, Source(jobs), width=processes, first_alone=True, split=split)


class Pool(Protocol):
    """Workers somewhere."""

    def submit(self, job: Any) -> Any:
        """Begin a job; a handle of it."""

    def ended(self, handles: Sequence[Any]) -> Sequence[Any]:
        """The handles of jobs that have ended; waits until there is one."""

    def result(self, handle: Any) -> Any:
        """What came of a job; raises `WorkerDied` where nothing did, and what the work raised where it did."""


def tended(
    pool: Pool, source: Source[K, J], *, width: int, first_alone: bool = False,
    split: Callable[[J], Sequence[J]] | None = None,
) -> Generator[tuple[K, J, Any, Exception | None], None, None]:  # fmt: skip
    """Jobs through a pool, at most `width` at a time, in order of completion.

    A job whose worker died is tried again, then split if it can be; one that cannot is given up after three deaths.
    """
    again: deque[Job[K, J]] = deque()
    flying: dict[Any, Job[K, J]] = {}
    alone = first_alone
    while flying or again or source:
        while len(flying) < (1 if alone else width) and (again or source):
            job = again.popleft() if again else source.take()
            flying[pool.submit(job.what)] = job
        for handle in pool.ended(list(flying)):
            job, alone = flying.pop(handle), False
            result: Any = None
            error: Exception | None = None
            try:
                result = pool.result(handle)
            except WorkerDied:
                job.deaths += 1
                smaller = split(job.what) if split and job.deaths > 1 else ()
                again.extend([Job(job.key, part) for part in smaller] or [job] * (job.deaths < MOST_DEATHS))
                if smaller or job.deaths < MOST_DEATHS:
                    continue
                error = WorkerDied(f"its worker died {MOST_DEATHS} times")
            except Exception as raised:
                error = raised
            yield job.key, job.what, result, error


@dataclass
class Job(Generic[K, J]):
    """A job, and how often a worker died with it."""

    key: K
    what: J
    deaths: int = 0


class Source(Generic[K, J]):
    """Jobs one by one, as they are asked for; true while there is another now."""

    def __init__(self, jobs: Iterable[tuple[K, J] | None]) -> None:
        self._jobs = iter(jobs)
        self._next: deque[Job[K, J]] = deque()

    def __bool__(self) -> bool:
        if not self._next:
            self._next.extend(Job(*job) for job in islice(self._jobs, 1) if job is not None)
        return bool(self._next)

    def take(self) -> Job[K, J]:
        """The next job; only while there is one."""
        return self._next.popleft()


class _Crew:
    """Processes, each heard through a pipe of its own.

    One pipe for all, as in `concurrent.futures`, is never closed while this process has its end of it: a worker killed
    while it writes a long result leaves the reader waiting for the rest for ever.
    """

    def __init__(self, work: Callable[[Any], Any], life: Connection) -> None:
        self._work, self._life = work, life
        self._idle: list[_Worker] = []
        self.all: list[_Worker] = []

    def submit(self, job: Any) -> _Worker:
        while True:
            worker = self._idle.pop() if self._idle else self._hired()
            try:
                worker.pipe.send(job)
            except ConnectionError:  # died while it had nothing to do
                self._dismiss(worker)
            else:
                return worker

    def ended(self, handles: Sequence[_Worker]) -> Sequence[_Worker]:
        ready = wait([worker.pipe for worker in handles])
        return [worker for worker in handles if worker.pipe in ready]

    def result(self, handle: _Worker) -> Any:
        try:
            answer = handle.pipe.recv_bytes()
        except (EOFError, OSError):  # died before its answer, or in the middle of it
            self._dismiss(handle)
            raise WorkerDied("its worker died") from None
        self._idle.append(handle)
        result, error = ForkingPickler.loads(answer)
        if error is not None:
            raise error
        return result

    def _hired(self) -> _Worker:
        worker = _Worker(self._work, self._life)
        self.all.append(worker)
        return worker

    def _dismiss(self, worker: _Worker) -> None:
        worker.end()
        self.all.remove(worker)


class _Worker:
    """One process; only it has the other end of its pipe, so that its death is the end of what can be read."""

    def __init__(self, work: Callable[[Any], Any], life: Connection) -> None:
        self.pipe, theirs = CONTEXT.Pipe()
        job = work, theirs, life, {**os.environ, **OF_LIBRARIES}
        self._process = CONTEXT.Process(target=_serve, args=job, daemon=True)
        with _ctrl_c_held_back(), _environment():
            self._process.start()
        theirs.close()

    def end(self) -> None:
        """Wait for its end, which closing the pipe brings about, or else a signal does."""
        self.pipe.close()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def _crew(work: Callable[[Any], Any]) -> Iterator[_Crew]:
    """A crew that leaves when its work is done, and at once if it is not, by our hand or as this process is gone."""
    CONTEXT.set_forkserver_preload(list(PRELOADED))
    reader, writer = CONTEXT.Pipe(duplex=False)
    crew = _Crew(work, reader)
    done = False
    try:
        yield crew
        done = True
    finally:
        if not done:
            writer.close()
        for worker in crew.all:
            worker.end()
        writer.close()
        reader.close()


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """A process started meanwhile inherits a deaf ear for Ctrl-C, which is this process's business."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Callable[[Any], Any], pipe: Connection, life: Connection, environment: dict[str, str]) -> None:
    """What a worker does: one job after another, until nobody has any more or nobody is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # a forked worker has that of the moment when the server began
    os.environ.update(environment)
    threading.Thread(target=_leave_with_parent, args=(life,), daemon=True).start()
    while True:
        try:
            job = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        answer: tuple[Any, Exception | None]
        try:
            answer = work(ForkingPickler.loads(job)), None
        except Exception as error:
            answer = None, error
        try:
            data = ForkingPickler.dumps(answer)
        except Exception as error:  # a result or an error that cannot travel
            data = ForkingPickler.dumps(
                (None, RuntimeError(f"{type(error).__name__}: {error}; answer {answer!r:.200}"))
            )
        pipe.send_bytes(data)


def _leave_with_parent(life: Connection) -> None:
    try:
        life.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


@contextmanager
def _environment() -> Iterator[None]:
    """What a process started meanwhile finds: libraries read their threads once, and a server imports where we do.

    Only these names change, one by one: other threads of ours go on reading the rest.
    """
    ours = {**OF_LIBRARIES, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ[name] for name in ours if name in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        os.environ.update(before)
        for name in ours.keys() - before.keys():
            del os.environ[name]
