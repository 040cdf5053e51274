"""What the kernels of a day read of the rules: one record a district, in seconds and thresholds."""

from __future__ import annotations

from math import prod

import numpy as np

from sim.kernels.arithmetic import exp as _exp
from sim.mechanisms.tables import DIALS, ITEM, TRUST_SCALE
from sim.practices.base import Effects
from sim.rules import Rules
from sim.services import CHANNELS, CLASSES, DEPARTMENTS, Item, catalogue
from sim.world.cases import DAY, Stage

# Mean work is the rules'; its log sd by kind of station (refinement A1): counters .7, field .8, departments .9.
SIGMA = {Stage.GRID: 0.8, Stage.TEAM: 0.8, Stage.TOWN_TEAM: 0.8, Stage.BRANCH: 0.9, Stage.DEPARTMENT: 0.9}

OPENS, CLOSES = 9 * 3600, 17 * 3600  # seconds of the day, of stations whose hours are not their own
WEEK = 5  # working days, holidays apart
CLOUD_ITEMS = 215  # of the citizen cloud when complete
# Constants of the channels (logit), calibrated on the shipped share of Chengdu over a year to the channel shares of
# refinement A8: log(target / observed) was added until each share was within 1 % of its target.
CONSTANT = (0.263, 1.218, 1.402, 2.279, 0.450, 0.195, 0.0)


def threshold(p: float) -> int:
    """t with P(uint32 < t) = p."""
    return int(min(max(p, 0.0), 1.0) * 4294967296.0)


def items(online: float, cloud: int, departments: int) -> np.ndarray:
    """The catalogue as ITEM records.

    Args:
        online: the scenario's shift of the online channel (logit).
        cloud: how many of the citizen cloud's items are online.
        departments: over which the mandates of all 33 are split.
    """
    table = np.zeros(len(catalogue()), ITEM)
    reachable = on_the_cloud(cloud)
    for number, (row, item) in enumerate(zip(table, catalogue(), strict=True)):
        row["affinity"] = [_affinity(item, number in reachable, channel, online) for channel in CHANNELS]
        row["work"] = item.work
        row["department"] = threshold(item.department_share)
        row["statutory"] = threshold(item.statutory_share)
        row["urgent"] = threshold(item.urgent_share)
        row["help"] = threshold(item.coproducible)
        held_by = holders(number, departments)
        row["n_departments"] = len(held_by)
        row["departments"][: len(held_by)] = held_by
        row["lead"] = item.departments[0] if item.departments else number % len(DEPARTMENTS)
        row["kind"] = CLASSES.index(item.kind)
        row["group"] = len(CLASSES) if item.dispute else CLASSES.index(item.kind)
        row["home"] = item.home
    return table


def merged(department: int, departments: int) -> int:
    """The number of the department that holds a department's mandate where all are merged into so many."""
    return department * departments // len(DEPARTMENTS)


def holders(item: int, departments: int) -> tuple[int, ...]:
    """The departments that an item needs, each once, in the order in which a case sees them."""
    return tuple(dict.fromkeys(merged(d, departments) for d in catalogue()[item].departments))


def on_the_cloud(cloud: int) -> frozenset[int]:
    """The items of the catalogue that are online when the citizen cloud holds so many.

    In the order in which they go online: first those that are online today, then the others, most needed first.
    """
    count = int(np.floor(cloud / CLOUD_ITEMS * len(catalogue()) + 0.5))
    order = sorted(enumerate(catalogue()), key=lambda pair: ("online" not in pair[1].channels, -pair[1].rate, pair[0]))
    return frozenset(number for number, _ in order[:count])


def _affinity(item: Item, reachable: bool, channel: str, online: float) -> float:
    if not (reachable if channel == "online" else channel in (*item.channels, "do_without")):
        return 0.0
    constant = CONSTANT[CHANNELS.index(channel)] + (online if channel == "online" else 0.0)
    return float(_exp(constant))


def misroute(rules: Rules, effects: Effects) -> float:
    """Chance that an assignment goes wrong: independent causes, each moved by its own reforms only."""
    m = rules.misroute
    return 1 - (1 - m.information) * (1 - min(1.0, m.overlap * effects.overlap)) * (1 - m.refusal) * (1 - m.border)


def duplicates(rules: Rules) -> float:
    """Chance of a second report: none of the first kind on one platform, and each further net may send its own."""
    again = 0.0 if rules.platform.one else rules.platform.duplicate_share
    return 1 - (1 - again) * prod([1 - 0.03] * (rules.grid.nets - 1))


def dials(rules: Rules, effects: Effects) -> np.ndarray:
    """One DIALS record of the rules in force and what practices make of them."""
    record = np.zeros(1, DIALS)
    row = record[0]
    _times(row, rules, effects)
    _chances(row, rules, effects)
    _terms(row, rules, effects)
    return record


