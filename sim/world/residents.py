"""Who lives in a compound: one byte of traits a resident, keyed by compound and index in it, for life.

Age bands follow the census of 2020, membership and access to the internet published shares; how they differ between
kinds of compound is an assumption, fitted so that the whole city keeps its totals (iterative proportional fitting,
Deming and Stephan 1940).
"""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import numpy as np

from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, chance
from sim.rng import Purpose
from sim.services import AGE_BANDS, COMPOUND_KINDS, OLD
from sim.world.city import ONLINE_BIT, PARTY_BIT, PROPENSITY_SHIFT, VOLUNTEER_BIT, City
from sim.world.gazetteer import F64, I64

# Census: 0-14 .1328, 15-59 .6874, 60+ .1798, 65+ .1362. Inside 15-59 the split is an assumption (younger than the
# country); 65-69 and 70+ are parted as in the country (74.0 and 116.6 million, census of 2020).
AGES = (0.1328, 0.2050, 0.2500, 0.2324, 0.0965, 0.0833)
# How much more often a band lives in a kind of compound, before fitting. Rows are kinds; assumption.
LEANING = (
    (0.85, 0.70, 0.80, 1.10, 1.50, 1.90),  # danwei: old tenants
    (1.10, 1.00, 1.25, 0.95, 0.75, 0.65),  # estate
    (1.00, 0.90, 0.95, 1.10, 1.15, 1.15),  # resettlement
    (1.00, 0.65, 0.60, 1.20, 1.70, 1.75),  # hamlet
    (0.20, 3.00, 1.30, 0.60, 0.10, 0.03),  # dormitory
)
ONLINE_ALL, ONLINE_OLD, ONLINE_RURAL = 0.73, 0.432, 0.576  # CNNIC, December 2021
PARTY = (0.0, 0.05, 0.085, 0.095, 0.125, 0.13)  # members by age: about 9 % of adults, assumption
VOLUNTEER = (0.03, 0.30, 0.23, 0.20, 0.20, 0.10)  # registered by age, assumption; 19.7 % of all, Chongqing 2020


def settle(city: City) -> City:
    """The city with its residents' traits drawn, N bytes."""
    key = np.array(city.key, np.uint32)
    cell = city.kind.astype(np.int64) + len(COMPOUND_KINDS) * city.urban
    traits = draw_traits(city.compound_id, city.first_resident, cell, *_thresholds(np.array(city.census)), key)
    return replace(city, traits=traits)


@kernel
def draw_traits(compound, first, cell, ages, online, party, volunteer, key):  # type: ignore[no-untyped-def]
    """Traits of every resident: uint8[N]. Thresholds are uint64 by cell and band; cells are kind + 5 * urban."""
    out = np.empty(first[-1], np.uint8)
    word = np.uint32(np.uint32(Purpose.TRAITS.value) << np.uint32(16))
    for c in range(compound.size):
        row, start = cell[c], first[c]
        for i in range(first[c + 1] - start):
            w0, w1, w2, w3 = block(np.uint32(i), compound[c], np.uint32(0), word, key[0], key[1])
            band = 0
            for upper in range(ages.shape[1] - 1):
                band += np.uint64(w0) >= ages[row, upper]
            traits = band
            traits |= (np.uint64(w1) < online[row, band]) << ONLINE_BIT
            traits |= (np.uint64(w2) < party[band]) << PARTY_BIT
            traits |= (np.uint64(w3 & np.uint32(0xFFFFFFFC)) < volunteer[band]) << VOLUNTEER_BIT
            traits |= np.int64(w3 & np.uint32(3)) << PROPENSITY_SHIFT
            out[start + i] = traits
    return out


def census(people: I64, kind: np.ndarray, urban: np.ndarray) -> tuple[int, ...]:
    """Residents of the whole city by kind and urban: 10 numbers, kind + 5 * urban."""
    cells = np.zeros(2 * len(COMPOUND_KINDS), np.int64)
    np.add.at(cells, kind.astype(np.int64) + len(COMPOUND_KINDS) * urban, people)
    return tuple(cells.tolist())


def rake(seed: F64, rows: F64, columns: F64) -> F64:
    """Scale a table until its rows and columns add up as asked (60 rounds, columns last); empty rows stay empty."""
    table = seed.copy()
    for _ in range(60):
        for axis, wanted in ((1, rows), (0, columns)):
            have = np.array([fsum(line) for line in (table if axis else table.T).tolist()])
            factor = wanted / np.where(have > 0.0, have, 1.0)
            table = table * (factor[:, None] if axis else factor[None, :])
    return table


def _thresholds(cells: I64) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Integer thresholds of age (cumulative), online, party, volunteer from the whole city's census cells."""
    kinds = len(COMPOUND_KINDS)
    total = float(sum(cells.tolist()))
    rows = cells / total
    ages = rake(np.vstack([LEANING, LEANING]) * rows[:, None], rows, np.array(AGES))
    online = _online(ages, kinds)
    limits = np.zeros((2 * kinds, len(AGE_BANDS)), np.uint64)
    for cell in range(2 * kinds):
        reached, mass = 0.0, max(fsum(ages[cell].tolist()), 1e-300)
        for band in range(len(AGE_BANDS)):
            reached += float(ages[cell, band])
            limits[cell, band] = chance(reached / mass)
    levels = np.array([[chance(p) for p in row] for row in online.tolist()], np.uint64)
    party, volunteer = (np.array([chance(p) for p in shares], np.uint64) for shares in (PARTY, VOLUNTEER))
    return limits, levels, party, volunteer


def _online(ages: F64, kinds: int) -> F64:
    """Chance of being online by cell and band, fitted to the published shares by age and by urban and rural."""
    corner = np.array(  # share of the city: rural and urban rows, under 60 and 60+ columns
        [
            [fsum(ages[cells, bands].ravel().tolist()) for bands in (slice(0, OLD), slice(OLD, None))]
            for cells in (slice(0, kinds), slice(kinds, None))
        ]
    )
    rural, old = float(corner[0].sum()), float(corner[:, 1].sum())
    users = rake(
        corner * ONLINE_ALL,
        np.array([ONLINE_RURAL * rural, ONLINE_ALL - ONLINE_RURAL * rural]),
        np.array([ONLINE_ALL - ONLINE_OLD * old, ONLINE_OLD * old]),
    )
    level = np.minimum(users / np.where(corner > 0.0, corner, 1.0), 0.98)
    old_band = (np.arange(len(AGE_BANDS)) >= OLD).astype(np.int64)
    return np.asarray(level[np.repeat([0, 1], kinds)[:, None], old_band[None, :]])
