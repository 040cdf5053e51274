"""Made-up records on a tiny city: options whose effects are known, so that what is shown can be checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.outcomes import OUTCOMES
from sim.trial import Record
from sim.world import City
from sim.world.tallies import PLACE_COLUMNS, SERVED_KINDS, TALLIES

LEVELS = {"share": 0.3, "share a month": 0.2, "0 to 1": 0.4, "yuan a year": 1500.0, "yuan": 120.0}
ACCOUNTS = {
    "paid_community_wages": 90_000.0,
    "paid_grid_wages": 32_000.0,
    "paid_fund_grants": 55_000.0,
    "fund_granted": 55_000.0,
}
EDGES = np.concatenate(([0.0], np.geomspace(0.01, 120.0, 60), [np.inf]))


def record(city: City, replication: int, effect: float, *, noise: float = 1.0, places: int = 0) -> Record:
    """A record whose outcomes are luck shared by all options plus `effect` (relative) and a little luck of its own.

    The first `places` communities take three times as long per unit of effect; the others do not change.
    """
    shared = np.random.default_rng(replication)
    own = np.random.default_rng((replication, int(1e6 * abs(effect)), places))
    people = np.bincount(city.place, weights=city.population, minlength=len(city.place_name))
    outcomes = {
        name: LEVELS.get(outcome.unit, 6.0)
        * (1.0 + 0.05 * shared.normal() + effect * (1.0 + 0.1 * noise * own.normal()))
        for name, outcome in OUTCOMES.items()
    }
    counts = np.zeros((2, people.size, len(PLACE_COLUMNS)), dtype=np.int64)
    needs = shared.poisson(people, size=(2, people.size))
    closed = shared.binomial(needs, 0.7)
    slower = np.where(np.arange(people.size) < places, 1.0 + 3.0 * effect, 1.0)
    columns = {
        "needs": needs,
        "unmet": needs - closed,
        "closed": closed,
        "active": shared.binomial(people.astype(int), 0.2, size=(2, people.size)),
        "closed_seconds": (closed * slower * 86_400 * (5.0 + 0.05 * shared.normal(size=closed.shape))).astype(np.int64),
    }
    for name, values in columns.items():
        counts[:, :, PLACE_COLUMNS.index(name)] = values
    labels = tuple((k, u, 0, a, urban) for k in range(3) for u in range(2) for a in range(6) for urban in range(2))
    middle = np.sqrt(EDGES[1:-2] * EDGES[2:-1])
    shape = np.concatenate(
        ([0.5], np.exp(-0.5 * ((np.log(middle) - math.log(3.0 * (1.0 + effect))) / 1.2) ** 2), [0.2])
    )
    return Record(
        residents=city.residents,
        cases=int(needs.sum()),
        digest=f"{replication:02x}{int(1e6 * abs(effect)):06x}" * 8,
        outcomes=outcomes,
        tallies=TALLIES,
        daily=np.zeros((1, 1, len(TALLIES)), dtype=np.int64),
        place_columns=PLACE_COLUMNS,
        places=counts,
        spread=np.tile((100.0 * shape).astype(np.int64), (len(labels), 1)),
        spread_labels=labels,
        spread_edges=EDGES,
        utilisation=dict.fromkeys(SERVED_KINDS, 0.6 + 0.1 * effect),
        money={name: int(100 * yuan * (1.0 + effect)) for name, yuan in ACCOUNTS.items()},
        checks={"cases balance": True},
    )


OPTIONS: dict[str, tuple[float, int, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "status_quo": (0.0, 0, ()),
    "merge_branches_kept": (0.02, 6, (("merge", {"plan": "chengdu_2019_2020"}),)),
    "grid_300_same_staff": (-0.03, 0, (("one_grid", {"households": 300}),)),
    "fund_plus_50": (0.001, 0, (("fund_level", {"level": 1.5}),)),
}
