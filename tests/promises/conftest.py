"""The city in which most promises are kept."""

from __future__ import annotations

import pytest

from sim.world import City, tiny


@pytest.fixture(scope="session")
def city() -> City:
    return tiny()
