"""Stand-ins for work, importable by name in the workers of a pool."""

import os
import signal
import time
from pathlib import Path

from experiments.design import conduct


def square(x: int) -> int:
    return x * x


def refuse_two(x: int) -> int:
    if x == 2:
        raise ValueError("not two")
    return x


def die_at_three(x: int) -> int:
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def die_once(job: tuple[int, str]) -> int:
    """Kill the worker at the first job that finds no marker."""
    number, marker = job
    if number == 3 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def leave_and_wait(folder: str) -> None:
    """Leave this process's number behind, then hang."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)


def threads_of_libraries(x: int) -> str:
    return os.environ["OMP_NUM_THREADS"]


def fail_in_the_second(planned, watch=None):
    if planned.replication == 1 and planned.option.name != "status_quo":
        raise RuntimeError("the model broke\nover two lines")
    return conduct(planned, watch)


def hang_after_the_first(planned, watch=None):
    if planned.replication > 0:
        Path("hanging").touch()
        time.sleep(600)
    return conduct(planned, watch)


def give_way(planned, watch=None):
    """Another digest under the same id."""
    from dataclasses import replace

    return replace(conduct(planned, watch), digest="0" * 64)


def lose_a_case(planned, watch=None):
    """A record whose cases are not conserved."""
    from dataclasses import replace

    record = conduct(planned, watch)
    return replace(record, checks={**record.checks, "cases_conserved": False})
