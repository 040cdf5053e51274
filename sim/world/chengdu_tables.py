"""Chengdu as published: 20 districts of the 2020 census on the maps of 2019-10-31 and 2020-06-30.

Sources and licences of the tables stand in sim/data/README.md.
"""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from sim.world.gazetteer import District, Gazetteer, Region, Town, Village

URBAN_SHARE = 0.7877  # census of 2020
FAMILY_HOUSEHOLDS = 7_419_822  # census of 2020, 2.49 persons each; the other residents live in collective households
COMPOUNDS = 100_000  # assumption, 20,000 to 130,000
ORIGIN = (104.0657, 30.6574)  # Tianfu Square
EAST, NORTH = 95_844.0, 110_864.0  # metres a degree of longitude and latitude there (WGS 84)
XINJIN = {510132: 510118}  # county until June 2020, district since
TABLES = (
    "chengdu_districts.csv", "chengdu/chengdu_districts.geojson", "chengdu/towns_2019_before.csv",
    "chengdu/towns_2020_after.csv", "chengdu/villages_2019_before.csv", "chengdu/villages_2020_after.csv",
    "chengdu/village_crosswalk_2019_2020.csv", "chengdu/town_crosswalk_2019_2020.csv",
)  # fmt: skip


def chengdu_gazetteer(compounds: int = COMPOUNDS) -> Gazetteer:
    """Both maps of Chengdu and the crosswalk between them.

    Raises:
        ValueError: compounds outside their range.
    """
    if not 20_000 <= compounds <= 130_000:
        raise ValueError(f"city.compounds must be in [20000, 130000], got {compounds}")
    districts = _districts()
    crosswalk = _rows("chengdu/village_crosswalk_2019_2020.csv")
    villages = _villages("chengdu/villages_2019_before.csv")
    if [village.code for village in villages] != [int(row["old_code"]) for row in crosswalk]:
        raise ValueError("village_crosswalk_2019_2020.csv must list the villages of villages_2019_before.csv in order")
    return Gazetteer(
        name="chengdu",
        keyed_by="chengdu",
        districts=districts,
        towns_before=_towns("chengdu/towns_2019_before.csv"),
        towns_after=_towns("chengdu/towns_2020_after.csv"),
        villages_before=villages,
        villages_after=_villages("chengdu/villages_2020_after.csv"),
        heir=tuple(int(row["new_code"] or 0) for row in crosswalk),
        heir_town=tuple(int(row["new_town_code"]) for row in crosswalk),
        town_ties=tuple(
            (int(row["old_code"]), int(row["new_code"])) for row in _rows("chengdu/town_crosswalk_2019_2020.csv")
        ),
        urban_residents=round(sum(district.residents for district in districts) * URBAN_SHARE),
        households=FAMILY_HOUSEHOLDS,
        compounds=compounds,
        origin=ORIGIN,
    )


@cache
def read(name: str) -> bytes:
    """A table of sim/data."""
    return (files("sim") / "data" / name).read_bytes()


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(read(name).decode("utf-8").splitlines()))


def _towns(name: str) -> tuple[Town, ...]:
    return tuple(
        Town(code=int(row["code"]), name=row["name"], district=_district_code(row["district_code"]))
        for row in _rows(name)
    )


def _district_code(text: str) -> int:
    return XINJIN.get(int(text), int(text))


def _villages(name: str) -> tuple[Village, ...]:
    return tuple(
        Village(
            code=int(row["code"]),
            name=row["name"],
            town=int(row["town_code"]),
            urban=row["committee_type"] != "村委会",  # 居委会 and 类似居委会
        )
        for row in _rows(name)
    )


def _districts() -> tuple[District, ...]:
    outlines: dict[int, Any] = {
        int(feature["properties"]["code"]): feature["geometry"]
        for feature in json.loads(read("chengdu/chengdu_districts.geojson"))["features"]
    }
    return tuple(
        District(
            code=int(row["code"]),
            name=row["district"],
            name_en=row["district_en"],
            residents=int(row["population_2020"]),
            region=_region(outlines[int(row["code"])]),
        )
        for row in _rows("chengdu_districts.csv")
    )


def _region(geometry: dict[str, Any]) -> Region:
    """Polygons in metres from the origin, to the metre."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    scale, origin = np.array([EAST, NORTH]), np.array(ORIGIN)
    return tuple(tuple(np.rint((np.array(ring)[:, :2] - origin) * scale) for ring in rings) for rings in polygons)
