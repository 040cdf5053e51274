"""The case event log of one trial, for process mining: the trial is run again with a log and must come out the same.

One row an activity of a case. Written as the days go by, so that memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.cities import city_of
from experiments.composing import Folders
from experiments.design import PlannedTrial, trial_of
from experiments.refusal import Refusal, RunsFailed
from experiments.store import MANIFEST
from experiments.sweep.disk import TEMPORARY, rename, unsealed
from experiments.sweep.kept import kept_trials
from experiments.tables import coded, numbers, table
from experiments.terminal import progress
from sim.case_log import EVENT, Events, simulate_logged
from sim.services import AGE_BANDS, CHANNELS, CLASSES, DEPARTMENTS, catalogue
from sim.trial import Record
from sim.world.cases import DUPLICATE, HAZARD, URGENT, Stage
from sim.world.city import City
from sim.world.events import Activity
from sim.world.tallies import SERVED_KINDS

MOST_CASES = 2_000_000  # of a trial that can be logged: some 9 million rows, 2 GB as CSV
ROWS_AT_ONCE = 100_000
ACTIVITIES = tuple(activity.name.lower() for activity in Activity)
STAGES = ("", *SERVED_KINDS, *[""] * (len(Stage) - 1 - len(SERVED_KINDS)))


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A kept trial whose events are asked for."""

    trial: PlannedTrial
    name: str  # by which messages call it
    digest: str

    def write(self, path: Path) -> None:
        """Run it again with a log, as Parquet.

        Raises:
            RunsFailed: it came out otherwise than it is kept; no log is written.
        """
        with progress(self.trial.days, f"{self.name}: days") as advance:
            record = write_events(self.trial, path, advance)
        if record.digest != self.digest:
            path.unlink()
            raise RunsFailed(f"{self.name}: {self.digest[:12]} when it was kept, {record.digest[:12]} now: this "
                             "version of the model cannot log it")  # fmt: skip


def logged(store: Path, number: int, folders: Folders, plugins: tuple[str, ...]) -> Logged:
    """A trial of a result, to be logged.

    Raises:
        Refusal: there is no such trial, it is too large, or the result cannot be run again.
    """
    kept = kept_trials(store, unsealed(store / MANIFEST), folders, plugins)
    if number not in kept.digests:
        raise Refusal(f"events = {number}: {store} keeps no such trial; it keeps {len(kept.digests)}, from "
                      f"{min(kept.digests, default=0)} to {max(kept.digests, default=0)}")  # fmt: skip
    paths = sorted((store / "parts").glob("trials-*.parquet")) or [store / "trials.parquet"]
    kept_rows = (pq.read_table(path, columns=["trial", "cases"], filters=[("trial", "==", number)]) for path in paths)
    cases = sum(sum(rows["cases"].to_pylist()) for rows in kept_rows)
    if cases > MOST_CASES:
        raise Refusal(f"events = {number}: this trial has {cases} cases, and a log holds at most {MOST_CASES}; take a "
                      "smaller share of the city, or fewer days")  # fmt: skip
    return Logged(trial=kept.trial(number), name=kept.label(number), digest=kept.digests[number])


def write_events(planned: PlannedTrial, path: Path, watch: Callable[[int], None] | None = None) -> Record:
    """Run a trial with a log and write it as Parquet; the file appears whole. The record of the trial."""
    city, start = city_of(planned.city), planned.scenario_values.start
    with _growing(path) as put:
        held: list[Events] = []

        def keep(events: Events) -> None:
            held.append(events)
            if sum(part.size for part in held) >= ROWS_AT_ONCE:
                put(events_table(np.concatenate(held), city, start))
                held.clear()

        record = simulate_logged(trial_of(planned), keep, watch)
        put(events_table(np.concatenate([np.empty(0, EVENT), *held]), city, start))
    return record


def parts_of(path: Path) -> Iterator[pa.Table]:
    """A log part by part."""
    file = pq.ParquetFile(path)
    for part in range(file.num_row_groups):
        yield file.read_row_group(part)


