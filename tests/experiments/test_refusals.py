"""Bad input: one line, exit code 2, no traceback, no file."""

from pathlib import Path

import pytest

from experiments.cli import main

OVERRIDES = [
    ["city=chongqing"],
    ["city=tiny", "dayz=30"],
    ["city=tiny", "days=0"],
    ["city=tiny", "days=-1"],
    ["city=tiny", "days=1e400"],
    ["city=tiny", "days=nan"],
    ["city=tiny", "days=30.5"],
    ["city=tiny", "days=thirty"],
    ["city=tiny", "days=true"],
    ["city=tiny", "days=10000000000000000000000000000000"],
    ["city=tiny", "days=12:30"],
    ["city=tiny", "days="],
    ["city=tiny", "warmup=90"],
    ["city=tiny", "warmup=-1"],
    ["city=tiny", "seed=-1"],
    ["city=tiny", "seed=18446744073709551616"],
    ["city=tiny", "seed=one"],
    ["city=tiny", "threads=0"],
    ["city=tiny", "chunk=0"],
    ["city=tiny", "lang=fr"],
    ["city=tiny", "lang=NO"],
    ["city.share=0"],
    ["city.share=1.5"],
    ["city.share=nan"],
    ["city.share=-0.1"],
    ["city.shares=0.1"],
    ["city.share=half"],
    ["city=synthetic", "city.residents=10"],
    ["city=synthetic", "city.residents=-5"],
    ["city=tiny", "city.residents=500"],
    ["city=tiny", "rules.grid.household=300"],
    ["city=tiny", "rules.grid.households=5"],
    ["city=tiny", "rules.grid.households=many"],
    ["city=tiny", "rules.grids.households=300"],
    ["city=tiny", "rules.grid=300"],
    ["city=tiny", "rules.fund.level=-1"],
    ["city=tiny", "rules.platform.one=yes"],
    ["city=tiny", "rules.jurisdiction.towns=later"],
    ["city=tiny", "rules.grid.hire=1"],
    ["city=tiny", "option=grid_301"],
    ["city=tiny", "option="],
    ["city=tiny", "option=status_quo,fund_plus_50"],
    ["city=tiny", "scenario=strom"],
    ["city=tiny", "scenario.needs=9"],
    ["city=tiny", "scenario.start=1999-01-01"],
    ["city=tiny", "engine=spark"],
    ["city=tiny", "+hydra.run.dir=x"],
    ["hydra.launcher=basic"],
    ["city=tiny", "++hydra.verbose=true"],
    ["city=tiny", "_target_=os.system"],
    ["city=tiny", "+x._target_=builtins.open"],
    ["city=tiny", "rules.grid._target_=os.system"],
    ["city=tiny", "out=${oc.env:HOME}"],
    ["city=tiny", "days=${oc.env:DAYS}"],
    ["city=tiny", "seed=${oc.decode:1}"],
    ["city=tiny", "~days"],
    ["city=tiny", "days=30", "days=40", "="],
    ["city=tiny", "=5"],
    ["city=tiny", "days"],
    ["city=tiny", "days=[1,2]"],
    ["city=tiny", "days={a:1}"],
    ["city=tiny", "days=1,2"],
    ["--fast"],
    ["city=tiny", "out=/dev/null"],
    ["city=tiny", "a" * 5_000 + "=1"],
]


@pytest.mark.parametrize("overrides", OVERRIDES, ids=lambda words: " ".join(words)[:60])
def test_bad_overrides(
    overrides: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", *overrides]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1 and "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_verb_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compair"]) == 2
    assert "compare" in capsys.readouterr().err


def test_an_unknown_key_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "rules.grid.household=300"]) == 2
    said = capsys.readouterr().err
    assert "rules.grid.household" in said and "households" in said


def test_a_range_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "rules.grid.households=5"]) == 2
    said = capsys.readouterr().err
    assert "5" in said and "24" in said and "1000" in said
