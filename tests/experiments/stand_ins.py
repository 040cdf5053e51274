"""Stand-ins for work, importable by name in the workers of a pool."""

import os
import signal
import threading
import time
from multiprocessing.connection import Connection
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


def die_while_answering(job: tuple[int, str]) -> int:
    """The first worker to come is killed when half of what it sends first has gone."""
    number, marker = job
    if number == 3 and not Path(marker).exists():
        Path(marker).touch()
        Connection._send = _half
    return number


def _half(pipe: Connection, data: bytes) -> None:
    os.write(pipe.fileno(), bytes(data)[: len(data) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


def answer_what_cannot_travel(x: int) -> object:
    return threading.Lock() if x == 1 else x


def leave_and_wait(folder: str) -> None:
    """Leave this process's number behind, then hang."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)


def seen_in_the_environment(name: str) -> str:
    return os.environ[name]


def where_the_model_lies(x: int) -> str:
    import sim

    return sim.__file__ or ""


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


_kept: dict = {}


def quick(planned, watch=None):
    """A record at once: the tiny city's of three days, under a digest and a trust of the trial's own."""
    from dataclasses import replace
    from hashlib import sha256

    from sim.reforms.base import Option
    from sim.rules import Rules

    if not _kept:
        same = {"days": 3, "warmup": 1, "option": Option(), "rules": Rules(), "replication": 0, "seed": 1}
        _kept["record"] = conduct(replace(planned, **same))
    said = repr(
        (planned.option, planned.scenario_values, planned.rules, planned.days, planned.seed, planned.replication)
    )
    digest = sha256(said.encode()).hexdigest()
    record = _kept["record"]
    return replace(record, digest=digest, outcomes={**record.outcomes, "trust": int(digest[:8], 16) / 2**32})


def quick_but_slow(planned, watch=None):
    """The same in 20 ms, so that there is something to cut short."""
    time.sleep(0.02)
    return quick(planned, watch)


def quick_but_one_breaks(planned, watch=None):
    if planned.replication == 1 and planned.option.name != "status_quo" and not Path("mended").exists():
        raise RuntimeError("the model broke\nover two lines")
    return quick(planned, watch)


def quick_but_one_kills(planned, watch=None):
    if planned.replication == 1 and planned.option.name != "status_quo":
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(planned, watch)


def quick_but_one_hangs(planned, watch=None):
    """Days go by and no end comes."""
    if planned.replication == 1 and planned.option.name != "status_quo":
        for day in range(10_000):
            time.sleep(0.01)
            watch(day)
    return quick(planned, watch)


def quick_but_loses_a_case(planned, watch=None):
    from dataclasses import replace

    record = quick(planned, watch)
    if planned.replication == 1:
        return replace(record, checks={**record.checks, "cases_conserved": False})
    return record


def quick_but_fickle(planned, watch=None):
    from dataclasses import replace

    return replace(quick(planned, watch), digest="f" * 64)


def quick_and_greedy(planned, watch=None):
    watch(1)
    return quick(planned, watch)


def hang_in_pairing(planned, watch=None):
    if planned.option.name.startswith("M22"):
        Path("hanging").touch()
        time.sleep(600)
    return conduct(planned, watch)


def fail_in_pairing(planned, watch=None):
    if planned.option.name == "M22_pairing" and planned.replication == 1:
        raise RuntimeError("the model broke")
    return conduct(planned, watch)


def fail_in_the_last_draw(planned, watch=None):
    if planned.option.name.endswith("_draws") and planned.replication == 2:
        raise RuntimeError("the model broke")
    return conduct(planned, watch)
