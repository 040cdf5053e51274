"""Maps: outcomes by community as GeoJSON and as a GeoPackage, which QGIS opens.

A feature is a community of the map before; its columns are measures of cases, each over the replications that are kept.
Outlines of communities are synthetic (sim/world/shapes.py); a made-up city lies where longitude and latitude are 0.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import shapely

from experiments.cities import CITIES, city_of
from experiments.refusal import RunsFailed
from experiments.sweep.damage import PLAN, TABLE
from experiments.sweep.disk import TEMPORARY, put, rename, unsealed
from experiments.typed import typed
from sim.world.chengdu_tables import EAST, NORTH
from sim.world.city import City
from sim.world.shapes import community_shapes

MOST_CASES = 50  # that a map has columns for
F64 = npt.NDArray[np.float64]
WGS84 = 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'  # noqa: E501 - one line of text to whoever reads it
SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name),
  column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL
  REFERENCES gpkg_spatial_ref_sys(srs_id), z TINYINT NOT NULL, m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name));
"""  # OGC 12-128r18, GeoPackage 1.3


def write_maps(store: Path, to: Path, parts: Sequence[Path]) -> Iterator[Path]:
    """Both files, of at most the first 50 cases.

    Raises:
        RunsFailed: SQLite cannot write the GeoPackage.
    """
    plain = unsealed(store / PLAN)["config"]["city"]
    city = city_of(typed(CITIES[plain["name"]], plain, "city", lambda key: PLAN))  # type: ignore[arg-type]
    columns = _measures(store, parts, len(city.place_name))
    shapes = [_multi(shape, city) for shape in community_shapes(city, city.plans["before"])]
    yield _geojson(to / "communities.geojson", city, shapes, columns)
    try:
        yield _geopackage(to / "communities.gpkg", city, shapes, columns)
    except sqlite3.Error as error:
        raise RunsFailed(f"{to / 'communities.gpkg'}: cannot be written: {error}") from error


def _measures(store: Path, parts: Sequence[Path], places: int) -> dict[str, F64]:
    """Unmet share and days to solved by community, a column a measure and case."""
    counted = ("needs", "unmet", "closed", "closed_seconds")
    plan = pq.read_table(store / TABLE, columns=["point", "option", "scenario", "trial"]).to_pylist()
    cases: dict[tuple[int, str, str], set[int]] = {}
    for row in plan:
        cases.setdefault((row["point"], row["option"], row["scenario"]), set()).add(row["trial"])
    several = len({point for point, _, _ in cases}) > 1
    chosen = list(cases.items())[:MOST_CASES]
    sums = {case: np.zeros((len(counted), places)) for case, _ in chosen}
    for path in parts:
        part = pq.read_table(path, columns=["trial", "place_number", *counted])
        trial, spot = part["trial"].to_numpy(), part["place_number"].to_numpy()
        values = np.stack([part[name].to_numpy() for name in counted]).astype(np.float64)
        for case, trials in chosen:
            mine = np.isin(trial, list(trials))
            for total, value in zip(sums[case], values, strict=True):
                total += np.bincount(spot[mine], weights=value[mine], minlength=places)
    found = {}
    for (point, option, scenario), (needs, unmet, closed, seconds) in sums.items():
        name = f"{option}_{scenario}" + (f"_{point}" if several else "")
        with np.errstate(invalid="ignore", divide="ignore"):
            found[f"unmet_share_{name}"] = unmet / needs
            found[f"days_to_solved_{name}"] = seconds / closed / 86_400.0
    return found


def _multi(shape: shapely.Geometry, city: City) -> shapely.Geometry:
    """The shape in degrees, as several polygons even where it is one."""
    degrees = shapely.transform(shape, lambda metres: metres / (EAST, NORTH) + np.array(city.origin))
    parts = [part for part in shapely.get_parts(degrees) if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.orient_polygons(shapely.multipolygons(parts), exterior_cw=False)


def _geojson(path: Path, city: City, shapes: Sequence[shapely.Geometry], columns: dict[str, F64]) -> Path:
    features = [
        {"type": "Feature", "id": number, "geometry": json.loads(shapely.to_geojson(shape)),
         "properties": {"place": city.place_name[number], **_row(columns, number)}}
        for number, shape in enumerate(shapes)
    ]  # fmt: skip
    document = {"type": "FeatureCollection", "features": features}
    put(path, json.dumps(document, ensure_ascii=False, allow_nan=False).encode())
    return path


def _geopackage(path: Path, city: City, shapes: Sequence[shapely.Geometry], columns: dict[str, F64]) -> Path:
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    temporary.unlink(missing_ok=True)
    names = "".join(f', "{name}" DOUBLE' for name in columns)
    bounds = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    base = sqlite3.connect(temporary)
    try:
        base.executescript("PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;" + SCHEMA)
        base.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
                         [("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
                          ("Undefined geographic", 0, "NONE", 0, "undefined", None),
                          ("WGS 84", 4326, "EPSG", 4326, WGS84, None)])  # fmt: skip
        base.execute(f"CREATE TABLE communities (fid INTEGER PRIMARY KEY, geom MULTIPOLYGON, place TEXT{names})")
        base.execute("INSERT INTO gpkg_contents VALUES ('communities', 'features', 'communities', '', "
                     "'2021-01-01T00:00:00.000Z', ?, ?, ?, ?, 4326)", bounds)  # fmt: skip
        base.execute("INSERT INTO gpkg_geometry_columns VALUES ('communities', 'geom', 'MULTIPOLYGON', 4326, 0, 0)")
        marks = ", ".join("?" * (3 + len(columns)))
        base.executemany(f"INSERT INTO communities VALUES ({marks})",
                         [(number, _blob(shape), city.place_name[number], *_row(columns, number).values())
                          for number, shape in enumerate(shapes)])  # fmt: skip
        base.commit()
    finally:
        base.close()
    rename(temporary, path)
    return path


def _blob(shape: shapely.Geometry) -> bytes:
    """A geometry as GeoPackage stores it: header with envelope, then well-known binary, both little-endian."""
    west, south, east, north = shapely.bounds(shape).tolist()
    header = b"GP\0\x03" + struct.pack("<i4d", 4326, west, east, south, north)
    return header + bytes(shapely.to_wkb(shape, byte_order=1))


def _row(columns: dict[str, F64], number: int) -> dict[str, Any]:
    """The values of one community; None where nothing happened to measure."""
    return {name: None if np.isnan(column[number]) else float(column[number]) for name, column in columns.items()}
