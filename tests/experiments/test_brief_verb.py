"""`reformsim brief`: made again from results.json alone, byte for byte; what is missing or wrong is one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from experiments.cli import main
from experiments.store import verify

STUDY = ["compare", "city=tiny", "days=20", "replications=2", "assumptions=8", "processes=1",
         "option=status_quo,grid_300_hire"]  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "study"
    assert main([*STUDY, f"out={folder}", "--json"]) == 0
    return folder


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_brief_of_a_study_is_made_again_byte_for_byte(study: Path, lang: str, tmp_path: Path) -> None:
    shutil.copy(study / "results.json", tmp_path / "results.json")  # and nothing else of the study
    assert main(["brief", f"lang={lang}", "format=html", str(tmp_path)]) == 0
    name = f"brief.{lang}.html"
    assert (tmp_path / name).read_bytes() == (study / name).read_bytes()
    assert main(["brief", str(study), f"lang={lang}"]) == 0 and verify(study) == ()


def test_a_pdf_lies_beside_the_results_and_never_varies(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["brief", "lang=zh", "format=pdf", str(study), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"format": "pdf", "lang": "zh", "files": [str(study / "brief.zh.pdf")]}
    assert main(["brief", "lang=zh", "format=pdf", str(study / "results.json"), f"out={tmp_path / 'new'}"]) == 0
    data = (study / "brief.zh.pdf").read_bytes()
    assert data == (tmp_path / "new" / "brief.zh.pdf").read_bytes() and data.startswith(b"%PDF-")
    assert verify(study) == () and [p.name for p in (tmp_path / "new").iterdir()] == ["brief.zh.pdf"]


def test_a_study_keeps_what_its_manifest_seals(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(study, tmp_path / "copy")
    monkeypatch.setattr("analysis.brief.document.brief", lambda results, lang: "written by another version")
    assert main(["brief", str(copy)]) == 2
    assert "out=FOLDER" in capsys.readouterr().err
    assert (copy / "brief.en.html").read_bytes() == (study / "brief.en.html").read_bytes()
    assert main(["brief", str(copy), f"out={tmp_path / 'other'}"]) == 0


@pytest.mark.parametrize("shape", ["pdf", "png"])
def test_without_typst_the_command_to_install_it_is_said(
    study: Path, shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("experiments.extras.import_module", missing)
    assert main(["brief", f"format={shape}", str(study), f"out={tmp_path / 'x'}"]) == 2
    said = capsys.readouterr().err
    assert said == f"reformsim: format={shape} needs typst; install it with: pip install 'reformsim[pdf]'\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "takes one folder"),
        (["a", "b"], "takes one folder"),
        (["format=pdff", "."], "nearest: pdf"),
        (["lang=fr", "."], "must be one of en, zh"),
        (["fromat=pdf", "."], "nearest: format"),
        (["nowhere"], "there is no such file"),
        (["."], "there is no such file"),
        (["format=page", "lang=en", "."], "both languages"),
    ],
)
def test_bad_words_are_one_line(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["brief", *words]) == 2
    said = capsys.readouterr()
    assert told in said.err and said.err.count("\n") == 1 and said.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 99}', "\x00"])
def test_a_damaged_file_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "results.json").write_text(text)
    assert main(["brief", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]
