"""From what was typed to the settings of a sweep: experiment files, choices of groups, axes, design, knobs.

Groups are composed once a scenario; the values of a point are then laid over the plain config and typed. Options and
scenarios are crossed with the points of the design, so that all options are compared at the same point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from hydra.core.override_parser.types import Override

from experiments.cities import CitySpec
from experiments.composing import EVERYWHERE, Composed, Folders, compose_plain, parse, selections
from experiments.guard import keys, read_yaml
from experiments.options import read_option
from experiments.refusal import COMMAND_LINE, refuse
from experiments.settings import (
    check_names,
    check_options,
    choices_of,
    city_spec,
    command_of,
    group,
    knobs_of,
    out_of,
)
from experiments.sweep.axes import Axis, Interval, Value, axis_of, whole
from experiments.sweep.designs import DESIGNS, Design, Point
from experiments.sweep.engines import ENGINES, EngineChoice
from experiments.typed import typed
from sim.levers import Theme, lever
from sim.reforms import REFORMS
from sim.reforms.base import Option
from sim.rules import Rules
from sim.scenario import Scenario

UNTOLD = (
    "out",
    "lang",
    "engine",
    "processes",
    "threads",
    "chunk",
    "part",
    "time_limit",
    "memory_limit",
)  # change no result


@dataclass(frozen=True, kw_only=True)
class SweepKnobs(Theme):
    """The plain keys of configs/sweep.yaml, with their ranges."""

    days: int = lever(90, 1, 3_650, "days")
    warmup: int = lever(28, 0, 3_649, "days")
    seed: int = lever(1, 0, 2**64 - 1, "")
    replications: int = lever(5, 1, 100_000, "replications")
    processes: int = lever(2, 1, 256, "processes")
    threads: int = lever(1, 1, 256, "threads")
    chunk: int = lever(4_096, 64, 1_048_576, "residents")
    part: int = lever(0, 0, 10_000, "trials; 0 is by a pilot")
    time_limit: float = lever(3_600.0, 0.01, 1e7, "seconds a trial")
    memory_limit: float = lever(0.0, 0.0, 1e6, "GiB a process; 0 is none")
    series: str = lever("week", None, None, "", choices=("none", "week", "day"))
    places: bool = lever(False, False, True, "counts by community are kept")
    lang: str = lever("en", None, None, "", choices=("en", "zh"))


@dataclass(frozen=True, kw_only=True)
class Built:
    """What the values of a point make of the config."""

    option: Option
    scenario: Scenario
    rules: Rules


@dataclass(frozen=True, kw_only=True)
class SweepSettings:
    """A sweep: all that its results depend on, and (in `knobs`) how it is run."""

    city: CitySpec
    options: tuple[str, ...]
    scenarios: Mapping[str, Composed]  # by the name of their file, each with the whole config composed under it
    axes: tuple[Axis, ...]
    design: Design
    knobs: SweepKnobs
    engine: EngineChoice
    out: Path | None
    experiment: str
    command: str  # that asks for the same sweep, without what changes no result
    typed: str  # the command as it was typed, to go on with
    plugins: tuple[str, ...] = ()

    def build(self, option: str, scenario: str, point: Point) -> Built:
        """The option, scenario and rules at a point of the design.

        Raises:
            Refusal: a value of the wrong type or out of its range.
        """
        composed = self.scenarios[scenario]
        for axis, value in zip(self.axes, point, strict=True):
            if value is not None and (not axis.key.startswith("option.") or axis.key.split(".")[1] == option):
                composed = replace(composed, plain=_laid(composed.plain, axis.key.split("."), value))
        rules = typed(Rules, group(composed, "rules"), "rules", composed.origin)
        return Built(
            option=read_option(option, composed, rules, self.plugins),
            scenario=typed(Scenario, group(composed, "scenario"), "scenario", composed.origin),
            rules=rules,
        )


def read_sweep(
    overrides: Sequence[str], *, folders: Folders | None = None, plugins: tuple[str, ...] = ()
) -> SweepSettings:
    """The settings of a sweep under these overrides; those of an experiment file come before them.

    Raises:
        Refusal: anything unknown, mistyped, out of range, missing or hostile, in one line.
    """
    folders = folders or Folders()
    experiment, given, where = _with_experiment(parse(overrides), folders)
    choices, names, values = choices_of("sweep", given, folders, where)
    plain = [override for override in values if not override.is_sweep_override()]
    axes = _axes([override for override in values if override.is_sweep_override()], plain, names, where)
    scenarios = {
        name: _swept(compose_plain("sweep", {**choices, "scenario": (name,)}, plain, folders, experiment, where),
                     axes, where)
        for name in choices["scenario"]
    }  # fmt: skip
    first = next(iter(scenarios.values()))
    check_names(first, (*(f.name for f in fields(SweepKnobs)), "out", "sweep"))
    check_options(first.overridden, names)
    return SweepSettings(
        city=city_spec(first), options=names, scenarios=scenarios, design=_named(first, "design", DESIGNS),
        axes=tuple(whole(axis) if _is_whole(axis.key, first) else axis for axis in axes),
        knobs=knobs_of(first, SweepKnobs), engine=_named(first, "engine", ENGINES), out=out_of(first),
        experiment=experiment, command=command_of("sweep", overrides, plugins, UNTOLD, folders.user),
        typed=command_of("sweep", overrides, plugins, (), folders.user), plugins=plugins,
    )  # fmt: skip


def experiment_words(name: str, folders: Folders) -> tuple[Override, ...]:
    """The overrides under `sweep:` in an experiment file.

    Raises:
        Refusal: no such file, or it is not what an experiment may be.
    """
    path, shown = folders.path("experiment", name)
    node = keys(read_yaml(path, shown, EVERYWHERE))
    if "defaults" in node:
        raise refuse(shown, "defaults", allowed="choices of groups stand under sweep, as in sweep: [city=tiny]")
    words = node.get("sweep")
    if words is None:
        return ()
    if not isinstance(words, yaml.SequenceNode) or not all(isinstance(w, yaml.ScalarNode) for w in words.value):
        raise refuse(shown, "sweep", allowed="must be a list of overrides, as in sweep: [city=tiny, 'scenario=a,b']")
    return parse([word.value for word in words.value], shown)


def _with_experiment(typed_in: Sequence[Override], folders: Folders) -> tuple[str, list[Override], dict[str, str]]:
    """The experiment named, if any, and all overrides: the experiment's, but for those that the command line gives;
    and for each of the experiment's, its file."""
    own = [override for override in typed_in if override.key_or_group != "experiment"]
    asked = [override for override in typed_in if override.key_or_group == "experiment"]
    if not asked:
        return "", own, {}
    names = folders.names("experiment")
    if len(asked) > 1 or len(chosen := selections(asked[0], names)) > 1:
        raise refuse(COMMAND_LINE, "experiment", allowed="takes one name; allowed:", names=names)
    said = {override.key_or_group for override in own}
    inside = [word for word in experiment_words(chosen[0], folders) if word.key_or_group not in said]
    shown = folders.path("experiment", chosen[0])[1]
    return chosen[0], [*inside, *own], {word.key_or_group: shown for word in inside}


