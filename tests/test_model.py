"""CityModel is a Mesa model whose institutions are agents, and the very run that `simulate` makes."""

import subprocess
import sys

import mesa
import pytest

from sim.model import CityModel, Council, Department
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.trial import Trial, simulate
from sim.world import tiny
from sim.world.tallies import Tally

MERGE = Option(
    name="merge",
    rollouts=(("merge", Rollout(reform=REFORMS["merge"](plan="chengdu_2019_2020", keep_branches=0.0), from_day=10)),),
)


def finished(**given: object) -> CityModel:
    model = CityModel(city=tiny(), days=40, warmup=5, **given)
    while model.running:
        model.step()
    return model


@pytest.mark.parametrize("option", [Option(), MERGE], ids=["status_quo", "merge"])
def test_same_digest_as_simulate(option: Option) -> None:
    trial = Trial(city=tiny(), option=option, days=40, warmup=5, seed=3)
    assert finished(option=option, seed=3).record().digest == simulate(trial).digest


def test_councils_follow_the_map() -> None:
    model = CityModel(city=tiny(), option=MERGE, days=20, warmup=5)
    before = len(model.councils)
    people = model.councils.agg("residents", sum)
    for _ in range(12):
        model.step()
    assert before == 18 and len(model.councils) == 12
    assert model.councils.agg("residents", sum) == people == 2_400


def test_agent_sets() -> None:
    model = finished()
    rich = model.councils.select(lambda council: council.balance > 0)
    assert len(rich) == len(model.councils)
    by_district = model.councils.groupby("district")
    assert len(by_district.groups) == 2
    assert len(model.agents_by_type[Department]) == 33


def test_data_collector() -> None:
    model = CityModel(city=tiny(), days=12, warmup=2)
    collector = mesa.DataCollector(
        model_reporters={"needs": lambda m: m.today(Tally.NEEDS)},
        agenttype_reporters={Council: {"balance": "balance", "unmet": "unmet"}},
    )
    while model.running:
        model.step()
        collector.collect(model)
    needs = collector.get_model_vars_dataframe()["needs"]
    assert len(needs) == 12
    assert needs.sum() == model.record().daily[:, :, Tally.NEEDS].sum()


def test_batch_run_varies_the_seed() -> None:
    class Counted(CityModel):
        def __init__(self, **given: object) -> None:
            super().__init__(**given)
            self.datacollector = mesa.DataCollector(model_reporters={"needs": lambda m: m.today(Tally.NEEDS)})

        def step(self) -> None:
            super().step()
            self.datacollector.collect(self)

    rows = mesa.batch_run(
        Counted, {"days": 5, "warmup": 1, "seed": range(3)}, number_processes=1, data_collection_period=1,
        display_progress=False,
    )  # fmt: skip
    needs = {seed: tuple(r["needs"] for r in rows if r["seed"] == seed and r["Step"] > 0) for seed in range(3)}
    assert len(set(needs.values())) == 3


def test_simulate_imports_neither_mesa_nor_pandas() -> None:
    script = (
        "import sys; from sim.trial import Trial, simulate; from sim.world import tiny\n"
        "simulate(Trial(city=tiny(), days=2, warmup=0))\n"
        "assert not {'mesa', 'pandas', 'matplotlib', 'hydra'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
