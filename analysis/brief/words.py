"""Words of the brief and the terminal, in English and Chinese; all of them stand in the folder vocabulary/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sim.reforms import REFORMS

LANGUAGES = ("en", "zh")
FILES = (
    "page.yaml", "decision.yaml", "asked.yaml", "explore.yaml", "ablation.yaml", "outcomes.yaml", "options.yaml",
    "levers.yaml", "mobilising.yaml", "shared_governance.yaml",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """All words of one language by "group.key"."""

    lang: str
    table: Mapping[str, str]

    def __call__(self, key: str, **filled: object) -> str:
        """The words of a key with its braces filled in; KeyError names an unknown key."""
        if key not in self.table:
            raise KeyError(f"no words for {key!r} in {self.lang!r}")
        return self.table[key].format(**filled) if filled else self.table[key]

    def name(self, group: str, name: str) -> str:
        """What to call a thing of a group: its words, or its own name with spaces where a user made it up."""
        return self.table.get(f"{group}.{name}", name.replace("_", " "))

    def either(self, *, en: str, zh: str) -> str:
        """The one of two names that is of this language; both come from the data."""
        return zh if self.lang == "zh" else en

    def listing(self, names: list[str]) -> str:
        """Names one after another, as the language separates them."""
        return ("、" if self.lang == "zh" else ", ").join(names)

    def phrases(self, parts: list[str]) -> str:
        """Phrases one after another, parted by the language's comma."""
        return ("，" if self.lang == "zh" else ", ").join(parts)


@cache
def words(lang: str) -> Words:
    """The words of a language, "en" or "zh".

    Raises:
        ValueError: another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    return Words(lang, {key: entry[lang] for key, entry in entries().items()})


@cache
def entries() -> dict[str, dict[str, str]]:
    """Every key with its words by language."""
    found: dict[str, dict[str, str]] = {}
    for name in FILES:
        groups: dict[str, dict[str, Any]] = yaml.safe_load(
            (files("analysis.brief") / "vocabulary" / name).read_text("utf-8")
        )
        for group, keys in groups.items():
            for key, entry in keys.items():
                if f"{group}.{key}" in found:
                    raise ValueError(f"{name}: {group}.{key} comes twice")
                found[f"{group}.{key}"] = entry
    for name, reform in REFORMS.items():  # an option that is a reform alone is called as the reform
        if f"reform.{reform.__name__}" in found:
            found.setdefault(f"option.{name}", found[f"reform.{reform.__name__}"])
    return found
