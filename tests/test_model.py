"""The city as a Mesa model: the same run, institutions as agents that follow the map. All checks are exact."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mesa import batch_run

from sim.model import CityModel, Committee, Council, Department
from sim.reforms import Merge
from sim.reforms.base import Option, Rollout
from sim.trial import Trial, simulate
from sim.world import tiny

MERGE = Option(name="merge", rollouts=(("merge", Rollout(reform=Merge(), from_day=12)),))
SHORT = {"days": 40, "warmup": 5}


def finished(**settings: object) -> CityModel:
    model = CityModel(**{**SHORT, **settings})  # type: ignore[arg-type]
    model.run_model()
    return model


@pytest.mark.parametrize("option", [Option(), MERGE], ids=["status_quo", "merge"])
def test_the_digest_is_that_of_simulate(option: Option) -> None:
    ours = finished(option=option, seed=7, replication=2).record()
    theirs = simulate(Trial(city=tiny(), option=option, seed=7, replication=2, **SHORT))
    assert ours.digest == theirs.digest
    assert str(ours.outcomes) == str(theirs.outcomes)  # as text, where nan is nan
    assert ours.money == theirs.money


def test_mesas_generators_never_enter_the_state() -> None:
    model = CityModel(**SHORT, seed=3)
    while model.running:
        model.random.random(), model.rng.random()
        model.councils.shuffle(inplace=True)
        model.step()
    assert model.record().digest == finished(seed=3).record().digest


def test_there_is_an_agent_for_each_institution() -> None:
    model = CityModel(**SHORT)
    city = model.trial.city
    assert len(model.councils) == len(city.plans["before"].community_code) == 18
    assert len(model.departments) == 33
    assert len(model.agents_by_type[Committee]) == 1
    assert sum(model.councils.get("residents")) == city.residents
    assert set(model.councils.get("name")) == set(city.plans["before"].community_name)
    assert all(department.servers >= 2 for department in model.departments)  # one in each district at least


def test_councils_follow_a_merge() -> None:
    model = CityModel(**SHORT, option=MERGE)
    plans = model.trial.city.plans
    for _ in range(12):
        model.step()
    before = set(model.councils)
    assert {c.code for c in before} == set(plans["before"].community_code.tolist())
    cents = sum(c.balance for c in before)
    model.step()
    after = set(model.councils)
    assert {c.code for c in after} == set(plans["after"].community_code.tolist())
    assert before & after, "a council whose community lives on stays the same agent"
    assert before - after and not (before - after) & set(model.agents)
    assert sum(c.residents for c in after) == model.trial.city.residents
    assert sum(c.balance for c in after) >= cents
    held = sum(int(locale.memory.fund.balance.sum()) for locale in model.run.locales)
    assert sum(c.balance for c in after) == held


def test_sets_of_agents_can_be_selected_grouped_and_summed() -> None:
    model = finished()
    large = model.councils.select(lambda council: council.residents > 100)
    assert 0 < len(large) < len(model.councils)
    assert model.councils.agg("residents", sum) == model.trial.city.residents
    by_district = model.councils.groupby("district").agg({"people": ("residents", sum)})
    assert {code: row["people"] for code, row in by_district.items()} == {
        locale.district.code: locale.district.residents for locale in model.run.locales
    }
    seen: list[int] = []
    model.councils.do(lambda council: seen.append(council.code))
    assert len(seen) == len(model.councils)


def test_views_show_what_the_run_counts() -> None:
    model = CityModel(days=60, warmup=5)
    for _ in range(50):
        model.step()
    month = model.month
    counted = sum(int(locale.memory.monthly[month, :, 1].sum()) for locale in model.run.locales)
    assert model.councils.agg("unmet", sum) == counted > 0
    at_departments = sum(department.waiting for department in model.departments)
    assert 0 <= at_departments <= model.open
    assert model.committee.integrated == {900_001: 0, 900_002: 0}


def test_the_collector_holds_every_day() -> None:
    model = finished()
    table = model.datacollector.get_model_vars_dataframe()
    record = model.record()
    daily = dict(zip(record.tallies, record.daily.sum(axis=1).T, strict=True))
    assert table["day"].tolist() == [*range(41), 40]
    assert table["needs"].tolist()[1:41] == daily["needs"].tolist()
    assert table["closed"].tolist()[1:41] == daily["closed"].tolist()
    assert table["open"].tolist()[1:41] == (daily["arrived"] - daily["departed"]).cumsum().tolist()
    councils = model.datacollector.get_agent_vars_dataframe().dropna(subset=["code"])
    assert councils.loc[40]["residents"].sum() == model.trial.city.residents


def test_batch_run_covers_seeds_and_replications() -> None:
    rows = batch_run(
        CityModel,
        parameters={"city": "tiny", "days": 10, "warmup": 2, "seed": range(2), "replication": [0, 1]},
        display_progress=False,
    )
    last = {(row["seed"], row["replication"]): row for row in rows if row["AgentID"] == 1}
    assert len(last) == 4
    for (seed, replication), row in last.items():
        record = simulate(Trial(city=tiny(), days=10, warmup=2, seed=seed, replication=replication))
        tally = dict(zip(record.tallies, record.daily.sum(axis=1).T, strict=True))
        assert row["day"] == 10
        assert row["open"] == int((tally["arrived"] - tally["departed"]).sum())
    assert len({row["open"] for row in last.values()}) > 1


def test_a_record_needs_every_day() -> None:
    model = CityModel(**SHORT)
    model.step()
    with pytest.raises(ValueError, match="record needs all 40 days, got 1"):
        model.record()


def test_an_unknown_city_is_refused() -> None:
    with pytest.raises(ValueError, match="city must be a City or one of tiny, chengdu, got 'atlantis'"):
        CityModel(city="atlantis")


def test_simulate_imports_neither_mesa_nor_pandas() -> None:
    code = """
import sys
from sim.trial import Trial, simulate
from sim.world import tiny
simulate(Trial(city=tiny(), days=2, warmup=0))
found = sorted({name.split(".")[0] for name in sys.modules} & {"mesa", "pandas", "matplotlib", "hydra", "pyarrow"})
assert not found, found
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_agents_are_of_three_kinds() -> None:
    assert set(CityModel(**SHORT).agent_types) == {Council, Department, Committee}
