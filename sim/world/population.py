"""How many people live where: districts to committees, committees to compounds, all by largest remainder.

Only district totals and the city's urban share are published; what lies between is synthesised so that both hold
exactly. A residents' committee is `ratio` times as populous as a village committee of the same district, with one
ratio for the whole city; around that mean committees vary lognormally.
"""

from __future__ import annotations

from math import fsum

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, lognormal, unit32
from sim.rng import Purpose
from sim.world.gazetteer import I64, Gazetteer

SIGMA_URBAN, SIGMA_RURAL = 0.40, 0.45  # log-spread of committees' sizes, assumption
FEWEST = 60  # residents of the smallest village, assumption; less where the district is smaller
# Numbers of the draws that place people (Purpose.PLACES); never re-used.
DRAW_VILLAGE, DRAW_POINT, DRAW_COMPOUND, DRAW_GROUP = range(4)


@kernel
def spread(entity, key, draw, sigma):  # type: ignore[no-untyped-def]
    """Whole-number weights, lognormal with median 4096, keyed by entity: int64[n]; sigma is float64[n]."""
    out = np.empty(entity.size, np.int64)
    word = np.uint32(np.uint32(Purpose.PLACES.value) << np.uint32(16) | np.uint32(draw))
    for i in range(entity.size):
        low, high = np.uint32(entity[i] & 0xFFFFFFFF), np.uint32(entity[i] >> 32)
        w0, _, _, _ = block(low, high, np.uint32(0), word, key[0], key[1])
        out[i] = np.int64(lognormal(unit32(w0), 4096.0, sigma[i])) + 1
    return out


def villagers(gazetteer: Gazetteer, key: np.ndarray) -> I64:
    """Residents of each village before the merge: int64[V], district totals and the city's urban total exact."""
    district_of_town = {town.code: town.district for town in gazetteer.towns_before}
    home = np.array([district_of_town[village.town] for village in gazetteer.villages_before], np.int64)
    urban = np.array([village.urban for village in gazetteer.villages_before])
    codes = np.array([village.code for village in gazetteer.villages_before], np.int64)
    weights = spread(codes, key, DRAW_VILLAGE, np.where(urban, SIGMA_URBAN, SIGMA_RURAL))
    people = np.zeros(urban.size, np.int64)
    for district, townspeople in zip(gazetteer.districts, _townspeople(gazetteer, home, urban), strict=True):
        for kind, total in ((True, int(townspeople)), (False, district.residents - int(townspeople))):
            members = np.flatnonzero((home == district.code) & (urban == kind))
            fewest = min(FEWEST, total // (2 * max(members.size, 1)))
            people[members] = largest_remainder(weights[members], total, fewest)
    return people


def _townspeople(gazetteer: Gazetteer, home: I64, urban: np.ndarray) -> I64:
    """Residents of urban committees by district: int64[D], adding up to the city's urban total."""
    residents = [district.residents for district in gazetteer.districts]
    many = [int(((home == district.code) & urban).sum()) for district in gazetteer.districts]
    few = [int(((home == district.code) & ~urban).sum()) for district in gazetteer.districts]

    def quota(ratio: float) -> list[float]:
        return [n * (ratio * u / (ratio * u + r)) for n, u, r in zip(residents, many, few, strict=True)]

    low, high = 0.0, 1e6
    for _ in range(80):  # the total rises with the ratio
        ratio = 0.5 * (low + high)
        low, high = (ratio, high) if fsum(quota(ratio)) < gazetteer.urban_residents else (low, ratio)
    fixed = np.array([n if not r else (0 if not u else -1) for n, u, r in zip(residents, many, few, strict=True)])
    mixed = np.flatnonzero(fixed < 0)
    left = gazetteer.urban_residents - int(fixed[fixed > 0].sum())
    if mixed.size:
        fixed[mixed] = largest_remainder([int(quota(high)[d] * 1000) for d in mixed], left)
    elif left:
        raise ValueError(f"urban_residents must be {gazetteer.urban_residents - left} where no district is mixed")
    return fixed


def compounds_by_village(gazetteer: Gazetteer, people: I64) -> I64:
    """How many compounds each village has: int64[V], at least one; rural compounds are 2/3 the size (assumption)."""
    urban = np.array([village.urban for village in gazetteer.villages_before])
    return largest_remainder(people * np.where(urban, 2, 3), gazetteer.compounds, 1)


def share_out(people: I64, counts: I64, weights: I64) -> I64:
    """Residents of each compound, compounds running village by village: int64[C], at least one each."""
    out = np.empty(weights.size, np.int64)
    first = 0
    for total, count in zip(people.tolist(), counts.tolist(), strict=True):
        out[first : first + count] = largest_remainder(weights[first : first + count], total, 1)
        first += count
    return out
