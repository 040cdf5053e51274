"""A real browser without a network, and what reformsim writes for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from analysis.brief.document import write_brief
from analysis.brief.words import LANGUAGES
from analysis.page.document import write_page
from analysis.results import Results

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(NAMES)} is on the path")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # the sandbox refuses to start for root
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(mapped: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the brief in both languages and the page."""
    folder = tmp_path_factory.mktemp("written")
    for lang in LANGUAGES:
        write_brief(folder, mapped, lang)
    write_page(folder, mapped)
    return folder
