"""A sweep as typed: experiment files, axes, crossings, ids; and everything hostile refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweeping import plan_of, sweep

from experiments.cli import main
from experiments.composing import Folders
from experiments.refusal import Refusal
from experiments.sweep.axes import Interval, Levels
from experiments.sweep.designs import LatinHypercube
from experiments.sweep.planning import plan_sweep
from experiments.sweep.reading import read_sweep

EXPERIMENTS = Folders().names("experiment")
DESIGNS = Folders().names("design")


def test_options_and_scenarios_are_crossed_with_the_points() -> None:
    plan = plan_of(
        "city=tiny", "option=status_quo,grid_300_hire", "scenario=base,ageing", "rules.grid.nets=1,2", "replications=3"
    )
    assert (len(plan.cases), plan.trials) == (8, 24)
    assert [case.option for case in plan.cases[:4]] == ["status_quo", "grid_300_hire"] * 2
    assert [case.scenario for case in plan.cases[:4]] == ["base", "base", "ageing", "ageing"]
    assert [case.values for case in plan.cases] == [(1,)] * 4 + [(2,)] * 4
    assert plan.trial(0).rules.grid.nets == 1 and plan.trial(7).rules.grid.nets == 2
    assert plan.trial(3).scenario_values.older > 1.0 and plan.trial(3).option.name == "grid_300_hire"


def test_trials_go_replication_by_replication_under_common_luck() -> None:
    plan = plan_of("city=tiny", "rules.grid.nets=1,2,3", "replications=4", "seed=7")
    trials = [plan.trial(number) for number in range(plan.trials)]
    assert [trial.replication for trial in trials] == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert {trial.seed for trial in trials} == {7}


def test_a_set_of_options_is_swept_whole() -> None:
    assert len(read_sweep(["city=tiny", "option=committee_2025"]).options) == 7
    assert len(read_sweep(["city=tiny", "scenario=glob(*)"]).scenarios) == len(Folders().names("scenario"))


def test_a_value_between_ends_is_whole_where_its_lever_is() -> None:
    words = ["city=tiny", "option=grid_300_hire", "design=latin_hypercube", "rules.grid.households=interval(100,300)",
             "rules.fund.level=interval(0.5,1.5)", "scenario.needs=interval(0.8,1.2)",
             "option.grid_300_hire.grid.households=interval(100,300)"]  # fmt: skip
    axes = read_sweep(words).axes
    assert [isinstance(axis, Interval) and axis.whole for axis in axes] == [True, False, False, True]
    assert plan_of(*words, "design.size=8").trials == 40


def test_the_id_of_a_run_names_what_it_depends_on_and_nothing_else() -> None:
    def ids(*words: str) -> tuple[str, ...]:
        return tuple(plan_of("city=tiny", "replications=1", *words).numbers)

    same = ["processes=7", "chunk=64", "part=3", "out=x", "seed=1", "option=status_quo", "rules.grid.nets=1",
            "series=day", "time_limit=5.0"]  # fmt: skip
    assert len({ids(), *(ids(word) for word in same)}) == 1
    others = ["seed=2", "days=91", "warmup=3", "option=fund_plus_50", "scenario=ageing", "rules.grid.nets=2"]
    assert len({ids(), *(ids(word) for word in others)}) == 1 + len(others)
    assert set(ids("replications=3")) > set(ids())
    assert set(ids("rules.grid.nets=1,2")) > set(ids())


def test_the_plan_is_another_for_every_part_of_it() -> None:
    base = ["city=tiny", "rules.grid.nets=1,2"]
    words = [[], ["seed=2"], ["replications=2"], ["places=true"], ["series=none"], ["option=fund_plus_50"]]
    assert len({plan_of(*base, *word).identity for word in words}) == len(words)
    assert plan_of(*base).identity == plan_of(*base, "processes=9").identity


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_shipped_experiment_is_planned(name: str) -> None:
    settings = read_sweep([f"+experiment={name}"])
    assert settings.experiment == name and settings.axes
    assert 10 <= plan_sweep(settings).trials <= 100


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_is_planned(name: str) -> None:
    assert read_sweep(["city=tiny", f"design={name}"]).design.name == name


def test_the_command_line_has_the_last_word_over_an_experiment() -> None:
    settings = read_sweep(["+experiment=grid_size", "city=tiny", "scenario=ageing", "replications=2", "days=10",
                           "option.grid_300_same_staff.grid.households=250,350"])  # fmt: skip
    assert (settings.city.name, settings.knobs.replications, settings.knobs.days) == ("tiny", 2, 10)
    assert list(settings.scenarios) == ["ageing"]
    assert settings.axes == (Levels(key="option.grid_300_same_staff.grid.households", values=(250, 350)),)


def experiment(folder: Path, text: str) -> list[str]:
    """The words that ask for an experiment of one's own."""
    (folder / "experiment").mkdir(parents=True)
    (folder / "experiment" / "own.yaml").write_text(text)
    return ["+experiment=own", "--config-dir", str(folder)]


def test_an_experiment_of_ones_own_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    text = "# @package _global_\nsweep: [city=tiny, 'rules.grid.nets=range(1,4)', design=latin_hypercube]\n"
    experiment(tmp_path, text + "design: {size: 16}\nreplications: 2\nrules: {grid: {patrol_share: 0.2}}\n")
    settings = read_sweep(["experiment=own"], folders=Folders(user=(tmp_path,)))
    assert settings.design == LatinHypercube(size=16)
    assert plan_sweep(settings).trial(0).rules.grid.patrol_share == 0.2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sweep: [city=tiny]\n", "first line must be: # @package _global_"),
        ("# @package hydra\nsweep: [city=tiny]\n", "first line must be"),
        ("# @package _global_\n# @package hydra\ndays: 3\n", "@package line is not allowed"),
        ("# @package _global_\ndefaults: [_self_]\n", "stand under sweep"),
        ("# @package _global_\nhydra: {sweeper: {params: {x: 1}}}\n", "hydra's own settings"),
        ("# @package _global_\nsweep: ['+hydra.launcher=joblib']\n", "hydra's own settings"),
        ("# @package _global_\nsweep: ['rules.grid._target_=os.system']\n", "_target_"),
        ("# @package _global_\nsweep: ['seed=${oc.env:HOME}']\n", "only a whole ${key}"),
        ("# @package _global_\nsweep: {city: tiny}\n", "a list of overrides"),
        ("# @package _global_\nsweep: [[city=tiny]]\n", "a list of overrides"),
        ("# @package _global_\nsweep: [city=]\n", "takes the name"),
        ("# @package _global_\nsweep: [city]\n", "key=value"),
        (
            "# @package _global_\nsweep: [city=tiny, seed=1, seed=2, 'rules.grid.nets=1,2', 'rules.grid.nets=3']\n",
            "twice",
        ),
        ("# @package _global_\nsweep: &x [city=tiny]\n", "anchors"),
        ("# @package _global_\ndayz: 3\n", "nearest: days"),
        ("# @package _global_\nsweep: [city=tiny]\ndays: 0\n", "[1, 1826]"),
        ("# @package _global_\nsweep: [city=tiny]\nrules: {grid: {household: 3}}\n", "nearest: households"),
    ],
)
def test_a_bad_experiment_is_refused(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = experiment(tmp_path / "configs", text)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert main(["sweep", *words]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1
    assert said in shown.err and "own.yaml" in shown.err
    assert list((tmp_path / "work").iterdir()) == []


HOSTILE = [
    "rules.grid.nets=range(0,1e12)", "rules.grid.nets=range(0,10,0)", "rules.grid.nets=interval(1,15)",
    "rules.grid.nets=1,99", "rules.grid.nets=1,two", "rules.grid.nets=1.5,2", "rules.grid.nets=1,true",
    "rules.grid=1,2", "rules.grid.net=1,2", "rules.gird.nets=1,2", "rules.grid.nets=1,1",
    "rules.grid.nets=shuffle(1,2)",
    "rules.grid.nets=[1],[2]", "rules.grid.nets=choice()", "rules.grid.nets=choice(1", "rules.grid.nets=1,${seed}",
    "rules.grid._target_=a,b", "rules.grid.hire=0,1", "scenario.needs=0.9,9", "scenario.start=2022-01-01,1999-01-01",
    "scenario.surges=1,2", "option.status_quo.grid.households=1,2", "option.grid_300_hire.grid.households=100,200",
    "option.status_quo=1,2", "option=status_quo,status_quo", "option=glob(none*)", "scenario=base,strom",
    "scenario=range(1,3)", "city=tiny,synthetic", "rules=base,base", "design=grid,sobol", "design=annealing",
    "design.size=4", "design=sobol design.size=100", "design=latin_hypercube design.size=0", "design.name=lists",
    "design=list rules.grid.nets=1,2 rules.grid.households=100,200,300", "seed=1,2", "days=10,20", "out=a,b",
    "replications=0", "replications=range(1,3)", "part=-1", "part=1.5", "time_limit=0.0", "time_limit=nan",
    "memory_limit=-1.0", "series=hour", "series=week,day", "places=1", "engine=spark", "engine.name=spark",
    "+experiment=nothing", "+experiment=merge,funding", "+experiment=../merge", "experiment=merge experiment=funding",
    "hydra.sweeper.params=1,2", "+hydra/launcher=joblib", "~design", "processes=0", "out=/dev/null",
    "rules.grid.nets=range(1,9999) rules.grid.households=range(24,1000) replications=10",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_overrides_are_refused(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given = words.split()
    city = [] if any(word.startswith(("city=", "+experiment", "experiment")) for word in given) else ["city=tiny"]
    assert main(["sweep", *city, *given]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1 and "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


def test_other_verbs_take_no_experiment_and_no_sweep_of_values(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("run", "compare"):
        assert main([verb, "city=tiny", "+experiment=merge"]) == 2
        assert main([verb, "city=tiny", "rules.grid.nets=1,2"]) == 2
    assert "takes one value" in capsys.readouterr().err


def test_a_district_that_the_city_has_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(tmp_path / "store", "city=tiny", "option=fifteen_nets_in_pidu") == 2
    assert "no such district" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_the_store_keeps_what_was_asked(tmp_path: Path) -> None:
    words = ["city=tiny", "days=3", "replications=2"]
    assert sweep(tmp_path / "less", *words, "series=none") == 0
    assert sweep(tmp_path / "more", *words, "series=day", "places=true") == 0
    kept = [{path.name.split("-")[0] for path in (tmp_path / name / "parts").iterdir()} for name in ("less", "more")]
    assert kept == [{"trials", "outcomes", "accounts"}, {"trials", "outcomes", "accounts", "series", "places"}]


def test_reading_names_the_file_of_a_bad_axis() -> None:
    with pytest.raises(Refusal, match=r"command line: rules\.grid\.nets = 99: must be in \[1, 15\]"):
        plan_of("city=tiny", "rules.grid.nets=1,99")
