"""Composing: a verb's primary config, the groups it picks and the overrides -> one plain mapping.

Hydra composes, by its compose API only, after the guard has passed every file and override. What comes out is plain
values and, for each key, where it came from; types are the settings' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, Override, QuotedString, Sweep
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.guard import INTERPOLATION, MOST_OVERRIDES, check_key, check_override, keys, read_yaml
from experiments.refusal import COMMAND_LINE, Refusal, quoted, refuse

LONGEST_CHAIN = 8
EVERYWHERE = "# @package _global_"  # the first line of an experiment: its keys are those of the verb's config


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where configs lie: the shipped folder, then the user's own, which may add but never shadow."""

    user: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        for folder in self.user:
            if not folder.is_dir():
                raise Refusal(f"{COMMAND_LINE}: --config-dir {quoted(str(folder))}: there is no such folder")

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are shipped."""
        return tuple(sorted(p.name for p in shipped().iterdir() if p.is_dir() and any(p.glob("*.yaml"))))

    def names(self, group: str) -> tuple[str, ...]:
        """What a group has to choose from, shipped first."""
        return tuple(self._files(group))

    def path(self, group: str, name: str) -> tuple[Path, str]:
        """The file of a choice and the name it goes by in messages."""
        found = self._files(group)
        if name not in found:
            raise refuse(COMMAND_LINE, group, name, allowed="there is no such config; allowed:", name=name, names=found)
        path = found[name]
        inside = path.is_relative_to(shipped())
        return path, f"configs/{group}/{name}.yaml" if inside else str(path)

    def _files(self, group: str) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in (shipped(), *self.user):
            for path in sorted((folder / group).glob("*.yaml")):
                if path.stem in found:
                    raise Refusal(f"{path}: configs/{group}/{path.name} has this name already; choose another")
                found[path.stem] = path
        return found


@dataclass(frozen=True, kw_only=True)
class Composed:
    """Plain values, the choice of each group, and where a key came from."""

    verb: str
    plain: Mapping[str, Any]
    choices: Mapping[str, tuple[str, ...]]
    overridden: Mapping[str, str]  # keys set by overrides -> the command line, or the file that holds them
    folders: Folders = field(default_factory=Folders)
    experiment: str = ""

    def origin(self, key: str) -> str:
        """The file, or the command line, that gave a key its value."""
        parts = key.split(".")
        for name, where in self.overridden.items():
            if f"{key}.".startswith(f"{name}.") or name.startswith(f"{key}."):
                return where
        if self.experiment:
            path, shown = self.folders.path("experiment", self.experiment)
            if parts[0] in keys(read_yaml(path, shown, EVERYWHERE)):
                return shown
        for name in self.choices.get(parts[0], ()):
            path, shown = self.folders.path(parts[0], name)
            if len(self.choices[parts[0]]) == 1 or (len(parts) > 1 and parts[1] in keys(read_yaml(path, shown))):
                return shown
        return f"configs/{self.verb}.yaml"


@cache
def shipped() -> Path:
    """The folder of shipped configs: at the repository's root when installed editable, in the wheel otherwise."""
    return Path(str(files("configs")))


def parse(overrides: Sequence[str], where: str = COMMAND_LINE) -> tuple[Override, ...]:
    """Overrides in Hydra's grammar, as `where` holds them.

    Raises:
        Refusal: too many, not of the grammar, or not passed by the guard.
    """
    if len(overrides) > MOST_OVERRIDES:
        raise Refusal(f"{where}: {len(overrides)} overrides: at most {MOST_OVERRIDES} are allowed")
    found = []
    for raw in overrides:
        check_override(raw, where)
        try:
            found.append(OverridesParser.create().parse_override(raw))
        except (HydraException, OmegaConfBaseException, RecursionError, ValueError) as error:
            problem = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise Refusal(
                f"{where}: {quoted(raw)}: is not of the form key=value in Hydra's grammar: {problem}"
            ) from None
    return tuple(found)


def defaults(verb: str) -> dict[str, str]:
    """The groups of a verb with the choice its primary config makes."""
    node = keys(read_yaml(shipped() / f"{verb}.yaml", f"configs/{verb}.yaml"))["defaults"]
    return {k.value: v.value for item in node.value if isinstance(item, yaml.MappingNode) for k, v in item.value}


def selections(override: Override, names: Sequence[str], where: str = COMMAND_LINE) -> tuple[str, ...]:
    """The names that the override of a group stands for: one, `a,b`, `choice(a,b)` or `glob(*)` over `names`."""
    value: Any = override.value()
    if isinstance(value, ChoiceSweep):
        chosen: list[Any] = list(value.list)
    elif isinstance(value, Glob):
        chosen = list(value.filter(list(names)))
    elif isinstance(value, Sweep):
        raise refuse(where, override.key_or_group, override.input_line, allowed="takes names, not numbers")
    else:
        chosen = list(value) if isinstance(value, list) else [value]
    texts = [item.text if isinstance(item, QuotedString) else item for item in chosen]
    for text in texts:
        if not isinstance(text, str) or not text.isidentifier():
            raise refuse(where, override.key_or_group, text, allowed="takes the name of a config; allowed:",
                         name=str(text), names=names)  # fmt: skip
    if not texts or len(set(texts)) != len(texts):
        raise refuse(
            where, override.key_or_group, allowed="takes one name or several, each once; allowed:", names=names
        )
    return tuple(texts)


