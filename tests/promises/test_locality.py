"""Where the city's own stations never queue, a reform in one district reaches no other. All checks are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from promise_tools import kept, one, run_out

from sim.reforms import CompoundStations, FundLevel, Merge, OneGrid, StaffLevels, Windows
from sim.reforms.base import Option, Reform, Rollout, Where
from sim.rules import Departments, Jurisdiction, Rules
from sim.trial import Trial
from sim.world import City
from sim.world.state import open_cases

FIRST = 900_001
RULES = Rules(departments=Departments(city_unlimited=True))
CHANGES: dict[str, Reform] = {
    "merge": Merge(),
    "merge_percent": Merge(plan="percent", town_cut=0.3, village_cut=0.3),
    "one_grid": OneGrid(households=60, hire=True),
    "fund_level": FundLevel(level=3.0),
    "compound_stations": CompoundStations(share=0.9),
    "staff_levels": StaffLevels(community=0.6, town_team=0.6),
    "windows": Windows(community=2.0),
}


def trial(city: City, option: Option) -> Trial:
    return Trial(city=city, option=option, rules=RULES, days=70, warmup=7, seed=9)


@pytest.mark.parametrize("name", CHANGES)
def test_a_reform_in_one_district_leaves_every_other_alone(city: City, name: str) -> None:
    base = run_out(trial(city, Option()))
    changed = run_out(trial(city, one(CHANGES[name], from_day=15, district=(FIRST,))))
    for ours, theirs in zip(changed.districts, base.districts, strict=True):
        assert ours.district.code == theirs.district.code
        pairs = list(zip(kept(ours.memory), kept(theirs.memory), strict=True))
        same = [np.array_equal(a, b) for (_, a), (_, b) in pairs]
        same.append(np.array_equal(open_cases(ours.memory), open_cases(theirs.memory)))
        if ours.district.code == FIRST:
            assert not all(same), "the reform changed nothing where it was in force"
        else:
            assert all(same), [what for ((what, _), _), alike in zip(pairs, same, strict=False) if not alike]


def test_a_merge_elsewhere_does_not_lengthen_a_transition(city: City) -> None:
    """The first district settles down from day 5 to 35; the second merges on day 20, and settles until 50."""
    rules = replace(RULES, jurisdiction=Jurisdiction(transition_months=1, transition_loss=0.4))
    early = ("early", Rollout(reform=Merge(), from_day=5, where=Where(district=(FIRST,))))
    late = ("late", Rollout(reform=Merge(), from_day=20, where=Where(district=(900_002,))))
    alone, both = (
        run_out(replace(trial(city, Option(name="merges", rollouts=rollouts)), rules=rules))
        for rollouts in ((early,), (early, late))
    )
    assert [sorted(stretch.settling) for stretch in both.stretches] == [
        [], [FIRST], [FIRST, 900_002], [900_002], [],
    ]  # fmt: skip
    np.testing.assert_array_equal(both.districts[0].memory.daily, alone.districts[0].memory.daily)
    assert not np.array_equal(both.districts[1].memory.daily, alone.districts[1].memory.daily)


def test_with_city_stations_that_queue_districts_do_meet(city: City) -> None:
    """The check above can fail: one seat at the hotline is shared, and its queue carries over."""
    rules = replace(RULES, departments=Departments(), platform=replace(RULES.platform, hotline_seats_per_10k=0.01))
    rules = replace(rules, platform=replace(rules.platform, hotline_minutes=20.0))
    runs = [
        run_out(replace(trial(city, option), rules=rules))
        for option in (Option(), one(CompoundStations(share=0.9, openings=7), from_day=15, district=(FIRST,)))
    ]
    second = [run.districts[1].memory for run in runs]
    assert not np.array_equal(second[0].daily, second[1].daily)
