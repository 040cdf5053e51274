"""The doors to a city: the real one, a made-up one of any size, a tiny one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.world import cache as store
from sim.world.chengdu_tables import COMPOUNDS, TABLES, chengdu_gazetteer, read
from sim.world.city import City
from sim.world.made_up import made_up_gazetteer, usual_shape
from sim.world.residents import settle
from sim.world.shares import take
from sim.world.synthesis import found_compounds


def chengdu(share: float = 1.0, *, compounds: int = COMPOUNDS, cache: Path | str | bool | None = None) -> City:
    """Chengdu, whole or a stratified share of its merge groups.

    Args:
        share: of residents wanted, in (0, 1]; `City.share` tells the share that whole groups reach.
        compounds: in the whole city, 20,000 to 130,000 (structure.compounds, an assumption).
        cache: folder of the cache; None for the user's, False for none.

    Raises:
        ValueError: share or compounds outside their ranges.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"city.share must be in (0, 1], got {share}")
    folder = store.folder_of(cache)

    def kept(what: str, build: Callable[[], City]) -> City:
        return store.keep(folder, ("chengdu", what, compounds), (read(name) for name in TABLES), build)

    def compounds_only() -> City:
        return kept("compounds", lambda: found_compounds(chengdu_gazetteer(compounds)))

    if share == 1.0:
        return kept("residents", lambda: settle(compounds_only()))
    return settle(take(compounds_only(), share))


def synthetic(
    residents: int,
    *,
    districts: int | None = None,
    towns_per_district: int | None = None,
    communities_per_town: int | None = None,
    name: str = "synthetic",
) -> City:
    """A made-up city; equal numbers and name give the same city, another name another city.

    Where a number is left out, it is that of a city with districts, towns and communities of the size of Chengdu's.

    Raises:
        ValueError: a number out of range, or fewer than 8 residents a community.
    """
    usual = usual_shape(residents)
    shape = (
        usual[0] if districts is None else districts,
        usual[1] if towns_per_district is None else towns_per_district,
        usual[2] if communities_per_town is None else communities_per_town,
    )
    return settle(found_compounds(made_up_gazetteer(residents, *shape, name)))


def tiny() -> City:
    """A city of 2,400 residents in 2 districts, 6 towns (4 after the merge) and 18 communities (12 after)."""
    return synthetic(2_400, districts=2, towns_per_district=3, communities_per_town=3, name="tiny")
