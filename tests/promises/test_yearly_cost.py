"""What a resident costs a year: what is paid while a reform is in force, whenever the run began and however long it is.

Exact but for whole cents; the figures are wages and prices times counts.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.rules import Rules
from sim.trial import Record, Trial, simulate
from sim.world import City, chengdu, synthetic

CITY = synthetic(residents=5_000)


def run(city: City, *, days: int, warmup: int, rules: Rules | None = None, **entries: dict[str, object]) -> Record:
    rollouts = tuple((name, Rollout(reform=REFORMS[name](**e), from_day=warmup)) for name, e in entries.items())
    option = Option(name="tried" if entries else "status_quo", rollouts=rollouts)
    return simulate(Trial(city=city, rules=rules or Rules(), option=option, days=days, warmup=warmup))


@pytest.mark.parametrize(("days", "warmup"), [(40, 28), (70, 28), (70, 0), (45, 31)])
def test_a_year_of_wages_costs_a_year_of_wages(days: int, warmup: int) -> None:
    """Twice today's community workers, for however many days: their yearly wages over the residents."""
    more = run(CITY, days=days, warmup=warmup, staff_levels={"community": 2.0})
    less = run(CITY, days=days, warmup=warmup)
    today = Rules().staff
    posts = round(today.community_per_10k * CITY.residents / 10_000)
    found = more.outcomes["cost_per_resident"] - less.outcomes["cost_per_resident"]
    assert found == pytest.approx(posts * today.community_wage / CITY.residents, rel=0.02)  # posts are whole people


@pytest.mark.parametrize("days", [40, 70])
def test_a_one_off_cost_weighs_a_tenth_a_year(days: int) -> None:
    city, before = chengdu(0.005), Rules()
    merge = {"plan": "chengdu_2019_2020"}
    dear = replace(before, jurisdiction=replace(before.jurisdiction, one_off_yuan=before.jurisdiction.one_off_yuan * 2))
    cheap, twice = (run(city, days=days, warmup=28, rules=rules, merge=merge) for rules in (before, dear))
    once = cheap.money["paid_one_off"] / 100.0 / city.residents
    assert once > 1.0 and twice.money["paid_one_off"] == 2 * cheap.money["paid_one_off"]
    assert twice.outcomes["cost_per_resident"] - cheap.outcomes["cost_per_resident"] == pytest.approx(once / 10.0)
