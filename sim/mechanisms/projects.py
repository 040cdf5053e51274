"""Projects: a council sets money aside, months later they begin, and for half a year they give hours of help.

Money, and projects at work, belong to a fund account and follow it through a merge; communities split off one place
share its account. Help belongs to a place, whose residents it reaches, and stays there.
"""

from __future__ import annotations

import numpy as np

from sim.practices.base import Effects
from sim.rules import Rules
from sim.services import CLASSES
from sim.world.city import I32, I64
from sim.world.state import Memory

RUNNING_MONTHS = 6  # over which a project's hours are given


def start(memory: Memory, seat: I32, projects: I64, favoured: I64, rules: Rules, effects: Effects, month: int) -> None:
    """Set money aside for a month's projects, and note when they cost it and what they give.

    Args:
        seat: [M] place that holds each community's account.
        projects: [M] how many; favoured: [M] the class of service that each is for.
    """
    begin = month + max(0, rules.fund.delay_months + effects.delay)
    at_work = slice(begin, begin + RUNNING_MONTHS)
    count = np.zeros(memory.due.shape[1], np.int64)
    np.add.at(count, seat, projects)
    cents = count * int(rules.fund.project_yuan * 100.0)
    memory.fund.commit(cents)
    memory.due[begin] += cents
    memory.running[at_work] += count
    given = np.zeros(memory.help.shape[1:], np.int64)
    np.add.at(given, seat, seconds(rules, effects, projects, favoured))
    memory.help[at_work] += given


def seconds(rules: Rules, effects: Effects, projects: I64, favoured: I64) -> I64:
    """[M, classes] seconds a month that projects [M] give to cases of the class each is for, while they run."""
    fund = rules.fund
    hours = fund.project_hours * (1.0 - fund.leakage * effects.leakage) * (1.0 + effects.pledged)
    each = hours * fund.case_share * 3600.0 / RUNNING_MONTHS
    found = np.zeros((projects.size, len(CLASSES)), np.int64)
    found[np.arange(projects.size), favoured] = np.floor(projects * each).astype(np.int64)
    return found


def follow_accounts(memory: Memory, holder: I64) -> None:
    """Move what belongs to the accounts of places to the places that hold them from now on: `holder` [P]."""
    memory.fund.move(holder)
    for by_month in (memory.due, memory.running):
        gathered = np.zeros_like(by_month)
        np.add.at(gathered.T, holder, by_month.T)
        by_month[:] = gathered
