"""`reformsim brief`: what people look at, made again from results.json alone; no trial is run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.brief.words import LANGUAGES
from experiments.extras import extra
from experiments.refusal import COMMAND_LINE, Refusal, RunsFailed, quoted, refuse
from experiments.store import MANIFEST, read_manifest
from experiments.terminal import print_json

if TYPE_CHECKING:
    from analysis.results import Results

RESULTS = "results.json"
FORMATS = ("html", "pdf", "png", "page")
CHOICES = {"format": FORMATS, "lang": LANGUAGES}


def brief(words: Sequence[str], *, as_json: bool = False) -> None:
    """Write the brief of a results folder in one language and format, or the results page, and say where it lies.

    Raises:
        Refusal: no results there, an unknown key or value, a missing extra, a file that the study's manifest seals.
        RunsFailed: the place cannot be written.
    """
    source, keys = _asked(words)
    shape, lang = keys.get("format", "html"), keys.get("lang", "en")
    if shape == "page" and "lang" in keys:
        raise refuse(COMMAND_LINE, "lang", lang, allowed="is no key of format=page, which holds both languages")
    if shape in ("pdf", "png"):
        extra("typst", f"format={shape}")
    made = _made(_load(source), shape, lang)
    folder = Path(keys["out"]) if "out" in keys else source.parent
    _spare_sealed(folder, made)
    paths = [_write(folder, name, data) for name, data in made.items()]
    if as_json:
        print_json({"format": shape, "lang": None if shape == "page" else lang, "files": [str(path) for path in paths]})
    else:
        print("\n".join(str(path) for path in paths))


def _asked(words: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """The file of results that the words name, and the keys."""
    places = [word for word in words if "=" not in word]
    keys = dict(word.split("=", 1) for word in words if "=" in word)
    for key, value in keys.items():
        if key not in (*CHOICES, "out"):
            raise refuse(
                COMMAND_LINE, key, value, allowed="is no key of brief; keys:", name=key, names=[*CHOICES, "out"]
            )
        if key in CHOICES and value not in CHOICES[key]:
            raise refuse(COMMAND_LINE, key, value, allowed="must be one of", name=value, names=CHOICES[key])
    if len(places) != 1:
        raise Refusal(f"{COMMAND_LINE}: brief takes one folder of results, got {len(places)}")
    place = Path(places[0])
    return place / RESULTS if place.is_dir() else place, keys


def _load(source: Path) -> Results:
    from analysis.results import Results

    try:
        return Results.load(source)
    except FileNotFoundError:
        raise Refusal(f"{quoted(str(source))}: there is no such file; `reformsim compare` writes {RESULTS}") from None
    except OSError as error:
        raise Refusal(f"{quoted(str(source))}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise Refusal(f"{quoted(str(source.parent))}: {error}") from None


def _made(results: Results, shape: str, lang: str) -> dict[str, bytes]:
    """File names with what they hold."""
    if shape == "html":
        from analysis.brief.document import brief as written

        return {f"brief.{lang}.html": written(results, lang).encode()}
    if shape == "page":
        from analysis.page.document import page

        return {"page.html": page(results).encode()}
    from analysis.brief import printed

    if shape == "pdf":
        return {f"brief.{lang}.pdf": printed.pdf(results, lang)}
    return {f"brief.{lang}.{i}.png": data for i, data in enumerate(printed.pictures(results, lang), start=1)}


def _spare_sealed(folder: Path, made: dict[str, bytes]) -> None:
    """Refuse to put other bytes where a manifest says which: the study would no longer be what was kept."""
    if not (folder / MANIFEST).is_file():
        return
    sealed = read_manifest(folder).get("files", {})
    for name, data in made.items():
        if name in sealed and sealed[name]["sha256"] != sha256(data).hexdigest():
            raise Refusal(f"{folder / name}: was written by another version and is part of the study; "
                          "name another place with out=FOLDER")  # fmt: skip


def _write(folder: Path, name: str, data: bytes) -> Path:
    """One file: temporary, then renamed."""
    path = folder / name
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise RunsFailed(f"{path}: cannot be written: {error.strerror or error}") from error
    return path
