"""Settings: what was typed -> the typed description of a study; nothing past this floor sees YAML."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from experiments.cities import CITIES, CitySpec
from experiments.composing import Composed, Folders, compose_plain, defaults, parse, selections
from experiments.options import chosen, read_option, sets_of
from experiments.refusal import COMMAND_LINE, refuse
from experiments.typed import typed
from sim.reforms.base import Option
from sim.rules import Rules, Theme, lever
from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class RunKnobs(Theme):
    """The plain keys of configs/run.yaml, with their ranges."""

    days: int = lever(90, 1, 3_650, "days")
    warmup: int = lever(28, 0, 3_649, "days")
    seed: int = lever(1, 0, 2**64 - 1, "")
    replication: int = lever(0, 0, 2**32 - 1, "")
    processes: int = lever(1, 1, 256, "processes")
    threads: int = lever(2, 1, 256, "threads")
    chunk: int = lever(4_096, 64, 1_048_576, "residents")
    lang: str = lever("en", None, None, "", choices=("en", "zh"))


@dataclass(frozen=True, kw_only=True)
class CompareKnobs(Theme):
    """The plain keys of configs/compare.yaml, with their ranges."""

    days: int = lever(90, 1, 3_650, "days")
    warmup: int = lever(28, 0, 3_649, "days")
    seed: int = lever(1, 0, 2**64 - 1, "")
    replications: int = lever(10, 2, 100_000, "replications")
    processes: int = lever(2, 1, 256, "processes")
    threads: int = lever(1, 1, 256, "threads")
    chunk: int = lever(4_096, 64, 1_048_576, "residents")
    lang: str = lever("en", None, None, "", choices=("en", "zh"))


KNOBS: dict[str, type[RunKnobs] | type[CompareKnobs]] = {"run": RunKnobs, "compare": CompareKnobs}


@dataclass(frozen=True, kw_only=True)
class Engine(Theme):
    """Where trials run."""

    name: str = lever("local", None, None, "", choices=("local",))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A study: all that its results depend on, and (threads, processes, chunk, out, lang) what they do not."""

    verb: str
    city: CitySpec
    options: tuple[Option, ...]  # the first is the baseline
    scenarios: Mapping[str, Scenario]  # by the name of their file; the first is the main one
    rules: Rules
    days: int
    warmup: int
    seed: int
    replications: tuple[int, ...]
    threads: int
    processes: int
    chunk: int
    out: Path | None
    lang: str
    command: str  # that asks for the same study


def read(
    verb: str, overrides: Sequence[str], *, folders: Folders | None = None, plugins: tuple[str, ...] = ()
) -> Settings:
    """The settings of a verb ("run", "compare") under these overrides.

    Raises:
        Refusal: anything unknown, mistyped, out of range, missing or hostile, in one line.
    """
    folders = folders or Folders()
    choices, names, values = _choices(verb, overrides, folders)
    scenarios: dict[str, Scenario] = {}
    first: Composed | None = None
    for scenario in choices["scenario"]:
        composed = compose_plain(verb, {**choices, "scenario": (scenario,)}, values, folders)
        first = first or composed
        scenarios[scenario] = typed(Scenario, _group(composed, "scenario"), "scenario", composed.origin)
    assert first is not None
    _check_names(first)
    rules = typed(Rules, _group(first, "rules"), "rules", first.origin)
    typed(Engine, _group(first, "engine"), "engine", first.origin)
    for key in sorted(k for k in first.overridden if k.startswith("option.") and k.split(".")[1] not in names):
        raise refuse(
            COMMAND_LINE,
            key,
            allowed="is of no option in this study; its options:",
            name=key.split(".")[1],
            names=names,
        )
    options = tuple(read_option(name, first, rules, plugins) for name in names)
    if verb == "compare" and len(options) == 1 and options[0].rollouts:
        options = (Option(), *options)  # one option alone is compared with the status quo
    if verb == "compare" and len(options) == 1:
        raise refuse(COMMAND_LINE, "option", options[0].name, allowed="comparing takes two options or more")
    return Settings(
        verb=verb,
        city=_city(first),
        options=options,
        scenarios=scenarios,
        rules=rules,
        out=_out(first),
        command=_command(verb, overrides, plugins),
        **_knobs(first),
    )


