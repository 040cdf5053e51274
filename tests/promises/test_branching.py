"""A branch has the bits of a run from its first day, whatever the option, and the trunk stays what it was. Exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from promise_tools import one

from experiments import design
from experiments.design import PlannedTrial, conduct, plan, shared_days
from experiments.settings import read
from sim.branching import branch
from sim.reforms import REFORMS
from sim.reforms.base import NEVER, Option
from sim.rules import Rules
from sim.scenario import Scenario, Surge
from sim.trial import Record, Trial, book_of, grow_trunk, simulate
from sim.world import City, chengdu, synthetic

DAY = 17  # in the middle of a week and of a month, later than the warm-up
TRIED = [pytest.param(kind(**kind.tried), id=name) for name, kind in REFORMS.items() if hasattr(kind, "tried")]
SHIPPED = [
    o for name in ("committee_2025", "one_by_one", "same_money") for o in read("compare", [f"option={name}"]).options
]


@pytest.fixture(scope="module")
def small() -> City:
    return synthetic(residents=2_000)


def same(branched: Record, straight: Record) -> bool:
    arrays = ("daily", "places", "spread", "spread_edges")
    others = [f.name for f in fields(Record) if f.name not in arrays]
    return all(np.array_equal(getattr(branched, name), getattr(straight, name)) for name in arrays) and repr(
        [getattr(branched, name) for name in others]
    ) == repr([getattr(straight, name) for name in others])  # not a number equals itself here


@pytest.mark.parametrize("reform", TRIED)
def test_every_reform_goes_on_from_a_trunk_as_from_the_first_day(small: City, reform: Any) -> None:
    trial = Trial(city=small, option=one(reform, from_day=DAY), days=DAY + 20, warmup=10)
    assert same(simulate(trial, trunk=grow_trunk(trial, DAY)), simulate(trial))


def test_branches_of_one_trunk_leave_no_trace_in_it() -> None:
    """All shipped options from one trunk, each as from its own first day."""
    trial = Trial(city=chengdu(0.002), days=45, warmup=10)
    trunk = grow_trunk(trial, 28)
    for option in SHIPPED:
        assert same(simulate(replace(trial, option=option), trunk=trunk), simulate(replace(trial, option=option)))


@pytest.mark.parametrize(
    "more",
    [
        {"threads": 2}, {"warmup": 30}, {"warmup": DAY}, {"warmup": 0}, {"seed": 9, "replication": 3}, {"chunk": 100},
        {"rules": replace(Rules(), staff=replace(Rules().staff, community_per_10k=15.0))},
        {"scenario": Scenario(surges=(Surge(tag="storm", from_day=10, days=20, factor=3.0),))},
    ],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_whatever_else_a_trial_holds(more: dict[str, Any]) -> None:
    city = chengdu(0.003)
    merge = REFORMS["merge"](plan="chengdu_2019_2020")
    where = (int(city.district_code[0]),)
    given = {"days": 60, "warmup": 10, **more}
    for option in (Option(), one(merge, from_day=DAY), one(merge, from_day=31, district=where)):
        trial = Trial(city=city, option=option, **given)
        assert same(simulate(trial, trunk=grow_trunk(trial, DAY)), simulate(trial))


def test_a_trunk_carries_no_other_trial(small: City) -> None:
    trial = Trial(city=small, days=20, warmup=5)
    trunk = grow_trunk(trial, 10)
    early = one(REFORMS["fund_level"](**REFORMS["fund_level"].tried), from_day=9)
    others: list[dict[str, Any]] = [
        {"seed": 2}, {"replication": 1}, {"days": 21}, {"warmup": 4}, {"option": early}, {"city": chengdu(0.001)},
        {"scenario": Scenario(needs=1.1)}, {"rules": replace(Rules(), fund=replace(Rules().fund, level=2.0))},
    ]  # fmt: skip
    assert trunk.carries(trial)
    for other in others:
        with pytest.raises(ValueError, match="the first 10 days are those of another trial"):
            simulate(replace(trial, **other), trunk=trunk)
    with pytest.raises(ValueError, match="option one parts from status_quo before day 10"):
        branch(trunk.run, book_of(replace(trial, option=early)))


def arrays(whole: Any, name: str, seen: set[int]) -> Iterator[tuple[str, np.ndarray]]:
    """All arrays that a part of a run holds, by where they are held."""
    if isinstance(whole, np.ndarray):
        yield name, whole
        return
    if id(whole) in seen:
        return
    seen.add(id(whole))
    parts: Any = whole.items() if isinstance(whole, dict) else ()
    if hasattr(whole, "_asdict"):
        parts = whole._asdict().items()
    elif is_dataclass(whole) or type(whole).__module__.startswith("sim."):
        parts = vars(whole).items()
    elif isinstance(whole, list | tuple):
        parts = enumerate(whole)
    for key, part in parts:
        yield from arrays(part, f"{name}.{key}", seen)


def kind_of(array: np.ndarray) -> tuple[Any, ...]:
    flags = array.flags
    return array.dtype, array.strides, flags.c_contiguous, flags.f_contiguous, flags.writeable, flags.aligned


def test_kernels_get_arrays_of_the_same_kind_and_none_that_the_trunk_writes(small: City) -> None:
    """Other strides or flags would compile every kernel anew."""
    trial = Trial(city=small, days=20, warmup=5)
    trunk = grow_trunk(trial, 10)
    copy = branch(trunk.run, book_of(trial))
    for mine, theirs in zip(copy.districts, trunk.run.districts, strict=True):
        found = list(arrays(mine, "district", set()))
        assert len(found) > 80
        for (name, a), (same_name, b) in zip(found, arrays(theirs, "district", set()), strict=True):
            assert (name, *kind_of(a)) == (same_name, *kind_of(b))
        for name in ("pool", "chain", "queues", "marks", "contact", "latent", "waits", "daily", "monthly", "spread"):
            assert not np.shares_memory(getattr(mine.memory, name), getattr(theirs.memory, name)), name
        assert mine.ground.compounds is mine.layout.compounds is not theirs.layout.compounds
        assert mine.district is theirs.district and mine.ground.traits is theirs.ground.traits


def test_days_to_share_are_those_that_spare_the_most() -> None:
    fund = REFORMS["fund_level"](level=2.0)
    at = {day: one(fund, from_day=day) for day in (0, 5, 28, 60)}
    assert Option().begins == NEVER and at[28].begins == 28
    assert shared_days([Option()], 90) == shared_days([at[28]], 90) == shared_days([Option(), at[0]], 90) == 0
    assert shared_days([Option(), at[28]], 90) == 28
    assert shared_days([at[0], Option(), at[28], at[28], at[60]], 90) == 28  # 3 x 28 spared, and only 60 with day 60
    assert shared_days([Option(), *[at[5]] * 3, *[at[60]]], 90) == 60  # 60 spared once, against 5 four times
    assert shared_days([Option(), at[28]], 20) == 20  # none begins in the run: they are all one


def test_a_study_shares_its_first_days_and_keeps_its_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    options = "option=status_quo,grid_300_hire,fund_plus_50"
    jobs = plan(read("compare", ["city=tiny", "days=40", "replications=2", options]))
    stepped: list[int] = []
    grow = design.grow_trunk

    def counted(trial: Trial, day: int) -> Any:
        stepped.append(day)
        return grow(trial, day)

    monkeypatch.setattr(design, "grow_trunk", counted)
    assert {job.shared for job in jobs} == {28}
    for job in jobs:
        assert same(conduct(job), conduct(replace(job, shared=0)))
    assert stepped == [28, 28]  # once a replication
    monkeypatch.setattr(design, "MOST_SHARED", 1)
    conduct(replace(jobs[0], seed=5))
    assert stepped == [28, 28]  # a state too large to be kept twice is not


def test_an_option_that_begins_at_once_shares_nothing(small: City) -> None:
    job = PlannedTrial(
        city=read("run", ["city=tiny"]).city, option=one(REFORMS["fund_level"](level=2.0)), scenario="base",
        scenario_values=Scenario(), rules=Rules(), days=20, warmup=5, seed=1, replication=0, threads=1, chunk=4096,
        shared=10,
    )  # fmt: skip
    assert same(conduct(job), conduct(replace(job, shared=0)))
