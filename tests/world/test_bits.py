"""A city has the same bits whatever the processor offers, and anyone may check them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

DIGEST = """
import hashlib
from dataclasses import fields
import numpy as np
from sim.world import chengdu, jurisdictions, synthetic
digest = hashlib.sha256()
for city in (synthetic(200_000, districts=3, towns_per_district=4, communities_per_town=6), chengdu(0.01, cache=False)):
    mixed = jurisdictions(city, towns="percent", villages="percent", town_cut=0.3, village_cut=0.3)
    for owner in (city, *city.plans.values(), mixed):
        for f in fields(owner):
            value = getattr(owner, f.name)
            if isinstance(value, np.ndarray):
                digest.update(value.astype(value.dtype.newbyteorder("<")).tobytes())
print(digest.hexdigest())
"""


def digest(**environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DIGEST],
        env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.strip()


@pytest.mark.parametrize(
    "environment",
    [
        {"NPY_DISABLE_CPU_FEATURES": "X86_V4"},
        {"NUMBA_CPU_NAME": "generic"},
        {"PYTHONHASHSEED": "3", "LC_ALL": "tr_TR.UTF-8"},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_same_bits_on_other_processors(environment: dict[str, str], plain: str) -> None:
    assert digest(**environment) == plain


@pytest.fixture(scope="module")
def plain() -> str:
    return digest()