def _axes(
    sweeps: Sequence[Override], plain: Sequence[Override], options: Sequence[str], where: Mapping[str, str]
) -> list[Axis]:
    seen = {override.key_or_group for override in plain}
    axes = []
    for override in sweeps:
        place = where.get(override.key_or_group, COMMAND_LINE)
        axis = axis_of(override, place)
        if axis.key in seen:
            raise refuse(place, axis.key, override.input_line, allowed="stands here twice")
        seen.add(axis.key)
        axes.append(axis)
    check_options((axis.key for axis in axes), options)
    return axes


def _swept(composed: Composed, axes: Sequence[Axis], where: Mapping[str, str]) -> Composed:
    """The same, aware of where the axes' values come from."""
    swept = {axis.key: where.get(axis.key, COMMAND_LINE) for axis in axes}
    return replace(composed, overridden={**composed.overridden, **swept})


def _named(composed: Composed, key: str, kinds: Mapping[str, type]) -> Any:
    """The value of a group whose key `name` says which kind of value it is."""
    plain = group(composed, key)
    name = plain.get("name") if isinstance(plain, dict) else None
    if not isinstance(name, str) or name not in kinds:
        raise refuse(composed.origin(f"{key}.name"), f"{key}.name", name, allowed=f"there is no such {key}; allowed:",
                     name=str(name), names=kinds)  # fmt: skip
    return typed(kinds[name], plain, key, composed.origin)


def _is_whole(key: str, composed: Composed) -> bool:
    """Does the key take whole numbers only?"""
    parts = key.split(".")
    kind: Any = {"rules": Rules, "scenario": Scenario}.get(parts[0])
    if parts[0] == "option" and len(parts) == 4:
        entry = (composed.plain["option"].get(parts[1]) or {}).get(parts[2]) or {}
        kind, parts = REFORMS.get(entry.get("reform", "")), parts[2:]
    for part in parts[1:]:
        kind = get_type_hints(kind).get(part) if isinstance(kind, type) else None
    return kind is int


def _laid(plain: Mapping[str, Any], parts: Sequence[str], value: Value) -> dict[str, Any]:
    """Plain values with one more laid over them; only what lies on its way is copied."""
    below = plain.get(parts[0])
    laid = value if len(parts) == 1 else _laid(below if isinstance(below, dict) else {}, parts[1:], value)
    return {**plain, parts[0]: laid}


def described_axes(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Axes as plain data."""
    return [
        {"key": axis.key, "low": axis.low, "high": axis.high, "whole": axis.whole}
        if isinstance(axis, Interval)
        else {"key": axis.key, "values": list(axis.values)}
        for axis in axes
    ]
