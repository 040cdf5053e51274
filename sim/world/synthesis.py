"""Found a city from its gazetteer: people, crosswalk, places, compounds, both maps. Residents come after (`settle`).

What is published is kept exactly: district populations, the urban total, both maps, family households. All else is
synthetic, drawn from a key of the city's name and no study's seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sim.world.city import U8, City
from sim.world.compounds import households, kinds_and_weights
from sim.world.crosswalk import Counts, Stretch, heirs, stretches
from sim.world.gazetteer import I64, District, Gazetteer, merge_groups
from sim.world.jurisdictions import Ground, Layer, lay_out
from sim.world.places import Unit, core_of, edges_of, place, scatter
from sim.world.population import compounds_by_village, share_out, villagers
from sim.world.residents import census


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Compounds village by village, before they are put in spatial order."""

    first: I64  # [V + 1] first compound of each old village
    points: I64  # [C, 2]
    people: I64  # [C]
    kind: U8  # [C]


def city_key(keyed_by: str) -> np.ndarray:
    """The key of a city's own draws: uint32[2], first 8 bytes, little-endian, of SHA-256("reformsim city " + words)."""
    text = f"reformsim city {keyed_by}".encode()
    return np.frombuffer(hashlib.sha256(text).digest()[:8], dtype="<u4").astype(np.uint32)


def crosswalk_counts(gazetteer: Gazetteer) -> Counts:
    """How the new village of each old one was found."""
    return heirs(gazetteer, villagers(gazetteer, city_key(gazetteer.keyed_by)))[1]


def found_compounds(gazetteer: Gazetteer) -> City:
    """The city without its residents' traits (`traits` is empty)."""
    key = city_key(gazetteer.keyed_by)
    people = villagers(gazetteer, key)
    counts = compounds_by_village(gazetteer, people)
    heir, _ = heirs(gazetteer, people)
    placed = _places(gazetteer, people, counts, heir, key)
    raw = _raw(gazetteer, people, counts, placed, key)
    by_village = [raw.people[raw.first[v] : raw.first[v + 1]] for v in range(len(people))]
    runs = stretches(gazetteer, heir, np.array(list(placed)), by_village)
    return _assemble(gazetteer, raw, runs, key)


def _places(gazetteer: Gazetteer, people: I64, counts: I64, heir: I64, key: np.ndarray) -> dict[int, I64]:
    """Points of the compounds of each old village, in spatial order of villages."""
    placed: dict[int, I64] = {}
    trees = _trees(gazetteer, people, counts, heir)
    for district in gazetteer.districts:
        root, edges, core = trees[district.code], edges_of(district.region), core_of(district.region)
        points = scatter(root.compounds, edges, core, district.code, key)
        placed |= place(root, points, core, edges)
    return placed


def _trees(gazetteer: Gazetteer, people: I64, counts: I64, heir: I64) -> dict[int, Unit]:
    """For each district the tree merge group > new town > old town in it > new village > old village."""
    group_of = merge_groups(gazetteer)
    district_of = {town.code: town.district for town in gazetteer.towns_after}
    old_town = _main_old_town(gazetteer, people, heir)
    trees = {district.code: Unit(code=district.code) for district in gazetteer.districts}
    for v, village in enumerate(gazetteer.villages_before):
        after = gazetteer.villages_after[heir[v]]
        branch = (group_of[after.town], after.town, old_town[int(heir[v])], after.code, village.code)
        unit = trees[district_of[after.town]]
        for depth, code in enumerate((unit.code, *branch)):
            if depth:
                unit = unit.parts.setdefault(code, Unit(code=code, town=depth == 3))
            unit.compounds += int(counts[v])
            unit.urban += int(counts[v]) * village.urban
        unit.village = v
    return trees


def _main_old_town(gazetteer: Gazetteer, people: I64, heir: I64) -> dict[int, int]:
    """The old town from which most residents of each new village come: new village -> code."""
    crowd: dict[int, dict[int, int]] = {}
    for v, village in enumerate(gazetteer.villages_before):
        towns = crowd.setdefault(int(heir[v]), {})
        towns[village.town] = towns.get(village.town, 0) + int(people[v])
    return {after: max(towns, key=lambda town: (towns[town], -town)) for after, towns in crowd.items()}


