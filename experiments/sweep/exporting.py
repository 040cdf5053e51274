"""Exports: the tables of a store as CSV for spreadsheets, a data package, views for DuckDB, maps.

CSV begins with a byte order mark, so that spreadsheets show Chinese, and no cell of text begins like a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from experiments.refusal import Refusal, RunsFailed, quoted
from experiments.store import MANIFEST
from experiments.sweep.codebook import outcomes_table, package
from experiments.sweep.damage import PLAN, damage, is_sweep
from experiments.sweep.disk import TEMPORARY, put, rename, unsealed
from experiments.sweep.events import Logged, parts_of
from experiments.sweep.summary import summarise, summary_table
from experiments.sweep.tables import KEPT
from experiments.terminal import print_json

FORMULA = r"^([=+\-@\t\r])"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
VIEWS = "views.sql"


def export(store: Path, to: Path, logged: Logged | None = None, *, as_json: bool = False) -> None:
    """Write every table of a store, and the event log of a trial, into a folder in formats that others read.

    Raises:
        Refusal: a damaged store, or a place that is a file.
        RunsFailed: the place cannot be written, or the trial came out otherwise than it is kept.
    """
    broken = next((f"{path}: {what}" for path, what in damage(store)), "")
    if broken:
        raise Refusal(f"{broken}; mend it with: reformsim store repair {store}")
    if to.exists() and not to.is_dir():
        raise Refusal(f"to = {quoted(str(to))}: must be a folder, and it is a file")
    try:
        to.mkdir(parents=True, exist_ok=True)
        written = [path.name for path in _written(store, to, logged)]
    except OSError as error:
        raise RunsFailed(f"{to}: cannot be written: {error.strerror or error}") from error
    if as_json:
        print_json({"folder": str(to), "files": written})
    else:
        print(f"{to}: {', '.join(written)}")


def files_of(store: Path) -> dict[str, list[Path]]:
    """The Parquet files of each table of a store, in order of the plan."""
    if not is_sweep(store):
        return {path.stem: [path] for path in sorted(store.glob("*.parquet"))}
    found = {name: sorted((store / "parts").glob(f"{name}-*.parquet")) for name in KEPT}
    found["plan"] = [store / "plan.parquet"] if (store / "plan.parquet").exists() else []
    return {name: paths for name, paths in found.items() if paths}


def _written(store: Path, to: Path, logged: Logged | None) -> Iterator[Path]:
    tables = files_of(store)
    if "trials" not in tables:
        raise Refusal(f"{store}: holds no trials yet")
    schemas = {name: pq.read_schema(paths[0]) for name, paths in tables.items()}
    if logged:  # first: it may come out otherwise
        log = to / "events.parquet"
        logged.write(log)
        yield log
        schemas["events"] = pq.read_schema(log)
        yield _csv(to / "events.csv", schemas["events"], parts_of(log))
    for name, paths in tables.items():
        yield _csv(to / f"{name}.csv", schemas[name], (pq.read_table(path) for path in paths))
    if is_sweep(store) and "plan" in tables:
        found = summary_table(summarise(store, tables["outcomes"]))
        schemas["summary"] = found.schema
        yield _csv(to / "summary.csv", found.schema, iter([found]))
    book = outcomes_table()
    yield _csv(to / "codebook.csv", book.schema, iter([book]))
    schemas["codebook"] = book.schema
    about = _about(store)
    for lang, name in (("en", "datapackage.json"), ("zh", "datapackage.zh.json")):
        document = package(store.resolve().name.lower().replace("_", "-"), schemas, about, lang)
        put(to / name, (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
        yield to / name
    put(to / VIEWS, views(tables, store).encode())
    yield to / VIEWS
    if is_sweep(store) and "places" in tables:
        from experiments.sweep.maps import write_maps

        yield from write_maps(store, to, tables["places"])


def views(tables: dict[str, list[Path]], store: Path) -> str:
    """Views of the tables for DuckDB, to be read in the folder of the store: `duckdb -init export/views.sql`."""
    lines = ["-- Read in the folder of the results, as in: duckdb -init export/views.sql"]
    for name, paths in tables.items():
        pattern = f"{paths[0].parent.relative_to(store).as_posix()}/{name}-*.parquet" if is_sweep(store) else ""
        place = pattern if pattern and name != "plan" else f"{name}.parquet"
        lines.append(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{place}');")
    if "plan" in tables:
        lines.append("CREATE OR REPLACE VIEW results AS SELECT * FROM plan JOIN outcomes USING (trial);")
    return "\n".join(lines) + "\n"


def _csv(path: Path, schema: pa.Schema, parts: Iterator[pa.Table]) -> Path:
    """One table as CSV, part by part; the file appears whole."""
    plain = pa.schema([pa.field(f.name, _plain(f.type)) for f in schema])
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        with temporary.open("wb") as handle:
            handle.write(BYTE_ORDER_MARK)
            with csv.CSVWriter(handle, plain) as writer:
                for part in parts:
                    writer.write_table(pa.Table.from_arrays([_safe(column) for column in part.columns], schema=plain))
        rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that no spreadsheet takes for a formula; numbers as they are."""
    if not _is_text(column.type):
        return column.cast(_plain(column.type))
    return pc.replace_substring_regex(column.cast(pa.string()), FORMULA, r"'\1")


def _plain(kind: pa.DataType) -> pa.DataType:
    """How a column is written: words as text, times to the second."""
    return pa.string() if _is_text(kind) else pa.timestamp("s") if pa.types.is_timestamp(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_string(kind))


def _about(store: Path) -> dict[str, Any]:
    """What the descriptor says of where the results come from."""
    source = store / (MANIFEST if (store / MANIFEST).exists() else PLAN)
    document = unsealed(source)
    model = document.get("model") or document["versions"]["reformsim"]
    return {"id": document.get("id") or document["plan"], "version": model, "command": document["command"]}


def read(paths: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Some columns of a table, all its parts together."""
    return pa.concat_tables([pq.read_table(path, columns=list(columns)) for path in paths])
