"""The how-to of sweeps is true: every command of it runs, in order, in one folder, and so do its snippets."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import pytest

from experiments.cli import main
from experiments.sweep.engines import inline

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "run_a_sweep.md").read_text("utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = [line for text in fenced("shell") for line in text.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all commands of the page have run."""
    place = tmp_path_factory.mktemp("docs")
    (place / "studies" / "experiment").mkdir(parents=True)
    (place / "studies" / "experiment" / "patrols.yaml").write_text(*fenced("yml"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for line in COMMANDS:
            words = shlex.split(line)
            assert words[0] == "reformsim"
            extra = {"engine": inline} if words[1] == "sweep" else {}
            assert main(words[1:], **extra) == 0, line
    return place


def test_commands_run_as_printed(folder: Path) -> None:
    assert len(COMMANDS) >= 10
    assert {"grids", "sampled", "alone", "places", "patrols", "again", "mining"} <= {
        path.name for path in folder.iterdir()
    }


@pytest.mark.parametrize("library", ["pathlib", 'read_parquet("mining', "polars"])
def test_python_runs_as_printed(
    library: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (text,) = (text for text in fenced("py") if library in text)
    exec(compile(text, "page", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_duckdb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (text,) = fenced("sql")
    assert len(duckdb.sql(text).fetchall()) == 6
