"""Stations from rules: how many servers stand where, and at what pace they work.

Staff are counted in full-time equivalents, which merges move but never create. A station has whole servers and a
pace, servers over full-time equivalents, so that its capacity is exact: two fifths of a post is one server who is
there two fifths of the time and takes two and a half times as long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from math import fsum

import numpy as np

from sim.kernels.arithmetic import exp as _exp
from sim.mechanisms.dials import CONSTANT, merged
from sim.rules import Carriers, Rules
from sim.services import CHANNELS, DEPARTMENTS, Item, catalogue
from sim.world.cases import Stage
from sim.world.city import F64, I32, I64
from sim.world.layout import STATION

TODAY = Carriers()
WORKING_DAYS = 250.0  # a year, as the paid days of Staff.days_a_year are meant
ALL_WEEK = 0b1111111
LEAST_SHARE = 0.15  # of a post; below it a station could hardly open
LEAST_LOAD = 0.002  # of all departments' load; what a department without cases in the catalogue is staffed for
# exp(utility) of each channel, averaged over the residents of the shipped share in its status quo (90 days): distance,
# expected waits, access to the internet and trust, but not the constants of the channels.
TYPICAL = (0.61, 0.63, 0.32, 0.28, 0.99, 3.88, 0.70)


@dataclass
class Stations:
    """Stations as they are set up, stage after stage."""

    parts: list[np.ndarray] = field(default_factory=list)
    first: list[int] = field(default_factory=list)

    def add(self, stage: Stage, servers: np.ndarray, fte: np.ndarray, **columns: np.ndarray | float | int) -> int:
        """Append the stations of a stage; returns the first one's number. Stages come in order."""
        count = sum(part.size for part in self.parts)
        while len(self.first) <= stage:
            self.first.append(count)
        table = np.zeros(np.size(servers), STATION)
        table["servers"] = servers
        table["pace"] = servers / np.maximum(fte, LEAST_SHARE)
        table["stage"] = int(stage)
        table["weekdays"] = ALL_WEEK
        table["unit"] = -1
        for name, values in columns.items():
            table[name] = values
        self.parts.append(table)
        return count

    def done(self) -> tuple[np.ndarray, I64]:
        """The table, and the first station of each stage, one more at the end."""
        table = np.concatenate(self.parts)
        while len(self.first) <= max(Stage) + 1:
            self.first.append(table.size)
        return table, np.array(self.first, np.int64)


def whole(fte: F64) -> I32:
    """Servers for so many full-time equivalents: the nearest whole number, at least 1."""
    return np.maximum(1, np.floor(fte + 0.5)).astype(np.int32)


def windows(people: I64, per_window: float, least: int | I32 = 1) -> I32:
    """Windows of counters for so many people."""
    return np.maximum(least, np.ceil(people / per_window)).astype(np.int32)


def window_posts(rules: Rules, community: float, people: int) -> tuple[float, float]:
    """Posts at community and at town windows beyond today's.

    Whoever sits at windows is counted by window-hours: of `community` posts those bound at the counter, of the town's
    staff one a window and shift for so many people. More or longer open windows are hired for, fewer let go.
    """
    carriers, staff = rules.carriers, rules.staff
    longer = (1.0 + carriers.extra_hours / 8.0) * (1.2 if carriers.saturday else 1.0)  # six days instead of five
    bound = community * (1.0 - staff.admin_share) * staff.counter_share
    more = TODAY.community_residents_per_window / carriers.community_residents_per_window * longer - 1.0
    town = people / TODAY.town_residents_per_window
    town_more = TODAY.town_residents_per_window / carriers.town_residents_per_window * longer - 1.0
    return bound * more, town * town_more


def community_fte(rules: Rules, people: I64) -> F64:
    """Full-time equivalents of community workers in the field, beside those bound at the counters."""
    staff = rules.staff
    posts: F64 = people * np.float64(staff.community_per_10k / 1e4)
    return posts * (staff.days_a_year / WORKING_DAYS) * (1 - staff.admin_share) * (1 - staff.counter_share)


