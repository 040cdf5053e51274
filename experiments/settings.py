"""Settings: what was typed -> the typed description of a study; nothing past this floor sees YAML."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from hydra.core.override_parser.types import Override

from experiments.cities import CITIES, CitySpec
from experiments.composing import Composed, Folders, compose_plain, defaults, parse, selections
from experiments.options import chosen, read_option, sets_of
from experiments.refusal import COMMAND_LINE, refuse
from experiments.typed import typed
from sim.calendar import LONGEST_RUN
from sim.levers import Theme, lever
from sim.reforms.base import Option
from sim.rules import Rules
from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class RunKnobs(Theme):
    """The plain keys of configs/run.yaml, with their ranges."""

    days: int = lever(90, 1, LONGEST_RUN, "days")
    warmup: int = lever(28, 0, LONGEST_RUN - 1, "days")
    seed: int = lever(1, 0, 2**64 - 1, "")
    replication: int = lever(0, 0, 2**32 - 1, "")
    processes: int = lever(1, 1, 256, "processes")
    threads: int = lever(2, 1, 256, "threads")
    chunk: int = lever(4_096, 64, 1_048_576, "residents")
    lang: str = lever("en", None, None, "", choices=("en", "zh"))


@dataclass(frozen=True, kw_only=True)
class PairedKnobs(Theme):
    """The plain keys of studies that compare under common random numbers, with their ranges."""

    days: int = lever(90, 1, LONGEST_RUN, "days")
    warmup: int = lever(28, 0, LONGEST_RUN - 1, "days")
    seed: int = lever(1, 0, 2**64 - 1, "")
    replications: int = lever(20, 2, 100_000, "replications")
    processes: int = lever(2, 1, 256, "processes")
    threads: int = lever(1, 1, 256, "threads")
    chunk: int = lever(4_096, 64, 1_048_576, "residents")
    lang: str = lever("en", None, None, "", choices=("en", "zh"))


@dataclass(frozen=True, kw_only=True)
class CompareKnobs(PairedKnobs):
    """Those of configs/compare.yaml."""

    adaptive: bool = lever(True, False, True, "stop once the choice is settled")
    assumptions: int = lever(256, 0, 100_000, "draws")


@dataclass(frozen=True, kw_only=True)
class AblateKnobs(PairedKnobs):
    """Those of configs/ablate.yaml. `ablation.read_ablation` picks mechanisms on the command line."""

    mechanism: str = lever("all", None, None, "", choices=("all",))
    assumptions: int = lever(64, 0, 100_000, "draws")


KNOBS: dict[str, type[RunKnobs] | type[PairedKnobs]] = {
    "run": RunKnobs, "compare": CompareKnobs, "ablate": AblateKnobs,
}  # fmt: skip
# Groups of which a verb takes several choices.
SEVERAL: dict[str, tuple[str, ...]] = {
    "run": (), "ablate": (), "compare": ("scenario", "option"), "sweep": ("scenario", "option"),
}  # fmt: skip
MOST_PARTS = 8  # of an option that is taken apart: 256 combinations
K = TypeVar("K", bound=Theme)


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
    adaptive: bool = False  # stop once the choice is settled; `replications` are the most
    assumptions: int = 0  # draws of the assumptions that decide the signs
    elsewhere: Mapping[str, Scenario] = field(default_factory=dict)  # run beside the race, to say how the choice holds
    attribute: str = ""  # the option to take apart, if any


def read(
    verb: str, overrides: Sequence[str], *, folders: Folders | None = None, plugins: tuple[str, ...] = ()
) -> Settings:
    """The settings of a verb ("run", "compare", or "ablate", which picks its options itself) under these overrides.

    Raises:
        Refusal: anything unknown, mistyped, out of range, missing or hostile, in one line.
    """
    folders = folders or Folders()
    choices, names, values = choices_of(verb, parse(overrides), folders)
    scenarios: dict[str, Scenario] = {}
    first: Composed | None = None
    for scenario in choices["scenario"]:
        composed = compose_plain(verb, {**choices, "scenario": (scenario,)}, values, folders)
        first = first or composed
        scenarios[scenario] = _scenario_of(composed)
    assert first is not None
    kind: type[RunKnobs] | type[PairedKnobs] = KNOBS[verb]
    check_names(first, (*(f.name for f in fields(kind)), "out", *(["attribute"] if verb == "compare" else [])))
    rules = typed(Rules, group(first, "rules"), "rules", first.origin)
    typed(Engine, group(first, "engine"), "engine", first.origin)
    check_options(first.overridden, names)
    options = tuple(read_option(name, first, rules, plugins) for name in names)
    if verb == "compare" and len(options) == 1 and options[0].rollouts:
        options = (Option(), *options)  # one option alone is compared with the status quo
    if verb == "compare" and len(options) == 1:
        raise refuse(COMMAND_LINE, "option", options[0].name, allowed="comparing takes two options or more")
    knobs = knobs_of(first, kind)
    several = range(knobs.replications) if isinstance(knobs, PairedKnobs) else [knobs.replication]
    more: dict[str, Any] = {}
    if isinstance(knobs, CompareKnobs):
        more = {"adaptive": knobs.adaptive, "assumptions": knobs.assumptions, "attribute": attribute_of(first, options)}
        if knobs.assumptions and len(scenarios) == 1:  # with several, the race itself says how the choice holds
            others = [name for name in folders.names("scenario") if name not in scenarios]
            more["elsewhere"] = {
                name: _scenario_of(compose_plain(verb, {**choices, "scenario": (name,)}, values, folders))
                for name in others
            }
    elif isinstance(knobs, AblateKnobs):
        more = {"assumptions": knobs.assumptions}
    return Settings(
        verb=verb, city=city_spec(first), options=options, scenarios=scenarios, rules=rules, days=knobs.days,
        warmup=knobs.warmup, seed=knobs.seed, replications=tuple(several), threads=knobs.threads,
        processes=knobs.processes, chunk=knobs.chunk, out=out_of(first), lang=knobs.lang,
        command=command_of(verb, overrides, plugins), **more,
    )  # fmt: skip


def _scenario_of(composed: Composed) -> Scenario:
    return typed(Scenario, group(composed, "scenario"), "scenario", composed.origin)


def choices_of(
    verb: str, overrides: Sequence[Override], folders: Folders, where: Mapping[str, str] | None = None
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...], list[Override]]:
    """Choices of groups, the names of the options, and the overrides of values.

    `where` says which file holds an override, if the command line does not.
    """
    choices: dict[str, tuple[str, ...]] = {group: (name,) for group, name in defaults(verb).items()}
    sets = sets_of(folders)
    options = list(dict.fromkeys([*sets, *(o for names in sets.values() for o in names)]))
    asked: set[str] = set()
    values = []
    for override in overrides:
        name = override.key_or_group
        if name not in choices:
            values.append(override)
            continue
        known = options if name == "option" else folders.names(name)
        place = (where or {}).get(name, COMMAND_LINE)
        if name in asked:
            raise refuse(place, name, allowed="takes one choice; allowed:", names=known)
        choices[name] = selections(override, known, place)
        asked.add(name)
        if len(choices[name]) > 1 and name not in SEVERAL[verb]:
            raise refuse(place, name, list(choices[name]), allowed="takes one choice; allowed:", names=known)
    if "option" not in choices:
        return choices, (), values
    home = (where or {}).get("option", COMMAND_LINE if "option" in asked else f"configs/{verb}.yaml")
    found = chosen(choices["option"], sets, home, whole="option" in SEVERAL[verb])
    choices["option"] = tuple(dict.fromkeys(own for own in found.values() if own)) or tuple(sets)[:1]
    return choices, tuple(found), values


def command_of(
    verb: str, overrides: Sequence[str], plugins: tuple[str, ...],
    without: Sequence[str] = ("out", "lang", "threads", "processes", "chunk"), folders: Sequence[Path] = (),
) -> str:  # fmt: skip
    """The command without what changes no result: where it is kept, how fast, in which language."""
    told = [raw for raw in overrides if raw.lstrip("+").split("=")[0].split(".")[0] not in without]
    flags = [("--plugin", plugin) for plugin in plugins] + [("--config-dir", str(folder)) for folder in folders]
    return shlex.join(["reformsim", verb, *told, *(word for flag in flags for word in flag)])


def group(composed: Composed, key: str) -> Any:
    """The plain values of a group; one that its file leaves empty is there nevertheless."""
    value = composed.plain.get(key)
    return {} if value is None and key not in composed.overridden else value


def check_names(composed: Composed, names: Sequence[str]) -> None:
    """Refuse keys that are neither groups nor among these names."""
    known = [*composed.choices, *names]
    for key, value in composed.plain.items():
        if key not in known:
            raise refuse(composed.origin(key), key, value, allowed="unknown key; allowed:", name=key, names=known)


def check_options(keys: Iterable[str], names: Sequence[str]) -> None:
    """Refuse keys under `option.` that are of no option in the study."""
    for key in sorted(k for k in keys if k.startswith("option.") and k.split(".")[1] not in names):
        allowed = "is of no option in this study; its options:"
        raise refuse(COMMAND_LINE, key, allowed=allowed, name=key.split(".")[1], names=names)


def city_spec(composed: Composed) -> CitySpec:
    """The city of the config, by its name and keys."""
    plain = group(composed, "city")
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


LARGEST = "largest"  # in place of a name: the option of most reforms, if any has as few as can be taken apart


def attribute_of(composed: Composed, options: Sequence[Option]) -> str:
    """The option of the study that the config wants taken apart; all combinations of its reforms must be few."""
    name = composed.plain.get("attribute")
    if name is None or name == "":
        return ""
    parts = {option.name: len(option.rollouts) for option in options}
    if name == LARGEST and name not in parts:
        fit = [option for option, several in parts.items() if 2 <= several <= MOST_PARTS]
        return max(fit, key=parts.__getitem__, default="")
    origin = composed.origin("attribute")
    if name not in parts:
        raise refuse(origin, "attribute", name, allowed="must be an option of the study:", name=str(name), names=parts)
    if not 2 <= parts[name] <= MOST_PARTS:
        raise refuse(origin, "attribute", name, allowed=f"must hold 2 to {MOST_PARTS} reforms, not {parts[name]}")
    return str(name)


def out_of(composed: Composed) -> Path | None:
    """The folder for results that the config names, if any."""
    out = composed.plain.get("out")
    if out is None or out == "":
        return None
    if not isinstance(out, str) or len(out) > 1_024 or not out.isprintable():
        raise refuse(composed.origin("out"), "out", out, allowed="must be the path of a folder")
    return Path(out)


def knobs_of(composed: Composed, kind: type[K]) -> K:
    """The plain keys of the config; a warm-up of null is the kind's own, or a third of a shorter run."""
    plain = {f.name: composed.plain[f.name] for f in fields(cast(Any, kind)) if f.name in composed.plain}
    if plain.get("warmup") is None:
        plain.pop("warmup", None)
        untold: Any = typed(kind, plain, "", composed.origin)
        plain["warmup"] = min(untold.warmup, untold.days // 3)
    knobs = typed(kind, plain, "", composed.origin)
    days, warmup = getattr(knobs, "days"), getattr(knobs, "warmup")  # noqa: B009 - every kind of knobs has them
    if warmup >= days:
        raise refuse(composed.origin("warmup"), "warmup", warmup, allowed=f"must be less than days, {days}")
    return knobs