def compose_plain(
    verb: str, choices: Mapping[str, tuple[str, ...]], values: Sequence[Override], folders: Folders,
    experiment: str = "", where: Mapping[str, str] | None = None,
) -> Composed:  # fmt: skip
    """Compose a verb's config with these choices of its groups and these values, resolved to plain data.

    `where` says which file holds an override, if the command line does not.

    Raises:
        Refusal: a choice that does not exist, a file that the guard does not pass, a key that cannot be set.
    """
    for group, names in choices.items():
        for name in names:
            path, shown = folders.path(group, name)
            if "defaults" in keys(read_yaml(path, shown)):
                raise refuse(shown, "defaults", allowed="only the primary config of a verb picks from groups")
    lines = [f"{group}=[{','.join(names)}]" if len(names) > 1 or group == "option" else f"{group}={names[0]}"
             for group, names in choices.items()]  # fmt: skip
    lines += [f"+experiment={experiment}"] if experiment else []
    for override in values:
        if override.is_sweep_override():
            raise refuse(
                COMMAND_LINE, override.key_or_group, override.input_line, allowed="takes one value in this verb"
            )
        lines.append("++" + (override.input_line or "").lstrip("+"))
    plain = _plain(verb, lines, folders)
    overridden = {o.key_or_group: (where or {}).get(o.key_or_group, COMMAND_LINE) for o in values}
    _check(plain, ())
    return Composed(
        verb=verb, plain=_resolved(plain), choices=choices, overridden=overridden, folders=folders,
        experiment=experiment,
    )  # fmt: skip


def _plain(verb: str, lines: list[str], folders: Folders) -> dict[str, Any]:
    """Hydra's part. The process-wide Hydra, if a notebook has one, is put back as it was."""
    kept = GlobalHydra.get_state()
    GlobalHydra.instance().clear()
    OmegaConf.clear_resolver("oc.env")
    places = ["'file://" + str(folder.resolve()).replace("'", r"\'") + "'" for folder in folders.user]
    try:
        with initialize_config_dir(str(shipped().resolve()), version_base="1.3"):
            config = compose(verb, [f"hydra.searchpath=[{','.join(places)}]", *lines] if places else lines)
        plain = OmegaConf.to_container(config, resolve=False)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        problem = str(error).splitlines()[0].split("To append")[0] if str(error) else type(error).__name__
        raise Refusal(f"{COMMAND_LINE}: cannot be composed: {problem}") from None
    finally:
        GlobalHydra.set_state(kept)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def _check(value: Any, path: tuple[str, ...]) -> None:
    """The guard's rules once more over what was composed, so that nothing slips in through the grammar of overrides."""
    items: Iterator[tuple[str, Any]] = iter(())
    if isinstance(value, dict):
        items = ((str(k), v) for k, v in value.items())
    elif isinstance(value, list):
        items = ((str(i), v) for i, v in enumerate(value))
    elif isinstance(value, float) and value - value != 0.0:
        raise refuse(COMMAND_LINE, ".".join(path), value, allowed="must be a finite number")
    for key, item in items:
        check_key(key, ".".join((*path, key)), COMMAND_LINE)
        _check(item, (*path, key))


def _resolved(plain: dict[str, Any]) -> dict[str, Any]:
    """Each whole-value `${key}` replaced by the plain value it names; no resolver runs and nothing can unfold."""

    def look(key: str, seen: tuple[str, ...]) -> Any:
        value: Any = plain
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                raise refuse(f"configs or {COMMAND_LINE}", f"${{{key}}}", allowed="names no value")
            value = value[part]
        if isinstance(value, dict | list):
            raise refuse(
                f"configs or {COMMAND_LINE}", f"${{{key}}}", allowed="must name a single value, not a group of them"
            )
        if isinstance(value, str) and INTERPOLATION.fullmatch(value):
            if value in seen or len(seen) > LONGEST_CHAIN:
                raise refuse(f"configs or {COMMAND_LINE}", f"${{{key}}}", allowed="stands for itself")
            return look(value[2:-1], (*seen, value))
        return value

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: walk(v) for k, v in value.items()}
        if isinstance(value, list):
            return [walk(v) for v in value]
        return look(value[2:-1], (value,)) if isinstance(value, str) and INTERPOLATION.fullmatch(value) else value

    return {key: walk(value) for key, value in plain.items()}
