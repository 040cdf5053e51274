"""How much of a service each place can reach, competition for it included: two-step floating catchment areas.

Step one gives every site the ratio of its supply to the demand in its catchment; step two adds up, for every place, the
ratios of the sites in its reach (W. Luo, F. Wang, Environment and Planning B 30, 2003). The enhanced form weighs both
steps by zone of travel time (W. Luo, Y. Qi, Health & Place 15, 2009). Access is in units of supply per unit of demand,
such as counter minutes a resident; more is better. Weighted by demand it adds up to the supply that demand can reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Zones = Sequence[tuple[float, float]]  # (up to so many minutes, weight), from the nearest on

SLOW_DECAY: Zones = ((10.0, 1.0), (20.0, 0.68), (30.0, 0.22))  # Luo and Qi 2009; minutes by car
FAST_DECAY: Zones = ((10.0, 1.0), (20.0, 0.42), (30.0, 0.09))


@dataclass(frozen=True, kw_only=True, eq=False)
class Trips:
    """The trips that can be made, one a row: place and site by number, and minutes; a pair not listed is too far."""

    place: npt.ArrayLike  # [trips]
    site: npt.ArrayLike  # [trips]
    minutes: npt.ArrayLike  # [trips]


@dataclass(frozen=True, kw_only=True, eq=False)
class Access:
    """What each place can reach; `reached` is the supply of sites that have demand in reach, `stranded` the rest."""

    access: F64  # [places] supply per unit of demand; 0 where no site is in reach
    ratio: F64  # [sites] supply per unit of (weighted) demand; nan where none is in reach
    reached: float  # equals the sum of access times demand
    stranded: float


def two_step(
    supply: npt.ArrayLike, demand: npt.ArrayLike, minutes: npt.ArrayLike | Trips, *, catchment: float
) -> Access:
    """Luo and Wang's access: every site within `catchment` minutes (itself included) counts in full, none beyond.

    `supply` [sites] and `demand` [places] are >= 0 in any units, `minutes` [places, sites] (infinite: no way) or Trips.

    Raises:
        ValueError: a negative or missing value, shapes that do not fit, or a catchment that is not above 0.

    >>> two_step([30], [20, 10], [[5], [15]], catchment=10).access.tolist()
    [1.5, 0.0]
    """
    return enhanced_two_step(supply, demand, minutes, zones=((catchment, 1.0),))


def enhanced_two_step(
    supply: npt.ArrayLike, demand: npt.ArrayLike, minutes: npt.ArrayLike | Trips, *, zones: Zones = SLOW_DECAY
) -> Access:
    """Luo and Qi's access: a trip weighs what its zone does, in both steps; a zone holds its outer edge.

    Raises:
        ValueError: as `two_step`; zones whose edges do not rise, or whose weights rise or leave [0, 1].
    """
    offered, wanted = _amounts("supply", supply), _amounts("demand", demand)
    edges, weights = _zones(zones)
    place, site, time = _trips(minutes, wanted.size, offered.size, edges[-1])
    weight = weights[np.searchsorted(edges, time, side="left")]
    competing = _sums(site, weight * wanted[place], offered.size)
    used = competing > 0.0
    ratio = np.where(used, offered / np.where(used, competing, 1.0), np.nan)
    access = _sums(place, weight * np.where(used, ratio, 0.0)[site], wanted.size)
    reached, stranded = float(offered[used].sum()), float(offered[~used].sum())
    return Access(access=access, ratio=ratio, reached=reached, stranded=stranded)


def _sums(at: I64, amounts: F64, size: int) -> F64:
    return np.bincount(at, weights=amounts, minlength=size).astype(np.float64)


def _amounts(name: str, values: npt.ArrayLike) -> F64:
    amounts = np.asarray(values, dtype=np.float64)
    if amounts.ndim != 1 or amounts.size == 0:
        raise ValueError(f"{name} must be a row of at least one amount, got shape {amounts.shape}")
    fit = np.isfinite(amounts) & (amounts >= 0.0)
    if not fit.all():
        raise ValueError(f"{name} must be finite and >= 0, got {amounts[~fit][0]}")
    return amounts


def _zones(zones: Zones) -> tuple[F64, F64]:
    """Outer edges and weights, checked."""
    table = np.asarray(zones, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != 2 or len(table) == 0:
        raise ValueError(f"zones must be pairs of minutes and weight, got {zones!r}")
    edges, weights = table[:, 0], table[:, 1]
    if not (edges[0] > 0.0 and (np.diff(edges) > 0.0).all() and math.isfinite(edges[-1])):
        raise ValueError(f"zones must end at rising minutes above 0, got {edges.tolist()}")
    if not ((weights >= 0.0).all() and (weights <= 1.0).all() and (np.diff(weights) <= 0.0).all()):
        raise ValueError(f"zones must have weights in [0, 1] that do not rise with minutes, got {weights.tolist()}")
    return edges, weights


def _trips(minutes: npt.ArrayLike | Trips, places: int, sites: int, limit: float) -> tuple[I64, I64, F64]:
    """Place, site and minutes of every trip of at most `limit` minutes, checked."""
    if isinstance(minutes, Trips):
        place, site = _numbers("place", minutes.place, places), _numbers("site", minutes.site, sites)
        time = np.asarray(minutes.minutes, dtype=np.float64)
        if not place.shape == site.shape == time.shape:
            raise ValueError(f"trips must be rows of equal length, got {place.shape}, {site.shape}, {time.shape}")
        if np.unique(place * sites + site).size < place.size:
            raise ValueError("trips must hold each pair of place and site once, got one twice")
    else:
        time = np.asarray(minutes, dtype=np.float64)
        if time.shape != (places, sites):
            raise ValueError(f"minutes must be {places} places by {sites} sites, got shape {time.shape}")
    if not (time >= 0.0).all():
        raise ValueError(f"minutes must be >= 0, got {time[~(time >= 0.0)][0]}")
    near = np.nonzero(time <= limit)
    if isinstance(minutes, Trips):
        return place[near], site[near], time[near]
    return near[0], near[1], time[near]


def _numbers(name: str, values: npt.ArrayLike, size: int) -> I64:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a row of whole numbers, got {numbers.dtype} of shape {numbers.shape}")
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < size):
        raise ValueError(f"{name} must be in [0, {size - 1}], got {numbers.min()} to {numbers.max()}")
    return numbers.astype(np.int64)
