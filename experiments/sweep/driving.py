"""Driving: batches claimed, run and kept until none is missing; and how a driver is stopped.

The first Ctrl-C (or SIGTERM) lets every worker end the trial it is at and keeps all that has ended; the second stops at
once and loses what is in flight, which the next driver does again.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from types import FrameType

from experiments.engine import WorkerDied
from experiments.sweep.engines import Engine
from experiments.sweep.store import SweepStore
from experiments.sweep.work import Batch, Conduct, Failure, Finished, Limits, Numbered, halves, work
from experiments.terminal import say

POLL = 0.5  # seconds between looks at what other drivers do


@dataclass(kw_only=True)
class Driver:
    """Works on a store that it has entered."""

    store: SweepStore
    engine: Engine
    conduct: Conduct
    ended: Callable[[int], None]  # told how many trials have just been kept or given up
    stopped: bool = False
    _left: dict[int, set[int]] = field(default_factory=dict)  # batch -> its trials that have not come back

    def run(self) -> None:
        """Do what is missing, and wait for what other drivers have claimed, in case they die.

        Raises:
            OSError: the store cannot be written; what was kept is kept.
            RunsFailed: a run came out otherwise than before.
            KeyboardInterrupt: stopped a second time.
        """
        with self._stoppable():
            while not self.stopped:
                with closing(self.engine(work, self._batches(), split=halves)) as engine:
                    for number, batch, finished, error in engine:
                        self._keep(number, batch, finished or _all_failed(batch, error))
                for number in [batch for batch, trials in self._left.items() if trials]:
                    self.store.give(number)
                if self.stopped or not self.store.missing():
                    break
                time.sleep(POLL)

    def _batches(self) -> Iterator[tuple[int, Batch]]:
        plan, knobs = self.store.plan, self.store.plan.settings.knobs
        while not self.stopped and (claimed := self.store.claim()):
            number, trials = claimed
            self._left[number] = set(trials)
            yield number, Batch(
                trials=tuple(Numbered(number=n, run=plan.run_id(n), planned=plan.trial(n)) for n in trials),
                conduct=self.conduct, series=knobs.series, places=knobs.places, stop=str(self.store.claims.stop),
                limits=Limits(seconds=knobs.time_limit, gibibytes=knobs.memory_limit),
            )  # fmt: skip

    def _keep(self, number: int, batch: Batch, finished: Finished) -> None:
        back = {*finished.numbers, *(failure.number for failure in finished.failures)}
        self._left[number] -= back
        self.store.commit(number, finished, last=not self._left[number])
        self.ended(len(back))

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as described above; elsewhere than in the main thread they stay as they are."""

        def stop(signum: int, frame: FrameType | None) -> None:
            if self.stopped:
                raise KeyboardInterrupt
            self.stopped = True
            self.store.claims.stop.touch()
            say("stopping: trials under way are let end; once more stops at once")

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _all_failed(batch: Batch, error: Exception | None) -> Finished:
    """What is kept of a batch that gave nothing back."""
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, WorkerDied):
        reason += ": killed, out of memory, or stuck in a day past time_limit"
    failures = tuple(Failure(number=trial.number, run=trial.run, reason=reason) for trial in batch.trials)
    return Finished(files={}, numbers=(), runs=(), digests=(), seconds=(), failures=failures)
