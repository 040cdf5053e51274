"""A district as a part of a city: its compounds, residents and places, counted from 0.

Districts share nothing but the hotline and the city's departments, so a day is worked district by district, on as
many threads as there are, with the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.world.city import F64, I32, I64, U8, U32, City


@dataclass(frozen=True, kw_only=True)
class District:
    """C compounds, N residents, P places; all indices local."""

    index: int
    code: int
    span: slice  # of the city's compounds
    first_place: int
    places: int
    compound_id: U32  # [C]
    first_resident: I64  # [C + 1]
    households: I32  # [C]
    x: F64
    y: F64
    place: I32  # [C]
    cell: I32  # [C] row of the need rates: kind and urban
    urban: U8  # [C]
    traits: U8  # [N]

    @property
    def residents(self) -> int:
        """How many residents live here."""
        return int(self.first_resident[-1])

    @property
    def population(self) -> I64:
        """[C] residents of each compound."""
        return np.diff(self.first_resident)


def districts(city: City) -> tuple[District, ...]:
    """The districts of a city that have residents in it, in its order."""
    found = []
    for index, code in enumerate(city.district_code):
        inside = np.flatnonzero(city.district == index)
        if inside.size == 0:
            continue
        span = slice(int(inside[0]), int(inside[-1]) + 1)
        if span.stop - span.start != inside.size:
            raise ValueError(f"city {city.name}: the compounds of district {code} are not a run")
        first, last = city.first_resident[span.start], city.first_resident[span.stop]
        place = city.place[span]
        found.append(
            District(
                index=index,
                code=int(code),
                span=span,
                first_place=int(place.min()),
                places=int(place.max() - place.min()) + 1,
                compound_id=city.compound_id[span],
                first_resident=city.first_resident[span.start : span.stop + 1] - first,
                households=city.households[span],
                x=city.x[span],
                y=city.y[span],
                place=(place - place.min()).astype(np.int32),
                cell=(city.kind[span].astype(np.int32) * 2 + city.urban[span]).astype(np.int32),
                urban=city.urban[span],
                traits=city.traits[first:last],
            )
        )
    return tuple(found)
