"""What the city pays: wages, overhead, centres, platform. For the grants of the fund see `fund`.

Yearly amounts accrue by day in whole cents: what is due up to the end of day d is floor(yearly d / 365), so that no
cent is lost between months.
"""

from __future__ import annotations

import numpy as np

from sim.practices.base import Effects
from sim.rules import Carriers, Rules
from sim.world.layout import Layout

YEAR = 365
TODAY = Carriers()


def accrued(cents_a_year: int, from_day: int, until_day: int) -> int:
    """Cents due for days from_day <= d < until_day of a yearly amount."""
    return cents_a_year * until_day // YEAR - cents_a_year * from_day // YEAR


def yearly(rules: Rules, layout: Layout, effects: Effects, people: int, city_people: int) -> dict[str, int]:
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
        "practices": posts["community"] * staff.zone_share * staff.community_wage,
    }
    for purpose, (full, branches, each) in (("centres", offices), ("town_complexes", halls)):
        yuan[purpose] = (full + branches * carriers.branch_cost_share) * each
    for beside in (carriers_beyond_today(rules, layout), effects.yuan):
        for purpose, amount in beside.items():
            yuan[purpose] = yuan.get(purpose, 0.0) + amount
    return {purpose: int(np.floor(amount * 100.0 + 0.5)) for purpose, amount in yuan.items()}


def carriers_beyond_today(rules: Rules, layout: Layout) -> dict[str, float]:
    """Yuan a year by purpose for windows, opening hours and compound stations, less what today's cost."""
    carriers, staff, posts = rules.carriers, rules.staff, layout.workers
    openings = carriers.compound_share * carriers.compound_openings - TODAY.compound_share * TODAY.compound_openings
    return {
        "community_wages": posts["community_windows"] * staff.community_wage,
        "town_wages": posts["town_windows"] * staff.town_wage,
        "centres": (layout.compounds.size - 1) * openings * carriers.opening_yuan,
    }
