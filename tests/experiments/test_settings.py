"""Settings: what was typed becomes exactly what was meant; everything shipped composes."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from experiments.composing import Folders, shipped
from experiments.design import identity, plan
from experiments.options import sets_of
from experiments.refusal import Refusal
from experiments.settings import read
from experiments.sweep.reading import read_sweep
from sim.rules import Rules, levers
from sim.scenario import Scenario

OPTIONS = sorted({name for names in sets_of(Folders()).values() for name in names})
SCENARIOS = Folders().names("scenario")
PLUGIN = """
from dataclasses import dataclass, replace

@dataclass(frozen=True, kw_only=True)
class Patrol:
    share: float
    def amend(self, rules):
        return replace(rules, grid=replace(rules.grid, patrol_share=self.share))

@dataclass
class Thawed:
    def amend(self, rules):
        return rules
"""


def test_the_shipped_commands_mean_what_their_files_say() -> None:
    run, compare = read("run", []), read("compare", [])
    assert (run.city.name, run.days, run.warmup, run.seed, run.replications) == ("chengdu", 90, 28, 1, (0,))
    assert (compare.days, compare.warmup, compare.replications, compare.processes) == (90, 28, tuple(range(20)), 2)
    assert (compare.adaptive, compare.assumptions, compare.attribute) == (True, 256, "full_package")
    assert run.rules == compare.rules == Rules()
    assert run.scenarios == compare.scenarios == {"base": Scenario()}
    assert [option.name for option in run.options] == ["status_quo"] and not run.options[0].rollouts
    assert len(compare.options) == 7 and compare.options[0].name == "status_quo"


@pytest.mark.parametrize("name", OPTIONS)
def test_every_shipped_option_runs(name: str) -> None:
    (option,) = read("run", [f"option={name}"]).options
    assert option.name == name and (bool(option.rollouts) or name == "status_quo")


@pytest.mark.parametrize("name", [p.stem for p in (shipped() / "option").glob("*.yaml")])
def test_every_shipped_set_is_compared(name: str) -> None:
    assert len(read("compare", [f"option={name}"]).options) >= 2


def test_every_shipped_scenario_city_rules_and_engine_composes() -> None:
    assert tuple(read("compare", [f"scenario={','.join(SCENARIOS)}"]).scenarios) == SCENARIOS
    assert tuple(sorted(read("compare", ["scenario=glob(*)"]).scenarios)) == tuple(sorted(SCENARIOS))
    for group in ("city", "rules"):
        for name in Folders().names(group):
            read("run", [f"{group}={name}"])
    read("run", ["engine=local"])
    for name in Folders().names("engine"):
        assert read_sweep(["city=tiny", f"engine={name}"]).engine.name == name


def test_every_lever_can_be_set() -> None:
    given = []
    for name, lever in levers():
        value = lever.metadata["choices"][-1] if lever.metadata["choices"] else lever.metadata["high"]
        given.append(f"rules.{name}={str(value).lower()}")
    rules = read("run", given).rules
    for name, lever in levers():
        theme, field = name.split(".")
        expected = lever.metadata["choices"][-1] if lever.metadata["choices"] else lever.metadata["high"]
        assert getattr(getattr(rules, theme), field) == expected


def test_overrides_reach_their_fields() -> None:
    words = (
        "city=synthetic city.residents=5000 rules.grid.households=300 rules.grid.hire=true "
        "scenario=ageing scenario.start=2022-03-01 ++seed=0 days=10 lang=zh out=x"
    )
    found = read("run", words.split())
    assert (found.city.name, getattr(found.city, "residents")) == ("synthetic", 5_000)  # noqa: B009
    assert (found.rules.grid.households, found.rules.grid.hire) == (300, True)
    assert found.scenarios["ageing"].start == date(2022, 3, 1) and found.scenarios["ageing"].older > 1.0
    assert (found.seed, found.days, found.lang, found.out) == (0, 10, "zh", Path("x"))


def test_a_short_run_leaves_out_a_third_and_a_long_one_four_weeks() -> None:
    assert [read("run", [f"days={days}"]).warmup for days in (1, 30, 84, 365)] == [0, 10, 28, 28]
    assert read("run", ["days=30", "warmup=29"]).warmup == 29


def test_an_interpolation_stands_for_the_value_it_names() -> None:
    assert read("run", ["seed=${days}", "days=40"]).seed == 40


def test_a_field_of_an_option_can_be_overridden_and_only_where_it_runs() -> None:
    (option,) = read("run", ["option=grid_300_hire", "option.grid_300_hire.grid.households=200"]).options
    assert getattr(option.rollouts[0][1].reform, "households") == 200  # noqa: B009
    with pytest.raises(Refusal, match="no option in this study"):
        read("run", ["option.grid_300_hire.grid.households=200"])


def test_one_option_is_compared_with_the_status_quo() -> None:
    assert [o.name for o in read("compare", ["option=grid_300_hire"]).options] == ["status_quo", "grid_300_hire"]
    with pytest.raises(Refusal, match="two options"):
        read("compare", ["option=status_quo"])


def test_a_set_and_an_option_are_asked_for_together() -> None:
    names = [o.name for o in read("compare", ["option=grid_sizes,fund_plus_50"]).options]
    assert names[0] == "status_quo" and names[-1] == "fund_plus_50" and "grid_100" in names


def test_your_own_configs_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    for group, text in (
        ("option", "mine:\n  grid: {reform: one_grid, households: 250, from_day: 3}\n"),
        ("scenario", "needs: 1.2\n"),
        ("rules", "grid: {patrol_share: 0.2}\n"),
    ):
        (tmp_path / "it's mine" / group).mkdir(parents=True)
        (tmp_path / "it's mine" / group / "own.yaml").write_text(text)
    folders = Folders(user=(tmp_path / "it's mine",))
    found = read("compare", ["option=fund_plus_50,mine", "scenario=own", "rules=own"], folders=folders)
    assert [option.name for option in found.options] == ["fund_plus_50", "mine"]
    assert found.scenarios["own"].needs == 1.2 and found.rules.grid.patrol_share == 0.2


def test_a_plugin_needs_the_word_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_patrols.py").write_text(PLUGIN)
    (tmp_path / "configs" / "option").mkdir(parents=True)
    file = tmp_path / "configs" / "option" / "own.yaml"
    file.write_text("mine:\n  a: {reform: 'my_patrols:Patrol', share: 0.2}\n")
    folders = Folders(user=(tmp_path / "configs",))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(Refusal, match="--plugin my_patrols"):
        read("run", ["option=mine"], folders=folders)
    assert "my_patrols" not in sys.modules
    (option,) = read("run", ["option=mine"], folders=folders, plugins=("my_patrols",)).options
    assert option.rollouts[0][1].reform.amend(Rules()).grid.patrol_share == 0.2
    for name in ("Thawed", "Nobody", "dataclass"):
        file.write_text(f"mine:\n  a: {{reform: 'my_patrols:{name}'}}\n")
        with pytest.raises(Refusal, match="frozen dataclass"):
            read("run", ["option=mine"], folders=folders, plugins=("my_patrols",))
    monkeypatch.delitem(sys.modules, "my_patrols")


def test_the_id_names_what_results_depend_on_and_nothing_else() -> None:
    def name(*overrides: str, city: str = "tiny") -> str:
        return identity(read("run", [f"city={city}", *overrides]))

    assert len({name(), name("threads=1"), name("chunk=64"), name("out=x"), name("lang=zh"), name("seed=1")}) == 1
    others = ["seed=2", "replication=1", "days=91", "warmup=3", "option=fund_plus_50", "scenario=ageing",
              "rules.grid.nets=2", "scenario.needs=1.1"]  # fmt: skip
    assert len({name(), name(city="synthetic"), *(name(other) for other in others)}) == 2 + len(others)


def test_trials_are_laid_out_replication_by_replication() -> None:
    words = "city=tiny replications=2 scenario=base,ageing option=status_quo,fund_plus_50"
    jobs = plan(read("compare", words.split()))
    assert [job.replication for job in jobs] == [0] * 4 + [1] * 4
    assert len({job.label for job in jobs}) == len(jobs) == 8


def test_a_notebook_keeps_its_own_hydra(tmp_path: Path) -> None:
    from hydra import compose, initialize_config_dir

    (tmp_path / "theirs.yaml").write_text("a: 1\n")
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        read("run", ["city=tiny"])
        assert compose("theirs") == {"a": 1}
