"""Options: the entries of a config -> rollouts of reforms, ours or those of a plugin the user has named.

A file of configs/option/ is a set: option name -> named entries, each
`{reform: one_grid, <fields of the reform>, from_day: 0, until_day: null, where: {district: [510104]}}`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, cast

from experiments.composing import Composed, Folders
from experiments.guard import keys, read_yaml
from experiments.refusal import COMMAND_LINE, Refusal, quoted, refuse
from experiments.typed import Origin, misbuilt, typed
from sim.reforms import REFORMS
from sim.reforms.base import Option, Reform, Rollout, Where
from sim.rules import Rules

STATUS_QUO = "status_quo"


@dataclass(frozen=True, kw_only=True)
class When:
    """When and where an entry is in force."""

    from_day: int = 0
    until_day: int | None = None
    where: Where = field(default_factory=Where)


TIMING = tuple(f.name for f in fields(When))


def sets_of(folders: Folders) -> dict[str, tuple[str, ...]]:
    """The shipped and the user's sets of options: name of the file -> names of its options.

    Raises:
        Refusal: a file the guard does not pass, or one option name in two files.
    """
    found: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {STATUS_QUO: ""}
    for name in folders.names("option"):
        path, shown = folders.path("option", name)
        options = keys(read_yaml(path, shown))
        found[name] = tuple(options)
        for option, entries in options.items():
            if option == STATUS_QUO and entries.value not in ([], "", "null"):
                raise refuse(shown, f"option.{option}", allowed="the status quo changes nothing and has no entries")
            if home.setdefault(option, name) not in ("", name):
                raise refuse(
                    shown, f"option.{option}", allowed=f"option/{home[option]}.yaml has an option of this name already"
                )
    return found


def chosen(names: tuple[str, ...], sets: Mapping[str, tuple[str, ...]], where: str, *, whole: bool) -> dict[str, str]:
    """Names of options, or of whole sets where `whole` -> option name -> its set ("" for the status quo of none).

    Raises:
        Refusal: a name that is neither.
    """
    home = {option: name for name, options in sets.items() for option in options} | {STATUS_QUO: ""}
    found: dict[str, str] = {}
    for name in names:
        if whole and name in sets:
            found |= dict.fromkeys(sets[name], name)
        elif name in home:
            found[name] = home[name]
        elif name in sets:
            raise refuse(
                where, "option", name, allowed="is a set of options; a run takes one of them:", names=sets[name]
            )
        else:
            known = dict.fromkeys([*(sets if whole else ()), *home])
            raise refuse(where, "option", name, allowed="there is no such option; allowed:", name=name, names=known)
    return found


def read_option(name: str, composed: Composed, rules: Rules, plugins: tuple[str, ...]) -> Option:
    """The option of this name, checked to the last field and amended onto the rules once, so that ranges hold."""
    key = f"option.{name}"
    entries = composed.plain["option"].get(name)
    if entries is None:  # an option without entries changes nothing
        return Option(name=name)
    if not isinstance(entries, dict):
        raise refuse(composed.origin(key), key, entries, allowed="must be named entries, each with a reform")
    rollouts = tuple(
        (entry, _rollout(f"{key}.{entry}", plain, composed.origin, plugins)) for entry, plain in entries.items()
    )
    amended = rules
    for entry, rollout in rollouts:
        try:
            amended = rollout.reform.amend(amended)
        except ValueError as error:
            raise refuse(composed.origin(f"{key}.{entry}"), f"{key}.{entry}", allowed=str(error)) from None
    return Option(name=name, rollouts=rollouts)


def _rollout(key: str, plain: Any, origin: Origin, plugins: tuple[str, ...]) -> Rollout:
    if not isinstance(plain, dict) or not isinstance(plain.get("reform"), str):
        raise refuse(origin(key), key, plain, allowed=f"must have a reform, one of {', '.join(REFORMS)}")
    kind = _reform(plain["reform"], f"{key}.reform", origin, plugins)
    own = {k: v for k, v in plain.items() if k != "reform" and k not in TIMING}
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    for unknown in sorted(own.keys() - set(names)):
        full, allowed = f"{key}.{unknown}", f"unknown key of {plain['reform']}; allowed:"
        raise refuse(origin(full), full, own[unknown], allowed=allowed, name=unknown, names=[*names, *TIMING])
    reform = typed(kind, own, key, origin)
    timing = {k: v for k, v in plain.items() if k in TIMING}
    when = typed(When, timing, key, origin)
    try:
        return Rollout(reform=reform, from_day=when.from_day, until_day=when.until_day, where=when.where)
    except ValueError as error:
        raise misbuilt(error, Rollout, key, timing, origin) from None


def _reform(name: str, key: str, origin: Origin, plugins: tuple[str, ...]) -> type[Reform]:
    """The class of a reform's name: one of ours, or `package.module:Class` of a plugin named on the command line."""
    if name in REFORMS:
        return REFORMS[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        raise refuse(origin(key), key, name, allowed="there is no such reform; allowed:", name=name, names=REFORMS)
    if not any(module == p or module.startswith(f"{p}.") for p in plugins):
        needed = f"a reform of your own needs --plugin {module.split('.')[0]} on the command line"
        raise refuse(origin(key), key, name, allowed=needed)
    kind = getattr(import_plugin(module), attribute, None)
    frozen = isinstance(kind, type) and is_dataclass(kind) and getattr(kind, "__dataclass_params__").frozen  # noqa: B009
    if not frozen or not hasattr(kind, "amend"):
        raise refuse(origin(key), key, name, allowed="must be a frozen dataclass with a method amend")
    return cast("type[Reform]", kind)


def import_plugin(module: str) -> Any:
    """Import a module the user has vouched for, from the current folder too."""
    if not all(part.isidentifier() for part in module.split(".")):
        raise Refusal(f"{COMMAND_LINE}: --plugin {quoted(module)}: must be the name of a package")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Refusal(f"{COMMAND_LINE}: --plugin {quoted(module)}: cannot be imported: {error}") from None
