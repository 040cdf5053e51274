"""The cache of cities gives back the same city or none, and never stands in the way."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sim.world import City, cache, synthetic


def same(one: City, other: City) -> bool:
    """Whether two cities are equal in every column, name and map."""
    for owner in (one, *one.plans.values()):
        twin = other if owner is one else next(other.plans[name] for name, plan in one.plans.items() if plan is owner)
        for f in fields(owner):
            mine, its = getattr(owner, f.name), getattr(twin, f.name)
            if isinstance(mine, np.ndarray):
                if (
                    mine.dtype != its.dtype
                    or not np.array_equal(mine, its)
                    or type(its) is not np.ndarray
                    or not its.flags.writeable
                ):
                    return False
            elif f.name not in ("plans", "boundaries") and mine != its:
                return False
    rings = [[r for region in c.boundaries.values() for polygon in region for r in polygon] for c in (one, other)]
    return list(one.boundaries) == list(other.boundaries) and all(map(np.array_equal, *rings))


@pytest.fixture(scope="module")
def city() -> City:
    return synthetic(100_000)


def kept(folder: Path | None, city: City, calls: list[str]) -> City:
    """The city through a cache; `calls` grows when it had to be built."""

    def build() -> City:
        calls.append("built")
        return city

    return cache.keep(folder, ("a", 1), [b"table"], build)


def test_city_comes_back_equal_without_building(tmp_path: Path, city: City) -> None:
    calls: list[str] = []
    kept(tmp_path, city, calls)
    back = kept(tmp_path, city, calls)
    assert calls == ["built"]
    assert same(city, back)


def test_mapped_columns_are_copied_on_write(tmp_path: Path, city: City) -> None:
    calls: list[str] = []
    kept(tmp_path, city, calls)
    kept(tmp_path, city, calls).traits[:] = 0
    assert same(city, kept(tmp_path, city, calls))
    assert calls == ["built"]


def test_other_tables_or_parameters_are_other_cities(tmp_path: Path, city: City) -> None:
    names = {
        cache._name(parameters, tables)
        for parameters in (("a", 1), ("a", 2), ("b", 1))
        for tables in ([b"table"], [b"tables"], [b"tab", b"le"])
    }
    assert len(names) == 9


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_any_damage_is_noticed_and_mended(tmp_path: Path, city: City) -> None:
    calls: list[str] = []
    kept(tmp_path, city, calls)
    many = len(files_of(tmp_path))
    assert many > 20
    for number in range(many):
        path = files_of(tmp_path)[number]
        whole = path.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 4
        for damage in (bytes(flipped), whole[: len(whole) // 2], b""):
            path.write_bytes(damage)
            built = len(calls)
            assert same(city, kept(tmp_path, city, calls))
            assert len(calls) == built + 1, path.name
        path.unlink()
        kept(tmp_path, city, calls)
        assert same(city, kept(tmp_path, city, calls))


def test_manifest_that_names_other_columns_is_refused(tmp_path: Path, city: City) -> None:
    calls: list[str] = []
    kept(tmp_path, city, calls)
    manifest = next(tmp_path.rglob("manifest.json"))
    for text in (
        "[]",
        "{}",
        '{"words": 3, "own": "", "hashes": {}}',
        manifest.read_text().replace('"traits"', '"trait"'),
    ):
        manifest.write_text(text)
        assert same(city, kept(tmp_path, city, calls))
    assert len(calls) == 5


def test_folder_that_cannot_be_written_is_left_alone(tmp_path: Path, city: City) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    calls: list[str] = []
    for _ in range(2):
        assert kept(blocked / "inside", city, calls) is city
    assert len(calls) == 2


@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_failed_write_leaves_nothing(tmp_path: Path, city: City, failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, failing, fail)
    assert kept(tmp_path, city, []) is city
    assert not files_of(tmp_path)


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder_of(None) == tmp_path / "reformsim"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder_of(None) == tmp_path / ".cache" / "reformsim"
    assert cache.folder_of(False) is None
    assert cache.folder_of("here") == Path("here")
    with pytest.raises(ValueError, match="got True"):
        cache.folder_of(True)


def test_name_hashes_all_code_that_founds_a_city() -> None:
    """Every module that founding imports from the floors below the run is in the cache's name."""
    import sys

    import sim

    root = Path(sim.__file__).parent
    code = [
        sys.executable,
        "-c",
        "import sys, sim.world.founding; print(*(m for m in sys.modules if m.startswith('sim.')))",
    ]
    import subprocess

    loaded = subprocess.run(code, capture_output=True, text=True, check=True).stdout.split()
    paths = {f"{m.removeprefix('sim.').replace('.', '/')}.py" for m in loaded}
    paths = {path for path in paths if (root / path).is_file()}
    assert paths - set(cache.CODE) == {
        "world/shares.py",
        "world/made_up.py",
    }  # what the cached city does not pass through
