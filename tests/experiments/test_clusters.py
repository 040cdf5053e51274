"""Clusters: the seam's contract with a made-up pool; and, where the extras are installed, Ray and submitit for real.

Ray and submitit start processes and are under the slow mark. Exact: workers are killed, but no statement hangs on when.
"""

from __future__ import annotations

import os
import re
import shlex
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import stand_ins
from sweeping import GRID, assert_whole, digest, sweep

from experiments.cli import main
from experiments.engine import Source, WorkerDied, tended
from experiments.refusal import Refusal


class Fragile:
    """A pool whose worker dies with any job that holds the number 7, and the first time with every other."""

    def __init__(self) -> None:
        self.tries: Counter[tuple[int, ...]] = Counter()
        self.most = 0

    def submit(self, job: tuple[int, ...]) -> list[tuple[int, ...]]:
        return Handle(job)

    def ended(self, handles: list[Any]) -> list[Any]:
        self.most = max(self.most, len(handles))
        return handles[:1]

    def result(self, handle: Any) -> int:
        self.tries[handle.job] += 1
        if 7 in handle.job or self.tries[handle.job] == 1:
            raise WorkerDied("killed")
        if 13 in handle.job:
            raise ValueError("unlucky")
        return sum(handle.job)


class Handle:
    def __init__(self, job: tuple[int, ...]) -> None:
        self.job = job


def halves(job: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    middle = len(job) // 2
    return (job[:middle], job[middle:]) if middle else ()


def test_a_job_is_tried_again_then_split_then_given_up() -> None:
    pool = Fragile()
    jobs = [(0, (1, 2)), (1, (5, 6, 7, 8)), (2, (13,))]
    done = list(tended(pool, Source(jobs), width=2, split=halves))
    assert pool.most <= 2
    results = {job: result for _, job, result, error in done if error is None}
    assert results == {(1, 2): 3, (5, 6): 11, (8,): 8}
    errors = {job: type(error) for _, job, _, error in done if error is not None}
    assert errors == {(7,): WorkerDied, (13,): ValueError}
    assert pool.tries[(7,)] == 3 and {key for key, *_ in done} == {0, 1, 2}


def test_a_missing_extra_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.extras.import_module", _no_module)
        for name in ("ray", "slurm"):
            assert main(["sweep", *GRID, f"engine={name}", f"out={tmp_path / name}"], conduct=stand_ins.quick) == 2
            assert f"pip install 'reformsim[{name}]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def _no_module(name: str) -> Any:
    raise ImportError(name)


@pytest.mark.parametrize(
    "words",
    ["engine=ray engine.address='a b'", "engine=ray engine.adress=x", "engine=slurm engine.cluster=cloud",
     "engine=slurm engine.minutes=0", "engine=slurm engine.partition='a;b'", "engine=local engine.address=x"],
)  # fmt: skip
def test_a_bad_engine_is_refused(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *GRID, f"out={tmp_path / 'store'}", *shlex.split(words)]) == 2
    assert "engine." in capsys.readouterr().err and not (tmp_path / "store").exists()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed") / "store"
    assert sweep(folder) == 0
    return digest(folder)


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-ins, for workers that are not our children."""
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(here), str(here.parents[1])]))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("importable")
def test_ray_gives_the_same_digest_though_a_node_is_lost(undisturbed: str, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    doomed = cluster.add_node(num_cpus=1)
    store = tmp_path / "store"

    def doom() -> None:
        while len(list(store.glob("parts/trials-*"))) < 2:
            time.sleep(0.01)
        cluster.remove_node(doomed, allow_graceful=False)

    thread = threading.Thread(target=doom)
    thread.start()
    try:
        words = [*GRID, "engine=ray", f"engine.address={cluster.address}", "processes=2", f"out={store}"]
        assert main(["sweep", *words], conduct=stand_ins.quick_but_slow) == 0
    finally:
        thread.join()
        cluster.shutdown()
    assert_whole(store)
    assert digest(store) == undisturbed


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("importable")
def test_ray_of_its_own_finds_the_trial_that_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ray")
    words = [*GRID[:3], "replications=2", "part=4", "engine=ray", "processes=1", f"out={tmp_path / 'store'}"]
    assert main(["sweep", *words], conduct=stand_ins.quick_but_one_kills) == 3
    assert "replication 1: WorkerDied" in capsys.readouterr().err.splitlines()[-1]
    assert sweep(tmp_path / "store", *words[:-3]) == 0
    assert_whole(tmp_path / "store", 4)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("importable")
def test_submitit_gives_the_same_digest(undisturbed: str, tmp_path: Path) -> None:
    pytest.importorskip("submitit")
    words = [*GRID[:-1], "part=10", "engine=slurm", "engine.cluster=local", "processes=2", f"out={tmp_path / 'store'}"]
    assert main(["sweep", *words], conduct=stand_ins.quick) == 0
    assert_whole(tmp_path / "store")
    assert digest(tmp_path / "store") == undisturbed


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_commands_of_the_how_to_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    pytest.importorskip("submitit")
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "run_a_sweep.md").read_text("utf-8")
    (text,) = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for line in text.splitlines():
        assert main(shlex.split(line)[1:]) == 0
    assert digest(tmp_path / "on_ray") == digest(tmp_path / "on_slurm")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_script_for_slurm_asks_for_what_the_config_says(tmp_path: Path) -> None:
    """Slurm itself is not here; the script that it would be given is."""
    slurm = pytest.importorskip("submitit").slurm.slurm
    params = slurm._convert_mem(4), slurm._make_sbatch_string
    text = params[1](command="python x", folder=tmp_path, partition="long", time=120, cpus_per_task=2, mem=params[0])
    for said in ("--partition=long", "--time=120", "--cpus-per-task=2", "--mem=4GB"):
        assert f"#SBATCH {said}" in text


def test_no_slurm_here_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("submitit")
    from experiments.clusters import slurm

    with pytest.raises(Refusal, match="no Slurm can be had here"):
        next(slurm(stand_ins.square, [(0, 1)], folder=tmp_path, options={}))
