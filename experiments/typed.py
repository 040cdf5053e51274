"""Typed: plain values -> frozen dataclasses of the model, strictly; every mistake becomes a one-line refusal.

The dataclasses are the only definition: their annotations say the types, their constructors the ranges. No bool passes
for a number, no fraction for a whole number, no text for either, and an unknown key names the nearest known one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from experiments.refusal import Refusal, refuse

T = TypeVar("T")
Origin = Callable[[str], str]  # full key -> the file, or the command line, that set it

WANTED = {
    "int_type": "a whole number", "int_from_float": "a whole number", "int_parsing_size": "a whole number",
    "float_type": "a number", "bool_type": "true or false", "string_type": "text", "tuple_type": "a list",
    "date_type": "a date written YYYY-MM-DD", "date_parsing": "a date written YYYY-MM-DD",
    "date_from_datetime_parsing": "a date written YYYY-MM-DD",
    "date_from_datetime_inexact": "a date written YYYY-MM-DD",
}  # fmt: skip


def typed(kind: type[T], plain: Any, key: str, origin: Origin) -> T:
    """The value of type `kind` that plain data under `key` describes.

    Raises:
        Refusal: unknown key, wrong type, out of range or missing; the first such, unknown keys before the others.
    """
    try:
        value: T = _adapter(cast(Any, kind)).validate_json(json.dumps(plain), strict=True, extra="forbid")
        return value
    except ValidationError as error:
        found = error.errors(include_url=False)
        unknown = [e for e in found if e["type"] == "unexpected_keyword_argument"]
        raise _reworded((unknown or found)[0], kind, key, origin) from None


def misbuilt(error: ValueError, kind: type, key: str, plain: Any, origin: Origin) -> Refusal:
    """The refusal for what a constructor of `kind` said: "name must be ..., got ..."."""
    text = str(error)
    name = text.split(" ", 1)[0].rstrip(":")
    if name not in {f.name for f in fields(kind)}:
        return refuse(origin(key), key, allowed=text)
    value = plain.get(name, ...) if isinstance(plain, dict) else ...
    full = f"{key}.{name}" if key else name
    return refuse(origin(full), full, value, allowed=text[len(name) :].lstrip(": ").rsplit(", got ", 1)[0])


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def _reworded(error: ErrorDetails, kind: type, key: str, origin: Origin) -> Refusal:
    loc, what, value = error["loc"], error["type"], error["input"]
    full = ".".join((*([key] if key else []), *map(str, loc)))
    if what == "unexpected_keyword_argument":
        names = [f.name for f in fields(_kind_at(kind, loc[:-1]))]
        return refuse(origin(full), full, value, allowed="unknown key; allowed:", name=str(loc[-1]), names=names)
    if what == "value_error":
        return misbuilt(error["ctx"]["error"], _kind_at(kind, loc), full, value, origin)
    if what == "missing":
        return refuse(origin(full), full, allowed=f"is missing; it must be {_wanted(kind, loc)}")
    wanted = WANTED.get(what)
    if wanted is None and what == "dataclass_type":
        wanted = f"a group of keys: {', '.join(f.name for f in fields(_kind_at(kind, loc)))}"
    return refuse(origin(full), full, value, allowed=f"must be {wanted or error['msg'].lower()}{_range(kind, loc)}")


def _wanted(kind: type, loc: tuple[int | str, ...]) -> str:
    name = getattr(_kind_at(kind, loc), "__name__", "given")
    return {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false"}.get(name, name)


def _range(kind: type, loc: tuple[int | str, ...]) -> str:
    """What the field's metadata allow, if it has any: " in [24, 1000] households per grid"."""
    owner = _kind_at(kind, loc[:-1]) if loc and isinstance(loc[-1], str) else None
    if not is_dataclass(owner):
        return ""
    meta: Any = next((f.metadata for f in fields(owner) if f.name == loc[-1]), {})
    if meta.get("choices"):
        return f", one of {', '.join(meta['choices'])}"
    if meta.get("low") is None or isinstance(meta["low"], bool):
        return ""
    return f" in [{meta['low']}, {meta['high']}] {meta['unit']}".rstrip()


def _kind_at(kind: Any, loc: tuple[int | str, ...]) -> Any:
    """The type at a place inside a type: a field of a dataclass, an item of a tuple."""
    for part in loc:
        kind = _hints(kind).get(part, Any) if isinstance(part, str) else get_args(kind)[0]
        if get_origin(kind) is UnionType:
            kind = next(k for k in get_args(kind) if k is not NoneType)
    return kind


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
