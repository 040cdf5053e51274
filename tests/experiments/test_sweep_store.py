"""The store of a sweep: every trial once, resumable at any point, nothing half-written, nothing wrong unnoticed.

Exact: what is drawn here (where a disk fails, which bit flips) is drawn from a fixed seed, so that no test passes or
fails by chance. The whole of the long ones is under the slow mark.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stand_ins
from sweeping import GRID, TRIALS, assert_whole, digest, plan_of, rows, sweep

from experiments.cli import main
from experiments.sweep import disk
from experiments.sweep.claims import Claims, exclusive
from experiments.sweep.damage import damage
from experiments.sweep.disk import unsealed
from experiments.sweep.parts import leftovers

ENOSPC = OSError(28, "No space left on device")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "store"
    assert sweep(folder) == 0
    return folder


def test_an_undisturbed_sweep_is_whole(undisturbed: Path) -> None:
    assert_whole(undisturbed)
    assert [path.name for path in (undisturbed / "claims").iterdir()] == []
    manifest = unsealed(undisturbed / "manifest.json")
    assert manifest["trials"] == manifest["planned"] == TRIALS and manifest["failed"] == []
    assert all(manifest[key] for key in ("versions", "environment", "host", "config", "command"))
    assert set(manifest["files"]) == {f"parts/{path.name}" for path in (undisturbed / "parts").iterdir()}


def test_again_does_nothing(undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (undisturbed / "parts").iterdir()}
    assert sweep(undisturbed, conduct=stand_ins.quick_but_fickle) == 0  # would be an error if it ran anything
    assert {path: path.stat().st_mtime_ns for path in (undisturbed / "parts").iterdir()} == before
    assert "30 of 30 trials are kept already" in capsys.readouterr().err


@pytest.mark.parametrize("part", [1, 7, 30, 100])
def test_how_trials_are_batched_changes_nothing(part: int, undisturbed: Path, tmp_path: Path) -> None:
    assert sweep(tmp_path / "store", *GRID[:-1], f"part={part}") == 0
    assert_whole(tmp_path / "store")
    assert digest(tmp_path / "store") == digest(undisturbed)
    for table in ("trials", "outcomes", "accounts", "series"):
        assert repr(rows(tmp_path / "store", table)) == repr(rows(undisturbed, table))  # nan is nan there


def test_a_pilot_chooses_the_batches_and_changes_nothing(undisturbed: Path, tmp_path: Path) -> None:
    assert sweep(tmp_path / "store", *GRID[:-1]) == 0
    assert_whole(tmp_path / "store")
    assert digest(tmp_path / "store") == digest(undisturbed)
    assert 1 <= unsealed(tmp_path / "store" / "batches.json")["trials"] <= 100


def test_cases_that_are_the_same_are_run_once(tmp_path: Path) -> None:
    words = [*GRID[:3], "option.grid_300_hire.grid.households=100,200,300", "replications=2", "part=4"]
    plan = plan_of(*words)
    assert (len(plan.cases), plan.trials) == (6, 8)  # the status quo has no such field: one case of it, not three
    assert sweep(tmp_path / "store", *words) == 0
    assert_whole(tmp_path / "store", 8)
    import pyarrow.parquet as pq

    planned = pq.read_table(tmp_path / "store" / "plan.parquet").to_pylist()
    assert len(planned) == 12 and len({row["run"] for row in planned}) == 8
    assert {row["trial"] for row in planned if row["option"] == "status_quo"} == {0, 4}


def test_another_plan_is_refused(undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in undisturbed.rglob("*") if path.is_file()}
    for words in ([*GRID, "seed=2"], [*GRID[:-2], "replications=6"], [*GRID, "places=true"]):
        assert sweep(undisturbed, *words) == 2
        assert "holds another sweep" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in undisturbed.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("what", ["file", "letters", "study", "dangling"])
def test_a_place_that_is_taken_is_refused(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "place"
    if what == "file":
        place.write_text("")
    elif what == "letters":
        place.mkdir()
        (place / "letter.txt").write_text("dear")
    elif what == "study":
        assert main(["run", "city=tiny", "days=3", f"out={place}"], conduct=stand_ins.quick) == 0
    else:
        place.symlink_to(tmp_path / "nowhere")
    capsys.readouterr()
    assert sweep(place) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and "out = " in said


def test_other_bytes_under_one_id_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two drivers that both ran a batch, since somebody deleted a claim, and did not agree."""
    store = tmp_path / "store"

    def meddling(planned: Any, watch: Any = None) -> Any:
        if not store.joinpath("meddled").exists():
            store.joinpath("meddled").touch()
            for claim in (store / "claims").glob("batch-*"):
                claim.unlink()
            assert sweep(store, conduct=stand_ins.quick) == 0
        return stand_ins.quick_but_fickle(planned, watch)

    assert sweep(store, conduct=meddling) == 3
    assert "must depend on nothing but its id" in capsys.readouterr().err
    store.joinpath("meddled").unlink()
    assert sweep(store) == 0
    assert_whole(store)


