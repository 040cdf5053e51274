"""No dead knob: every lever, moved to an end of its range, changes what is counted, paid or judged.

No draw decides: one seed, exact comparison of digests and outcomes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from promise_tools import one

from sim.reforms import CompoundStations, FundLevel, IntegratingCommittee, MergeTowns, MergeVillages
from sim.reforms.base import Option, Reform
from sim.reforms.practices import PRACTICE_REFORMS
from sim.rules import Rules, levers
from sim.trial import Trial, simulate
from sim.world import City, synthetic

WEEKS, MONTHS = 35, 217  # days: most levers act at once; projects, groups and successors take months
HALF = MergeTowns(plan="percent", cut=0.5, keep_branches=0.5), MergeVillages(plan="percent", cut=0.5, keep_branches=0.5)
# Levers that act only where a reform is in force.
BESIDE: dict[str, tuple[Reform, ...]] = {
    **{f"jurisdiction.{name}": HALF for name in
       ("keep_town_branches", "keep_village_branches")},
    "carriers.branch_cost_share": HALF,
    "carriers.opening_yuan": (CompoundStations(share=0.3),),
    "departments.authority": (IntegratingCommittee(departments=33, authority=0.5),),
    "departments.coordination_minutes": (IntegratingCommittee(departments=33),),
    "fund.keep_base_grants": HALF,
    "choice.friendly": (PRACTICE_REFORMS["renovation"](renovated_share=1.0),),
    "one_team.skill_mix": (PRACTICE_REFORMS["one_team"](cross_training=0.0),),
    **{f"leaders.{name}": (PRACTICE_REFORMS["leaders"](reserve_ratio=0.0),) for name in
       ("vacant_months", "vacant_skill")},
    "ordinance.floor_fund": (FundLevel(level=0.1),),
    "ordinance.urban_standard": (FundLevel(level=0.1),),
    "ordinance.rural_standard": (FundLevel(level=0.1),),
}  # fmt: skip
MERGED = one(HALF[0], from_day=14)  # what these levers say of begins on the day of a merge
DURING = {f"jurisdiction.{name}": MERGED for name in ("transition_loss", "transition_months", "one_off_yuan")}
LEVERS = dict(levers())
SCARCE = ("fund.leakage", "consultation.pledge", "consultation.half")  # else these small places have hours to spare
PERCENT = {"jurisdiction.town_cut": "towns", "jurisdiction.village_cut": "villages"}


@cache
def city() -> City:
    return synthetic(16_000, districts=2, towns_per_district=2, communities_per_town=4, name="levers")


def moved(rules: Rules, key: str, value: Any) -> Rules:
    theme, name = key.split(".")
    return replace(rules, **{theme: replace(getattr(rules, theme), **{name: value})})


def at_work(key: str) -> Rules:
    """Rules under which the lever acts: its own practice as it is tried, and what stands in BESIDE."""
    rules, theme = Rules(), key.split(".")[0]
    if theme in PRACTICE_REFORMS:
        rules = PRACTICE_REFORMS[theme](**PRACTICE_REFORMS[theme].tried).amend(rules)
    for reform in BESIDE.get(key, ()):
        rules = reform.amend(rules)
    if key in SCARCE:
        rules = moved(rules, "fund.project_hours", LEVERS["fund.project_hours"].metadata["low"])
    return moved(rules, f"jurisdiction.{PERCENT[key]}", "percent") if key in PERCENT else rules


def others(key: str, now: Any) -> list[Any]:
    """The ends of the lever's range, or its other values."""
    meta = LEVERS[key].metadata
    values = [not now] if isinstance(now, bool) else list(meta["choices"]) or [meta["low"], meta["high"]]
    return [value for value in values if value != now]


@cache
def told(rules: Rules, days: int, option: Option) -> tuple[str, tuple[float, ...]]:
    """The digest of a run and its outcomes."""
    record = simulate(Trial(city=city(), rules=rules, option=option, days=days, warmup=0, seed=3))
    return record.digest, tuple(map(str, record.outcomes.values()))  # as text, so that nan is nan


@pytest.mark.parametrize("key", LEVERS)
def test_every_lever_moves_something(key: str) -> None:
    rules = at_work(key)
    option = DURING.get(key, Option())
    now = getattr(getattr(rules, key.split(".")[0]), key.split(".")[1])
    assert any(
        told(moved(rules, key, value), days, option) != told(rules, days, option)
        for days in (WEEKS, MONTHS)
        for value in others(key, now)
    )