def _raw(gazetteer: Gazetteer, people: I64, counts: I64, placed: dict[int, I64], key: np.ndarray) -> Raw:
    first = np.concatenate(([0], np.cumsum(counts)))
    points = np.concatenate([placed[v] for v in range(len(counts))])
    urban = np.repeat([village.urban for village in gazetteer.villages_before], counts)
    distance = np.sqrt((points[:, 0] ** 2 + points[:, 1] ** 2).astype(np.float64))
    kind, weights = kinds_and_weights(np.arange(first[-1]), urban, distance, key)
    return Raw(first=first, points=points, people=share_out(people, counts, weights), kind=kind)


def _assemble(gazetteer: Gazetteer, raw: Raw, runs: list[Stretch], key: np.ndarray) -> City:
    """Put the compounds in spatial order and draw both maps over them."""
    compound = np.concatenate([np.arange(raw.first[r.before] + r.start, raw.first[r.before] + r.stop) for r in runs])
    sizes = np.array([r.stop - r.start for r in runs])
    before = np.repeat([r.before for r in runs], sizes)
    after = np.repeat([r.after for r in runs], sizes)
    people, kind = raw.people[compound], raw.kind[compound]
    x, y = raw.points[compound].T
    ranks = {district.code: i for i, district in enumerate(gazetteer.districts)}
    home = {town.code: ranks[town.district] for town in gazetteer.towns_after}
    group_of = merge_groups(gazetteer)
    towns_after = [village.town for village in gazetteer.villages_after]
    district = np.array([home[town] for town in towns_after])[after]
    group = np.array([group_of[town] for town in towns_after])[after]
    communities, towns = _layers(gazetteer, before, after)
    ground = Ground(
        people=people, x=x, y=y, district=district, base_community=before, base_town=towns["before"].unit_of
    )
    plans = {name: lay_out(ground, communities[name], towns[name]) for name in ("before", "after")}
    urban = communities["before"].urban[before].astype(np.uint8)
    return City(
        name=gazetteer.name,
        compound_id=compound.astype(np.uint32),
        first_resident=np.concatenate(([0], np.cumsum(people))),
        households=households(people, kind, gazetteer.households).astype(np.int32),
        x=x.astype(np.float64),
        y=y.astype(np.float64),
        kind=kind,
        urban=urban,
        place=plans["before"].community_of,
        group=_numbered(group),
        district=district.astype(np.int32),
        traits=np.zeros(0, np.uint8),
        district_code=np.array([district.code for district in gazetteer.districts]),
        district_name=tuple(district.name for district in gazetteer.districts),
        district_name_en=tuple(district.name_en for district in gazetteer.districts),
        place_name=plans["before"].community_name,
        plans=plans,
        key=(int(key[0]), int(key[1])),
        census=census(people, kind, urban),
        share=1.0,
        totals=_totals(gazetteer.districts),
        origin=gazetteer.origin,
        boundaries={district.code: district.region for district in gazetteer.districts},
    )


def _layers(gazetteer: Gazetteer, before: I64, after: I64) -> tuple[dict[str, Layer], dict[str, Layer]]:
    """Communities and towns of both maps."""
    communities, towns = {}, {}
    for name, village_of, villages, halls in (
        ("before", before, gazetteer.villages_before, gazetteer.towns_before),
        ("after", after, gazetteer.villages_after, gazetteer.towns_after),
    ):
        communities[name] = Layer(
            unit_of=village_of,
            code=np.array([village.code for village in villages]),
            name=tuple(village.name for village in villages),
            urban=np.array([village.urban for village in villages], np.int64),
        )
        number = {hall.code: i for i, hall in enumerate(halls)}
        towns[name] = Layer(
            unit_of=np.array([number[village.town] for village in villages])[village_of],
            code=np.array([hall.code for hall in halls]),
            name=tuple(hall.name for hall in halls),
            urban=np.zeros(len(halls), np.int64),
        )
    return communities, towns


def _numbered(label: I64) -> np.ndarray:
    """Labels numbered by first appearance: int32."""
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(first.size, np.int32)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[number]


def _totals(districts: tuple[District, ...]) -> dict[str, float]:
    """Residents of the whole city by district code, and "all"."""
    totals = {str(district.code): float(district.residents) for district in districts}
    return totals | {"all": sum(totals.values())}
