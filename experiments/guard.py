"""The guard: what is refused in a YAML file or an override before Hydra sees it.

Hydra and OmegaConf run code named in a file (`_target_`, `hydra.callbacks`), read the environment (`${oc.env:...}`) and
unfold aliases without end. None of that is needed to describe a study, so none of it passes. YAML 1.1 also reads some
plain words as something else (NO, 017, 12:30); those are refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from experiments.refusal import COMMAND_LINE, Refusal, quoted, refuse

MOST_BYTES = 262_144
DEEPEST = 16
LONGEST_OVERRIDE = 4_096
MOST_OVERRIDES = 1024

KEY = re.compile(r"[^\W\d]\w*(\.\w+)*")
INTERPOLATION = re.compile(r"\$\{[^\W\d]\w*(\.\w+)*\}")
HYDRA = re.compile(r"(override\s+|optional\s+)*/*hydra([/.:@].*)?", re.IGNORECASE)
DUNDER = re.compile(r"_\w+_")
PACKAGE = re.compile(r"^\s*#\s*@\s*package\b.*$", re.MULTILINE)
TRAP = re.compile(r"[-+]?0[0-9_]+|[-+]?0[xb][0-9a-f_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", re.IGNORECASE)
WORDS_FOR_TRUTH = frozenset({"y", "n", "yes", "no", "on", "off"})
NO_KEYS = WORDS_FOR_TRUTH | {"true", "false", "null"}

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster


def read_yaml(path: Path, where: str, package: str = "") -> yaml.MappingNode | None:
    """The one mapping in a file as nodes, or None where it is empty; what the guard does not pass is refused.

    `package` is the one @package line that the file may begin with.
    """
    if not path.is_file():
        raise Refusal(f"{where}: there is no such file")
    if path.stat().st_size > MOST_BYTES:
        raise Refusal(f"{where}: {path.stat().st_size} bytes: a config may hold at most {MOST_BYTES}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise Refusal(f"{where}: cannot be read as UTF-8 text: {error}") from None
    if package:
        first, _, rest = text.partition("\n")
        if first.strip() != package:
            raise Refusal(f"{where}: its first line must be: {package}")
        text = f"#\n{rest}"
    return parse_yaml(text, where)


def parse_yaml(text: str, where: str) -> yaml.MappingNode | None:
    """The same for a text."""
    if PACKAGE.search(text):
        raise Refusal(f"{where}: an @package line is not allowed; a file's place is its group")
    try:
        _check_events(text, where)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise Refusal(f"{where}: is not YAML: {_first_problem(error)}") from None
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        raise Refusal(f"{where}: must be a mapping of keys to values, got {quoted(node.value)}")
    _check_node(node, (), where)
    return node


def keys(node: yaml.MappingNode | None) -> dict[str, yaml.Node]:
    """The entries of a mapping by key."""
    return {} if node is None else {key.value: value for key, value in node.value}


def _check_events(text: str, where: str) -> None:
    """Refuse aliases, anchors, tags, depth and second documents in one pass that builds nothing."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark: Any = event.start_mark
        line = f"line {mark.line + 1}"
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            raise refuse(where, line, f"*{anchor}", allowed="YAML aliases are not allowed; write the value out")
        if anchor:
            raise refuse(where, line, f"&{anchor}", allowed="YAML anchors are not allowed; write the value out")
        if tag:
            raise refuse(where, line, tag, allowed="YAML tags are not allowed; write a plain value")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > DEEPEST or documents > 1:
            raise refuse(where, line, allowed=f"one YAML document of at most {DEEPEST} levels is allowed")


def _check_node(node: yaml.Node, path: tuple[str, ...], where: str) -> None:
    if isinstance(node, yaml.ScalarNode):
        _check_scalar(node, path, where)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _check_node(item, (*path, str(i)), where)
    else:
        for key, value in _entries(node, path, where):
            _check_node(value, (*path, key), where)


def _entries(node: yaml.Node, path: tuple[str, ...], where: str) -> Iterator[tuple[str, yaml.Node]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        full = ".".join((*path, name))
        check_key(name, full, where)
        if not name.isidentifier() or name.lower() in NO_KEYS:
            raise refuse(where, full, allowed="a key must be a plain word of letters, digits and _")
        if name in seen:
            raise refuse(where, full, allowed="the key stands here twice")
        seen.add(name)
        yield name, value


def check_key(name: str, full: str, where: str) -> None:
    """Refuse a key that Hydra would act on."""
    if DUNDER.fullmatch(name):
        raise refuse(where, full, allowed="keys like _target_ are not allowed; nothing is made from a name in a config")
    if HYDRA.fullmatch(name):
        raise refuse(where, full, allowed="hydra's own settings are not allowed here")


def _check_scalar(node: yaml.ScalarNode, path: tuple[str, ...], where: str) -> None:
    key, text = ".".join(path) or "value", node.value
    if "${" in text and not INTERPOLATION.fullmatch(text):
        raise refuse(where, key, text, allowed="only a whole ${key} may stand for another value")
    if path[:1] == ("defaults",) and (HYDRA.fullmatch(text) or "${" in text):
        raise refuse(where, key, text, allowed="defaults take plain names of configs")
    if not node.style:  # plain, so YAML 1.1 would guess
        if text.lower() in WORDS_FOR_TRUTH:
            raise refuse(where, key, text, allowed="write true or false, or quote the word")
        if TRAP.fullmatch(text):
            raise refuse(
                where, key, text, allowed="YAML reads this as another number; write it in plain decimals or quote it"
            )


def check_override(raw: str, where: str = COMMAND_LINE) -> None:
    """Refuse an override that Hydra would act on rather than compose.

    Raises:
        Refusal: not `key=value`, too long or deep, an interpolation inside a value, hydra's or a maker's key.
    """
    if len(raw) > LONGEST_OVERRIDE:
        raise Refusal(f"{where}: {quoted(raw)}: an override may hold at most {LONGEST_OVERRIDE} characters")
    key, equals, value = raw.partition("=")
    name = key.lstrip("+")
    if raw.startswith("~"):
        raise Refusal(f"{where}: {quoted(raw)}: nothing can be taken away; give the key a value")
    if not raw.isprintable() or not equals or not name:
        raise Refusal(f"{where}: {quoted(raw)}: an override is written key=value")
    for part in name.split("."):
        check_key(part, name, where)
    if not KEY.fullmatch(name):
        raise refuse(where, name, value, allowed="a key is words joined by dots")
    if "${" in value and not INTERPOLATION.fullmatch(value):
        raise refuse(where, name, value, allowed="only a whole ${key} may stand for another value")
    if re.search(r"_\w+_['\"]?\s*:", value):
        raise refuse(where, name, value, allowed="keys like _target_ are not allowed")
    if _depth(value) > DEEPEST:
        raise refuse(where, name, value, allowed=f"at most {DEEPEST} levels of brackets are allowed")


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _first_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else problem
