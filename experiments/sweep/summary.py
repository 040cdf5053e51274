"""The summary of a sweep: each outcome in each case, and its paired difference to the case that it is compared with.

A case changes one thing against the one it is compared with: an option against the first option at the same point in
the same scenario; the first option at a point against the first point; the first point of a scenario against the first
scenario. Both have the same luck, replication by replication. What failed or has not been run is not in `n`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import special

from experiments.sweep.damage import TABLE
from experiments.tables import numbers, table, words
from sim.outcomes import OUTCOMES

F64 = npt.NDArray[np.float64]
CONFIDENCE = 0.95
KEYS = ("point", "option", "scenario")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Means [cases, outcomes] over replications; nan where `n` is too small for a number."""

    n: npt.NDArray[np.int32]  # replications that have a value
    mean: F64
    sd: F64
    low: F64
    high: F64


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Cases in the order of the plan; `rows` are those of the plan's table, one a case."""

    rows: pa.Table
    base: npt.NDArray[np.int32]  # [cases] the case that each is compared with; itself where there is none
    planned: int  # replications
    ended: npt.NDArray[np.int32]  # [cases] replications that are kept
    outcomes: tuple[str, ...]
    level: Estimate
    difference: Estimate


def summarise(store: Path, parts: Sequence[Path]) -> Summary:
    """The summary of what a sweep's store keeps.

    Args:
        parts: its tables of outcomes.
    """
    plan = pq.ParquetFile(store / TABLE).read()
    planned = len(set(plan["replication"].to_pylist()))
    many = plan.num_rows // planned
    rows = plan.slice(0, many)  # the plan goes replication by replication, all cases in each
    trial = _numbers(plan["trial"]).reshape(planned, many)
    outcomes = tuple(OUTCOMES)
    values, kept = _values(parts, int(trial.max()) + 1, outcomes)
    base = _bases(list(zip(*(rows[key].to_pylist() for key in KEYS), strict=True)))
    levels, differences = [], []
    for place in range(len(outcomes)):
        one = values[trial, place]
        levels.append(_estimate(one))
        differences.append(_estimate(one - one[:, base]))
    return Summary(
        rows=rows, base=base, planned=planned, ended=kept[trial].sum(axis=0).astype(np.int32), outcomes=outcomes,
        level=_side_by_side(levels), difference=_side_by_side(differences),
    )  # fmt: skip


def summary_table(summary: Summary) -> pa.Table:
    """One row a case and outcome."""
    cases, outcomes = len(summary.base), len(summary.outcomes)
    case = np.repeat(np.arange(cases), outcomes)
    rows, base = summary.rows.take(numbers(case)), summary.rows.take(numbers(summary.base[case].astype(np.int64)))
    axes = [name for name in rows.column_names if name not in (*KEYS, "replication", "trial", "run")]
    level, difference = summary.level, summary.difference
    apart = (summary.base == np.arange(cases))[case]  # nothing to be compared with
    return table(
        {
            **{name: rows[name].combine_chunks() for name in (*KEYS, *axes)},
            "outcome": words(list(summary.outcomes) * cases),
            "planned": np.full(case.size, summary.planned, np.int32),
            "ended": summary.ended[case],
            "n": level.n.ravel(),
            **{name: getattr(level, name).ravel() for name in ("mean", "sd", "low", "high")},
            **{f"base_{key}": base[key].combine_chunks() for key in KEYS},
            "pairs": np.where(apart, 0, difference.n.ravel()).astype(np.int32),
            **{
                f"difference{suffix}": np.where(apart, np.nan, getattr(difference, name).ravel())
                for suffix, name in (("", "mean"), ("_sd", "sd"), ("_low", "low"), ("_high", "high"))
            },
        }
    )


def _values(parts: Sequence[Path], trials: int, outcomes: Sequence[str]) -> tuple[F64, npt.NDArray[np.bool_]]:
    """Values [trials, outcomes] of the whole city, nan where there is none, and which trials are kept."""
    values, kept = np.full((trials, len(outcomes)), np.nan), np.zeros(trials, np.bool_)
    known = {name: place for place, name in enumerate(outcomes)}
    for path in parts:
        part = pq.ParquetFile(path).read(columns=["trial", "outcome", "value"])
        names = part["outcome"].combine_chunks().dictionary_encode()
        place = np.array([known.get(name, -1) for name in names.dictionary.to_pylist()], np.int64)
        place, trial = place[_numbers(names.indices)], _numbers(part["trial"])
        ours = place >= 0  # the others are by kind of station
        values[trial[ours], place[ours]] = _numbers(part["value"])[ours]
        kept[trial] = True
    return values, kept


def _numbers(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """A column without gaps. Not by `to_numpy`, which imports pandas wherever it is installed."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.from_dlpack(whole)


def _bases(cases: Sequence[tuple[Any, ...]]) -> npt.NDArray[np.int32]:
    """The case that each (point, option, scenario) is compared with."""
    place = {case: k for k, case in enumerate(cases)}
    first_point, first_option, first_scenario = cases[0]
    found = []
    for point, option, scenario in cases:
        if option != first_option:
            option = first_option
        elif point != first_point:
            point = first_point
        else:
            scenario = first_scenario
        found.append(place[point, option, scenario])
    return np.array(found, np.int32)


def _side_by_side(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(**{f.name: np.stack([getattr(one, f.name) for one in estimates], axis=1) for f in fields(Estimate)})


def _estimate(values: F64) -> Estimate:
    """Means over the replications of [replications, cases], and Student's interval of each."""
    there = ~np.isnan(values)
    n = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = np.take_along_axis(values, there.argmax(axis=0)[None], axis=0)[0]
        apart = np.where(there, values - first, 0.0)  # a constant has itself as its mean, to the last bit
        mean = first + apart.sum(axis=0) / n
        squares = np.where(there, (apart - (mean - first)) ** 2, 0.0).sum(axis=0)
        sd = np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
        half = special.stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2.0) * sd / np.sqrt(n)
    return Estimate(n=n.astype(np.int32), mean=mean, sd=sd, low=mean - half, high=mean + half)
