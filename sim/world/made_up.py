"""Made-up cities of any size: square districts in rows, towns and communities numbered, a third merged after."""

from __future__ import annotations

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.world.chengdu_tables import FAMILY_HOUSEHOLDS
from sim.world.gazetteer import District, Gazetteer, Region, Town, Village

CHENGDU_RESIDENTS, CHENGDU_KM2 = 20_937_757, 14_335  # census of 2020; area of the 20 districts
RESIDENTS_A_COMPOUND = 209  # as in Chengdu with 100,000 compounds
URBAN_SHARES = (2, 1, 4)  # quarters of a town's communities that are urban, district by district in turn
URBAN_TO_RURAL = 58, 10  # residents of an urban committee to those of a rural one, as fitted for Chengdu
FEWEST = 8  # residents a community, so that each has people
# Chengdu's means, after which a city takes its shape where the caller gives none
RESIDENTS_A_TOWN, RESIDENTS_A_COMMUNITY, TOWNS_A_DISTRICT, MOST = 55_834, 4_796, 19, 90


def usual_shape(residents: int) -> tuple[int, int, int]:
    """Districts, towns a district and communities a town of the size usual in Chengdu, at least two of each."""
    towns = max(4, round(residents / RESIDENTS_A_TOWN))
    districts = min(max(2, round(towns / TOWNS_A_DISTRICT)), MOST)
    each = -(-towns // districts)
    return districts, each, min(max(2, round(residents / (districts * each * RESIDENTS_A_COMMUNITY))), MOST)


def made_up_gazetteer(residents: int, districts: int, towns: int, communities: int, name: str) -> Gazetteer:
    """The gazetteer of a made-up city; after the merge two of three neighbouring towns, and communities, are one.

    Raises:
        ValueError: a number out of range, or fewer than 8 residents a community.
    """
    shape = {"districts": districts, "towns_per_district": towns, "communities_per_town": communities}
    for what, value in shape.items():
        if not 1 <= value <= MOST:
            raise ValueError(f"city.{what} must be in [1, {MOST}], got {value}")
    many = districts * towns * communities
    if not FEWEST * many <= residents <= 100_000_000:
        allowed = f"[{FEWEST * many}, 100000000]"
        raise ValueError(f"city.residents must be in {allowed} for {many} communities, got {residents}")
    people = largest_remainder(np.arange(districts + 4, 4, -1), residents, FEWEST * towns * communities)
    before, heir = _villages(districts, towns, communities)
    after = dict(zip(reversed(heir), reversed(before), strict=True))  # a new village is named after the first in it
    ties = sorted({(village.town, code // 1000) for village, code in zip(before, heir, strict=True)})
    return Gazetteer(
        name=name,
        keyed_by=f"{name} {residents} {districts} {towns} {communities}",
        districts=tuple(
            District(
                code=900_001 + d,
                name=f"第{d + 1}区",
                name_en=f"District {d + 1}",
                residents=n,
                region=_square(d, districts, residents),
            )
            for d, n in enumerate(people.tolist())
        ),
        towns_before=tuple(_town(code) for code in sorted({village.town for village in before})),
        towns_after=tuple(_town(code) for code in sorted({code // 1000 for code in after})),
        villages_before=before,
        villages_after=tuple(
            Village(code=code, name=village.name, town=code // 1000, urban=village.urban)
            for code, village in sorted(after.items())
        ),
        heir=tuple(heir),
        heir_town=tuple(code // 1000 for code in heir),
        town_ties=tuple(ties),
        urban_residents=_urban_residents(people.tolist(), communities),
        households=max(2 * many, residents * FAMILY_HOUSEHOLDS // CHENGDU_RESIDENTS),
        compounds=max(2 * many, residents // RESIDENTS_A_COMPOUND),
        origin=(0.0, 0.0),
    )


def _villages(districts: int, towns: int, communities: int) -> tuple[tuple[Village, ...], list[int]]:
    """Communities before the merge, and the code of each one's community after it."""
    villages, heir = [], []
    for d in range(districts):
        urban = _urban_communities(d, communities)
        for t in range(towns):
            town = (900_001 + d) * 1000 + t + 1
            joins = t % 3 == 1  # the second of three joins the first
            for k in range(communities):
                name = f"第{d + 1}区{t + 1}镇{k + 1}社区"
                villages.append(Village(code=town * 1000 + k + 1, name=name, town=town, urban=k < urban))
                heir.append((town - joins) * 1000 + k - (k % 3 == 1) + 1 + joins * communities)
    return tuple(villages), heir


def _town(code: int) -> Town:
    district, number = divmod(code, 1000)
    return Town(code=code, name=f"第{district - 900_000}区{number}镇", district=district)


def _urban_communities(district: int, communities: int) -> int:
    return -(-communities * URBAN_SHARES[district % len(URBAN_SHARES)] // 4)


def _urban_residents(people: list[int], communities: int) -> int:
    """Residents of urban committees."""
    urban, rural = URBAN_TO_RURAL
    total = 0
    for d, residents in enumerate(people):
        many = urban * _urban_communities(d, communities)
        total += residents * many // (many + rural * (communities - _urban_communities(d, communities)))
    return total


def _square(number: int, districts: int, residents: int) -> Region:
    """The square of a district, squares in rows around the origin, at the density of Chengdu."""
    side = np.floor(np.sqrt(1e6 * CHENGDU_KM2 * residents / CHENGDU_RESIDENTS / districts)) + 1.0
    columns = int(np.ceil(np.sqrt(districts)))
    row, column = divmod(number, columns)
    west, south = side * (column - columns // 2), side * (row - columns // 2)
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return ((np.array([(west + side * i, south + side * j) for i, j in corners]),),)
