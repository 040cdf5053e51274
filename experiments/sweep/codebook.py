"""The codebook: what every table and column means, in English and Chinese, as a Frictionless data package says it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import yaml

from analysis.brief.words import Words, words
from experiments.tables import table, texts
from sim.outcomes import OUTCOMES

TYPES = {"bool": "boolean", "double": "number", "float": "number", "string": "string",
         "timestamp[s]": "datetime"}  # Arrow -> data package  # fmt: skip
CLOCK = {"format": "%Y-%m-%d %H:%M:%S"}


def outcomes_table() -> pa.Table:
    """Every outcome with its names, unit, better direction and meaning."""
    en, zh = words("en"), words("zh")
    names = list(OUTCOMES)
    return table(
        {
            "outcome": texts(names),
            "name": texts([en.name("outcome", name) for name in names]),
            "name_zh": texts([zh.name("outcome", name) for name in names]),
            "unit": texts([OUTCOMES[name].unit for name in names]),
            "better": texts([OUTCOMES[name].better for name in names]),
            "meaning": texts([OUTCOMES[name].meaning for name in names]),
            "meaning_zh": texts([zh.name("meaning", name) for name in names]),
        }
    )


def meaning(column: str, lang: str) -> str:
    """What a column means; an axis is named by the key that it varies."""
    book = _book()
    entry = book["columns"].get(column) or book["counts"].get(column)
    if entry:
        return str(entry[lang])
    for prefix, said in book["prefixes"].items():
        if column.startswith(prefix):
            return f"{said[lang]} {_kind(column[len(prefix) :], words(lang))}".strip()
    return f"{book['axis'][lang]} {column}" if "." in column else ""


def package(name: str, schemas: Mapping[str, pa.Schema], about: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The descriptor of a data package whose tables have these schemas (specs.frictionlessdata.io, version 1)."""
    title = {"en": "Results of a study of grassroots governance", "zh": "基层治理研究结果"}[lang]
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "lang": lang,
        **about,
        "resources": [_resource(table, schema, lang) for table, schema in schemas.items()],
    }


def _resource(name: str, schema: pa.Schema, lang: str) -> dict[str, Any]:
    columns = [
        {"name": column.name, "type": TYPES.get(str(_plain(column.type)), "integer"),
         **(CLOCK if pa.types.is_timestamp(column.type) else {}), "description": meaning(column.name, lang)}
        for column in schema
    ]  # fmt: skip
    described: dict[str, Any] = {"fields": columns, "missingValues": ["", "nan"]}
    if name == "trials":
        described["primaryKey"] = "trial"
    elif "trial" in schema.names and name != "plan":  # a plan names trials that may be still to run
        described["foreignKeys"] = [{"fields": "trial", "reference": {"resource": "trials", "fields": "trial"}}]
    said = _book()["tables"].get(name, {}).get(lang, "")
    return {"profile": "tabular-data-resource", "name": name, "path": f"{name}.csv", "format": "csv",
            "mediatype": "text/csv", "encoding": "utf-8-sig", "description": said, "schema": described}  # fmt: skip


def _kind(name: str, text: Words) -> str:
    return text.name("station", name)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@cache
def _book() -> dict[str, Any]:
    book: dict[str, Any] = yaml.safe_load((files("experiments.sweep") / "codebook.yaml").read_text("utf-8"))
    return book
