"""The real merge: units by the plan, nobody and no case lost, money moved to the cent. Exact, no false alarms."""

import numpy as np

from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.trial import Trial, prepare
from sim.world import chengdu
from sim.world.state import open_cases

MERGE = Option(
    name="merge",
    rollouts=(("merge", Rollout(reform=REFORMS["merge"](plan="chengdu_2019_2020", keep_branches=0.0), from_day=40)),),
)


def test_residents_cases_and_money_pass_through_a_merge() -> None:
    run = prepare(Trial(city=chengdu(0.01, cache=False), option=MERGE, days=60, warmup=5))
    while run.day < 40:
        run.step()
    towns = sum(local.layout.towns for local in run.districts)
    cases = [open_cases(local.memory) for local in run.districts]
    money = [int(local.memory.fund.balance.sum() + local.memory.fund.committed.sum()) for local in run.districts]
    granted = [int(local.memory.fund.granted.sum()) for local in run.districts]
    run.put_rules_in_force(40)
    assert sum(local.layout.towns for local in run.districts) < towns
    for k, local in enumerate(run.districts):
        assert np.array_equal(open_cases(local.memory), cases[k])
        fund = local.memory.fund
        paid = int(fund.granted.sum()) - granted[k]
        assert int(fund.balance.sum() + fund.committed.sum()) == money[k] + paid
        assert int(local.layout.community_people.sum()) == local.district.residents
        held = np.flatnonzero(fund.balance + fund.committed)
        assert set(held) <= set(local.layout.seat.tolist())
