"""The dual-track fund: what its formula grants a community, and the part that is shared by appraisal."""

from __future__ import annotations

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.mechanisms.money import YEAR
from sim.practices.base import Effects
from sim.rules import Rules
from sim.world.city import I32, I64, U8
from sim.world.district import District
from sim.world.layout import Layout


def grants(
    rules: Rules, layout: Layout, district: District, effects: Effects, active: I32, budget: float, from_day: int,
    until_day: int,
) -> I64:  # fmt: skip
    """[M] cents that each community is granted for days from_day <= d < until_day.

    Args:
        active: [C] residents active last month.
        budget: the scenario's multiple of the formula.
    """
    formula = fund_formula(rules, district.population, district.urban, layout)
    yearly = np.floor(formula * budget + 0.5).astype(np.int64)
    granted = by_appraisal(rules, layout, active, yearly * until_day // YEAR - yearly * from_day // YEAR)
    least = floors(layout, district, effects)
    topped: I64 = np.maximum(granted, least * until_day // YEAR - least * from_day // YEAR)
    return topped


def floors(layout: Layout, district: District, effects: Effects) -> I64:
    """[M] cents a year below which no community's grant may fall, whatever budget and appraisal."""
    yuan = effects.floor_yuan[district.place] * district.population
    total = np.bincount(layout.community_of, yuan, layout.community_people.size)
    cents: I64 = np.floor(total * 100.0 + 0.5).astype(np.int64)
    return cents


def fund_formula(rules: Rules, people: I64, urban_class: U8, layout: Layout) -> I64:
    """Cents a year that each community is granted: base by its kind, and per 100 residents by their rate class.

    Chengdu Daily 2018-05-29. Residents keep the rate class of the community they lived in before a merge
    (`urban_class`); the base follows the kind of the community now. A rule may keep the base grants of merged parts.

    Args:
        people: [C] residents of each compound; urban_class: [C].
    """
    fund = rules.fund
    heads = np.zeros((2, layout.community_people.size), np.int64)
    np.add.at(heads, (urban_class.astype(np.int64), layout.community_of), people)
    base = np.where(layout.urban == 1, fund.urban_base, fund.rural_base)
    base = base * (layout.parts if fund.keep_base_grants else 1)
    yuan = base + heads[1] * (fund.urban_per_100 / 100.0) + heads[0] * (fund.rural_per_100 / 100.0)
    cents: I64 = np.floor(yuan * fund.level * 100.0 + 0.5).astype(np.int64)
    return cents


def by_appraisal(rules: Rules, layout: Layout, active: I32, due: I64) -> I64:
    """Share part of the grants [M] anew: communities with more active residents get more of it, up to twice."""
    fixed = np.floor(due * (1.0 - rules.incentive.share)).astype(np.int64)
    pot = int((due - fixed).sum())
    if pot == 0:
        return due
    crowd = np.bincount(layout.community_of, active, due.size)
    weight = due * (1.0 + np.minimum(1.0, 5.0 * crowd / np.maximum(1, layout.community_people)))
    share: I64 = fixed + largest_remainder(np.floor(weight / 1e4).astype(np.int64) + 1, pot)
    return share


def earned(layout: Layout, effects: Effects) -> I64:
    """[P] cents that communities raise themselves in a month, by the place that holds the account."""
    cents = np.zeros(effects.income.size, np.int64)
    seat = layout.seat[layout.community_of_place]
    np.add.at(cents, seat, np.floor(effects.income * 100.0 + 0.5).astype(np.int64))
    return cents
