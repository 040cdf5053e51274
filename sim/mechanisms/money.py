"""What the city pays: wages, overhead, centres, platform, and the grants of the dual-track fund.

Yearly amounts accrue by day in whole cents: what is due up to the end of day d is floor(yearly d / 365), so that no
cent is lost between months.
"""

from __future__ import annotations

import numpy as np

from sim.rules import Rules
from sim.world.city import I32, I64, U8
from sim.world.layout import Layout

YEAR = 365


def accrued(cents_a_year: int, from_day: int, until_day: int) -> int:
    """Cents due for days from_day <= d < until_day of a yearly amount."""
    return cents_a_year * until_day // YEAR - cents_a_year * from_day // YEAR


def yearly(rules: Rules, layout: Layout, people: int, city_people: int) -> dict[str, int]:
    """Cents a year by purpose, the fund and one-off costs apart."""
    staff, carriers, posts = rules.staff, rules.carriers, layout.workers
    offices = (layout.community_people.size, layout.offices - layout.community_people.size, carriers.centre_yuan)
    halls = (layout.towns, layout.halls - layout.towns, carriers.complex_yuan)
    yuan = {
        "community_wages": posts["community"] * staff.community_wage,
        "grid_wages": posts["grid"] * staff.grid_wage,
        "town_wages": posts["town_team"] * staff.town_wage,
        "town_overhead": posts["town_posts"] * staff.town_wage,
        "platform": rules.platform.yuan_a_year * people / city_people,
    }
    for purpose, (full, branches, each) in (("centres", offices), ("town_complexes", halls)):
        yuan[purpose] = (full + branches * carriers.branch_cost_share) * each
    return {purpose: int(np.floor(amount * 100.0 + 0.5)) for purpose, amount in yuan.items()}


def fund_formula(
    rules: Rules, people: I64, urban_class: U8, community_of: I32, urban: U8, parts: I64, communities: int
) -> I64:
    """Cents a year that each community is granted: base by its kind, and per 100 residents by their rate class.

    Chengdu Daily 2018-05-29. Residents keep the rate class of the community they lived in before a merge
    (`urban_class`); the base follows the kind of the community now. A rule may keep the base grants of merged parts.

    Args:
        people: [C] residents of each compound; urban_class: [C]; community_of: [C].
        urban: [M] kind of each community now; parts: [M] how many communities of the map before it is made of.
    """
    fund = rules.fund
    heads = np.zeros((2, communities), np.int64)
    np.add.at(heads, (urban_class.astype(np.int64), community_of), people)
    base = np.where(urban == 1, fund.urban_base, fund.rural_base) * (parts if fund.keep_base_grants else 1)
    yuan = base + heads[1] * (fund.urban_per_100 / 100.0) + heads[0] * (fund.rural_per_100 / 100.0)
    cents: I64 = np.floor(yuan * fund.level * 100.0 + 0.5).astype(np.int64)
    return cents