def test_two_that_agree_keep_one(undisturbed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"

    def meddling(planned: Any, watch: Any = None) -> Any:
        if not store.joinpath("meddled").exists():
            store.joinpath("meddled").touch()
            for claim in (store / "claims").glob("batch-*"):
                claim.unlink()
            assert sweep(store, *GRID[:-1], "part=3") == 0
        return stand_ins.quick(planned, watch)

    assert sweep(store, conduct=meddling) == 0
    assert_whole(store)
    assert digest(store) == digest(undisturbed)


def test_a_claim_of_a_living_driver_is_left_alone_and_a_dead_one_s_is_taken(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert sweep(store) == 0
    first, second = Claims(store), Claims(store)
    with exclusive(store):
        first.enter()
        first.take(3)
        second.enter()
        assert second.taken() == {3} and second.others() == (first.token,)
    os.close(first._life)  # as the system does when a process ends
    with exclusive(store):
        assert second.taken() == frozenset() and second.others() == ()
        assert not list(second.folder.glob(f"*{first.token}*"))
        second.leave()


def failing(monkeypatch: pytest.MonkeyPatch, call: str, nth: int, error: OSError = ENOSPC) -> list[int]:
    """Make the n-th call of the seam fail; how often it was called so far."""
    real: Callable[..., Any] = getattr(disk, call)
    seen = [0]

    def fake(*args: Any) -> Any:
        seen[0] += 1
        if seen[0] == nth:
            raise error
        return real(*args)

    monkeypatch.setattr(disk, call, fake)
    return seen


def calls_of(call: str, folder: Path, *words: str) -> int:
    """How often an undisturbed sweep makes a call."""
    with pytest.MonkeyPatch.context() as patch:
        seen = failing(patch, call, -1)
        assert sweep(folder, *words) == 0
    return seen[0]


def failing_calls(call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str, trials: int) -> None:
    """Whichever call fails, it is one line and exit 2 or 3, and resuming gives what an undisturbed sweep gives."""
    expected = tmp_path / "undisturbed"
    total = calls_of(call, expected, *words)
    assert total > 10
    for nth in range(1, total + 1):
        store = tmp_path / f"{nth}"
        with pytest.MonkeyPatch.context() as patch:
            failing(patch, call, nth)
            capsys.readouterr()
            code = sweep(store, *words)
        said = capsys.readouterr().err
        assert code in (2, 3), (nth, said)
        assert "No space left on device" in said and "Traceback" not in said
        assert sum(line.startswith("reformsim:") for line in said.splitlines()) == 1
        assert list(damage(store)) == []
        assert sweep(store, *words) == 0
        assert_whole(store, trials)
        assert digest(store) == digest(expected)
        shutil.rmtree(store)


@pytest.mark.parametrize("call", ["write", "flush", "rename"])
def test_every_nth_failing_call_is_one_line_and_resuming_is_the_same(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_calls(call, tmp_path, capsys, *GRID[:3], "replications=2", "part=2", "series=none", trials=4)


@pytest.mark.slow
@pytest.mark.parametrize("call", ["write", "flush", "rename"])
def test_every_nth_failing_call_of_a_longer_sweep(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_calls(call, tmp_path, capsys, *GRID, trials=TRIALS)


def test_a_disk_that_stays_full_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def full(*args: Any) -> int:
        raise ENOSPC

    def full_later(handle: int, data: memoryview) -> int:
        if b"PAR1" in bytes(data[:4]) and list((tmp_path / "store" / "parts").glob("trials-*")):
            monkey.setattr(disk, "write", full)
            raise ENOSPC
        return real(handle, data)

    real = disk.write
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(disk, "write", full_later)
        assert sweep(tmp_path / "store") == 3
    said = capsys.readouterr().err
    assert "what had ended is kept; to go on: reformsim sweep" in said and "Traceback" not in said
    assert len(rows(tmp_path / "store", "trials")) == 4
    assert sweep(tmp_path / "store") == 0
    assert_whole(tmp_path / "store")


def test_a_read_only_place_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def read_only(*args: Any, **kwargs: Any) -> None:
        raise OSError(30, "Read-only file system")

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(Path, "mkdir", read_only)
        assert sweep(tmp_path / "store") == 2
    said = capsys.readouterr().err
    assert "Read-only file system" in said and len(said.splitlines()) == 1


def vandalised(store: Path, draw: random.Random, flip: bool) -> Path:
    """One file of a store with one bit turned, or cut short."""
    path = draw.choice(sorted(p for p in store.rglob("*") if p.is_file() and p.stat().st_size))
    whole = path.read_bytes()
    place = draw.randrange(len(whole))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :] if flip
                     else whole[:place])  # fmt: skip
    return path


def vandals(undisturbed: Path, tmp_path: Path, count: int, flip: bool, resumed_every: int) -> None:
    """All are detected and named; those that are repaired by running again give the same store."""
    draw = random.Random(f"vandals {flip}")
    for number in range(count):
        store = tmp_path / "vandalised"
        shutil.copytree(undisturbed, store)
        path = vandalised(store, draw, flip)
        named = [str(p) for p, _ in damage(store)]
        assert str(path) in named, (number, path)
        if number % resumed_every == 0:
            assert sweep(store) == 2
            assert main(["store", "check", str(store)]) == 3
            assert main(["store", "repair", str(store)]) == 0
            assert sweep(store) == 0
            assert main(["store", "check", str(store)]) == 0
            assert_whole(store)
            assert digest(store) == digest(undisturbed)
        shutil.rmtree(store)


@pytest.mark.parametrize(("flip", "count"), [(True, 100), (False, 50)])
def test_vandals_are_noticed_and_mended(flip: bool, count: int, undisturbed: Path, tmp_path: Path) -> None:
    vandals(undisturbed, tmp_path, count, flip, resumed_every=10)


@pytest.mark.slow
@pytest.mark.parametrize(("flip", "count"), [(True, 2_000), (False, 500)])
def test_many_vandals_are_noticed_and_mended(flip: bool, count: int, undisturbed: Path, tmp_path: Path) -> None:
    vandals(undisturbed, tmp_path, count, flip, resumed_every=1)


def test_a_folder_whose_plan_is_lost_takes_no_other(undisturbed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(undisturbed, store)
    for name in ("plan.json", "manifest.json", "plan.parquet"):
        (store / name).unlink()
    assert sweep(store, *GRID, "seed=2") == 2
    assert not (store / "plan.json").exists()
    assert sweep(store) == 0
    assert_whole(store)
    assert digest(store) == digest(undisturbed)


def test_what_a_failed_commit_has_left_is_no_damage(tmp_path: Path) -> None:
    """The ledger knows a part before its commit marker is there; the manifest must not."""
    store = tmp_path / "store"
    real = disk.rename

    def no_marker(old: Path, new: Path) -> None:
        if new.name.startswith("trials-"):
            raise ENOSPC
        real(old, new)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "rename", no_marker)
        assert sweep(store) == 3
    assert unsealed(store / "manifest.json")["files"] == {} and len(leftovers(store)) == 4
    for path in leftovers(store):
        path.unlink()
    assert list(damage(store)) == []
    assert sweep(store) == 0
    assert_whole(store)


def test_a_file_that_was_taken_away_is_done_again(undisturbed: Path, tmp_path: Path) -> None:
    for name in ("trials", "outcomes"):
        store = tmp_path / name
        shutil.copytree(undisturbed, store)
        next((store / "parts").glob(f"{name}-*")).unlink()
        if name == "outcomes":
            assert [what for _, what in damage(store)] == ["is missing"]
            assert main(["store", "repair", str(store)]) == 0
        assert sweep(store) == 0
        assert_whole(store)
        assert digest(store) == digest(undisturbed)
