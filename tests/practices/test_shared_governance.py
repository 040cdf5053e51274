"""Councils, partners, funds, centres and the cloud: their equations by hand, neutral to the last bit."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from seen_district import PLACES, acted, same, seen

from sim.kernels.inequality import gini
from sim.practices.base import Effects, Practice
from sim.practices.catalogue import Catalogue
from sim.practices.circles import Circles
from sim.practices.citizen_cloud import CitizenCloud
from sim.practices.consultation import Consultation
from sim.practices.contracting import Contracting
from sim.practices.council import Council
from sim.practices.enterprises import Enterprises
from sim.practices.foundations import Foundations
from sim.practices.incentive import Incentive
from sim.practices.ordinance import Ordinance
from sim.practices.pairing import Pairing
from sim.practices.planning import GAP, Planning
from sim.practices.procedure import Procedure
from sim.practices.renovation import Renovation
from sim.practices.self_organisation import SelfOrganisation
from sim.practices.service_list import ServiceList
from sim.practices.volunteering import Volunteering
from sim.practices.workload import helpable, picked, service_hours, spend
from sim.rules import Rules

ALL: tuple[type[Practice], ...] = (
    Council, Consultation, Pairing, Volunteering, Planning, Incentive, Procedure, Foundations, Renovation, Catalogue,
    ServiceList, Contracting, Circles, Enterprises, SelfOrganisation, CitizenCloud, Ordinance,
)  # fmt: skip
THERE_TODAY = (Catalogue, Planning, ServiceList)  # they act today: see the test of what they sum to
MAIN = {
    Council: ("seats_per_1000", "meetings_per_year", "quorum"), Consultation: ("parties",), Pairing: ("coverage",),
    Volunteering: ("registered", "active", "hours"), Incentive: ("share",), Procedure: ("steps",),
    Foundations: ("coverage",), Renovation: ("renovated_share",), Contracting: ("share",),
    Circles: ("gaps_closed",), Enterprises: ("share",), SelfOrganisation: ("incubation_rate",),
    CitizenCloud: ("items", "single_sign_on", "assist"), Ordinance: ("floor_fund", "floor_staff"),
}  # fmt: skip
NOTHING = Effects.none(PLACES, PLACES)


def others(practice: type[Practice]) -> list[tuple[str, Any]]:
    """The levers beside the main ones, each with a value away from its default."""
    found = []
    for f in fields(practice):
        if f.name not in MAIN.get(practice, ()):
            low, high, choices = (f.metadata[k] for k in ("low", "high", "choices"))
            value = choices[-1] if choices else low if f.default != low else high
            found.append((f.name, value))
    return found


@pytest.mark.parametrize("practice", MAIN)
def test_neutral_does_nothing_to_the_last_bit_whatever_is_assumed(practice: type[Practice]) -> None:
    for levers in [{}, *({name: value} for name, value in others(practice))]:
        found = acted(practice(**levers))
        found.yuan = {purpose: yuan for purpose, yuan in found.yuan.items() if yuan != 0.0}
        assert same(found, NOTHING), levers


@pytest.mark.parametrize("practice", [p for p in ALL if p not in THERE_TODAY])
def test_today_is_off(practice: type[Practice]) -> None:
    assert not practice().on
    assert practice(**practice.tried).on


def test_hours_spent_are_lost_from_service() -> None:
    view, effects = seen(), Effects.none(PLACES, PLACES)
    hours = service_hours(view)
    assert hours[0] == pytest.approx(1000 * 11.94 / 1e4 * 40 * 0.345)
    spend(view, effects, hours / 4.0)
    assert effects.productivity == pytest.approx(0.75)
    assert effects.lost == pytest.approx(0.25)


def test_those_picked_nest_and_help_is_whole() -> None:
    rank = seen().lasting(22)[:, 0]
    few, many = picked(rank, 0.25), picked(rank, 0.5)
    assert few.sum() == 2 and many.sum() == 4 and (many >= few).all()
    assert helpable().sum() == pytest.approx(1.0)


def test_a_councils_error_falls_with_the_root_of_voices() -> None:
    assert acted(Council(seats_per_1000=10.0, meetings_per_year=24)).noise == pytest.approx(0.5)
    assert acted(Council(seats_per_1000=5.0, meetings_per_year=3)).noise == pytest.approx(2.0)


@pytest.mark.parametrize("meetings", range(1, 25))
def test_a_council_meets_as_often_as_it_should(meetings: int) -> None:
    months = [acted(Council(meetings_per_year=meetings), seen(month)).meets for month in range(24)]
    assert sum(months) == 2 * min(12, meetings)


def test_parties_pledge_ever_less_and_veto_alike() -> None:
    pledged = [acted(Consultation(parties=n, pledge=1.0, half=2.0)).pledged for n in range(5)]
    assert pledged == pytest.approx([0.0, 1 / 3, 0.5, 0.6, 2 / 3])
    vetoed = [acted(Consultation(parties=n, veto=0.1)).vetoed for n in range(3)]
    assert vetoed == pytest.approx([0.0, 0.1, 0.19])
    assert [acted(Consultation(parties=n, months_each=0.2)).delay for n in (2, 3, 10)] == [0, 1, 2]


def test_partners_hours_are_all_given_and_reach_those_in_need() -> None:
    shares = np.linspace(0.3, 0.1, PLACES)
    view = seen(active=shares)
    for target in ("random", "need"):
        practice = Pairing(coverage=0.5, hours_month=60.0, target=target, case_share=0.5)
        help_ = acted(practice, view).help
        assert help_.sum() == pytest.approx(4 * 30.0)
    assert help_.sum(axis=1) == pytest.approx([0.0] * 4 + [30.0] * 4)  # where fewest take part


def test_volunteers_tire_above_the_norm() -> None:
    def line(hours: float) -> float:
        return float(acted(Volunteering(hours=hours, norm_hours=24.0, fatigue=0.5)).lines[3])

    assert line(1.0) == line(2.0) == 0.0
    assert line(3.0) == pytest.approx(-0.25)
    active = acted(Volunteering(active=1.5))
    logit = np.log(0.3 / 0.7) + active.lines[3]
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(0.45)
    assert acted(Volunteering(registered=1.2, dilution=0.5)).volunteering == pytest.approx(1.1)


def test_second_visits_add_up_to_what_is_assumed_today() -> None:
    view = seen()
    parts = [acted(practice(), view).again for practice in THERE_TODAY]
    assert parts[0] == pytest.approx(0.15 / 6 + 0.04 * 0.85)
    together = Effects.none(PLACES, PLACES)
    for practice in THERE_TODAY:
        practice().act(practice().begin(view), view, together)
    assert together.again == pytest.approx(sum(parts))
    assert 0.07 < together.again.mean() < 0.14
    assert acted(Catalogue(items=120, cross_trained=1.0)).again == pytest.approx(0.02)


def test_a_standard_closes_the_gap_of_each_type() -> None:
    view = seen()
    assert (Planning().types(view)[:4] == 0).all() and (Planning().types(view)[4:] > 0).all()
    assert Planning(park=0.0, industrial=0.0, international=0.0).types(view)[4:].tolist() == [1.0] * 4
    assert acted(Planning(), view).again[0] == pytest.approx(GAP[0])
    assert acted(Planning(level=0.5), view).again[0] == pytest.approx(GAP[0] / 2)
    assert (acted(Planning(level=1.0), view).again == 0.0).all()


def test_a_list_settles_where_reviews_close_what_drift_opens() -> None:
    practice = ServiceList(review_months=4, responsiveness=0.5, drift=0.001)
    state = practice.begin(seen())
    after = []
    for month in range(1, 401):
        view = seen(month)
        practice.month(state, view)
        after.extend(state["gap"][practice.age(view, 4) == 0.0])
    assert np.mean(after[400:]) == pytest.approx(0.001 * 4, rel=0.05)  # d T (1 - r) / r
    assert (acted(practice, state=state).again == state["gap"][:, None]).all()
    never = ServiceList(responsiveness=0.0, drift=0.01)
    state = never.begin(seen())
    for month in range(1, 60):
        never.month(state, seen(month))
    assert (state["gap"] == 0.3).all()


def test_floors_hold_and_nobody_above_them_is_touched() -> None:
    view, effects = seen(), Effects.none(PLACES, PLACES)
    effects.productivity[:] = np.linspace(0.6, 1.3, PLACES)
    before = effects.productivity.copy()
    Ordinance(floor_fund=0.5, floor_staff=0.9).act({}, view, effects)
    assert effects.productivity == pytest.approx(np.maximum(before, 0.9))
    posts = (np.maximum(before, 0.9) - before) @ view.people * 11.94 / 1e4
    assert effects.yuan["community_wages"] == pytest.approx(posts * 72_000.0)
    assert effects.floor_yuan.tolist() == [95.0] * 4 + [12.5] * 4
    few = replace(Rules().staff, community_per_10k=5.97)
    found = acted(Ordinance(floor_staff=0.75), seen(rules=replace(Rules(), staff=few)))
    assert found.productivity == pytest.approx(1.5)


def test_appraisal_buys_effort_and_gaming() -> None:
    found = acted(Incentive(share=0.30, effort=2.0, gaming=0.5))
    assert found.engage == pytest.approx(0.12) and found.false_closure == pytest.approx(0.03)
    less = acted(Incentive(share=0.18))
    assert (less.engage < 0.0).all() and less.false_closure < 0.0


def test_steps_left_out_save_time_and_lose_sight() -> None:
    found = acted(Procedure(steps=2, blind=0.5, leak=1.0, months_each=0.5))
    assert (found.noise, found.leakage, found.delay) == (2.0, 3.0, -1)
    assert (found.productivity > 1.0).all() and found.lines[1] < 0.0
    assert acted(Procedure(steps=0)).delay == -2


def test_foundations_raise_what_they_say_and_follow_wealth() -> None:
    view = seen(online=np.full(PLACES, 0.5), urban=np.ones(PLACES))
    found = acted(Foundations(coverage=0.25, yuan_per_resident=4.0, match=0.5), view)
    covered = found.income > 0.0
    assert covered.sum() == 2
    assert found.income[covered] * 12 == pytest.approx(view.people[covered] * 4.0 * 1.5)
    assert found.yuan["practices"] == pytest.approx(found.income.sum() * 12 / 3)
    uneven = seen(people=np.full(PLACES, 1000.0), urban=np.zeros(PLACES))
    a_head = [acted(Foundations(coverage=0.3, elasticity=e), uneven).income for e in (0.0, 2.0)]
    assert gini(a_head[1], uneven.people.astype(np.int64)) > gini(a_head[0], uneven.people.astype(np.int64))


def test_renovation_takes_desks_and_adds_belonging() -> None:
    found = acted(Renovation(renovated_share=0.5, friendliness=0.5, desk_lost=0.1, belonging=0.2))
    assert found.desks == pytest.approx(0.95) and found.engage == pytest.approx(0.05)
    assert found.yuan["practices"] == pytest.approx(0.5 * 80_000.0 * PLACES)


def test_providers_work_for_the_team_and_competition_lowers_the_price() -> None:
    found = acted(Contracting(share=0.5, monitoring=0.0, provider_hours=0.0, quality_gap=0.1))
    assert found.team == pytest.approx(1.0 / (1.0 - 0.5 * Contracting().home_share))
    assert found.false_home == pytest.approx(0.05) and (found.productivity == 1.0).all()
    watched = acted(Contracting(share=0.5, monitoring=1.0))
    assert watched.false_home == 0.0 and (watched.productivity < 1.0).all()
    paid = [acted(Contracting(share=0.5, providers=n, markup=0.5)).yuan["practices"] for n in (1, 2, 5)]
    assert paid[0] / paid[1] == pytest.approx(1.5 / 1.25) and paid[1] > paid[2]


def test_enterprises_pay_their_share_on_average_and_never_take() -> None:
    practice = Enterprises(share=0.4, reinvest=0.5, surplus=120_000.0, luck=0.2)
    income = np.array([acted(practice, seen(month)).income for month in range(400)])
    there = income.any(axis=0)
    assert there.sum() == 3 and (income >= 0.0).all()
    assert income[:, there].mean() == pytest.approx(5_000.0, rel=0.03)


def test_groups_settle_and_all_that_convert_become_providers() -> None:
    practice = SelfOrganisation(incubation_rate=0.1, convert=0.05, fade=0.03, close=0.02)
    state = practice.begin(seen())
    for month in range(1200):
        practice.month(state, seen(month))
    room = 0.2 * seen().people / 20.0
    groups = 0.1 * room / (0.1 * (1 + 2.5) + 0.08)
    assert state["groups"] == pytest.approx(groups, rel=1e-6)
    assert state["providers"] == pytest.approx(2.5 * groups, rel=1e-6)
    found = acted(practice, state=state)
    assert found.help.sum(axis=1) == pytest.approx(20.0 * state["providers"])


def test_the_cloud_draws_each_group_by_its_own_means() -> None:
    signed, helped = acted(CitizenCloud(single_sign_on=True)), acted(CitizenCloud(assist=0.5))
    assert (signed.digital, signed.assisted, signed.clerk) == (0.3, 0.0, 0.0)
    assert (helped.digital, helped.assisted, helped.clerk) == (0.0, 0.5, 0.04)
