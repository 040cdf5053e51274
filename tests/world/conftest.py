"""The whole city and a share of it, founded once."""

from __future__ import annotations

import pytest

from sim.world import City, chengdu


@pytest.fixture(scope="session")
def whole() -> City:
    return chengdu(cache=False)


@pytest.fixture(scope="session")
def share(tmp_path_factory: pytest.TempPathFactory) -> City:
    return chengdu(0.05, cache=tmp_path_factory.mktemp("cache"))
