"""Damage: what in a store is not, to the last bit, what was written; and how it is cut out.

Every file is under a SHA-256: tables in the ledger, the plan's table in plan.json, and all JSON under its own seal.
Repair takes away what is damaged, the whole part around a damaged table; `reformsim sweep` then does what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments.refusal import Refusal, quoted
from experiments.store import MANIFEST
from experiments.store import verify as verify_study
from experiments.sweep.claims import exclusive, living
from experiments.sweep.disk import hash_of, settle, unsealed
from experiments.sweep.parts import damaged, leftovers, part_of

PLAN, TABLE, BATCHES = "plan.json", "plan.parquet", "batches.json"


def is_sweep(store: Path) -> bool:
    """Is the folder a store of a sweep, if perhaps a damaged one?"""
    return (store / PLAN).is_file() or (store / "parts").is_dir()


def damage(store: Path) -> Iterator[tuple[Path, str]]:
    """Every damaged file of a store and what is wrong with it."""
    if not is_sweep(store):
        yield from ((store / name, "is damaged" if (store / name).exists() else "is missing")
                    for name in verify_study(store))  # fmt: skip
        return
    documents = [store / name for name in (PLAN, BATCHES, MANIFEST)] + sorted((store / "failed").glob("*.json"))
    broken = [path for path in documents if path.exists() and not _whole(path)]
    yield from ((path, "is damaged") for path in broken)
    table = store / TABLE
    if (store / PLAN).exists() and store / PLAN not in broken and table.exists():
        if hash_of(table) != unsealed(store / PLAN)["table"]:
            yield table, "is damaged"
    elif table.exists() and store / PLAN in broken:
        yield table, "cannot be checked, since plan.json is damaged"
    yield from damaged(store)
    if (store / MANIFEST).exists() and store / MANIFEST not in broken:
        yield from _gone(store)


def first_damage(store: Path) -> str:
    """The first damaged file of a store, in words; empty where it is whole."""
    if not is_sweep(store):
        return ""
    return next((f"{path}: {what}" for path, what in damage(store)), "")


def repair(store: Path) -> tuple[list[str], str]:
    """Take away what is damaged and what dead drivers have left: names of the damaged files, and the command.

    Raises:
        Refusal: a driver is at work on the store, or it is a study that is only repaired by running it again.
    """
    if not is_sweep(store):
        names = [path.name for path, _ in damage(store)]
        if names:
            again = unsealed(store / MANIFEST)["command"]
            raise Refusal(f"{store}: damaged: {', '.join(names)}; remove the folder and run: {again} out={store}")
        return [], ""
    with exclusive(store):
        if living(store):
            raise Refusal(f"{store}: a sweep is at work on it; stop it first")
        found = list(damage(store))
        command = _command(store)
        parts = {part_of(path) for path, _ in found if path.parent.name in ("parts", "ledger")}
        for path, _ in found:
            path.unlink(missing_ok=True)
        for path in sorted((store / "parts").glob("*.parquet")):
            if part_of(path) in parts:
                path.unlink()
        for path in leftovers(store):
            path.unlink()
        if found:
            (store / MANIFEST).unlink(missing_ok=True)  # its hashes are those of before
        settle(store)
    return [str(path.relative_to(store)) for path, _ in found], command


def _command(store: Path) -> str:
    """The command of the sweep, from whichever file is whole."""
    for name in (PLAN, MANIFEST):
        if (store / name).exists() and _whole(store / name):
            return f"{unsealed(store / name)['command']} out={quoted(str(store)) if ' ' in str(store) else store}"
    return ""


def _gone(store: Path) -> Iterator[tuple[Path, str]]:
    """Files that the manifest knows and that are no more."""
    for name in unsealed(store / MANIFEST)["files"]:
        if not (store / name).exists() and not (store / "ledger" / f"{part_of(store / name)}.json").exists():
            yield store / name, "is missing"


def _whole(path: Path) -> bool:
    try:
        unsealed(path)
    except Refusal:
        return False
    return True
