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
    towns = sum(locale.layout.towns for locale in run.locales)
    cases = [open_cases(locale.memory) for locale in run.locales]
    money = [int(locale.memory.fund.balance.sum() + locale.memory.fund.committed.sum()) for locale in run.locales]
    granted = [int(locale.memory.fund.granted.sum()) for locale in run.locales]
    run.put_rules_in_force(40)
    assert sum(locale.layout.towns for locale in run.locales) < towns
    for k, locale in enumerate(run.locales):
        assert np.array_equal(open_cases(locale.memory), cases[k])
        fund = locale.memory.fund
        paid = int(fund.granted.sum()) - granted[k]
        assert int(fund.balance.sum() + fund.committed.sum()) == money[k] + paid
        assert int(locale.layout.community_people.sum()) == locale.district.residents
        held = np.flatnonzero(fund.balance + fund.committed)
        assert set(held) <= set(locale.layout.seat.tolist())
