"""The life of a sweep on real processes: workers and drivers killed, trials that fail, hang or lie, Ctrl-C, company.

What is killed when is drawn from a fixed seed, but when exactly a signal lands is the machine's business; every
statement holds for whatever moment it is, so no test fails by chance.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stand_ins
from sweeping import GRID, TRIALS, assert_whole, digest, rows, sweep

from experiments.cli import main
from experiments.sweep.disk import unsealed
from experiments.sweep.engines import inline

HERE = Path(__file__).parent
PATH = os.pathsep.join([str(HERE), str(HERE.parents[1])])
CODE = (
    "import sys, stand_ins; from experiments.cli import main\n"
    "sys.exit(main(sys.argv[2:], conduct=getattr(stand_ins, sys.argv[1])))"
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed") / "store"
    assert sweep(folder) == 0
    return digest(folder)


def begin(folder: Path, conduct: str = "quick_but_slow", *words: str) -> subprocess.Popen[str]:
    """A sweep in a process of its own."""
    command = [sys.executable, "-c", CODE, conduct, "sweep", *GRID, f"out={folder}", "processes=1", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder.parent,
                            env={**os.environ, "PYTHONPATH": PATH}, start_new_session=True)  # fmt: skip


def parts(folder: Path) -> int:
    return len(list((folder / "parts").glob("trials-*.parquet")))


def until_parts(folder: Path, count: int, running: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while parts(folder) < count and running.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.005)


def workers_of(pid: int) -> list[int]:
    """The processes that run trials for one, forked by a server that is its child, by /proc."""
    parent = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rsplit(")", 1)[1].split()
            if b"forkserver" in path.with_name("cmdline").read_bytes():
                parent[int(path.parent.name)] = int(words[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [worker for worker, server in parent.items() if parent.get(server) == pid]


def test_processes_change_nothing(undisturbed: str, tmp_path: Path) -> None:
    for processes in (1, 2):
        words = ["sweep", *GRID, f"processes={processes}", f"out={tmp_path / str(processes)}"]
        assert main(words, conduct=stand_ins.quick) == 0
        assert_whole(tmp_path / str(processes))
        assert digest(tmp_path / str(processes)) == undisturbed
    files = [{p.name: p.read_bytes() for p in (tmp_path / n / "parts").iterdir()} for n in ("1", "2")]
    assert files[0] == files[1]


def test_a_failed_trial_is_quarantined_and_done_again_when_it_can_be(
    undisturbed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "store"
    assert sweep(store, conduct=stand_ins.quick_but_one_breaks) == 3
    said = capsys.readouterr().err.splitlines()[-1]
    assert (
        "option grid_300_hire, scenario base, rules.grid.nets=1, replication 1: RuntimeError: the model broke" in said
    )
    assert "and 2 more" in said and "27 of 30 trials are kept" in said
    assert unsealed(store / "manifest.json")["status"] == "failed"
    failed = [unsealed(path) for path in (store / "failed").iterdir()]
    assert len(failed) == 3 and all(f["config"]["seed"] == 1 and f["config"]["replication"] == 1 for f in failed)
    assert {f["config"]["rules"]["grid"]["nets"] for f in failed} == {1, 2, 3}
    assert all("quick_but_one_breaks" in f["where"] for f in failed)
    assert sweep(store, conduct=stand_ins.quick_but_one_breaks) == 3  # tried again, and once only
    Path("mended").touch()
    assert sweep(store, conduct=stand_ins.quick_but_one_breaks) == 0
    assert list((store / "failed").iterdir()) == []
    assert_whole(store)
    assert digest(store) == undisturbed


def test_a_trial_that_breaks_an_invariant_is_not_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(tmp_path / "store", conduct=stand_ins.quick_but_loses_a_case) == 3
    assert "does not hold: cases_conserved" in capsys.readouterr().err.splitlines()[-1]
    assert len(rows(tmp_path / "store", "trials")) == 24


def test_a_trial_over_its_time_is_given_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*GRID, "time_limit=0.3"]
    assert sweep(tmp_path / "store", *words, conduct=stand_ins.quick_but_one_hangs) == 3
    assert "took more than time_limit, 0.3 s" in capsys.readouterr().err.splitlines()[-1]
    assert len(rows(tmp_path / "store", "trials")) == 27


def test_a_trial_over_its_memory_is_given_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*GRID[:3], "replications=1", "memory_limit=0.001"]
    assert sweep(tmp_path / "store", *words, conduct=stand_ins.quick_and_greedy) == 3
    assert "more than memory_limit, 0.001 GiB" in capsys.readouterr().err.splitlines()[-1]


def test_a_trial_that_kills_its_worker_is_found_and_the_others_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", *GRID[:3], "replications=2", "part=4", "processes=1"]
    store = tmp_path / "store"
    assert main([*words, f"out={store}"], conduct=stand_ins.quick_but_one_kills) == 3
    assert "replication 1: WorkerDied: its worker died 3 times" in capsys.readouterr().err.splitlines()[-1]
    assert [row["trial"] for row in rows(store, "trials")] == [0, 1, 2]
    assert sweep(store, *words[1:]) == 0
    assert_whole(store, 4)


def test_ctrl_c_keeps_what_has_ended_and_says_how_to_go_on(undisturbed: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    running = begin(store)
    until_parts(store, 2, running)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the workers too
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130 and "Traceback" not in said
    kept = len(rows(store, "trials"))
    assert f"stopped: {kept} of {TRIALS} trials are kept" in said and 8 <= kept < TRIALS
    assert f"to go on: reformsim sweep {' '.join(GRID[:4])}" in said and f"out={store}" in said
    assert unsealed(store / "manifest.json")["status"] == "stopped"
    assert list((store / "claims").iterdir()) == []
    assert sweep(store) == 0
    assert_whole(store)
    assert digest(store) == undisturbed


def driver_killed_after(seconds: float, store: Path) -> bool:
    """Fork this process, let the child sweep, kill it; was it alive to be killed? Nothing is compiled or imported."""
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        os._exit(sweep(store, conduct=stand_ins.quick))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def drivers_killed(tmp_path: Path, undisturbed: str, kills: int, seed: str) -> None:
    """Drivers killed at moments drawn at random, each resuming what the last has left; then one goes on to the end."""
    draw = random.Random(seed)
    begun = time.perf_counter()
    assert sweep(tmp_path / "measured") == 0
    longest = 1.2 * (time.perf_counter() - begun)
    done = number = 0
    while done < kills:
        number += 1
        store = tmp_path / f"killed-{number}"
        while done < kills and driver_killed_after(draw.random() * longest, store):
            done += 1
        assert sweep(store) == 0
        assert_whole(store)
        assert digest(store) == undisturbed


def workers_killed(tmp_path: Path, undisturbed: str, kills: int, seed: str) -> None:
    """Workers killed at moments drawn at random; their driver ends as if nothing had been."""
    draw = random.Random(seed)
    done = number = 0
    while done < kills:
        number += 1
        store = tmp_path / f"robbed-{number}"
        running = begin(store)
        until_parts(store, draw.randrange(1, 7), running)
        time.sleep(draw.random() * 0.1)
        for pid in workers_of(running.pid):
            os.kill(pid, signal.SIGKILL)
            done += 1
        said = running.communicate(timeout=120)[1]
        assert running.returncode == 0, said
        assert_whole(store)
        assert digest(store) == undisturbed


def test_killed_drivers_lose_nothing_double_nothing_tear_nothing(undisturbed: str, tmp_path: Path) -> None:
    drivers_killed(tmp_path, undisturbed, kills=5, seed="few drivers")


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_but_time(undisturbed: str, tmp_path: Path) -> None:
    workers_killed(tmp_path, undisturbed, kills=1, seed="few workers")


@pytest.mark.slow
def test_many_killed_drivers(undisturbed: str, tmp_path: Path) -> None:
    drivers_killed(tmp_path, undisturbed, kills=900, seed="many drivers")


@pytest.mark.slow
def test_many_killed_workers(undisturbed: str, tmp_path: Path) -> None:
    """With the test above, a thousand kills."""
    workers_killed(tmp_path, undisturbed, kills=100, seed="many workers")


@pytest.mark.slow
def test_drivers_in_company_run_each_trial_once_and_one_goes_on_when_another_is_killed(
    undisturbed: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    first, second = begin(store), begin(store)
    until_parts(store, 3, first)
    first.kill()
    first.communicate()
    said = second.communicate(timeout=120)[1]
    assert second.returncode == 0, said
    assert_whole(store)
    assert digest(store) == undisturbed


@pytest.mark.slow
def test_four_drivers_run_a_thousand_trials_once(tmp_path: Path) -> None:
    store = tmp_path / "store"
    all_running = [begin(store, "quick_but_slow", "replications=167", "part=10") for _ in range(4)]
    for running in all_running:
        said = running.communicate(timeout=300)[1]
        assert running.returncode == 0, said
    assert_whole(store, 1_002)


def test_the_json_says_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", *GRID, f"out={tmp_path / 'store'}", "--json"]
    assert main(words, conduct=stand_ins.quick, engine=inline) == 0
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert (said["status"], said["trials"], said["planned"], said["cases"]) == ("done", 30, 30, 6)
    assert said["digest"] == digest(tmp_path / "store") and "30/30" in shown.err
