"""Tables: records -> tidy Arrow tables. Counts and cents stay int64, everything else is float64.

trials    one row a trial
outcomes  trial, outcome, level, place, group, period, value; utilisation is an outcome by kind of station
accounts  trial, account, cents
series    trial, day, district and one column a tally
places    trial, month, place and one column a count
beside    kind (draw: drawn assumptions; again: luck alone; scenario: another one; part: combination of a package;
          margin: a little more, branches kept, a surge), number of the draw, luck, combination or margin (of a
          scenario: four times its own plus that of the luck), place of the option (of a part or margin: number of the
          luck), outcome, value
points    draw, lever, value; of an ablation also the option of the reform that was tried under the draw
spread    trial, class, urgency, channel, age_band, urban, days_from, days_to, cases: days to solved, without empty bins
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from experiments.assumptions import Drawn
from experiments.design import PlannedTrial
from experiments.racing import Race
from sim.services import AGE_BANDS, CLASSES
from sim.trial import Record
from sim.world.city import City
from sim.world.tallies import SPREAD_CHANNELS

Run = tuple[PlannedTrial, Record]
Column: TypeAlias = pa.Array | npt.NDArray[Any]


def tables(runs: Sequence[Run], city: City) -> dict[str, pa.Table]:
    """All tables of a study; trials are numbered in the order given and have records of one shape.

    Raises:
        ValueError: no runs.
    """
    if not runs:
        raise ValueError("runs must be one or more, got none")
    return {
        "trials": trials(runs),
        "outcomes": outcomes(runs, city),
        "accounts": accounts(runs),
        "series": series(runs, city),
        "places": places(runs, city),
        "spread": spread(runs),
    }


def beside(race: Race) -> dict[str, pa.Table]:
    """Outcomes of runs under drawn assumptions and of parts of a package, and the points drawn; none without."""
    found = {}
    if race.others:
        rows = [(*key, name, value) for key, outcomes in race.others.items() for name, value in outcomes.items()]
        found["beside"] = table(
            {
                "kind": words([row[0] for row in rows]),
                "number": np.array([row[1] for row in rows], np.int32),
                "place": np.array([row[2] for row in rows], np.int32),
                "outcome": words([row[3] for row in rows]),
                "value": np.array([row[4] for row in rows], np.float64),
            }
        )
    if race.drawn is not None:
        found["points"] = points({"": race.drawn}).drop_columns("option")
    return found


def points(drawn: Mapping[str, Drawn]) -> pa.Table:
    """The points drawn, by the name of what was tried under them."""
    rows = [
        (name, draw, assumption.key, float(value))
        for name, several in drawn.items()
        for draw, point in enumerate(several.points)
        for assumption, value in zip(several.assumptions, point, strict=True)
    ]
    return table(
        {
            "option": words([row[0] for row in rows]),
            "draw": np.array([row[1] for row in rows], np.int32),
            "lever": words([row[2] for row in rows]),
            "value": np.array([row[3] for row in rows], np.float64),
        }
    )


def trials(runs: Sequence[Run]) -> pa.Table:
    """What ran, and the digest of what came out."""
    planned, records = [run[0] for run in runs], [run[1] for run in runs]
    return table(
        {
            "trial": np.arange(len(runs), dtype=np.int32),
            "option": words([p.option.name for p in planned]),
            "scenario": words([p.scenario for p in planned]),
            "replication": np.array([p.replication for p in planned], np.uint32),
            "seed": np.array([p.seed for p in planned], np.uint64),
            "days": np.array([p.days for p in planned], np.int32),
            "warmup": np.array([p.warmup for p in planned], np.int32),
            "residents": np.array([r.residents for r in records], np.int64),
            "cases": np.array([r.cases for r in records], np.int64),
            "digest": texts([r.digest for r in records]),
            "broken_checks": np.array([sum(not held for held in r.checks.values()) for r in records], np.int32),
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
    return table(
        {
            "trial": np.array([row[0] for row in rows], np.int32),
            "outcome": words([row[1] for row in rows]),
            "level": words(["city"] * len(rows)),
            "place": words([city.name] * len(rows)),
            "group": words([row[2] for row in rows]),
            "period": words(["all"] * len(rows)),
            "value": np.array([row[3] for row in rows], np.float64),
        }
    )


def accounts(runs: Sequence[Run]) -> pa.Table:
    """Money by account."""
    rows = [(trial, name, cents) for trial, (_, record) in enumerate(runs) for name, cents in record.money.items()]
    return table(
        {
            "trial": np.array([row[0] for row in rows], np.int32),
            "account": words([row[1] for row in rows]),
            "cents": np.array([row[2] for row in rows], np.int64),
        }
    )


def series(runs: Sequence[Run], city: City) -> pa.Table:
    """Tallies by day and district."""
    daily = [record.daily for _, record in runs]
    trial, day, spot = axes(daily)
    return table(
        {"trial": trial, "day": day, "district": city.district_code[spot]} | columns(daily, runs[0][1].tallies)
    )


def places(runs: Sequence[Run], city: City) -> pa.Table:
    """Counts by month and place (base community)."""
    monthly = [record.places for _, record in runs]
    trial, month, spot = axes(monthly)
    return table(
        {"trial": trial, "month": month, "place": coded(spot, city.place_name)}
        | columns(monthly, runs[0][1].place_columns)
    )


def spread(runs: Sequence[Run]) -> pa.Table:
    """Days to solved as histograms."""
    counts = np.stack([record.spread for _, record in runs])
    trial, cell, slot = np.nonzero(counts)
    labels = np.array(runs[0][1].spread_labels, dtype=np.int32).reshape(-1, 5)[cell]
    edges = runs[0][1].spread_edges
    names = {
        "class": CLASSES, "urgency": ("normal", "urgent"), "channel": SPREAD_CHANNELS,
        "age_band": AGE_BANDS, "urban": ("rural", "urban"),
    }  # fmt: skip
    return table(
        {
            "trial": trial.astype(np.int32),
            **{word: coded(labels[:, i], names[word]) for i, word in enumerate(names)},
            "days_from": edges[slot],
            "days_to": edges[slot + 1],
            "cases": counts[trial, cell, slot],
        }
    )


def axes(parts: Sequence[npt.NDArray[np.int64]]) -> tuple[npt.NDArray[np.int32], ...]:
    """The number of the trial, the time and the place of each row of arrays [time, place, column] laid end to end."""
    times, spots = parts[0].shape[:2]
    grid = np.meshgrid(np.arange(len(parts)), np.arange(times), np.arange(spots), indexing="ij")
    return tuple(axis.ravel().astype(np.int32) for axis in grid)


def columns(parts: Sequence[npt.NDArray[np.int64]], names: Sequence[str]) -> dict[str, Column]:
    """The last axis of arrays [time, place, column] laid end to end, as columns by name."""
    return {name: np.concatenate([part[:, :, i].ravel() for part in parts]) for i, name in enumerate(names)}


def table(columns: Mapping[str, Column]) -> pa.Table:
    """An Arrow table of columns by name."""
    arrays = [column if isinstance(column, pa.Array) else numbers(column) for column in columns.values()]
    return pa.Table.from_arrays(arrays, names=list(columns))


def numbers(values: npt.NDArray[Any]) -> pa.Array:
    """Numbers as Arrow sees them. Buffers, because `pa.array` imports pandas wherever it is installed."""
    flat = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), flat.size, [None, pa.py_buffer(flat)])


def texts(values: Sequence[str]) -> pa.Array:
    """Texts as Arrow sees them."""
    encoded = [value.encode() for value in values]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(encoded), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    )


def words(values: Sequence[str]) -> pa.Array:
    """Texts of which many are the same."""
    return texts(values).dictionary_encode()


def coded(codes: npt.NDArray[np.int32], names: Sequence[str]) -> pa.Array:
    """Texts given by their places in a list of names."""
    return pa.DictionaryArray.from_arrays(numbers(codes), texts(names))
