"""Same trial, same bits; a neutral reform changes nothing; a reform stays where it is rolled out.

All checks are exact: no false alarms.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout, Where
from sim.rules import Departments, Rules
from sim.trial import Record, Trial, simulate
from sim.world import chengdu
from sim.world.city import City

DAYS, WARMUP, START = 62, 5, 20


@pytest.fixture(scope="module")
def city() -> City:
    return chengdu(0.01, cache=False)


def ran(city: City, **given: object) -> Record:
    return simulate(Trial(city=city, days=DAYS, warmup=WARMUP, **given))


def option(reform: object, from_day: int = START, **where: object) -> Option:
    return Option(name="one", rollouts=(("it", Rollout(reform=reform, from_day=from_day, where=Where(**where))),))


@pytest.fixture(scope="module")
def base(city: City) -> Record:
    return ran(city)


@pytest.mark.parametrize("given", [{"threads": 2}, {"chunk": 64}, {"chunk": 999}, {"chunk": 100_000}, {}])
def test_speed_settings_change_no_bit(city: City, base: Record, given: dict[str, int]) -> None:
    assert ran(city, **given).digest == base.digest


@pytest.mark.parametrize("given", [{"seed": 2}, {"replication": 1}])
def test_another_key_is_another_run(city: City, base: Record, given: dict[str, int]) -> None:
    assert ran(city, **given).digest != base.digest


@pytest.mark.parametrize("name", REFORMS)
def test_a_neutral_reform_changes_nothing(city: City, base: Record, name: str) -> None:
    record = ran(city, option=option(REFORMS[name].neutral()))
    assert record.digest == base.digest
    assert record.outcomes == base.outcomes


MOVED = {
    "merge": {"plan": "chengdu_2019_2020", "keep_branches": 0.0},
    "one_grid": {"households": 300, "hire": True},
    "fund_level": {"level": 1.5},
    "compound_stations": {"share": 0.4, "openings": 3},
}


@pytest.mark.parametrize("name", MOVED)
def test_nothing_before_the_start_and_nothing_after_the_horizon(city: City, base: Record, name: str) -> None:
    reform = REFORMS[name](**MOVED[name])
    assert ran(city, option=option(reform, DAYS)).digest == base.digest
    early = ran(city, option=option(reform))
    assert early.digest != base.digest
    assert np.array_equal(early.daily[:START], base.daily[:START])


@pytest.mark.parametrize("name", MOVED)
def test_a_reform_stays_in_its_district(city: City, name: str) -> None:
    rules = Rules(departments=Departments(city_unlimited=True))
    here = int(city.district_code[city.district[0]])
    without = ran(city, rules=rules)
    with_it = ran(city, rules=rules, option=option(REFORMS[name](**MOVED[name]), district=(here,)))
    others = [k for k, code in enumerate(dict.fromkeys(city.district_code[city.district].tolist())) if code != here]
    assert with_it.digest != without.digest
    assert np.array_equal(with_it.daily[:, others], without.daily[:, others])
    inside = np.unique(city.place[city.district == city.district[0]])
    outside = np.setdiff1d(np.arange(with_it.places.shape[1]), inside)
    assert np.array_equal(with_it.places[:, outside], without.places[:, outside])


SCRIPT = """
from sim.trial import Trial, simulate
from sim.world import tiny
print(simulate(Trial(city=tiny(), days=40, warmup=5)).digest)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables", [{"NPY_DISABLE_CPU_FEATURES": "X86_V4"}, {"NUMBA_CPU_NAME": "generic"}, {"PYTHONHASHSEED": "7"}]
)
def test_same_bits_on_other_processors(tmp_path: Path, variables: dict[str, str]) -> None:
    from sim.world import tiny

    here = simulate(Trial(city=tiny(), days=40, warmup=5)).digest
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **variables}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT], env=env, capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == here, done.stderr
