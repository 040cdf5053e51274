"""The store: a study is there whole or not at all, once, and what was altered is noticed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from experiments import store
from experiments.refusal import Refusal, RunsFailed
from experiments.store import check_place, read_manifest, read_table, verify, writing

MANIFEST: dict[str, Any] = {"id": "a" * 64, "digest": "b" * 64, "status": "done"}


def table() -> Any:
    import numpy as np
    import pyarrow as pa

    numbers = np.arange(1_000)
    return pa.Table.from_arrays(
        [pa.Array.from_buffers(pa.int64(), 1_000, [None, pa.py_buffer(numbers)])], names=["number"]
    )


def write(folder: Path, **changed: Any) -> None:
    with writing(folder, {**MANIFEST, **changed}) as part:
        part.table("numbers", table())
        (part.folder / "note.txt").write_text("kept")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "study")
    assert read_table(tmp_path / "study", "numbers").equals(table())
    assert verify(tmp_path / "study") == ()
    assert set(read_manifest(tmp_path / "study")["files"]) == {"numbers.parquet", "note.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("call", ["rename", "fsync", "mkdir", "open"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_failing_disk_leaves_nothing_half_written(
    call: str, nth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0
    real = getattr(os, call)

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == nth:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(store.os, call, failing)
        try:
            write(tmp_path / "study")
            failed = False
        except RunsFailed as error:
            failed = True
            assert "No space left" in str(error) and "\n" not in str(error)
    # a folder that is there already is not made again, so a failing mkdir may harm nothing; a flush that fails after
    # the rename leaves the whole study; never is there a part of one
    left = [path.name for path in tmp_path.iterdir()]
    assert left in ([], ["study"]) and (failed or left)
    if left:
        assert verify(tmp_path / "study") == ()
    write(tmp_path / "study")
    assert verify(tmp_path / "study") == ()


def test_the_body_failing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), writing(tmp_path / "study", MANIFEST) as part:
        part.table("numbers", table())
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_the_same_results_are_kept_once(tmp_path: Path) -> None:
    write(tmp_path / "study")
    before = {path.name: path.stat().st_ino for path in (tmp_path / "study").iterdir()}
    write(tmp_path / "study")
    assert {path.name: path.stat().st_ino for path in (tmp_path / "study").iterdir()} == before


def test_other_results_under_one_id_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "study")
    with pytest.raises(RunsFailed, match="must depend on nothing but its id"):
        write(tmp_path / "study", digest="c" * 64)
    assert read_manifest(tmp_path / "study")["digest"] == "b" * 64
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_an_unfinished_study_gives_way_and_a_finished_one_does_not(status: str, tmp_path: Path) -> None:
    write(tmp_path / "study", status=status, digest="c" * 64)
    write(tmp_path / "study")
    assert read_manifest(tmp_path / "study")["status"] == "done"
    write(tmp_path / "study", status=status, digest="c" * 64)
    assert read_manifest(tmp_path / "study")["status"] == "done"
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_any_flipped_bit_of_a_table_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "study")
    path = tmp_path / "study" / "numbers.parquet"
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 50)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verify(tmp_path / "study") == ("numbers.parquet",)
        with pytest.raises(Refusal, match="damaged"):
            read_table(tmp_path / "study", "numbers")
    path.unlink()
    assert verify(tmp_path / "study") == ("numbers.parquet",)


def test_an_altered_or_cut_manifest_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "study")
    path = tmp_path / "study" / "manifest.json"
    whole = path.read_text()
    path.write_text(whole.replace('"done"', '"DONE"'))
    with pytest.raises(Refusal, match="altered"):
        read_manifest(tmp_path / "study")
    for text in (whole[:200], "", "[]", "{}"):
        path.write_text(text)
        with pytest.raises(Refusal, match="damaged"):
            read_manifest(tmp_path / "study")


def test_a_place_is_made_sure_of(tmp_path: Path) -> None:
    write(tmp_path / "study")
    check_place(tmp_path / "study", MANIFEST["id"])
    check_place(tmp_path / "new" / "deeper", MANIFEST["id"])
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for folder, other in (("study", "c" * 64), ("file", "a"), ("full", "a"), ("file/deeper", "a"), ("dangling", "a")):
        with pytest.raises(Refusal, match="out = "):
            check_place(tmp_path / folder, other)


def test_a_manifest_is_plain_json(tmp_path: Path) -> None:
    write(tmp_path / "study")
    assert json.loads((tmp_path / "study" / "manifest.json").read_bytes())["format"] == store.FORMAT
