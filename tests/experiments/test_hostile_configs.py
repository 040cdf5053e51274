"""Hostile and mistaken config files: refused in one line that names the file, exit code 2, quickly, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.composing import EVERYWHERE, shipped

ROOT = Path(__file__).parents[2]
GRID = "mine:\n  grid: {reform: one_grid, households: 300"
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
NODES = "mine: ${option.n0}\n" + "".join(
    f"n{i}: {{a: '${{option.n{i + 1}}}', b: '${{option.n{i + 1}}}'}}\n" for i in range(40)
)

# name -> (file, what is in it, what the refusal must say)
FILES: dict[str, tuple[str, str | bytes, str]] = {
    "alias": ("option/own.yaml", "mine: {}\nother: *x\n", "alias"),
    "anchor": ("option/own.yaml", "mine: &x {}\n", "anchor"),
    "bomb of aliases": ("option/own.yaml", BOMB + "mine: {}\n", "anchor"),
    "bomb of interpolations": ("option/own.yaml", NODES, "${option.n0}"),
    "bomb of text": ("option/own.yaml", "mine:\n  a: {reform: '${option.b}${option.b}'}\nb: x\n", "only a whole ${key}"),
    "itself": ("option/own.yaml", "mine:\n  a: {reform: '${option.mine.a.reform}'}\n", "stands for itself"),
    "nothing": ("option/own.yaml", "mine:\n  a: {reform: '${option.yours}'}\n", "names no value"),
    "merge key": ("option/own.yaml", "mine:\n  <<: {a: 1}\n", "plain word"),
    "python tag": ("option/own.yaml", "mine: !!python/object/apply:os.system ['touch x']\n", "tags"),
    "own tag": ("option/own.yaml", "mine: !run x\n", "tags"),
    "_target_": ("option/own.yaml", "mine:\n  a: {_target_: os.system, command: touch x}\n", "_target_"),
    "hydra": ("option/own.yaml", "hydra:\n  callbacks: {x: {}}\n", "hydra"),
    "hydra group": ("option/own.yaml", "mine: {}\nhydra/launcher: x\n", "hydra"),
    "defaults": ("option/own.yaml", "defaults:\n  - /hydra/launcher: x\nmine: {}\n", "hydra"),
    "harmless defaults": ("option/own.yaml", "defaults: [_self_]\nmine: {}\n", "primary config"),
    "@package": ("option/own.yaml", "# @package hydra.callbacks\nmine: {}\n", "@package"),
    "environment": ("option/own.yaml", "mine:\n  a: {reform: '${oc.env:HOME}'}\n", "only a whole ${key}"),
    "nested resolver": ("option/own.yaml", "mine:\n  a: {reform: '${a${b}}'}\n", "only a whole ${key}"),
    "no YAML": ("option/own.yaml", "mine: {a: [}\n", "not YAML"),
    "tab": ("option/own.yaml", "mine:\n\ta: 1\n", "not YAML"),
    "list": ("option/own.yaml", "- mine\n", "mapping"),
    "word": ("option/own.yaml", "mine\n", "mapping"),
    "two documents": ("option/own.yaml", "mine: {}\n---\nmine: {}\n", "one YAML document"),
    "deep": ("option/own.yaml", "mine: " + "[" * 500 + "]" * 500 + "\n", "levels"),
    "deeper": ("option/own.yaml", "mine: " + "[" * 5_000 + "]" * 5_000 + "\n", "YAML"),  # some parsers give up first
    "long": ("option/own.yaml", "mine: {}\n" + "# x\n" * 100_000, "at most"),
    "bytes": ("option/own.yaml", b"mine: \xff\xfe\n", "UTF-8"),
    "nul": ("option/own.yaml", b"mine: {}\n\0\n", "not YAML"),
    "twice": ("option/own.yaml", "mine: {}\nmine: {}\n", "twice"),
    "number as key": ("option/own.yaml", "17: {}\nmine: {}\n", "plain word"),
    "no as key": ("option/own.yaml", "NO: {}\nmine: {}\n", "plain word"),
    "shipped name": ("option/own.yaml", "mine: {}\ngrid_300_hire: {}\n", "option of this name"),
    "shipped file": ("option/committee_2025.yaml", "mine: {}\n", "this name already"),
    "busy status quo": ("option/own.yaml", GRID.replace("mine", "status_quo", 1) + "}\nmine: {}\n", "status quo"),
    "list of entries": ("option/own.yaml", "mine: [{reform: one_grid}]\n", "named entries"),
    "no reform": ("option/own.yaml", "mine:\n  a: {households: 300}\n", "must have a reform"),
    "unknown reform": ("option/own.yaml", "mine:\n  a: {reform: one_gird}\n", "nearest: one_grid"),
    "code": ("option/own.yaml", "mine:\n  a: {reform: 'os:system'}\n", "--plugin"),
    "unknown field": ("option/own.yaml", GRID + ", household: 3}\n", "nearest: households"),
    "missing field": ("option/own.yaml", "mine:\n  a: {reform: one_grid}\n", "missing"),
    "text": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: many}\n", "whole number"),
    "fraction": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: 300.5}\n", "whole number"),
    "bool": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: true}\n", "whole number"),
    "number for bool": ("option/own.yaml", GRID + ", hire: 1}\n", "true or false"),
    "word for bool": ("option/own.yaml", GRID + ", hire: NO}\n", "write true or false"),
    "octal": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: 0300}\n", "decimals"),
    "hexadecimal": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: 0x12c}\n", "decimals"),
    "clock": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: 5:00}\n", "decimals"),
    "nan": ("option/own.yaml", "mine:\n  a: {reform: fund_level, level: .nan}\n", "finite"),
    "infinite": ("option/own.yaml", "mine:\n  a: {reform: fund_level, level: 1e400}\n", "finite"),
    "far too many": ("option/own.yaml", f"mine:\n  a: {{reform: one_grid, households: 1{'0' * 30}}}\n", "[24, 1000]"),
    "too few": ("option/own.yaml", "mine:\n  a: {reform: one_grid, households: 5}\n", "[24, 1000]"),
    "before day 0": ("option/own.yaml", GRID + ", from_day: -1}\n", "from_day"),
    "ends before": ("option/own.yaml", GRID + ", from_day: 9, until_day: 9}\n", "until_day"),
    "merge undone": ("option/own.yaml", "mine:\n  a: {reform: merge, until_day: 50}\n", "cannot be undone"),
    "unknown where": ("option/own.yaml", GRID + ", where: {town: [1]}}\n", "unknown key"),
    "short code": ("option/own.yaml", GRID + ", where: {district: [7]}}\n", "district"),
    "no such district": ("option/own.yaml", GRID + ", where: {district: [510104]}}\n", "no such district"),
    "unknown of scenario": ("scenario/own.yaml", "need: 1.0\n", "nearest: needs"),
    "range of scenario": ("scenario/own.yaml", "needs: 9.0\n", "[0.5, 1.8]"),
    "tag of surge": ("scenario/own.yaml", "surges: [{tag: strom, from_day: 1, days: 1, factor: 2.0}]\n", "storm"),
    "surge without days": ("scenario/own.yaml", "surges: [{tag: storm, from_day: 1, factor: 2.0}]\n", "missing"),
    "no list of surges": ("scenario/own.yaml", "surges: {tag: storm}\n", "a list"),
    "date": ("scenario/own.yaml", "start: 2021-02-30\n", "YYYY-MM-DD"),
    "unknown theme": ("rules/own.yaml", "gird: {households: 300}\n", "nearest: grid"),
    "unknown lever": ("rules/own.yaml", "grid: {household: 300}\n", "nearest: households"),
    "theme as number": ("rules/own.yaml", "grid: 300\n", "group of keys"),
    "unknown city": ("city/own.yaml", "name: chongqing\n", "no such city"),
}  # fmt: skip
CHOICE = {"option": "mine", "scenario": "own", "rules": "own", "city": "own"}


def asked(folder: Path, name: str) -> list[str]:
    """The command that meets a file."""
    path, content, _ = FILES[name]
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    group = path.split("/")[0]
    city = [] if group == "city" else ["city=tiny"]
    return ["run", *city, "days=3", f"{group}={CHOICE[group]}", "--config-dir", str(folder)]


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = asked(tmp_path / "configs", name)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    begun = time.process_time()
    assert main(words) == 2
    assert time.process_time() - begun < 1.0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1 and len(shown.err) < 800
    assert FILES[name][2] in shown.err
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("name", ["bomb of aliases", "python tag", "far too many"])
def test_a_bad_file_is_refused_by_the_command(name: str, tmp_path: Path) -> None:
    words = asked(tmp_path / "configs", name)
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "experiments", *words], cwd=tmp_path / "work", capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert list((tmp_path / "work").iterdir()) == []


def test_the_refusal_names_file_key_value_and_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(tmp_path, "too few")) == 2
    said = capsys.readouterr().err
    for part in (str(tmp_path / "option" / "own.yaml"), "option.mine.a.households", "= 5", "[24, 1000]"):
        assert part in said
    assert main([*asked(tmp_path / "again", "too few"), "option.mine.a.households=7"]) == 2
    said = capsys.readouterr().err
    assert "command line: option.mine.a.households = 7" in said


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", "--config-dir", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../run", "/etc/passwd", "own/own", "a b", "..", "own@hydra"])
def test_a_choice_cannot_leave_its_folder(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "city=tiny", f"scenario={name}"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_every_shipped_file_passes_the_guard() -> None:
    from experiments.guard import read_yaml

    files = sorted(shipped().rglob("*.yaml"))
    assert len(files) > 10
    for path in files:
        read_yaml(path, path.name, EVERYWHERE if path.parent.name == "experiment" else "")
