"""Tables of a sweep: what its parts hold, what its plan says, and how they become bytes.

trials    one row a trial: its number in the plan, its run id, what ran, the digest of what came out
outcomes  trial, outcome, level, place, group, period, value; utilisation is an outcome by kind of station
accounts  trial, account, cents
series    trial, first day and days of the stretch, district and one column a tally (if kept)
places    trial, place and one column a count since the warm-up (if kept)
plan      one row a case and replication: point, option, scenario, its trial, its run id, the values of the axes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from experiments import tables
from experiments.tables import coded, columns, numbers, table, texts, words
from sim.trial import Record
from sim.world.city import City

if TYPE_CHECKING:
    from experiments.sweep.planning import Plan
    from experiments.sweep.work import Numbered

STRETCH = {"day": 1, "week": 7}
KEPT = ("outcomes", "accounts", "series", "places", "trials")  # the commit marker last


def files_of(ended: Sequence[tuple[Numbered, Record]], series: str, places: bool, city: City) -> dict[str, bytes]:
    """The tables of trials as Parquet, by name; the same trials give the same bytes."""
    runs = [(trial.planned, record) for trial, record in ended]
    trial = np.array([trial.number for trial, _ in ended], np.int32)
    found = {"outcomes": tables.outcomes(runs, city), "accounts": tables.accounts(runs)}
    if series != "none":
        found["series"] = _series([record for _, record in ended], STRETCH[series], city)
    if places:
        found["places"] = _places([record for _, record in ended], city)
    found["trials"] = tables.trials(runs).add_column(1, "run", texts([trial.run for trial, _ in ended]))
    return {name: parquet(_renumbered(part, trial)) for name, part in found.items()}


def plan_table(plan: Plan) -> pa.Table:
    """Every case in every replication, with the number and the id of the trial that answers for it."""
    cases, replications = plan.cases, plan.replications
    many = len(plan.distinct)
    unique = np.tile(np.array(plan.unique, np.int32), replications)
    replication = np.repeat(np.arange(replications, dtype=np.uint32), len(cases))
    trial = (unique + replication * many).astype(np.int32)
    repeated = {
        "point": numbers(np.tile(np.array([case.number for case in cases], np.int32), replications)),
        "option": words([case.option for case in cases] * replications),
        "scenario": words([case.scenario for case in cases] * replications),
    }
    ids = list(plan.numbers)
    axes = {
        axis.key: _values([case.values[place] for case in cases] * replications)
        for place, axis in enumerate(plan.settings.axes)
    }
    return table({**repeated, "replication": replication, "trial": trial,
                  "run": texts([ids[number] for number in trial.tolist()]), **axes})  # fmt: skip


def parquet(part: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    few = [f.name for f in part.schema if pa.types.is_dictionary(f.type)]
    pq.write_table(part, sink, compression="zstd", use_dictionary=few)
    return bytes(sink.getvalue())


def without(data: bytes, dropped: Sequence[int]) -> bytes:
    """The Parquet file of a table without the rows of these trials."""
    part = pq.read_table(pa.BufferReader(data))
    kept = np.flatnonzero(~np.isin(part["trial"].to_numpy(), list(dropped)))
    return parquet(part.take(numbers(kept)))


def _series(records: Sequence[Record], stretch: int, city: City) -> pa.Table:
    """Tallies by stretch of days and district; the last stretch may be short."""
    days = records[0].daily.shape[0]
    first = np.arange(0, days, stretch)
    sums = [np.add.reduceat(record.daily, first, axis=0) for record in records]
    trial, spell, spot = tables.axes(sums)
    length = np.diff(np.append(first, days))
    return table(
        {"trial": trial, "from_day": first[spell].astype(np.int32), "days": length[spell].astype(np.int32),
         "district": city.district_code[spot]} | columns(sums, records[0].tallies)
    )  # fmt: skip


def _places(records: Sequence[Record], city: City) -> pa.Table:
    """Counts by community of the map before, summed since the warm-up."""
    sums: list[npt.NDArray[np.int64]] = [record.places.sum(axis=0, keepdims=True) for record in records]
    trial, _, spot = tables.axes(sums)
    names = coded(spot, city.place_name)
    return table({"trial": trial, "place_number": spot, "place": names} | columns(sums, records[0].place_columns))


def _renumbered(part: pa.Table, trial: npt.NDArray[np.int32]) -> pa.Table:
    """The same with numbers of the plan where a table counts its own trials."""
    place = part.column_names.index("trial")
    return part.set_column(place, "trial", numbers(trial[part.column(place).to_numpy()]))


def _values(values: Sequence[Any]) -> pa.Array:
    """A column of an axis: numbers where all are numbers (nan for another option's), else text."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in given) or any(isinstance(value, str) for value in given):
        return words(["" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                      for value in values])  # fmt: skip
    if len(given) == len(values) and all(isinstance(value, int) for value in given):
        return numbers(np.array(values, np.int64))
    return numbers(np.array([np.nan if value is None else value for value in values], np.float64))
