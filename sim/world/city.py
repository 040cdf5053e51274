"""A city as columns: compounds in spatial order, residents inside them, and the maps that group them.

A place is a range: residents of compound c are first_resident[c] <= i < first_resident[c + 1], and districts,
merge groups and base communities are contiguous runs of compounds. A jurisdiction is a map over compounds, so a
merge changes a small array and never a resident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]

# A resident's traits in one byte: age band (3 bits), online, party member, registered volunteer, propensity (2 bits).
AGE_BITS = 0b111
ONLINE_BIT = 3
PARTY_BIT = 4
VOLUNTEER_BIT = 5
PROPENSITY_SHIFT = 6


@dataclass(frozen=True, kw_only=True)
class Jurisdictions:
    """One map of towns and communities over the compounds of a city.

    M communities, T towns. Codes are those of the statistics bureau, or made up for synthetic cities; every index is
    into the city's own arrays. Communities are in order of their first compound, so are towns and districts.
    """

    community_of: I32  # [C] compound -> community
    town_of: I32  # [M] community -> town
    district_of: I32  # [T] town -> district
    community_code: I64  # [M]
    town_code: I64  # [T]
    community_name: tuple[str, ...]
    town_name: tuple[str, ...]
    urban: U8  # [M] 1 for an urban committee (residents' committee), 0 for a village
    community_x: F64  # [M] metres; where the community centre stands
    community_y: F64
    town_x: F64  # [T] metres; where the town complex stands
    town_y: F64


@dataclass(frozen=True, kw_only=True)
class City:
    """Everything about a city that no rule, option or scenario changes.

    C compounds, N residents, P places (base communities: the constant unit in which results are reported, the
    communities of the map "before"; places whose map "after" splits them stay one place).
    """

    name: str
    compound_id: U32  # [C] for life, the same under any share; entity of every draw of its residents
    first_resident: I64  # [C + 1]
    households: I32  # [C]
    x: F64  # [C] metres east of the city's origin
    y: F64  # [C] metres north
    kind: U8  # [C] index into COMPOUND_KINDS
    urban: U8  # [C] rate class of the base community: 1 urban, 0 rural; held through merges
    place: I32  # [C] base community
    group: I32  # [C] merge group: towns tied by the crosswalk
    district: I32  # [C]
    traits: U8  # [N]
    district_code: I64  # [D]
    district_name: tuple[str, ...]
    district_name_en: tuple[str, ...]
    place_name: tuple[str, ...]  # [P]
    plans: Mapping[str, Jurisdictions]  # "before", "after"
    key: tuple[int, int]  # of the draws that made the city; never a study's
    census: tuple[int, ...]  # whole-city residents by kind + 5 * urban, to which ages are fitted
    share: float  # of residents reached, 1 for the whole city
    totals: Mapping[str, float]  # whole-city residents by district code (as str) and "all", for city stations
    origin: tuple[float, float]  # longitude, latitude of x = y = 0
    boundaries: Mapping[int, Any]  # district code -> polygon rings in metres, for maps

    @property
    def residents(self) -> int:
        """How many residents live here."""
        return int(self.first_resident[-1])

    @property
    def population(self) -> I64:
        """[C] residents of each compound."""
        return np.diff(self.first_resident)
