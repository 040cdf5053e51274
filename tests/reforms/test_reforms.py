"""Reforms are values: a neutral one changes nothing, any two compose, each keeps to its own levers and cause."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from sim.reforms import (
    REFORMS,
    ClearDuties,
    ClosedLoop,
    CompoundStations,
    FundFormula,
    FundLevel,
    IntegratingCommittee,
    Merge,
    MergeTowns,
    MergeVillages,
    OneGrid,
    OnePlatform,
    OpeningHours,
    OverlappingNets,
    StaffLevels,
    Windows,
)
from sim.reforms.practices import PRACTICE_REFORMS
from sim.rules import Rules, levers

MOVED: dict[str, Any] = {
    "merge": Merge(keep_branches=0.5, cost_saving=0.05, keep_base_grants=True),
    "merge_towns": MergeTowns(keep_branches=0.5, cost_saving=0.05),
    "merge_villages": MergeVillages(keep_branches=0.5, keep_base_grants=True),
    "one_grid": OneGrid(households=300, hire=True),
    "overlapping_nets": OverlappingNets(nets=15),
    "fund_level": FundLevel(level=1.5),
    "fund_formula": FundFormula(urban_base=80_000.0, rural_per_100=5_000.0),
    "integrating_committee": IntegratingCommittee(departments=20, authority=0.5),
    "one_platform": OnePlatform(),
    "compound_stations": CompoundStations(share=0.3, openings=3),
    "windows": Windows(community=1.25, town=0.8),
    "opening_hours": OpeningHours(extra_hours=2.0, saturday=True),
    "staff_levels": StaffLevels(community=1.2, grid=0.9, town_team=1.1, departments=1.3),
    "clear_duties": ClearDuties(off_service=0.9),
    "closed_loop": ClosedLoop(**ClosedLoop.tried),
    **{name: reform(**reform.tried) for name, reform in PRACTICE_REFORMS.items()},
}

# Which levers a reform may touch; of the causes of misroutes at most its own (refinement A10).
TOUCHES = {
    "merge_towns": {"jurisdiction.towns", "jurisdiction.town_cut", "jurisdiction.keep_town_branches",
                    "jurisdiction.cost_saving", "misroute.border"},
    "merge_villages": {"jurisdiction.villages", "jurisdiction.village_cut", "jurisdiction.keep_village_branches",
                       "fund.keep_base_grants"},
    "one_grid": {"grid.households", "grid.hire", "grid.nets"},
    "overlapping_nets": {"grid.nets"},
    "fund_level": {"fund.level"},
    "fund_formula": {"fund.urban_base", "fund.urban_per_100", "fund.rural_base", "fund.rural_per_100",
                     "fund.keep_base_grants"},
    "integrating_committee": {"departments.integrated", "departments.authority", "misroute.refusal"},
    "one_platform": {"platform.one", "platform.dispatch_minutes", "platform.yuan_a_year", "misroute.information"},
    "compound_stations": {"carriers.compound_share", "carriers.compound_openings"},
    "windows": {"carriers.community_residents_per_window", "carriers.town_residents_per_window"},
    "opening_hours": {"carriers.extra_hours", "carriers.saturday"},
    "staff_levels": {"staff.community_per_10k", "staff.town_team_per_10k", "grid.workers_per_10k",
                     "departments.staff_per_10k"},
    "closed_loop": {"deadlines.days", "deadlines.escalate_after", "deadlines.callback_share"},
    "clear_duties": {"staff.admin_share", "staff.offservice_share_town", "staff.zone_share", "misroute.overlap"},
}  # fmt: skip
TOUCHES |= {name: {f"{name}.{lever}" for lever in reform.tried} for name, reform in PRACTICE_REFORMS.items()}
TOUCHES["merge"] = TOUCHES["merge_towns"] | TOUCHES["merge_villages"]
for name, practice in PRACTICE_REFORMS.items():  # each has a theme of its own
    MOVED[name] = practice(**practice.tried)
    TOUCHES[name] = {f"{name}.{f.name}" for f in fields(practice)}


def changed(before: Rules, after: Rules) -> set[str]:
    """The levers at which two rules differ."""
    names = [name.split(".") for name, _ in levers()]
    return {f"{t}.{n}" for t, n in names if getattr(getattr(before, t), n) != getattr(getattr(after, t), n)}


def test_every_reform_is_tried_here() -> None:
    assert set(MOVED) == set(REFORMS) == set(TOUCHES)
    assert all(type(MOVED[name]) is REFORMS[name] for name in REFORMS)


@pytest.mark.parametrize("name", REFORMS)
def test_a_reform_is_a_frozen_value(name: str) -> None:
    reform = MOVED[name]
    assert is_dataclass(reform)
    assert reform == replace(reform)
    assert hash(reform) == hash(replace(reform))
    with pytest.raises(FrozenInstanceError):
        setattr(reform, fields(reform)[0].name, None)


@pytest.mark.parametrize("name", REFORMS)
def test_neutral_changes_nothing(name: str) -> None:
    assert REFORMS[name].neutral().amend(Rules()) == Rules()


@pytest.mark.parametrize("name", REFORMS)
def test_moved_changes_its_own_levers_and_no_other(name: str) -> None:
    found = changed(Rules(), MOVED[name].amend(Rules()))
    assert found, "a reform that moves nothing"
    assert found <= TOUCHES[name]


@pytest.mark.parametrize("name", REFORMS)
def test_setting_what_is_in_force_changes_nothing(name: str) -> None:
    """A reform in absolute terms, put in force twice, is in force once; multiples and shares of a gap add up."""
    once = MOVED[name].amend(Rules())
    if name in ("windows", "staff_levels", "clear_duties", "integrating_committee"):
        assert REFORMS[name].neutral().amend(once) == once
    else:
        assert MOVED[name].amend(once) == once


@pytest.mark.parametrize("one", REFORMS)
def test_any_two_compose(one: str) -> None:
    """The second keeps whatever the first did to levers that the second leaves alone."""
    first = MOVED[one].amend(Rules())
    for other in REFORMS.keys() - {one}:
        both = MOVED[other].amend(first)
        assert changed(first, both) <= TOUCHES[other], other
        if not TOUCHES[one] & TOUCHES[other]:
            assert both == MOVED[one].amend(MOVED[other].amend(Rules())), other


def test_all_at_once_stay_within_the_ranges() -> None:
    rules = Rules()
    for reform in MOVED.values():
        rules = reform.amend(rules)
    assert rules.misroute.border == pytest.approx(0.005)
    assert rules.misroute.information == 0.01
    assert rules.misroute.overlap == 0.01
    assert rules.misroute.refusal < 0.03


def test_merge_is_both_merges() -> None:
    both = MergeVillages(keep_branches=0.5).amend(MergeTowns(keep_branches=0.5).amend(Rules()))
    assert Merge(keep_branches=0.5).amend(Rules()) == both
    assert both.jurisdiction.towns == both.jurisdiction.villages == "after"


def test_a_percentage_lowers_borders_in_proportion() -> None:
    half, real = MergeTowns(plan="percent", cut=0.152).amend(Rules()), MergeTowns().amend(Rules())
    assert half.jurisdiction.towns == "percent"
    assert real.misroute.border < half.misroute.border < Rules().misroute.border
    assert half.misroute.border == pytest.approx(0.0125)
    deep = MergeTowns(plan="percent", cut=0.6).amend(Rules())
    assert deep.misroute.border == real.misroute.border  # no lower than the published effect


def test_a_merge_never_takes_grants_away() -> None:
    kept = FundFormula(keep_base_grants=True).amend(Rules())
    assert MergeVillages(keep_base_grants=False).amend(kept).fund.keep_base_grants


def test_the_committee_works_by_authority_and_reach() -> None:
    refusal = [IntegratingCommittee(departments=d, authority=a).amend(Rules()).misroute.refusal
               for d, a in ((0, 1.0), (33, 0.0), (11, 1.0), (33, 0.5), (33, 1.0))]  # fmt: skip
    assert refusal == pytest.approx([0.03, 0.03, 0.03 - 0.025 / 3, 0.0175, 0.005])


def test_causes_already_better_are_left() -> None:
    rules = Rules()
    good = replace(rules, misroute=replace(rules.misroute, information=0.0, refusal=0.0, overlap=0.0, border=0.0))
    for reform in MOVED.values():
        assert reform.amend(good).misroute == good.misroute


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: OneGrid(households=23), "households must be in [24, 1000] households per grid, got 23"),
        (lambda: OverlappingNets(nets=16), "nets must be in [1, 15]"),
        (lambda: FundLevel(level=-0.1), "level must be in [0.0, 3.0] times the published formula, got -0.1"),
        (lambda: FundLevel(level=float("nan")), "level must be in [0.0, 3.0]"),
        (lambda: FundFormula(urban_base=1.0), "urban_base must be in [50000.0, 200000.0] yuan"),
        (lambda: MergeTowns(plan="real"), "plan must be one of chengdu_2019_2020, percent, got 'real'"),
        (lambda: MergeTowns(cut=0.2), "cut must be 0 unless plan is percent, got 0.2"),
        (lambda: MergeVillages(plan="percent", cut=0.7), "cut must be in [0.0, 0.6]"),
        (lambda: Merge(plan="percent", town_cut=0.7), "town_cut must be in [0.0, 0.6]"),
        (lambda: Merge(town_cut=0.2), "town_cut must be 0 unless plan is percent, got 0.2"),
        (lambda: Merge(keep_branches=1.1), "keep_branches must be in [0.0, 1.0]"),
        (lambda: Merge(cost_saving=0.2), "cost_saving must be in [0.0, 0.1]"),
        (lambda: IntegratingCommittee(departments=34), "departments must be in [0, 33]"),
        (lambda: OnePlatform(dispatch_minutes=3.0), "dispatch_minutes must be in [4.0, 60.0]"),
        (lambda: OnePlatform(information=0.5), "information must be in [0.0, 0.2]"),
        (lambda: CompoundStations(share=1.5), "share must be in [0.0, 1.0]"),
        (lambda: CompoundStations(share=0.5, openings=8), "openings must be in [1, 7]"),
        (lambda: Windows(town=5.0), "town must be in [0.25, 4.0] times today's windows, got 5.0"),
        (lambda: OpeningHours(extra_hours=5.0), "extra_hours must be in [0.0, 4.0]"),
        (lambda: StaffLevels(grid=3.0), "grid must be in [0.5, 2.0] times today's posts, got 3.0"),
        (lambda: ClearDuties(off_service=1.2), "off_service must be in [0.5, 1.0]"),
    ],
)
def test_out_of_range_is_said_in_one_line(make: Any, said: str) -> None:
    with pytest.raises(ValueError) as error:
        make()
    assert said in str(error.value)
    assert "\n" not in str(error.value)
