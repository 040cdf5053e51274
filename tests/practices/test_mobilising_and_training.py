"""Practices that mobilise, train and bind staff: closed forms, conservation, neutrality, monotone levers."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from math import exp, log
from typing import Any

import numpy as np
import pytest
from toy_view import acted, after, same, toy, untouched

from sim.practices.academies import Academies
from sim.practices.articles import Articles
from sim.practices.base import DISPUTES, Practice
from sim.practices.branches import Branches
from sim.practices.chessboard import Chessboard
from sim.practices.coproduction import Coproduction
from sim.practices.culture import Culture
from sim.practices.demonstration import Demonstration
from sim.practices.five_lines import FiveLines
from sim.practices.five_step import FiveStep
from sim.practices.instructors import Instructors
from sim.practices.layers import Layers
from sim.practices.linkage import Linkage
from sim.practices.value_community import ValueCommunity
from sim.practices.workforce import Workforce
from sim.practices.workload import meetable_hours
from sim.rules import Rules

# A practice, and the levers of its source; the others are assumptions.
MAIN: dict[type[Any], set[str]] = {
    Demonstration: {"share"},
    Layers: {"retention", "count"},
    Linkage: {"strength", "skip_level_prob"},
    Chessboard: {"urban_rural_parity", "target_conflict", "stability_staff_shared"},
    ValueCommunity: {"investment"},
    FiveLines: {"party", "self_government", "associations", "volunteers", "services"},
    FiveStep: {"starts_per_month"},
    Branches: {"compound_coverage", "twonew_coverage", "microgrid_households"},
    Coproduction: {"share", "quality", "law", "virtue"},
    Culture: {"values", "culture", "exemplars", "civility"},
    Articles: {"completeness", "compliance_hours"},
    Instructors: {"per_town"},
    Academies: {"days_year"},
    Workforce: {"pay_index", "turnover", "cert_share", "cert_bonus"},
}
ASSUMED = [(kind, f.name) for kind, main in MAIN.items() for f in fields(kind) if f.name not in main]


@pytest.mark.parametrize(("kind", "name"), ASSUMED, ids=lambda x: getattr(x, "__name__", x))
def test_an_assumption_alone_changes_nothing(kind: type[Practice], name: str) -> None:
    meta = next(f.metadata for f in fields(kind) if f.name == name)
    for value in (meta["low"], meta["high"]):
        practice = kind(**{name: value})
        assert same(acted(practice, after(practice, 5)), untouched())


@pytest.mark.parametrize("kind", MAIN, ids=lambda k: k.__name__)
def test_put_to_work_it_changes_something_and_pays(kind: type[Practice]) -> None:
    practice = kind(**kind.tried)
    assert practice.on
    assert not same(acted(practice, after(practice, 5)), untouched())


def test_sites_build_up_and_neighbours_imitate() -> None:
    practice = Demonstration(share=0.2, diffusion_rate=0.2)
    sites = practice.sites(toy())
    assert 0 < sites.sum() < 12
    curve = np.array([after(practice, n)["level"] for n in range(60)])
    assert np.allclose(curve[:, sites][:, 0], 1.0 - (2.0 / 3.0) ** np.arange(60))
    assert (np.diff(curve, axis=0) >= 0.0).all() and curve.max() <= 1.0
    reached = np.isin(toy().town, toy().town[sites])
    assert (curve[1:, ~reached] == 0.0).all()  # no site in town, nobody to imitate
    others = curve[:, reached & ~sites].mean(axis=1)
    steps = np.diff(others)
    assert 0 < steps.argmax() < 30 and others[-1] > 0.9  # S-shaped: slow, fast, slow
    assert (replace(practice, share=0.1).sites(toy()) <= sites).all()  # nested


def test_a_dose_decays_geometrically_without_noise() -> None:
    layers = Layers(noise=0.0)
    for retention, count in ((0.7, 3), (0.9, 4), (1.0, 5)):
        assert np.allclose(layers.arrives(toy(), retention, count), retention**count)
    noisy = Layers(noise=0.5).arrives(toy(), 0.8, 4)
    assert noisy.std() > 0.02
    assert (Layers(noise=0.5).arrives(toy(), 1.0, 4) == 1.0).all()  # nothing lost, nothing to differ in


def test_more_layers_or_losses_bring_less_down() -> None:
    engage = [acted(Layers(retention=r)).engage.mean() for r in (0.7, 0.8, 0.9, 0.95, 1.0)]
    assert engage == sorted(engage) and engage[2] == 0.0
    by_count = [acted(Layers(count=n)).engage.mean() for n in (5, 4, 3)]
    assert by_count == sorted(by_count) and by_count[1] == 0.0


def test_linkage_is_retention_by_another_channel() -> None:
    rules = Rules(linkage=Linkage(strength=0.5), layers=Layers(noise=0.0))
    effects = acted(rules.linkage, {}, toy(rules=rules))
    assert np.allclose(effects.told["dose"], 0.95**4)
    assert np.allclose(effects.engage, rules.layers.dose * (0.95**4 - 0.9**4))
    assert acted(Linkage(skip_level_prob=0.3), {}).skipped == 0.3


def test_the_chessboard_conserves_hours() -> None:
    view = toy()
    effects = acted(Chessboard(urban_rural_parity=1.0))
    assert view.mean(effects.productivity) == pytest.approx(1.0, abs=1e-14)
    rural = view.urban == 0.0
    assert effects.productivity[rural].min() > 1.0 > effects.productivity[~rural].max()
    gap = effects.productivity[rural][0] - effects.productivity[~rural][0]
    assert gap == pytest.approx(Chessboard().shift)


def test_targets_that_agree_give_admin_time_back() -> None:
    admin = Rules().staff.admin_share
    effects = acted(Chessboard(target_conflict=0.0))
    assert effects.productivity == pytest.approx((1.0 - admin * 0.9) / (1.0 - admin))
    assert acted(Chessboard(target_conflict=0.3)).productivity.max() < 1.0


@pytest.mark.parametrize("half_life", [6.0, 18.0, 36.0])
def test_the_stock_of_values_settles_and_halves(half_life: float) -> None:
    practice = ValueCommunity(investment=0.5, half_life_months=half_life)
    kept, built = 2.0 ** (-1.0 / half_life), 0.5 * practice.build
    state = after(practice, 600)
    assert state["stock"] == pytest.approx(built / (1.0 - kept + built))
    before = state["stock"].copy()
    for month in range(int(half_life)):
        replace(practice, investment=0.0).month(state, toy(month))
    assert state["stock"] == pytest.approx(before / 2.0)


def test_effort_is_a_simplex() -> None:
    assert (
        FiveLines(party=0.7, self_government=0.7, associations=0.7, volunteers=0.7, services=0.7).shares() == 1
    ).all()
    tried = FiveLines(**FiveLines.tried)
    assert tried.shares().sum() == pytest.approx(5.0)
    assert acted(tried).lines == pytest.approx(tried.response * np.log([0.5, 1.75, 0.5, 1.75, 0.5]))
    doubled = FiveLines(**{line: 2.0 * w for line, w in FiveLines.tried.items()})
    assert doubled.shares() == pytest.approx(tried.shares())
    none = FiveLines(party=0.0)
    assert np.isfinite(acted(none).lines).all()


def test_compounds_climb_five_steps_and_stay() -> None:
    practice = FiveStep(starts_per_month=0.10, stage_months=2)
    stages = [after(practice, n)["stage"] for n in range(0, 120, 1)]
    assert (np.diff(stages, axis=0) >= 0.0).all() and stages[-1].max() == 5.0
    first = np.array([next((n for n, s in enumerate(stages) if s[c] == 1.0), -1) for c in range(24)])
    last = np.array([next((n for n, s in enumerate(stages) if s[c] == 5.0), -1) for c in range(24)])
    done = last >= 0
    assert done.any() and (last[done] - first[done] == 8).all()  # four more stages of two months
    slower = after(replace(practice, starts_per_month=0.02), 40)["stage"]
    assert (slower <= stages[40]).all()  # the same lots


def test_compounds_help_in_proportion_and_organisers_cost_hours() -> None:
    practice, view = FiveStep(starts_per_month=0.1), toy()
    ripe = {"stage": np.full(24, 5.0), "months": np.zeros(24)}
    effects = acted(practice, ripe)
    assert effects.help.sum(axis=1) == pytest.approx(practice.hours * view.people / 1000.0)
    assert (effects.lost == 0.0).all() and (effects.productivity == 1.0).all()
    half = acted(practice, {"stage": np.full(24, 2.0), "months": np.zeros(24)})
    workers = view.people * Rules().staff.community_per_10k / 1e4
    assert half.lost == pytest.approx(2.0 * practice.organiser_hours / workers / 40.0)


def test_meetable_hours_are_conserved() -> None:
    hours = np.array([3.0, 0.0, 7.0])
    assert meetable_hours(hours).sum(axis=1) == pytest.approx(hours)


def test_branches_are_nested_and_micro_grids_paid_in_hours() -> None:
    reach = [acted(Branches(compound_coverage=c)).engage for c in (0.0, 0.3, 0.6, 1.0)]
    assert all((more >= less).all() for less, more in pairwise(reach))
    small, large = acted(Branches(microgrid_households=24)), acted(Branches(microgrid_households=100))
    assert small.eyes[0] / large.eyes[0] == pytest.approx(100 / 24)
    assert small.volunteers < large.volunteers < 1.0
    lost = 0.197 * 0.30 * 12.0 * (1.0 - large.volunteers) * 282.0  # hours a year of a hundred households
    assert lost == pytest.approx(large.eyes[0] * 250.0)
    with pytest.raises(ValueError, match="microgrid_households must be 0 or in"):
        Branches(microgrid_households=10)


def test_co_production_steers_hours_and_prevents_disputes() -> None:
    assert acted(Coproduction(share=0.5)).volunteers == 2.0
    assert acted(Coproduction(share=0.0)).volunteers == 0.0
    better, worse = acted(Coproduction(quality=1.1)), acted(Coproduction(quality=0.6))
    assert (better.helped, better.volunteers) == (1.0, 1.1)
    assert (worse.helped, worse.volunteers) == (0.6, 1.0)
    arise = [acted(Coproduction(law=x, virtue=y)).demand[0, DISPUTES] for x, y in ((0, 0), (10, 0), (10, 1), (40, 1))]
    assert arise == sorted(arise, reverse=True) and arise[0] == 1.0
    assert arise[2] == pytest.approx((1 - 0.3 * (1 - exp(-10 / 15))) * 0.8)


def test_culture_follows_its_intensity() -> None:
    practice = Culture(values=0.8, exemplars=0.5)
    state = after(practice, 200)
    assert state["values"] == pytest.approx(0.8)
    assert (state["civility"] == 0.0).all()
    assert acted(practice, state).social == pytest.approx(practice.imitation * 0.5)


def uneven() -> Any:
    effects = untouched()
    effects.productivity *= np.linspace(0.7, 1.3, 12)
    return effects


def spread(productivity: np.ndarray) -> float:
    return float(np.log(productivity).std())


def test_articles_shrink_deviations_about_the_mean() -> None:
    view, effects = toy(), uneven()
    before = np.log(effects.productivity)
    Articles(completeness=0.5, pull=0.6).act({}, view, effects)
    x = np.log(effects.productivity)
    assert x - view.mean(x) == pytest.approx(0.7 * (before - view.mean(before)))
    assert view.mean(x) == pytest.approx(view.mean(before))
    assert acted(Articles(compliance_hours=4.0)).productivity == pytest.approx(0.9)


def test_instructors_raise_only_the_weak() -> None:
    view, effects = toy(), uneven()
    before = effects.productivity.copy()
    Instructors(per_town=5).act({}, view, effects)
    weak = np.log(before) < view.mean(np.log(before))
    assert (effects.productivity[weak] > before[weak]).all()
    assert (effects.productivity[~weak] == before[~weak]).all()
    assert (np.diff(effects.productivity) > 0.0).all()  # ranks stay
    assert acted(Instructors(per_town=2)).yuan["practices"] == 2 * 3 * Instructors().wage


def test_training_settles_between_learning_and_forgetting() -> None:
    practice = Academies(days_year=12.0, half_life=12.0)
    days = after(practice, 400)["days"]
    assert days == pytest.approx(1.0 / (1.0 - 2.0 ** (-1.0 / 12.0)))
    first, settled = acted(practice), acted(practice, {"days": days})
    assert (first.productivity < 1.0).all()  # days away come before skill
    assert (settled.productivity > 1.0).all() and settled.deflection < 0.0
    assert settled.lost == pytest.approx(12.0 / 230.0)


def test_today_is_a_steady_state_of_the_workforce() -> None:
    view, wage = toy(), Rules().staff.community_wage
    for practice in (Workforce(), Workforce(turnover=0.3), Workforce(pay_index=1.5)):
        filled, skill = practice.steady(wage)
        state = after(practice, 600)
        today, knew = practice.today().steady(wage)
        assert state["filled"] * today == pytest.approx(filled)
        assert state["skill"] + knew == pytest.approx(skill)
    assert (after(Workforce(), 12)["filled"] == 1.0).all()
    assert same(acted(Workforce(), after(Workforce(), 12), view), untouched())


def test_better_pay_keeps_workers_and_costs() -> None:
    wage = Rules().staff.community_wage
    leaving = [Workforce(pay_index=p).leaving(wage) for p in (0.8, 1.0, 1.2, 1.5)]
    assert leaving == sorted(leaving, reverse=True) and leaving[1] == 0.15
    assert log(leaving[3] / leaving[1]) == pytest.approx(-log(1.5))
    assert Workforce(cert_bonus=500.0).leaving(wage) < 0.15
    view = toy()
    paid = acted(Workforce(pay_index=1.2)).yuan["community_wages"]
    posts = view.people.sum() * Rules().staff.community_per_10k / 1e4
    assert paid == pytest.approx(0.2 * wage * posts)