def _choices(
    verb: str, overrides: Sequence[str], folders: Folders
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...], list[Any]]:
    """Choices of groups, the names of the options, and the overrides of values."""
    choices: dict[str, tuple[str, ...]] = {group: (name,) for group, name in defaults(verb).items()}
    sets = sets_of(folders)
    options = list(dict.fromkeys([*sets, *(o for names in sets.values() for o in names)]))
    asked: set[str] = set()
    values = []
    for override in parse(overrides):
        group = override.key_or_group
        if group not in choices:
            values.append(override)
            continue
        known = options if group == "option" else folders.names(group)
        if group in asked:
            raise refuse(COMMAND_LINE, group, allowed="takes one choice; allowed:", names=known)
        choices[group] = selections(override, known)
        asked.add(group)
        several = {"scenario", "option"} if verb == "compare" else set()
        if len(choices[group]) > 1 and group not in several:
            raise refuse(COMMAND_LINE, group, list(choices[group]), allowed="takes one choice; allowed:", names=known)
    where = COMMAND_LINE if "option" in asked else f"configs/{verb}.yaml"
    found = chosen(choices["option"], sets, where, whole=verb == "compare")
    choices["option"] = tuple(dict.fromkeys(home for home in found.values() if home)) or tuple(sets)[:1]
    return choices, tuple(found), values


def _command(verb: str, overrides: Sequence[str], plugins: tuple[str, ...]) -> str:
    """The command without what changes no result: where it is kept, how fast, in which language."""
    told = [
        raw
        for raw in overrides
        if raw.lstrip("+").split("=")[0] not in ("out", "lang", "threads", "processes", "chunk")
    ]
    return shlex.join(["reformsim", verb, *told, *(word for plugin in plugins for word in ("--plugin", plugin))])


def _group(composed: Composed, key: str) -> Any:
    value = composed.plain.get(key)
    return {} if value is None and key not in composed.overridden else value


def _check_names(composed: Composed) -> None:
    groups = [*composed.choices, *(f.name for f in fields(KNOBS[composed.verb])), "out"]
    for key, value in composed.plain.items():
        if key not in groups:
            raise refuse(composed.origin(key), key, value, allowed="unknown key; allowed:", name=key, names=groups)


def _city(composed: Composed) -> CitySpec:
    plain = _group(composed, "city")
    name = plain.get("name") if isinstance(plain, dict) else None
    if not isinstance(name, str) or name not in CITIES:
        raise refuse(
            composed.origin("city.name"),
            "city.name",
            name,
            allowed="there is no such city; allowed:",
            name=str(name),
            names=CITIES,
        )
    spec: Any = typed(CITIES[name], plain, "city", composed.origin)
    return spec  # type: ignore[no-any-return]


def _out(composed: Composed) -> Path | None:
    out = composed.plain.get("out")
    if out is None or out == "":
        return None
    if not isinstance(out, str) or len(out) > 1_024 or not out.isprintable():
        raise refuse(composed.origin("out"), "out", out, allowed="must be the path of a folder")
    return Path(out)


def _knobs(composed: Composed) -> dict[str, Any]:
    kind = KNOBS[composed.verb]
    plain = {f.name: composed.plain[f.name] for f in fields(kind) if f.name in composed.plain}
    if plain.get("warmup") is None:
        plain.pop("warmup", None)
        days = typed(kind, plain, "", composed.origin).days
        plain["warmup"] = min(kind.warmup, days // 3)
    knobs = typed(kind, plain, "", composed.origin)
    if knobs.warmup >= knobs.days:
        raise refuse(composed.origin("warmup"), "warmup", knobs.warmup, allowed=f"must be less than days, {knobs.days}")
    shared = {
        name: getattr(knobs, name) for name in ("days", "warmup", "seed", "processes", "threads", "chunk", "lang")
    }
    several = range(knobs.replications) if isinstance(knobs, CompareKnobs) else [knobs.replication]
    return shared | {"replications": tuple(several)}
