"""The engine: every job once, killed workers cost nothing but time, nobody outlives the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import stand_ins

import sim
from experiments.engine import WorkerDied, local

HERE = Path(__file__).parent


def alive(pid: int) -> bool:
    """Does the process run? One that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_every_job_is_done_once() -> None:
    done = list(local(stand_ins.square, list(range(9)), 2))
    assert sorted(done, key=lambda d: d[0]) == [(i, i * i, None) for i in range(9)]


def test_no_jobs_is_no_work() -> None:
    assert list(local(stand_ins.square, [], 2)) == []


def test_an_error_costs_its_own_job_only() -> None:
    done = {index: (result, error) for index, result, error in local(stand_ins.refuse_two, list(range(5)), 2)}
    assert {i: r for i, (r, _) in done.items()} == {0: 0, 1: 1, 2: None, 3: 3, 4: 4}
    assert isinstance(done[2][1], ValueError) and str(done[2][1]) == "not two"


def test_a_killed_worker_costs_no_job(tmp_path: Path) -> None:
    jobs = [(number, str(tmp_path / "marker")) for number in range(8)]
    done = list(local(stand_ins.die_once, jobs, 2))
    assert sorted(done, key=lambda d: d[0]) == [(i, i, None) for i in range(8)]
    assert (tmp_path / "marker").exists()


def test_a_worker_killed_in_the_middle_of_its_answer_is_noticed(tmp_path: Path) -> None:
    """`concurrent.futures` waits for the rest of the answer for ever."""
    jobs = [(number, str(tmp_path / "marker")) for number in range(2, 5)]
    done = list(local(stand_ins.die_while_answering, jobs, 1))
    assert sorted(done, key=lambda d: d[0]) == [(0, 2, None), (1, 3, None), (2, 4, None)]
    assert (tmp_path / "marker").exists()


def test_an_answer_that_cannot_travel_is_an_error_of_its_job() -> None:
    done = {index: (result, error) for index, result, error in local(stand_ins.answer_what_cannot_travel, [0, 1, 2], 1)}
    assert done[0] == (0, None) and done[2] == (2, None)
    assert isinstance(done[1][1], RuntimeError) and "lock" in str(done[1][1])


def test_a_job_that_always_kills_is_given_up_and_the_others_are_done() -> None:
    done = {index: (result, error) for index, result, error in local(stand_ins.die_at_three, list(range(7)), 2)}
    assert isinstance(done.pop(3)[1], WorkerDied)
    assert done == {i: (i, None) for i in (0, 1, 2, 4, 5, 6)}


def test_libraries_in_workers_have_one_thread_and_the_environment_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it changed since the first worker of this process began."""
    for threads, said in (("3", "first"), ("4", "second")):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        monkeypatch.setenv("SAID", said)
        seen = [result for _, result, _ in local(stand_ins.seen_in_the_environment, ["OMP_NUM_THREADS", "SAID"], 1)]
        assert seen == ["1", said]
        assert os.environ["OMP_NUM_THREADS"] == threads


def test_workers_run_the_code_that_we_run(tmp_path: Path) -> None:
    """The model on the path of this process, not another that a fresh interpreter would find first."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").touch()
    code = (
        f"import sys; sys.path[:0] = {[str(HERE), str(HERE.parents[1])]}\n"
        "import stand_ins; from experiments.engine import local\n"
        "print(*(result for _, result, _ in local(stand_ins.where_the_model_lies, [0], 1)))"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.strip() == sim.__file__, done.stderr


def test_ctrl_c_ends_workers_at_once(tmp_path: Path) -> None:
    stopper = threading.Thread(target=_interrupt_when, args=(tmp_path,))
    stopper.start()
    with pytest.raises(KeyboardInterrupt), closing(local(stand_ins.leave_and_wait, [str(tmp_path)] * 2, 1)) as engine:
        next(engine)
    stopper.join()
    workers = [int(path.name) for path in tmp_path.iterdir()]
    assert workers and until(lambda: not any(alive(pid) for pid in workers))


def _interrupt_when(folder: Path) -> None:
    until(lambda: any(folder.iterdir()))
    os.kill(os.getpid(), signal.SIGINT)


def test_workers_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import stand_ins, sys; from experiments.engine import local\n"
        "list(local(stand_ins.leave_and_wait, [sys.argv[1]], 1))"
    )
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": path})
    try:
        assert until(lambda: any(tmp_path.iterdir()))
    finally:
        parent.kill()
        parent.wait()
    (worker,) = (int(path.name) for path in tmp_path.iterdir())
    assert until(lambda: not alive(worker))
