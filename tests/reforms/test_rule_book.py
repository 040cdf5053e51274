"""The rule book: which rules are in force where and when; a merge cannot be taken back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.reforms import REFORMS, FundLevel, Merge, MergeTowns, MergeVillages, OneGrid
from sim.reforms.base import Option, Reform, Rollout, RuleBook, Where
from sim.rules import Rules

JINJIANG, QINGYANG, PIDU = DISTRICTS = (510104, 510105, 510117)


def book(*rollouts: Rollout) -> RuleBook:
    named = tuple((f"entry_{n}", rollout) for n, rollout in enumerate(rollouts))
    return RuleBook(base=Rules(), option=Option(name="tried", rollouts=named), districts=DISTRICTS)


def grid(households: int) -> OneGrid:
    return OneGrid(households=households)


def spans(found: RuleBook, days: int) -> list[tuple[int, int]]:
    return [(epoch.from_day, epoch.until_day) for epoch in found.epochs(days)]


def test_the_status_quo_is_one_epoch() -> None:
    (epoch,) = book().epochs(90)
    assert (epoch.from_day, epoch.until_day) == (0, 90)
    assert epoch.areas == (Rules(),)
    assert epoch.area_of_district == dict.fromkeys(DISTRICTS, 0)


def test_a_rollout_holds_from_its_day_until_its_last() -> None:
    found = book(Rollout(reform=grid(300), from_day=28, until_day=60))
    assert spans(found, 90) == [(0, 28), (28, 60), (60, 90)]
    assert [found.rules(PIDU, day).grid.households for day in (27, 28, 59, 60)] == [529, 300, 300, 529]


def test_a_rollout_past_the_horizon_cuts_nothing() -> None:
    assert spans(book(Rollout(reform=grid(300), from_day=90)), 90) == [(0, 90)]
    assert spans(book(Rollout(reform=grid(300), from_day=28, until_day=90)), 90) == [(0, 28), (28, 90)]


@pytest.mark.parametrize("name", REFORMS)
def test_a_neutral_rollout_cuts_nothing(name: str) -> None:
    (epoch,) = book(Rollout(reform=REFORMS[name].neutral(), from_day=28)).epochs(90)
    assert epoch.areas == (Rules(),)


def test_a_rollout_reaches_its_districts_only() -> None:
    found = book(Rollout(reform=grid(300), from_day=28, where=Where(district=(JINJIANG, PIDU))))
    assert [found.rules(district, 28).grid.households for district in DISTRICTS] == [300, 529, 300]
    before, after = found.epochs(90)
    assert before.areas == (Rules(),)
    assert len(after.areas) == 2
    assert after.area_of_district[JINJIANG] == after.area_of_district[PIDU] != after.area_of_district[QINGYANG]
    for district in DISTRICTS:
        assert after.areas[after.area_of_district[district]] == found.rules(district, 28)


def test_waves_are_epochs() -> None:
    waves = [Rollout(reform=grid(300), from_day=20 * n, where=Where(district=(d,))) for n, d in enumerate(DISTRICTS)]
    found = book(*waves)
    assert spans(found, 90) == [(0, 20), (20, 40), (40, 90)]
    assert [len(epoch.areas) for epoch in found.epochs(90)] == [2, 2, 1]


def test_rollouts_are_applied_in_the_order_of_the_option() -> None:
    one, other = Rollout(reform=grid(300)), Rollout(reform=grid(100))
    assert book(one, other).rules(PIDU, 0).grid.households == 100
    assert book(other, one).rules(PIDU, 0).grid.households == 300


def test_epochs_tile_the_run() -> None:
    found = book(
        Rollout(reform=grid(300), from_day=5, until_day=50),
        Rollout(reform=FundLevel(level=1.5), from_day=50, where=Where(district=(PIDU,))),
        Rollout(reform=Merge(), from_day=70),
    ).epochs(90)
    assert found[0].from_day == 0
    assert found[-1].until_day == 90
    assert all(one.until_day == other.from_day for one, other in pairwise(found))
    assert all(one.areas != other.areas or one.area_of_district != other.area_of_district
               for one, other in pairwise(found))  # fmt: skip


@pytest.mark.parametrize("reform", [Merge(), MergeTowns(), MergeVillages()])
def test_a_merge_is_permanent(reform: Reform) -> None:
    Rollout(reform=reform, from_day=28)
    with pytest.raises(ValueError, match=r"^until_day must be left out since a merge cannot be undone, got 60$"):
        Rollout(reform=reform, from_day=28, until_day=60)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Rollout(reform=grid(300), from_day=-1), "from_day must be in [0, 36500] days, got -1"),
        (lambda: Rollout(reform=grid(300), from_day=28, until_day=28), "until_day must be after from_day 28, got 28"),
        (lambda: Where(district=(5101,)), "district must be six-digit codes, got 5101"),
        (lambda: Where(district=(PIDU, PIDU)), "district must name each district once"),
        (lambda: Option(rollouts=(("a", Rollout(reform=grid(1000))),) * 2), "rollouts must have different names"),
    ],
)
def test_mistakes_are_said_in_one_line(make: Any, said: str) -> None:
    with pytest.raises(ValueError) as error:
        make()
    assert said in str(error.value)


def test_an_option_without_rollouts_changes_nothing() -> None:
    assert Option().name == "status_quo"
    assert all(book().rules(district, day) == Rules() for district in DISTRICTS for day in (0, 89))
