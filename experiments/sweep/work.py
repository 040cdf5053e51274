"""Work: what a worker does with a batch of trials. Pure: files come back as bytes, and nobody writes but the driver.

A trial that fails costs the others nothing. Of a record only what the store keeps is held, so that memory does not grow
with the batch.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from experiments.cities import city_of
from experiments.design import PlannedTrial
from experiments.sweep.tables import files_of
from sim.trial import Record

GRACE = 30.0  # seconds past its limit after which a trial that does not even end its day takes its worker along
Conduct = Callable[..., Record]  # conduct(planned trial, watch) -> record


class OverLimit(RuntimeError):
    """A trial took more time or memory than it may."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a trial may take."""

    seconds: float
    gibibytes: float = 0.0  # that its process may hold; 0 is no limit


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A trial with its number in the plan and its run id."""

    number: int
    run: str
    planned: PlannedTrial


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Trials that are run and kept together."""

    trials: tuple[Numbered, ...]
    conduct: Conduct
    limits: Limits
    series: str  # none, week or day
    places: bool
    stop: str  # a file: once it is there, no further trial is begun


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A trial that did not end as it should."""

    number: int
    run: str
    reason: str
    where: str = ""  # file and line of the model, and what was raised there


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What came of a batch: the bytes of its files by table, empty where no trial ended well."""

    files: dict[str, bytes]
    numbers: tuple[int, ...]
    runs: tuple[str, ...]
    digests: tuple[str, ...]
    seconds: tuple[float, ...]  # that the model took, trial by trial
    failures: tuple[Failure, ...] = field(default_factory=tuple)


def work(batch: Batch) -> Finished:
    """Run the trials of a batch, one after another."""
    ended: list[tuple[Numbered, Record]] = []
    seconds: list[float] = []
    failures: list[Failure] = []
    for trial in batch.trials:
        if os.path.exists(batch.stop):
            break
        start = time.perf_counter()
        try:
            with _limited(batch.limits) as watch:
                record = batch.conduct(trial.planned, watch)
            broken = [name for name, held in record.checks.items() if not held]
            if broken:
                raise ArithmeticError(f"does not hold: {', '.join(broken)}")
        except Exception as error:
            failures.append(_failure(trial, error))
        else:
            ended.append((trial, _slim(record, batch)))
            seconds.append(time.perf_counter() - start)
    return Finished(
        files=files_of(ended, batch.series, batch.places, city_of(ended[0][0].planned.city)) if ended else {},
        numbers=tuple(trial.number for trial, _ in ended), runs=tuple(trial.run for trial, _ in ended),
        digests=tuple(record.digest for _, record in ended), seconds=tuple(seconds), failures=tuple(failures),
    )  # fmt: skip


def halves(batch: Batch) -> Sequence[Batch]:
    """A batch in two, to find the trial that takes its worker down; nothing where one trial is left."""
    middle = len(batch.trials) // 2
    if not middle:
        return ()
    return replace(batch, trials=batch.trials[:middle]), replace(batch, trials=batch.trials[middle:])


@contextmanager
def _limited(limits: Limits) -> Iterator[Callable[[int], None]]:
    """A watch that ends a trial past its limits at the end of its day; one stuck inside a day ends with its worker."""
    end = time.monotonic() + limits.seconds

    def watch(day: int) -> None:
        if time.monotonic() > end:
            raise OverLimit(f"took more than time_limit, {limits.seconds:g} s, by day {day}")
        if limits.gibibytes and (held := _held()) > limits.gibibytes:
            raise OverLimit(f"its process held {held:.2f} GiB, more than memory_limit, {limits.gibibytes:g} GiB")

    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(limits.seconds + GRACE, exit=True, file=nowhere)
        try:
            yield watch
        finally:
            faulthandler.cancel_dump_traceback_later()


def _held() -> float:
    """GiB of memory that this process holds now."""
    if sys.platform != "linux":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 30)  # bytes on macOS: the most it ever held
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


def _slim(record: Record, batch: Batch) -> Record:
    """The record without what the store does not keep."""
    return replace(
        record, spread=record.spread[:0].copy(),
        places=record.places if batch.places else record.places[:0].copy(),
        daily=record.daily if batch.series != "none" else record.daily[:0].copy(),
    )  # fmt: skip


def _failure(trial: Numbered, error: Exception) -> Failure:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    return Failure(number=trial.number, run=trial.run, reason=f"{type(error).__name__}: {error}", where=where)
