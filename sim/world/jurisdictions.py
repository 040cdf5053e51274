"""Which map of towns and communities is in force: any mix of before, after and a synthetic percentage.

Every map groups the same compounds, so the same people live under all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.world.city import City, Jurisdictions
from sim.world.gazetteer import I64

MAPS = ("before", "after", "percent")
CUT_LIMIT = 0.6


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Units of one level, K of them, and the compounds in each."""

    unit_of: I64  # [C]
    code: I64  # [K]
    name: tuple[str, ...]  # [K]
    urban: I64  # [K]; 0 for towns


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a map needs to know of the compounds, and the base units whose offices stand already."""

    people: I64  # [C]
    x: I64  # [C] whole metres
    y: I64  # [C]
    district: I64  # [C]
    base_community: I64  # [C]
    base_town: I64  # [C]


def jurisdictions(
    city: City, *, towns: str, villages: str, town_cut: float = 0.0, village_cut: float = 0.0
) -> Jurisdictions:
    """The map of towns and communities under the levers of `sim.rules.Jurisdiction`.

    Args:
        towns: "before", "after", or "percent": in each district the least populous towns join their nearest
            neighbour until `town_cut` of the city's towns are gone.
        villages: the same for communities, each inside its town.
        town_cut: share of towns, in [0, 0.6].
        village_cut: share of communities, in [0, 0.6].

    Where the two levels differ, a community belongs to the town in which most of its residents live.

    Raises:
        ValueError: an unknown map, or a cut outside its range.
    """
    for lever, level in (("towns", towns), ("villages", villages)):
        if level not in MAPS:
            raise ValueError(f"jurisdiction.{lever} must be one of {', '.join(MAPS)}, got {level!r}")
    for lever, cut in (("town_cut", town_cut), ("village_cut", village_cut)):
        if not 0.0 <= cut <= CUT_LIMIT:
            raise ValueError(f"jurisdiction.{lever} must be in [0, {CUT_LIMIT}], got {cut}")
    if towns == villages != "percent":
        return city.plans[towns]
    ground = ground_of(city)
    town = town_layer(city.plans["after" if towns == "after" else "before"])
    if towns == "percent":
        container = _majority(town.unit_of, ground.district, ground.people)
        town = _merged(town, container, town_cut, ground)
    community = community_layer(city.plans["after" if villages == "after" else "before"])
    if villages == "percent":
        container = _majority(community.unit_of, town.unit_of, ground.people)
        community = _merged(community, container, village_cut, ground)
    return lay_out(ground, community, town)


def ground_of(city: City) -> Ground:
    """The ground of a city; its base units are those of the map "before"."""
    before = city.plans["before"]
    return Ground(
        people=city.population,
        x=city.x.astype(np.int64),
        y=city.y.astype(np.int64),
        district=city.district.astype(np.int64),
        base_community=before.community_of.astype(np.int64),
        base_town=town_layer(before).unit_of,
    )


def community_layer(plan: Jurisdictions) -> Layer:
    """The communities of a map."""
    return Layer(
        unit_of=plan.community_of.astype(np.int64), code=plan.community_code, name=plan.community_name,
        urban=plan.urban.astype(np.int64),
    )  # fmt: skip


def town_layer(plan: Jurisdictions) -> Layer:
    """The towns of a map."""
    return Layer(
        unit_of=plan.town_of[plan.community_of].astype(np.int64), code=plan.town_code, name=plan.town_name,
        urban=np.zeros(plan.town_code.size, np.int64),
    )  # fmt: skip


def lay_out(ground: Ground, community: Layer, town: Layer) -> Jurisdictions:
    """Number communities and towns by their first compound and give each its seat."""
    community, home = _in_order(community), _in_order(town)
    town_of = _majority(community.unit_of, home.unit_of, ground.people)
    town = _in_order(replace(home, unit_of=town_of[community.unit_of]))
    town_of = _majority(community.unit_of, town.unit_of, ground.people)
    seat = _seats(ground, community.unit_of, ground.base_community)
    hall = _seats(ground, town.unit_of, ground.base_town)
    return Jurisdictions(
        community_of=community.unit_of.astype(np.int32),
        town_of=town_of.astype(np.int32),
        district_of=_majority(town.unit_of, ground.district, ground.people).astype(np.int32),
        community_code=community.code,
        town_code=town.code,
        community_name=community.name,
        town_name=town.name,
        urban=community.urban.astype(np.uint8),
        community_x=ground.x[seat].astype(np.float64),
        community_y=ground.y[seat].astype(np.float64),
        town_x=ground.x[hall].astype(np.float64),
        town_y=ground.y[hall].astype(np.float64),
    )


def _in_order(layer: Layer) -> Layer:
    """Units that have compounds, numbered by their first."""
    units, first, number = np.unique(layer.unit_of, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    kept = units[order]
    return Layer(
        unit_of=rank[number],
        code=layer.code[kept],
        name=tuple(layer.name[unit] for unit in kept),
        urban=layer.urban[kept],
    )


def _majority(part: I64, whole: I64, people: I64) -> I64:
    """For each part the whole in which most of its residents live, the first among equals: int64[parts]."""
    pairs, number = np.unique(part * (int(whole.max()) + 1) + whole, return_inverse=True)
    crowd = _sums(number, people)
    owner, candidate = np.divmod(pairs, int(whole.max()) + 1)
    best = np.lexsort((candidate, -crowd, owner))
    first = np.unique(owner[best], return_index=True)[1]
    return np.asarray(candidate[best][first])


def _sums(label: I64, value: I64) -> I64:
    """Sums of whole numbers by label, exact below 2^53."""
    return np.bincount(label, weights=value).astype(np.int64)


def _central(ground: Ground, unit_of: I64) -> I64:
    """The compound nearest to the middle of each unit's residents: int64[K]."""
    crowd = _sums(unit_of, ground.people)
    off_x = ground.x - (_sums(unit_of, ground.people * ground.x) // crowd)[unit_of]
    off_y = ground.y - (_sums(unit_of, ground.people * ground.y) // crowd)[unit_of]
    order = np.lexsort((off_x * off_x + off_y * off_y, unit_of))
    return np.asarray(order[np.unique(unit_of[order], return_index=True)[1]])


def _seats(ground: Ground, unit_of: I64, base_of: I64) -> I64:
    """The compound where each unit has its office: int64[K].

    A unit keeps the office of its most populous base unit, so that a merge opens no new office; a unit whose most
    populous part has its office elsewhere (it was split off) takes its own most central compound.
    """
    office = _central(ground, base_of)[_majority(unit_of, base_of, ground.people)]
    own = unit_of[office] == np.arange(office.size)
    return np.where(own, office, _central(ground, unit_of))


def _merged(layer: Layer, container: I64, cut: float, ground: Ground) -> Layer:
    """Join the least populous units to their nearest neighbour in their container until `cut` of all are gone."""
    crowd = _sums(layer.unit_of, ground.people)
    middle = {
        unit: (int(x), int(y), int(people))
        for unit, (x, y, people) in enumerate(
            zip(
                _sums(layer.unit_of, ground.people * ground.x),
                _sums(layer.unit_of, ground.people * ground.y),
                crowd,
                strict=True,
            )
        )
    }
    spare = np.bincount(container) - 1
    spare[spare < 0] = 0
    cuts = largest_remainder(spare, min(round(cut * crowd.size), int(spare.sum())))
    parent = np.arange(crowd.size)
    for place in np.flatnonzero(cuts).tolist():
        alive = np.flatnonzero(container == place).tolist()
        for _ in range(int(cuts[place])):
            _join(alive, middle, parent)
    head = _heads(parent, crowd)
    return replace(layer, unit_of=head[layer.unit_of])


def _join(alive: list[int], middle: dict[int, tuple[int, int, int]], parent: I64) -> None:
    """Join the least populous of the units to its nearest neighbour."""
    least = min(alive, key=lambda unit: (middle[unit][2], unit))
    alive.remove(least)
    x, y, people = middle[least]

    def distance(unit: int) -> tuple[int, int]:
        other_x, other_y, others = middle[unit]
        return (other_x // others - x // people) ** 2 + (other_y // others - y // people) ** 2, unit

    nearest = min(alive, key=distance)
    other_x, other_y, others = middle[nearest]
    middle[nearest] = (x + other_x, y + other_y, people + others)
    parent[parent == least] = nearest


def _heads(parent: I64, crowd: I64) -> I64:
    """The most populous unit of each merged one, whose name, code and class it keeps."""
    order = np.lexsort((-crowd, parent))
    groups, first = np.unique(parent[order], return_index=True)
    head = np.zeros(parent.size, np.int64)
    head[groups] = order[first]
    return head[parent]
