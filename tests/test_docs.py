"""The documentation is true: its commands run as printed, its reference is the code's, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from experiments.cli import main
from experiments.reference import FOLDER, PAGES, stale
from sim.reforms import REFORMS

ROOT = Path(__file__).parents[1]
PAPERS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Run by .ci/run in fresh environments, not here.
SET_UP = (
    "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/reformsim compare",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest",
)


def fenced(*languages: str) -> list[tuple[str, str]]:
    """(page, text) of the fenced blocks in these languages."""
    return [
        (str(paper.relative_to(ROOT)), text)
        for paper in PAPERS
        for language, text in FENCE.findall(paper.read_text("utf-8"))
        if language in languages
    ]


LINES = [line for _, text in fenced("bash", "console") for line in text.splitlines() if line]
COMMANDS = list(dict.fromkeys(line for line in LINES if line.startswith("reformsim")))
SCRIPTS = fenced("python")
STUDY = next(line for line in COMMANDS if "out=study" in line)


def anchors(paper: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", paper.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_shell_line_is_set_up_or_a_command() -> None:
    assert set(LINES) - set(COMMANDS) == set(SET_UP)
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("line", [line for line in COMMANDS if line != STUDY])
def test_commands_run_as_printed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(line)[1:]) == 0


def test_python_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block alone, beside the study that the page's own command leaves, which is run here as printed."""
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(STUDY)[1:]) == 0
    assert len(SCRIPTS) >= 3
    for page, text in SCRIPTS:
        exec(compile(text, page, "exec"), {"__name__": "__main__"})


def test_options_printed_in_the_tutorial_are_taken() -> None:
    own = "docs/how-to/add_a_mechanism.md"  # names a reform that it adds; tests/practices/ follows that page
    for text in (text for page, text in fenced("yaml") if page != own):
        for entries in yaml.safe_load(text).values():
            for entry in entries.values():
                fields = {k: v for k, v in entry.items() if k not in ("reform", "from_day", "until_day", "where")}
                REFORMS[entry["reform"]](**fields)


def test_the_reference_is_up_to_date() -> None:
    """Mended by `python -m experiments.reference`."""
    assert list(stale()) == []
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_a_stale_reference_is_noticed(tmp_path: Path) -> None:
    for name, write in PAGES.items():
        (tmp_path / name).write_text(write(), "utf-8")
    assert list(stale(tmp_path)) == []
    (tmp_path / "outcomes.md").write_text("other", "utf-8")
    assert list(stale(tmp_path)) == ["outcomes.md"]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    text = FENCE.sub("", paper.read_text("utf-8"))
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (paper.parent / path).resolve() if path else paper
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


def test_tests_named_in_the_documentation_exist() -> None:
    text = (ROOT / "docs" / "verification.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)`", text)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []
