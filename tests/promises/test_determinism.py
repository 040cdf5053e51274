"""One digest, whatever the threads, the blocks, the process or the processor. All checks are exact."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.trial import Trial, simulate
from sim.world import City, synthetic

SETTINGS = {"days": 35, "warmup": 7, "seed": 11, "replication": 3}
CODE = """
from sim.trial import Trial, simulate
from sim.world import tiny
print(simulate(Trial(city=tiny(), days=35, warmup=7, seed=11, replication=3)).digest)
"""


@pytest.fixture(scope="module")
def digest(city: City) -> str:
    return simulate(Trial(city=city, **SETTINGS)).digest


def in_a_process(folder: Path, **environment: str) -> str:
    """The digest of a process that compiles everything anew under these variables."""
    env = os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)} | environment
    done = subprocess.run([sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "speed", [{"threads": 2}, {"chunk": 1}, {"chunk": 64}, {"chunk": 999}, {"threads": 2, "chunk": 64}]
)
def test_threads_and_blocks_change_no_bit(city: City, digest: str, speed: dict[str, int]) -> None:
    assert simulate(Trial(city=city, **SETTINGS, **speed)).digest == digest


def test_blocks_smaller_than_a_compound_change_no_bit() -> None:
    town = synthetic(6_000, districts=2, towns_per_district=2, communities_per_town=2)
    digests = {simulate(Trial(city=town, days=20, warmup=3, chunk=chunk)).digest for chunk in (64, 999, 4096)}
    assert len(digests) == 1


def test_a_second_run_in_the_same_process_is_the_same(city: City, digest: str) -> None:
    assert simulate(Trial(city=city, **SETTINGS)).digest == digest


@pytest.mark.parametrize("other", [{"seed": 12}, {"replication": 4}])
def test_another_seed_or_replication_is_another_run(city: City, digest: str, other: dict[str, int]) -> None:
    assert simulate(Trial(city=city, **{**SETTINGS, **other})).digest != digest


def test_a_fresh_process_without_wide_vectors_is_the_same(digest: str) -> None:
    env = os.environ | {"NPY_DISABLE_CPU_FEATURES": "X86_V4", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-W", "ignore", "-c", CODE]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [{}, {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}, {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}],
    ids=["fresh", "generic", "no_avx512"],
)
def test_code_compiled_anew_is_the_same(tmp_path: Path, digest: str, environment: dict[str, str]) -> None:
    """Each of these compiles every kernel, which takes most of a minute or more."""
    assert in_a_process(tmp_path, **environment) == digest
