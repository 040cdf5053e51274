"""Conducting: the trials of a study side by side, what ended and what did not, and how that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from experiments.design import PlannedTrial
from experiments.engine import local
from experiments.refusal import RunsFailed
from experiments.settings import Settings
from experiments.store import DONE, STOPPED
from experiments.terminal import progress, say
from sim.trial import Record

FAILED = "failed"


@dataclass(kw_only=True)
class Ended:
    """How the trials of a study ended, by their number in the plan."""

    records: dict[int, Record] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)  # each names its trial
    stopped: bool = False

    @property
    def failures(self) -> list[str]:
        """What failed, in the order of the plan."""
        return [self.failed[index] for index in sorted(self.failed)]

    @property
    def status(self) -> str:
        """What the manifest says."""
        return status(stopped=self.stopped, failed=bool(self.failed))


def conducted(
    jobs: Sequence[PlannedTrial], settings: Settings, conduct: Callable[[PlannedTrial], Record], what: str
) -> Ended:
    """Run the trials of a plan in as many processes as the settings say; Ctrl-C stops them and keeps what has ended.

    Args:
        jobs: the plan.
        settings: processes are read.
        conduct: what runs a trial; a worker must be able to import it.
        what: what the line of progress calls them.
    """
    ended = Ended()
    with (
        progress(len(jobs), what) as advance,
        closing(local(conduct, jobs, settings.processes)) as engine,
    ):
        try:
            for index, record, error in engine:
                if record is not None:
                    ended.records[index] = record
                else:
                    ended.failed[index] = f"{jobs[index].label}: {type(error).__name__}: {error}"
                advance()
        except KeyboardInterrupt:
            ended.stopped = True
    return ended


def status(*, stopped: bool, failed: bool) -> str:
    """What the manifest says of a study: stopped, failed (some trials) or done."""
    return STOPPED if stopped else FAILED if failed else DONE


def report(folder: Path, *, done: int, planned: int, failures: Sequence[str], stopped: bool) -> None:
    """Say what did not end, by the exception that the exit code hangs on; `done` trials of `planned` are kept."""
    kept = f"{done} of {planned} trials are kept in {folder}" if done else "nothing was kept"
    if stopped:
        say(f"stopped: {kept}")
        raise KeyboardInterrupt
    if failures:
        more = f", and {len(failures) - 1} more" if len(failures) > 1 else ""
        raise RunsFailed(f"{failures[0]}{more}; {kept}")