def town_fte(rules: Rules, people: I64) -> F64:
    """Full-time equivalents of town teams in the field."""
    staff = rules.staff
    posts: F64 = people * np.float64(staff.town_team_per_10k / 1e4) * (1 - rules.jurisdiction.cost_saving)
    return posts * (staff.days_a_year / WORKING_DAYS) * (1 - staff.offservice_share_town)


def grid_patches(rules: Rules, households: I64, people: I64) -> tuple[I32, I32, F64, F64]:
    """Grids and workers of each community.

    A worker's patch is one station: several small grids, or a share of a large one. A grid larger than a worker can
    hold has several servers. Each grid costs its ledger minutes a day and net.

    Returns:
        stations, servers at each, full-time equivalents at each, posts; all [M].
    """
    grid = rules.grid
    grids: F64 = np.maximum(1, np.floor(households / grid.households + 0.5)).astype(np.float64)
    posts: F64 = grids if grid.hire else people * np.float64(grid.workers_per_10k / 1e4)
    stations = np.maximum(1, np.minimum(grids, np.floor(posts + 0.5)))
    ledger = grids * grid.nets * grid.grid_overhead_minutes / 480.0
    fte = posts * (rules.staff.days_a_year / WORKING_DAYS) * (1 - grid.admin_share) - ledger
    each: F64 = np.maximum(fte, LEAST_SHARE * stations) / stations
    servers = np.maximum(1, np.floor(posts / stations + 0.5))
    return stations.astype(np.int32), servers.astype(np.int32), each, posts


def department_fte(rules: Rules, people: int) -> tuple[F64, F64]:
    """Full-time equivalents of each department's branch, and of its share at the city, for so many residents."""
    departments = rules.departments
    total = people * departments.staff_per_10k / 1e4
    total *= (rules.staff.days_a_year / WORKING_DAYS) * (1 - departments.off_desk_share)
    branch, city = department_load()
    load = fsum((*branch, *city))
    return branch * (total / load), city * (total / load)


def branch_fte(rules: Rules, people: int) -> F64:
    """Full-time equivalents of a district's branches, as many as mandates are split over."""
    each, _ = department_fte(rules, people)
    holder = [merged(d, rules.mandates.departments) for d in range(len(DEPARTMENTS))]
    return np.bincount(holder, each).astype(np.float64)


@cache
def department_load() -> tuple[F64, F64]:
    """Minutes of work a head and year that the status quo brings to each department: branches, city.

    Posts follow the load of the base catalogue under base rules, not the option, so that no option moves them by
    itself.
    """
    rules = Rules()
    branch, city = np.zeros(len(DEPARTMENTS)), np.zeros(len(DEPARTMENTS))
    to_city = rules.platform.order_share * (1 - rules.platform.district_order_share)
    for number, item in enumerate(catalogue()):
        reach = channel_shares(item)
        visits = reach[CHANNELS.index("community_centre")] + reach[CHANNELS.index("town_complex")]
        visits += reach[CHANNELS.index("online")]
        if not item.home:
            for department in item.departments:
                share = visits * item.department_share
                branch[department] += item.rate * share * item.work * rules.departments.step_minutes
        first = item.departments[0] if item.departments else number % len(DEPARTMENTS)
        calls = reach[CHANNELS.index("hotline")] * to_city
        city[first] += item.rate * calls * item.work * rules.departments.order_minutes
    least = LEAST_LOAD * fsum((*branch, *city))
    return np.maximum(branch, least), np.maximum(city, least)


def channel_shares(item: Item) -> F64:
    """[channels] how needs for an item spread over channels in the status quo, from the typical pull of each."""
    pull = np.array([_exp(CONSTANT[k]) * TYPICAL[k] if channel in (*item.channels, "do_without") else 0.0
                     for k, channel in enumerate(CHANNELS)])  # fmt: skip
    shares: F64 = pull / pull.sum()
    return shares
