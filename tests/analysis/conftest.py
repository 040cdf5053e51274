"""Results of made-up records on a tiny city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from made_up_records import OPTIONS, record

from analysis.results import Facts, Results, build
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.world import City, chengdu, tiny


@pytest.fixture(scope="session")
def city() -> City:
    return tiny()


@pytest.fixture(scope="session")
def make(city: City) -> Callable[..., Results]:
    """Results of the options above (or of others, by name), of `runs` runs each, in the tiny city or in another."""

    def made(
        runs: int = 8, options: dict[str, tuple[float, int, Any]] = OPTIONS, *, of: City = city, **facts: Any
    ) -> Results:
        records = {
            name: [record(of, r, effect, places=places) for r in range(runs)]
            for name, (effect, places, _) in options.items()
        }
        values = {
            name: Option(
                name=name,
                rollouts=tuple((key, Rollout(reform=REFORMS[key](**fields), from_day=28)) for key, fields in reforms),
            )
            for name, (_, _, reforms) in options.items()
        }
        given: dict[str, Any] = {
            "days": 90,
            "warmup": 28,
            "seed": 1,
            "command": "reformsim compare city=tiny",
            "versions": {"reformsim": "0.1.0"},
        }
        return build(records, of, facts=Facts(options=values, **{**given, **facts}))

    return made


@pytest.fixture(scope="session")
def results(make: Callable[..., Results]) -> Results:
    return make()


@pytest.fixture(scope="session")
def mapped(make: Callable[..., Results]) -> Results:
    """Results of a real place, which has maps before and after."""
    return make(of=chengdu(0.002))
