"""Cases and cents are conserved on every day of random small cities. All checks are exact."""

from __future__ import annotations

import random

import pytest
from promise_tools import one

from sim.practices.council import Council
from sim.recording import cases_conserved, little_law, record
from sim.reforms import CompoundStations, FundLevel, IntegratingCommittee, Merge, OneGrid, OnePlatform, StaffLevels
from sim.reforms.base import Option, Reform, Rollout
from sim.rules import Carriers, Deadlines, Demand, Grid, Platform, Rules
from sim.trial import Trial, prepare
from sim.world import City, synthetic
from sim.world.cases import Stage
from sim.world.state import open_cases

NUMBERS = [*range(100), *(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 1_000))]


def a_reform(dice: random.Random) -> Reform:
    return dice.choice([
        Merge(plan=dice.choice(["chengdu_2019_2020", "percent"]), keep_branches=dice.random()),
        Merge(plan="percent", town_cut=dice.uniform(0, 0.6), village_cut=dice.uniform(0, 0.6)),
        OneGrid(households=dice.randint(24, 300), hire=dice.random() < 0.5, nets=dice.randint(1, 5)),
        FundLevel(level=dice.uniform(0, 3)),
        CompoundStations(share=dice.random(), openings=dice.randint(1, 7)),
        IntegratingCommittee(departments=dice.randint(0, 33), authority=dice.random()),
        OnePlatform(),
        StaffLevels(community=dice.uniform(0.5, 1.5)),
    ])  # fmt: skip


def a_trial(number: int) -> Trial:
    """A small city, rules that strain it, and up to three reforms that begin when they like."""
    dice = random.Random(number)
    shape = dice.randint(1, 3), dice.randint(1, 4), dice.randint(1, 4)
    many = shape[0] * shape[1] * shape[2]
    city = synthetic(
        dice.randint(20 * many, 20 * many + 900), districts=shape[0], towns_per_district=shape[1],
        communities_per_town=shape[2], name=f"small {number}",
    )  # fmt: skip
    rules = Rules(
        demand=Demand(needs_per_head=dice.uniform(3, 10)),
        grid=Grid(hazards_per_100=dice.uniform(2, 30), detection=dice.uniform(0.09, 1.4)),
        platform=Platform(duplicate_share=dice.uniform(0, 0.4), hotline_minutes=dice.uniform(1, 20)),
        deadlines=Deadlines(
            callback_share=dice.random(), false_closure=dice.uniform(0, 0.4), return_share=dice.random()
        ),
        council=Council(quorum=dice.uniform(0, 0.5)),
    )
    days = dice.randint(5, 50)
    reforms = tuple(
        (f"reform {k}", Rollout(reform=a_reform(dice), from_day=dice.randint(0, days)))
        for k in range(dice.randint(0, 3))
    )
    option = Option(name="random", rollouts=reforms)
    return Trial(city=city, option=option, rules=rules, days=days, warmup=dice.randint(0, days - 1), seed=number)


@pytest.mark.parametrize("number", NUMBERS)
def test_cases_and_cents_are_conserved_every_day(number: int) -> None:
    run = prepare(a_trial(number))
    for day in run.days():
        for local in run.districts:
            assert cases_conserved(local), f"cases, day {day}, district {local.district.code}"
            assert little_law(local, day), f"Little's law, day {day}, district {local.district.code}"
            assert local.memory.fund.balanced(), f"fund, day {day}, district {local.district.code}"
            assert (local.memory.daily[day - 1] >= 0).all()
    assert all(record(run).checks.values())


def test_who_waits_at_a_compound_station_that_closes_goes_to_the_community_centre(city: City) -> None:
    option = one(CompoundStations(share=0.0), from_day=21)
    run = prepare(Trial(city=city, option=option, rules=Rules(carriers=Carriers(compound_share=0.9)), days=40, seed=2))
    while run.day < 21:
        run.step()

    def waiting(stage: Stage) -> int:
        return sum(int((open_cases(local.memory)["stage"] == stage).sum()) for local in run.districts)

    at_stations, at_counters = waiting(Stage.COMPOUND), waiting(Stage.COUNTER)
    run.put_rules_in_force(21)
    assert at_stations > 0
    assert waiting(Stage.COMPOUND) == 0
    assert waiting(Stage.COUNTER) == at_counters + at_stations
    for _ in run.days():
        assert all(cases_conserved(local) for local in run.districts)
