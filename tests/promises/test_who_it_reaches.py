"""What a rule of one place, or a decision of one council, reaches - and what it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from promise_tools import one

from sim.institutions.council import decide
from sim.mechanisms.city_stations import CityStations
from sim.mechanisms.helping import chances, eligible, meetable
from sim.mechanisms.projects import seconds
from sim.practices.base import Effects
from sim.recording import record
from sim.reforms import Merge
from sim.rng import study_key
from sim.rules import Departments, Fund, Platform, Rules
from sim.services import CLASSES
from sim.trial import Trial, prepare, simulate
from sim.world import City
from sim.world.cases import Stage
from sim.world.jurisdictions import Layer, community_layer, ground_of, lay_out, town_layer


def posts(stations: CityStations, stage: Stage) -> float:
    table = stations.stations[stage]
    return float((table["servers"] / table["pace"]).sum())


@pytest.mark.parametrize("place", [0, 1])
def test_seats_of_one_district_add_to_the_line_that_all_call(place: int) -> None:
    """Whichever district it is, its own rules and residents count, and nobody else's."""
    usual, more = (
        Rules(),
        Rules(platform=Platform(hotline_seats_per_10k=0.5), departments=Departments(staff_per_10k=9.0)),
    )
    people = [300_000, 700_000]
    rules = [usual, usual]
    rules[place] = more
    mixed = CityStations(list(zip(rules, people, strict=True)))
    alone = {r: CityStations([(r, people[k])]) for k, r in enumerate(rules)}
    for stage in (Stage.HOTLINE, Stage.DEPARTMENT):
        assert posts(mixed, stage) == pytest.approx(sum(posts(own, stage) for own in alone.values()), rel=1e-12)
        assert posts(mixed, stage) > posts(CityStations([(usual, 1_000_000)]), stage)


def test_hours_of_a_project_go_to_the_class_that_its_council_favoured(city: City) -> None:
    """And those of volunteers to all classes alike."""
    local = prepare_first(city)
    layout = local.layout
    rules, people = Rules(), local.people
    kind = CLASSES.index("convenience")
    given = np.zeros((people.size, len(CLASSES)), np.int64)
    none = local.practising.effects
    given[layout.seat[0]] = seconds(rules, none, np.array([1]), np.array([kind]))[0]
    assert given.sum() == given[layout.seat[0], kind] > 0
    base = chances(rules, layout, none, people, local.memory.volunteers, np.zeros_like(given), 1.0)
    with_project = chances(rules, layout, none, people, local.memory.volunteers, given, 1.0)
    assert (base[:, :1] == base).all()  # volunteers help with any class
    moved = with_project != base
    assert moved[:, kind].any()
    assert not np.delete(moved, kind, axis=1).any()
    assert (eligible(rules, 1.0) > 0).all()
    assert meetable().argmax() == kind


def prepare_first(city: City):  # type: ignore[no-untyped-def]
    run = prepare(Trial(city=city, days=5, warmup=0))
    run.put_rules_in_force(0)
    return run.districts[0]


def test_councils_that_see_badly_favour_the_wrong_class_more_often() -> None:
    """2,000 councils with the unmet needs of an average month. Without error none is wrong; at log sd 2 about a third
    are, and a share outside .25 to .45 would be off by more than five standard errors.
    """
    codes = np.arange(2_000, dtype=np.int64)
    unmet = np.tile(np.array([40.0, 160.0, 80.0]) * meetable(), (codes.size, 1))
    wrong = []
    for noise in (0.0, 2.0):
        rules = Rules(fund=replace(Fund(), noise=noise))
        balance = np.full(codes.size, 10**9)
        made = decide(codes, unmet, np.zeros(codes.size), balance, rules, Effects.none(0, 0), 3, study_key(1))
        wrong.append(float((made.favoured != CLASSES.index("convenience")).mean()))
    assert wrong[0] == 0.0
    assert 0.25 < wrong[1] < 0.45


def test_projects_at_work_move_with_the_account_through_a_merge(city: City) -> None:
    run = prepare(Trial(city=city, days=260, warmup=0, option=one(Merge(), from_day=200)))
    while run.day < 200:
        run.step()
    before = sum(local.memory.running[run.study.month_of[200] :].sum() for local in run.districts)
    run.step()
    after = sum(local.memory.running[run.study.month_of[200] :].sum() for local in run.districts)
    at_seats = sum(local.memory.running[run.study.month_of[200] :, local.layout.seat].sum() for local in run.districts)
    assert before == after == at_seats > 0


def split_city(city: City) -> City:
    """The city with a plan that splits a place: the second half of its compounds become a community of their own."""
    before = city.plans["before"]
    layer = community_layer(before)
    inside = np.flatnonzero(layer.unit_of == 4)
    unit_of = layer.unit_of.copy()
    unit_of[inside[inside.size // 2 :]] = layer.code.size
    layer = Layer(
        unit_of=unit_of, code=np.append(layer.code, layer.code.max() + 1), name=(*layer.name, "split off"),
        urban=np.append(layer.urban, 1),
    )  # fmt: skip
    return replace(city, plans={**city.plans, "after": lay_out(ground_of(city), layer, town_layer(before))})


def test_communities_split_off_one_place_share_its_account(city: City) -> None:
    """Both are granted what the formula gives them, neither spends the other's part, and no project is lost."""
    rich = Rules(fund=Fund(level=3.0))
    run = prepare(Trial(city=split_city(city), rules=rich, days=200, warmup=0, option=one(Merge(), from_day=20)))
    while run.day < 200:
        run.step()
    local = run.districts[0]
    seat = local.layout.seat
    assert local.layout.community_people.size == np.unique(seat).size + 1
    assert (local.memory.fund.balance >= 0).all()
    assert local.memory.fund.spent.sum() > 0
    assert all(record(run).checks.values())


def test_help_stays_with_the_residents_it_was_bought_for(city: City) -> None:
    """A merge pools it with that of the other parts; places that lie in no merged community keep what they had."""
    run = prepare(Trial(city=city, days=260, warmup=0, option=one(Merge(), from_day=200)))
    while run.day < 200:
        run.step()
    month = run.study.month_of[200]
    before = [local.memory.help[month].copy() for local in run.districts]
    old = [local.help_chance.copy() for local in run.districts]
    run.put_rules_in_force(200)
    for local, help_, chance in zip(run.districts, before, old, strict=True):
        np.testing.assert_array_equal(local.memory.help[month], help_)
        alone = local.layout.parts[local.layout.community_of_place] == 1
        np.testing.assert_array_equal(local.help_chance[alone], chance[alone])
        assert not np.array_equal(local.help_chance, chance)


def test_a_record_is_of_a_finished_run(city: City) -> None:
    run = prepare(Trial(city=city, days=5, warmup=0))
    run.step()
    with pytest.raises(ValueError, match="day 1 of 5"):
        record(run)


def test_without_a_month_end_nobody_knows_who_took_part(city: City) -> None:
    outcomes = simulate(Trial(city=city, days=20, warmup=0)).outcomes
    assert np.isnan(outcomes["active_share"])
    assert np.isnan(outcomes["volunteer_hours"])
    assert not np.isnan(outcomes["days_to_solved"])
