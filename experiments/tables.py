"""Tables: records -> tidy Arrow tables. Counts and cents stay int64, everything else is float64.

trials    one row a trial
outcomes  trial, outcome, level, place, group, period, value; utilisation is an outcome by kind of station
accounts  trial, account, cents
series    trial, day, district and one column a tally
places    trial, month, place and one column a count
spread    trial, class, urgency, channel, age_band, urban, days_from, days_to, cases: days to solved, empty bins left out
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from experiments.design import PlannedTrial
from sim.services import AGE_BANDS, CHANNELS, CLASSES
from sim.trial import Record
from sim.world.city import City

Run = tuple[PlannedTrial, Record]


def tables(runs: Sequence[Run], city: City) -> dict[str, pa.Table]:
    """All tables of a study; trials are numbered in the order given."""
    return {
        "trials": trials(runs),
        "outcomes": outcomes(runs, city),
        "accounts": accounts(runs),
        "series": series(runs, city),
        "places": places(runs, city),
        "spread": spread(runs),
    }


def trials(runs: Sequence[Run]) -> pa.Table:
    """What ran, and the digest of what came out."""
    return pa.table(
        {
            "trial": pa.array(range(len(runs)), pa.int32()),
            "option": _words([planned.option.name for planned, _ in runs]),
            "scenario": _words([planned.scenario for planned, _ in runs]),
            "replication": pa.array([planned.replication for planned, _ in runs], pa.uint32()),
            "seed": pa.array([planned.seed for planned, _ in runs], pa.uint64()),
            "days": pa.array([planned.days for planned, _ in runs], pa.int32()),
            "warmup": pa.array([planned.warmup for planned, _ in runs], pa.int32()),
            "residents": pa.array([record.residents for _, record in runs], pa.int64()),
            "cases": pa.array([record.cases for _, record in runs], pa.int64()),
            "digest": pa.array([record.digest for _, record in runs], pa.string()),
            "checks_held": pa.array([all(record.checks.values()) for _, record in runs], pa.bool_()),
        }
    )


def outcomes(runs: Sequence[Run], city: City) -> pa.Table:
    """Outcomes of the whole city over the days after the warm-up."""
    rows = [
        (trial, name, group, value)
        for trial, (_, record) in enumerate(runs)
        for name, group, value in (
            *((name, "all", value) for name, value in record.outcomes.items()),
            *(("utilisation", kind, value) for kind, value in record.utilisation.items()),
        )
    ]
    return pa.table(
        {
            "trial": pa.array([row[0] for row in rows], pa.int32()),
            "outcome": _words([row[1] for row in rows]),
            "level": _words(["city"] * len(rows)),
            "place": _words([city.name] * len(rows)),
            "group": _words([row[2] for row in rows]),
            "period": _words(["all"] * len(rows)),
            "value": pa.array([float(row[3]) for row in rows], pa.float64()),
        }
    )


def accounts(runs: Sequence[Run]) -> pa.Table:
    """Money by account."""
    rows = [(trial, name, cents) for trial, (_, record) in enumerate(runs) for name, cents in record.money.items()]
    return pa.table(
        {
            "trial": pa.array([row[0] for row in rows], pa.int32()),
            "account": _words([row[1] for row in rows]),
            "cents": pa.array([row[2] for row in rows], pa.int64()),
        }
    )


def series(runs: Sequence[Run], city: City) -> pa.Table:
    """Tallies by day and district."""
    return _cube(
        [(record.daily, record.tallies) for _, record in runs], "day", "district", pa.array(city.district_code)
    )


def places(runs: Sequence[Run], city: City) -> pa.Table:
    """Counts by month and place (base community)."""
    return _cube(
        [(record.places, record.place_columns) for _, record in runs], "month", "place", pa.array(city.place_name)
    )


def spread(runs: Sequence[Run]) -> pa.Table:
    """Days to solved as histograms."""
    names = (CLASSES, ("normal", "urgent"), CHANNELS, AGE_BANDS, ("rural", "urban"))
    columns: dict[str, list[Any]] = {"trial": [], "cell": [], "bin": [], "cases": []}
    labels = runs[0][1].spread_labels if runs else ()
    for trial, (_, record) in enumerate(runs):
        cell, slot = np.nonzero(record.spread)
        columns["trial"].append(np.full(cell.size, trial, dtype=np.int32))
        columns["cell"].append(cell)
        columns["bin"].append(slot)
        columns["cases"].append(record.spread[cell, slot])
    joined = {name: np.concatenate(parts) if parts else np.zeros(0, np.int64) for name, parts in columns.items()}
    edges = runs[0][1].spread_edges if runs else np.zeros(1)
    cells = np.array(labels, dtype=np.int32).reshape(len(labels), 5)[joined["cell"]]
    words = ("class", "urgency", "channel", "age_band", "urban")
    return pa.table(
        {
            "trial": pa.array(joined["trial"], pa.int32()),
            **{word: _coded(cells[:, i], names[i]) for i, word in enumerate(words)},
            "days_from": pa.array(edges[joined["bin"]], pa.float64()),
            "days_to": pa.array(edges[joined["bin"] + 1], pa.float64()),
            "cases": pa.array(joined["cases"], pa.int64()),
        }
    )


def _cube(
    parts: Sequence[tuple[npt.NDArray[np.int64], tuple[str, ...]]], when: str, where: str, names: pa.Array
) -> pa.Table:
    """Arrays [time, place, column], one a trial, as one wide table with the columns named."""
    times, spots = (parts[0][0].shape[0], parts[0][0].shape[1]) if parts else (0, 0)
    place = pa.DictionaryArray.from_arrays(
        pa.array(np.tile(np.arange(spots, dtype=np.int32), times * len(parts))), names
    )
    table = {
        "trial": pa.array(np.repeat(np.arange(len(parts), dtype=np.int32), times * spots)),
        when: pa.array(np.tile(np.repeat(np.arange(times, dtype=np.int32), spots), len(parts))),
        where: place if pa.types.is_string(names.type) else place.dictionary_decode(),
    }
    for i, name in enumerate(parts[0][1] if parts else ()):
        table[name] = pa.array(np.concatenate([array[:, :, i].ravel() for array, _ in parts]), pa.int64())
    return pa.table(table)


def _words(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.string()).dictionary_encode()


def _coded(codes: npt.NDArray[np.int32], names: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names))
