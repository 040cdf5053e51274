"""When mandates are merged or split, open cases go to who holds them now; nobody sees a department twice. Exact."""

from __future__ import annotations

import pytest

from sim.mechanisms.dials import holders
from sim.mechanisms.regrouping import _left, _target
from sim.recording import record
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.services import DEPARTMENTS, catalogue
from sim.trial import Trial, prepare
from sim.world import synthetic
from sim.world.cases import ORDER, VACANT, Stage

ALL = len(DEPARTMENTS)
JOINT = [n for n, item in enumerate(catalogue()) if len(item.departments) > 1]
COUNTS = [(ALL, 12), (12, ALL), (ALL, 4), (20, 9)]


def test_there_are_joint_items() -> None:
    assert len(JOINT) > 10 and any(len(holders(n, 12)) < len(holders(n, ALL)) for n in JOINT)


@pytest.mark.parametrize("item", JOINT)
@pytest.mark.parametrize("earlier", [4, 12, ALL])
def test_nothing_moves_where_nothing_changes(item: int, earlier: int) -> None:
    seen = holders(item, earlier)
    assert [_target(item, at, earlier, earlier) for at in seen] == list(seen)
    assert [_left(item, bits, None, earlier, earlier) for bits in range(1 << len(seen))] == [*range(1 << len(seen))]


@pytest.mark.parametrize(("earlier", "now"), COUNTS)
def test_all_departments_left_are_all_of_the_new_ones(earlier: int, now: int) -> None:
    for item in JOINT:
        before, after = holders(item, earlier), holders(item, now)
        assert _left(item, (1 << len(before)) - 1, None, earlier, now) == (1 << len(after)) - 1
        for at in before:
            target = _target(item, at, earlier, now)
            assert target in after
            assert not _left(item, (1 << len(before)) - 1, target, earlier, now) >> after.index(target) & 1


@pytest.mark.parametrize("until", [None, 24])
def test_open_cases_are_where_they_are_held(until: int | None) -> None:
    """A city of a size at which branches have queues; the rules change on a morning with work in progress."""
    mandates = Rollout(reform=REFORMS["mandates"](departments=5), from_day=17, until_day=until)
    option = Option(name="few", rollouts=(("few", mandates),))
    city = synthetic(60_000, name="mandates")
    run = prepare(Trial(city=city, option=option, days=35, warmup=5))
    met = 0
    for finished in run.days():
        held_by = 5 if 17 < finished <= (until or 36) else ALL
        for local in run.districts:
            pool = local.memory.pool[local.memory.chain != VACANT]
            at = pool[pool["stage"] == Stage.BRANCH]
            assert all(case["target"] in holders(int(case["item"]), held_by) for case in at)
            more = pool[(pool["left"] > 0) & (pool["flags"] & ORDER == 0)]
            assert all(case["left"] < 1 << len(holders(int(case["item"]), held_by)) for case in more)
            met += at.size if finished == 18 else 0
    assert met > 10
    assert all(record(run).checks.values())