def windows_close(rules: Rules) -> int:
    """Second of the day at which the windows of offices and halls close."""
    return CLOSES + int(rules.carriers.extra_hours * 3600)


def window_week(rules: Rules) -> float:
    """Minutes that a window of an office or a hall is staffed in a week without holidays."""
    return (WEEK + int(rules.carriers.saturday)) * (windows_close(rules) - OPENS) / 60.0


def _times(row: np.void, rules: Rules, effects: Effects) -> None:
    r, minute = rules, 60.0
    work = {
        Stage.HOTLINE: r.platform.hotline_minutes, Stage.DESK: r.platform.assisted_minutes,
        Stage.COMPOUND: r.carriers.compound_minutes, Stage.GRID: r.grid.work_minutes,
        Stage.COUNTER: r.carriers.community_minutes, Stage.TEAM: r.staff.home_minutes,
        Stage.TOWN_COUNTER: r.carriers.town_minutes, Stage.TOWN_TEAM: r.staff.town_order_minutes,
        Stage.BRANCH: r.departments.step_minutes * effects.branch_minutes,
        Stage.DEPARTMENT: r.departments.order_minutes,
    }  # fmt: skip
    for stage, minutes in work.items():
        row["minutes"][stage] = minutes * minute
        row["sigma"][stage] = SIGMA.get(stage, 0.7)
        row["open"][stage], row["close"][stage] = OPENS, CLOSES
    for stage in (Stage.GRID, Stage.TEAM, Stage.TOWN_TEAM):
        row["open"][stage], row["close"][stage] = 8 * 3600 + 1800, 16 * 3600 + 1800
    for stage in (Stage.COUNTER, Stage.TOWN_COUNTER):
        row["close"][stage] = windows_close(r)
    row["open"][Stage.HOTLINE], row["close"][Stage.HOTLINE] = 8 * 3600 + 1800, 17 * 3600 + 900  # 8.75 h a seat
    row["open"][Stage.COMPOUND], row["close"][Stage.COMPOUND] = 15 * 3600, 17 * 3600
    row["order_minutes"] = r.staff.home_minutes * minute
    row["coordination"] = r.departments.coordination_minutes * r.departments.authority * minute
    row["dispatch"] = int(r.platform.dispatch_minutes * minute)
    row["return_time"] = int(r.misroute.return_days * DAY)
    row["deadline"] = int(r.deadlines.days * DAY)
    row["escalate"] = int(r.deadlines.escalate_after * DAY)
    row["statutory"] = r.departments.statutory_days * DAY
    row["statutory_sigma"] = r.departments.statutory_sigma
    row["patience"] = r.choice.patience_minutes * minute
    row["hotline_patience"] = r.choice.hotline_patience_minutes * minute
    row["saturday"] = r.carriers.saturday


def _chances(row: np.void, rules: Rules, effects: Effects) -> None:
    row["misroute"] = threshold(misroute(rules, effects))
    row["skipped"] = threshold(misroute(rules, effects) * effects.skipped)
    row["parallel"], row["priority"] = threshold(effects.parallel), threshold(effects.priority)
    row["deflection"] = threshold(max(0.0, rules.staff.deflection + effects.deflection))
    row["order_share"] = threshold(rules.platform.order_share)
    row["district_share"] = threshold(rules.platform.district_order_share)
    row["forward_share"] = threshold(rules.grid.forward_share)
    row["assisted_share"] = threshold(rules.platform.assisted_share + effects.clerk)
    row["duplicate_share"] = threshold(duplicates(rules))
    row["false_order"] = threshold(rules.deadlines.false_closure + effects.false_closure)
    row["false_counter"] = threshold(rules.deadlines.false_closure_counter)
    row["false_home"] = threshold(rules.deadlines.false_closure_counter + effects.false_home)
    row["callback"] = threshold(rules.deadlines.callback_share)
    row["return_share"] = threshold(rules.deadlines.return_share)


def _terms(row: np.void, rules: Rules, effects: Effects) -> None:
    row["integrated"] = rules.departments.integrated * rules.mandates.departments // len(DEPARTMENTS)
    row["digital"] = _exp(rules.choice.digital + effects.digital)
    row["offline"] = _exp(rules.choice.assisted + effects.assisted)
    row["trust_term"] = rules.choice.trust
    for name in ("timely", "late", "refused", "handoff"):
        row[name] = int(np.floor(getattr(rules.trust, name) * TRUST_SCALE + 0.5))
    row["detection"] = rules.grid.detection
    row["patrol_share"] = rules.grid.patrol_share
    row["hazard"] = rules.grid.hazards_per_100 / 100.0 / 365.0
    row["report_days"] = rules.grid.report_days
