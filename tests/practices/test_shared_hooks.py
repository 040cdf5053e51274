"""What practices reach of the model: service points, items online, floors of the fund, what carriers cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.mechanisms.dials import items, on_the_cloud
from sim.mechanisms.fund import grants
from sim.mechanisms.layouts import lay_out
from sim.mechanisms.money import yearly
from sim.mechanisms.siting import Offices, walking, with_points
from sim.practices.base import Effects
from sim.practices.circles import Circles
from sim.rules import Carriers, Rules
from sim.services import CHANNELS, catalogue
from sim.world.district import District, districts
from sim.world.founding import synthetic
from sim.world.layout import Layout

ONLINE = CHANNELS.index("online")
CITY = synthetic(12_000, name="hooks")
LOCAL = districts(CITY)[0]


def laid_out(rules: Rules) -> Layout:
    before = CITY.plans["before"]
    return lay_out(LOCAL, before, before, rules, 0.0)


def line(x: list[float], people: list[int]) -> tuple[Offices, dict[str, np.ndarray]]:
    """Compounds of one unit along a street whose office stands at 0."""
    size = len(x)
    columns = {
        "unit_of": np.zeros(size, np.int32), "x": np.array(x), "y": np.zeros(size),
        "people": np.array(people, np.int64),
    }  # fmt: skip
    one = np.zeros(1)
    offices = Offices(
        x=one, y=one, unit=np.zeros(1, np.int32), seat=np.ones(1, np.uint8), people=np.array([sum(people)]),
        of=np.zeros(size, np.int32),
    )  # fmt: skip
    return offices, columns


def test_points_stand_where_most_are_outside_and_serve_who_is_nearer() -> None:
    offices, columns = line([0.0, 300.0, 2000.0, 2100.0, 5000.0], [10, 10, 30, 40, 50])
    found = with_points(offices, **columns, pace=0.01, circle=5.0, share=0.5)
    assert found.x.tolist() in ([0.0, 2000.0], [0.0, 2100.0])
    assert found.of.tolist() == [0, 0, 1, 1, 1] and found.people.tolist() == [20, 120]
    every = with_points(offices, **columns, pace=0.01, circle=5.0, share=1.0)
    assert every.unit.size == 3 and every.of.tolist() == [0, 0, 1, 1, 2]
    assert with_points(offices, **columns, pace=0.01, circle=5.0, share=0.0) is offices


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_the_share_of_the_outside_that_was_asked_comes_inside(share: float) -> None:
    dice = np.random.default_rng(5)
    x, people = dice.uniform(0, 20_000, 60).tolist(), dice.integers(20, 300, 60).tolist()
    offices, columns = line(x, people)
    found = with_points(offices, **columns, pace=0.0125, circle=10.0, share=share)
    out = [
        int(columns["people"][walking(0.0125, o.x[o.of] - columns["x"], np.zeros(60)) > 10.0].sum())
        for o in (offices, found)
    ]
    assert out[1] <= (1.0 - share) * out[0] + 1e-9
    assert found.people.sum() == sum(people)


def test_circles_closed_shorten_walks_nest_and_cost_branches() -> None:
    bare, half, all_ = (laid_out(replace(Rules(), circles=Circles(gaps_closed=g))) for g in (0.0, 0.5, 1.0))
    assert bare.offices < half.offices < all_.offices
    assert (half.walk[:, 1] <= bare.walk[:, 1]).all() and (all_.walk[:, 1] <= half.walk[:, 1] + 1e-9).all()
    assert (all_.walk[:, 1] <= 10.0 + 1e-9).all() or (bare.walk[:, 1] > 10.0).any()
    none = Effects.none(LOCAL.places, LOCAL.compound_id.size)
    paid = [yearly(Rules(), layout, none, LOCAL.residents, LOCAL.residents)["centres"] for layout in (bare, half)]
    each = Rules().carriers.branch_cost_share * Rules().carriers.centre_yuan * 100
    assert paid[1] - paid[0] == pytest.approx((half.offices - bare.offices) * each)


def test_todays_items_are_those_of_the_catalogue_and_more_nest() -> None:
    today = frozenset(n for n, item in enumerate(catalogue()) if "online" in item.channels)
    assert on_the_cloud(Rules().citizen_cloud.items) == today
    assert on_the_cloud(0) == frozenset() and len(on_the_cloud(215)) == len(catalogue())
    sizes = [on_the_cloud(n) for n in range(0, 216, 5)]
    assert all(fewer <= more for fewer, more in pairwise(sizes))
    assert (
        (items(0.0, 50, 33)["affinity"][:, ONLINE] > 0.0)
        == np.isin(np.arange(len(catalogue())), list(on_the_cloud(50)))
    ).all()


def granted(effects: Effects, layout: Layout, budget: float, local: District) -> np.ndarray:
    active = np.zeros(local.compound_id.size, np.int32)
    return grants(Rules(), layout, local, effects, active, budget, 0, 365)


def test_a_floor_tops_up_the_grants_below_it_alone() -> None:
    layout, effects = laid_out(Rules()), Effects.none(LOCAL.places, LOCAL.compound_id.size)
    free = granted(effects, layout, 0.3, LOCAL)
    a_head = free / layout.community_people / 100.0
    effects.floor_yuan[:] = float(np.median(a_head))
    floored = granted(effects, layout, 0.3, LOCAL)
    least = np.floor(layout.community_people * effects.floor_yuan[0] * 100.0 + 0.5)
    assert np.abs(floored - np.maximum(free, least)).max() <= 1
    assert (floored > free).any() and (floored == free).any()


def test_a_floor_softens_cuts_of_the_budget() -> None:
    layout, effects = laid_out(Rules()), Effects.none(LOCAL.places, LOCAL.compound_id.size)
    lost = granted(effects, layout, 1.0, LOCAL).sum() - granted(effects, layout, 0.5, LOCAL).sum()
    effects.floor_yuan[:] = 20.0
    lost_with = granted(effects, layout, 1.0, LOCAL).sum() - granted(effects, layout, 0.5, LOCAL).sum()
    assert lost_with < lost


def test_window_hours_and_openings_are_paid() -> None:
    none = Effects.none(LOCAL.places, LOCAL.compound_id.size)

    def paid(**levers: float) -> dict[str, int]:
        rules = replace(Rules(), carriers=replace(Carriers(), **levers))
        return yearly(rules, laid_out(rules), none, LOCAL.residents, LOCAL.residents)

    today = paid()
    half_more = paid(community_residents_per_window=Carriers().community_residents_per_window / 1.5)
    staff = Rules().staff
    bound = LOCAL.residents * staff.community_per_10k / 1e4 * (1 - staff.admin_share) * staff.counter_share
    assert half_more["community_wages"] - today["community_wages"] == pytest.approx(bound * 0.5 * 7.2e6, abs=2)
    assert paid(extra_hours=4.0)["community_wages"] == pytest.approx(half_more["community_wages"], abs=2)
    more = paid(compound_share=0.3)["centres"] - today["centres"]
    assert more == pytest.approx(LOCAL.compound_id.size * 0.15 * 2 * 3_000.0 * 100, abs=2)