def events_table(events: Events, city: City, start: date) -> pa.Table:
    """A log as others read it: ids and words for numbers, the clock of the calendar for seconds.

    Args:
        events: EVENT[n].
        start: date of the first day.
    """
    items, compound = catalogue(), events["compound"]
    hazard, again = events["flags"] & HAZARD != 0, events["flags"] & DUPLICATE != 0
    of_item = events["item"].astype(np.int32)
    age = np.where(hazard, len(AGE_BANDS), events["age"]).astype(np.int32)
    ended = np.where(events["activity"] == Activity.CLOSED, 2 - events["solved"], 0).astype(np.int32)
    stage = events["stage"].astype(np.int32)
    return table(
        {
            "case": _cases(events, city),
            "activity": coded(events["activity"].astype(np.int32), ACTIVITIES),
            "start": _clock(events["start"], start),
            "end": _clock(events["end"], start),
            "lifecycle": coded(events["pauses"].astype(np.int32), ("complete", "suspend")),
            "station": _stations(events, city.district_code[city.district[compound]]),
            "station_kind": coded(stage, STAGES),
            "was_solved": coded(ended, ("", "yes", "no")),
            "source": coded((hazard + 2 * again).astype(np.int32), ("resident", "hazard", "again")),
            "item": coded(of_item, [item.id for item in items]),
            "class": coded(np.array([CLASSES.index(item.kind) for item in items], np.int32)[of_item], CLASSES),
            "urgency": coded((events["flags"] & URGENT != 0).astype(np.int32), ("normal", "urgent")),
            "channel": coded(events["channel"].astype(np.int32), CHANNELS),
            "age_band": coded(age, (*AGE_BANDS, "")),
            "district": city.district_code[city.district[compound]],
            "place": coded(city.place[compound].astype(np.int32), city.place_name),
        }
    )  # fmt: skip


def _cases(events: Events, city: City) -> pa.Array:
    """The id of each event's case: compound, resident in it, day and number of the need; a second report's own."""
    parts = (city.compound_id[events["compound"]], events["inside"], events["day"], events["number"])
    compound, inside, day, number = (numbers(part).cast(pa.string()) for part in parts)
    who = pc.if_else(_flags(events["inside"] < 0), "hazard", inside)
    first = pc.binary_join_element_wise(compound, who, day, number, "-")
    return pc.if_else(_flags(events["flags"] & DUPLICATE != 0), pc.binary_join_element_wise(first, "again", "-"), first)


def _stations(events: Events, district: npt.NDArray[np.int64]) -> pa.Array:
    """The name of each event's station: kind, district, number or department; empty where there is none."""
    key = (district * len(STAGES) + events["stage"]) * (1 << 24) + events["station"] + 1
    found, code = np.unique(key, return_inverse=True)
    names = []
    for one in found.tolist():
        rest, number = divmod(one, 1 << 24)
        code_of, stage = divmod(rest, len(STAGES))
        unit = DEPARTMENTS[number - 1].id if stage in (Stage.BRANCH, Stage.DEPARTMENT) else str(number)
        whole = (STAGES[stage], *[str(code_of)] * (stage not in (Stage.HOTLINE, Stage.DEPARTMENT)), unit)
        names.append(" ".join(whole) if number else "")
    return coded(code.astype(np.int32), names)


def _clock(seconds: npt.NDArray[np.int64], start: date) -> pa.Array:
    return numbers(np.datetime64(start, "s").astype(np.int64) + seconds).cast(pa.timestamp("s"))


def _flags(values: npt.NDArray[np.bool_]) -> pa.Array:
    return numbers(values.astype(np.uint8)).cast(pa.bool_())


@contextmanager
def _growing(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """A Parquet file to which tables of one schema are added, and which appears when it is whole."""
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    writer: list[pq.ParquetWriter] = []

    def put(part: pa.Table) -> None:
        if not writer:
            writer.append(pq.ParquetWriter(temporary, part.schema, compression="zstd"))
        writer[0].write_table(part)

    try:
        yield put
        writer[0].close()
        rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
