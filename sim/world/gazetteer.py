"""The gazetteer of a city: districts, towns and villages before and after a merge, and what ties them.

The raw register from which `sim.world.synthesis` founds a city; real for Chengdu, made up for synthetic cities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

# A ring is float64[n, 2] in metres, closed (last point = first); even-odd over all rings of a district tells inside.
Polygon = tuple[F64, ...]  # outer ring, then holes
Region = tuple[Polygon, ...]


@dataclass(frozen=True, kw_only=True)
class District:
    """A district with its census population and its polygon."""

    code: int
    name: str
    name_en: str
    residents: int
    region: Region


@dataclass(frozen=True, kw_only=True)
class Town:
    """A town or street office of one map."""

    code: int
    name: str
    district: int  # code


@dataclass(frozen=True, kw_only=True)
class Village:
    """A village or a residents' committee of one map."""

    code: int
    name: str
    town: int  # code
    urban: bool  # a residents' committee, or what the bureau counts like one


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """Both maps of a city and the crosswalk between them, as published (before anybody is placed).

    `heir` and `heir_town` run along `villages_before`: code of the new village (0 where no name matches) and of the
    new town. `town_ties` are (old town, new town) codes; towns tied directly or through others are one merge group.
    """

    name: str
    keyed_by: str  # words from which the key of the city's own draws is made
    districts: tuple[District, ...]
    towns_before: tuple[Town, ...]
    towns_after: tuple[Town, ...]
    villages_before: tuple[Village, ...]
    villages_after: tuple[Village, ...]
    heir: tuple[int, ...]
    heir_town: tuple[int, ...]
    town_ties: tuple[tuple[int, int], ...]
    urban_residents: int
    households: int  # family households
    compounds: int
    origin: tuple[float, float]  # longitude, latitude of x = y = 0


def merge_groups(gazetteer: Gazetteer) -> dict[int, int]:
    """The merge group of each new town: code of the town -> lowest code of an old town tied to it."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for old, new in gazetteer.town_ties:
        ends = sorted((root(("after", new)), root(("before", old))))
        parent[ends[0]] = ends[1]  # "before" sorts last, so every root is an old town
    lowest: dict[tuple[str, int], int] = {}
    for town in gazetteer.towns_before:
        top = root(("before", town.code))
        lowest[top] = min(lowest.get(top, town.code), town.code)
    return {town.code: lowest[root(("after", town.code))] for town in gazetteer.towns_after}
