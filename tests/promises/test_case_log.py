"""The case log tells what the run did: the same bits, every count and second of the tallies, the same log always."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from promise_tools import one

from sim.case_log import EVENT, Events, simulate_logged
from sim.reforms.base import Option
from sim.reforms.committee import IntegratingCommittee
from sim.reforms.jurisdictions import MergeTowns
from sim.rules import Rules
from sim.trial import Record, Trial, simulate
from sim.world import City, tiny
from sim.world.cases import CHILD, DUPLICATE, HAZARD, Stage
from sim.world.events import Activity
from sim.world.tallies import SERVED_KINDS

DAYS = 60
RULES = Rules()
RULES = replace(RULES, platform=replace(RULES.platform, duplicate_share=0.2))
OPTIONS = {"none": Option(), "parallel": one(IntegratingCommittee(departments=33)), "merged": one(MergeTowns(), 20)}


def logged(city: City, option: str = "none", **speed: int) -> tuple[Record, list[Events]]:
    days: list[Events] = []
    trial = Trial(city=city, option=OPTIONS[option], rules=RULES, days=DAYS, warmup=0, seed=5, **speed)
    return simulate_logged(trial, days.append), days


@pytest.fixture(scope="module", params=list(OPTIONS))
def run(request: pytest.FixtureRequest) -> tuple[str, Record, list[Events]]:
    return request.param, *logged(tiny(), request.param)


def tally(record: Record, name: str) -> npt.NDArray[np.int64]:
    """A tally by day."""
    found: npt.NDArray[np.int64] = record.daily[:, :, record.tallies.index(name)].sum(axis=1)
    return found


def case_of(event: Any) -> tuple[int, ...]:
    return (*(int(event[name]) for name in ("compound", "inside", "day", "number")), int(event["flags"]) & DUPLICATE)


def count(days: list[Events], activity: Activity, flags: int = 0, without: int = DUPLICATE) -> list[int]:
    """How often something happened, by day, to cases with these flags and without those."""
    return [
        int(np.sum((e["activity"] == activity) & (e["flags"] & flags == flags) & (e["flags"] & without == 0)))
        for e in days
    ]


def test_a_log_changes_no_bit(run: tuple[str, Record, list[Events]]) -> None:
    option, record, _ = run
    same = simulate(Trial(city=tiny(), option=OPTIONS[option], rules=RULES, days=DAYS, warmup=0, seed=5))
    assert record.digest == same.digest and record.outcomes == pytest.approx(same.outcomes, abs=0, nan_ok=True)


def test_the_log_holds_every_case_day_by_day(run: tuple[str, Record, list[Events]]) -> None:
    _, record, days = run
    helped = tally(record, "co_produced")
    assert count(days, Activity.FILED, without=DUPLICATE | HAZARD) == list(tally(record, "filed") - helped)
    assert count(days, Activity.FILED, HAZARD) == list(tally(record, "detected") + tally(record, "reported"))
    assert count(days, Activity.FILED, DUPLICATE, 0) == list(tally(record, "duplicates"))
    assert count(days, Activity.CLOSED) == list(tally(record, "closed") - helped)
    assert count(days, Activity.LEFT) == list(tally(record, "left"))
    assert count(days, Activity.RETURNED, without=0) == list(tally(record, "misrouted"))
    assert count(days, Activity.REOPENED) == list(tally(record, "reopened"))
    solved = [int(e["solved"][e["flags"] & DUPLICATE == 0].sum()) for e in days]
    assert solved == list(tally(record, "solved") - helped)
    assert sum(map(sum, (helped, solved, count(days, Activity.FILED, DUPLICATE, 0)))) > 1_000


def test_seconds_of_service_are_those_of_the_stations(run: tuple[str, Record, list[Events]]) -> None:
    _, record, days = run
    served = [e[e["activity"] == Activity.SERVED] for e in days]
    own = [kind for kind in SERVED_KINDS if kind not in ("hotline", "city_department")]
    for kind in own:
        stage = 1 + SERVED_KINDS.index(kind)
        seconds = [int((e["end"] - e["start"])[e["stage"] == stage].sum()) for e in served]
        assert seconds == list(tally(record, f"busy_{kind}")), kind
    assert sum(e["pauses"].sum() for e in served) > 0


def test_days_to_solved_are_the_outcome_to_the_last_bit(run: tuple[str, Record, list[Events]]) -> None:
    _, record, days = run
    events = np.concatenate(days)
    filed = {case_of(e): int(e["start"]) for e in events if e["activity"] == Activity.FILED}
    closed = events[(events["activity"] == Activity.CLOSED) & (events["flags"] & DUPLICATE == 0)]
    seconds = sum(int(e["end"]) - filed[case_of(e)] for e in closed) + int(tally(record, "help_seconds").sum())
    cases = closed.size + int(tally(record, "co_produced").sum())
    assert record.outcomes["days_to_solved"] == seconds / cases / 86_400


def test_every_case_has_one_beginning_and_at_most_one_end(run: tuple[str, Record, list[Events]]) -> None:
    option, record, days = run
    events = np.concatenate(days)
    began = Counter(case_of(e) for e in events if e["activity"] == Activity.FILED)
    ended = Counter(case_of(e) for e in events if e["activity"] in (Activity.CLOSED, Activity.LEFT))
    assert set(began.values()) == set(ended.values()) == {1} and set(ended) <= set(began)
    assert len(began) - len(ended) == int((tally(record, "arrived") - tally(record, "departed")).sum()) > 0
    assert {case_of(e) for e in events} == set(began)
    parts = {case_of(e) for e in events if e["flags"] & CHILD}
    assert bool(parts) == (option == "parallel")


def test_a_case_goes_forward_in_time(run: tuple[str, Record, list[Events]]) -> None:
    events = np.concatenate(run[2])
    assert (events["end"] >= events["start"]).all()
    parts = {case_of(e) for e in events if e["flags"] & CHILD}
    last: dict[tuple[int, ...], int] = {}
    for event in events:
        case = case_of(event)
        if case not in parts:
            assert event["start"] >= last.get(case, 0), (case, event)
            last[case] = int(event["start"])


def test_only_what_has_a_station_names_one(run: tuple[str, Record, list[Events]]) -> None:
    events = np.concatenate(run[2])
    at_one = (events["stage"] > Stage.ONLINE) & (events["stage"] < Stage.EXTERNAL)
    assert (events["station"][events["activity"] == Activity.SERVED] >= 0).all()
    assert (events["station"][~at_one] == -1).all() and (events["station"][at_one] >= 0).all()


@pytest.mark.parametrize("speed", [{"threads": 2}, {"chunk": 64}])
def test_the_log_is_the_same_for_any_threads_and_blocks(city: City, speed: dict[str, int]) -> None:
    one_way, other = logged(city)[1], logged(city, **speed)[1]
    assert np.concatenate(one_way).tobytes() == np.concatenate(other).tobytes()
    assert one_way[0].dtype == EVENT
