"""`reformsim store check|repair|export FOLDER`: is what is kept what was written, and others' formats of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.composing import Folders
from experiments.refusal import COMMAND_LINE, Refusal, RunsFailed, quoted, refuse
from experiments.store import MANIFEST
from experiments.sweep.damage import damage, is_sweep, repair
from experiments.sweep.disk import unsealed
from experiments.terminal import print_json

if TYPE_CHECKING:
    from experiments.sweep.events import Logged

ACTIONS = ("check", "repair", "export")
NAMED = 10  # damaged files that one line names


def keeping(words: Sequence[str], *, folders: Folders, plugins: tuple[str, ...] = (), as_json: bool = False) -> None:
    """Do what the words say to the results in a folder; an event log needs the configs that they were made with.

    Raises:
        Refusal: no such action or folder, or no results in it.
        RunsFailed: `check` found damage, or an export could not be written.
    """
    if not words or words[0] not in ACTIONS:
        raise refuse(COMMAND_LINE, "store", words[0] if words else None, allowed="name what to do:",
                     name=words[0] if words else "", names=ACTIONS)  # fmt: skip
    action, *rest = words
    places = [word for word in rest if "=" not in word]
    keys = dict(word.split("=", 1) for word in rest if "=" in word)
    unknown = sorted(keys.keys() - ({"to", "events"} if action == "export" else set()))
    if unknown:
        raise refuse(COMMAND_LINE, unknown[0], keys[unknown[0]], allowed=f"is no key of store {action}")
    if len(places) != 1:
        raise Refusal(f"{COMMAND_LINE}: store {action} takes one folder of results, got {len(places)}")
    store = results_in(Path(places[0]))
    if action == "check":
        _check(store, as_json)
    elif action == "repair":
        _repair(store, as_json)
    else:
        from experiments.sweep.exporting import export

        logged = _logged(store, keys["events"], folders, plugins) if "events" in keys else None
        export(store, Path(keys["to"]) if "to" in keys else store / "export", logged, as_json=as_json)


def _logged(store: Path, number: str, folders: Folders, plugins: tuple[str, ...]) -> Logged:
    """The trial whose events are asked for."""
    from experiments.sweep.events import logged

    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise refuse(COMMAND_LINE, "events", number, allowed="must be the number of a trial, as in the table of trials")
    return logged(store, int(number), folders, plugins)


def results_in(path: Path) -> Path:
    """The folder of results that a path names, by itself or by its manifest.

    Raises:
        Refusal: there is none.
    """
    folder = path.parent if path.name == MANIFEST else path
    if not folder.is_dir():
        raise Refusal(f"{quoted(str(path))}: there is no such folder of results")
    if not is_sweep(folder) and not (folder / MANIFEST).is_file():
        raise Refusal(f"{quoted(str(path))}: holds no results; it has neither plan.json nor {MANIFEST}")
    return folder


def _check(store: Path, as_json: bool) -> None:
    found = [(str(path.relative_to(store)), what) for path, what in damage(store)]
    if as_json:
        print_json({"folder": str(store), "whole": not found, "damaged": dict(found)})
    if found:
        named = ", ".join(f"{name} {what}" for name, what in found[:NAMED])
        more = f", and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise RunsFailed(f"{store}: {named}{more}; mend it with: reformsim store repair {store}")
    if not as_json:
        print(f"{store}: {_status(store)}; every file is what was written")


def _status(store: Path) -> str:
    if not (store / MANIFEST).exists():
        return "not finished"
    manifest = unsealed(store / MANIFEST)
    return f"{manifest['status']}, {manifest['trials']} trials, digest {manifest['digest'][:12]}"


def _repair(store: Path, as_json: bool) -> None:
    try:
        removed, command = repair(store)
    except OSError as error:
        raise RunsFailed(f"{store}: cannot be written: {error.strerror or error}") from error
    again = command or "the command that made it"
    if as_json:
        print_json({"folder": str(store), "removed": removed, "again": command})
    elif removed:
        print(f"{store}: taken away: {', '.join(removed)}\nto make it whole, run: {again}")
    else:
        print(f"{store}: nothing was damaged")
