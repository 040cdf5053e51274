"""The council of a community: it sees its residents' needs, proposes projects, votes, and sees them through.

A council knows the unmet needs of its residents by class of service up to a lognormal error, and proposes for the class
where a project looks to meet most of them. The vote needs a quorum of seats; who attends follows the self-government
line. A project costs money at once, takes months, and buys hours of help for that class of needs of residents of the
community, less leakage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arithmetic import exps, normal_quantiles
from sim.kernels.hashing import uniforms
from sim.practices.base import Effects
from sim.rng import Purpose
from sim.rules import Rules
from sim.world.city import F64, I64, U32
from sim.world.layout import Layout
from sim.world.state import Memory
from sim.world.tallies import PlaceColumn

KIND = int(Purpose.COUNCIL)
ATTENDANCE = 0.45  # share of seats that attend where nobody else takes part (assumption)
REACH = 4.0  # attendance gained per share of residents active in self-government (assumption)
MOST_PROJECTS = 3  # a month
CLASS_COLUMNS = slice(int(PlaceColumn.UNMET_PARTY), int(PlaceColumn.UNMET_CONVENIENCE) + 1)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the councils of a district decide in one month; all [M]."""

    met: I64  # 1 where the quorum was met
    projects: I64  # projects started
    favoured: I64  # class of service they are for


def meet(
    memory: Memory, layout: Layout, people: I64, meetable: F64, rules: Rules, effects: Effects, month: int, key: U32
) -> Decision:
    """The meetings of a district's councils at the end of a month, and the count of those with a quorum.

    Args:
        people: [P] residents of each place.
        meetable: [classes] share of unmet needs that a project could meet.
    """
    place, count = layout.community_of_place, layout.community_people.size
    alone = np.bincount(place, minlength=count) == 0  # split off a place: it sees that place's numbers

    def by_community(column: I64) -> F64:
        return np.where(alone, column[layout.seat], np.bincount(place, column, count))

    unmet = np.stack([by_community(column) for column in memory.monthly[month][:, CLASS_COLUMNS].T], axis=1)
    crowd = np.maximum(1, by_community(people))
    shared = np.bincount(layout.seat, minlength=people.size)[layout.seat]
    decision = decide(
        layout.community_code, unmet * meetable, by_community(memory.councillors) / crowd,
        memory.fund.balance[layout.seat] // shared, rules, effects, month, key,
    )  # fmt: skip
    needed = np.argmax(unmet * meetable, axis=1)
    fitting = int(decision.projects[decision.favoured == needed].sum())
    memory.votes[month] = count * effects.meets, int(decision.met.sum()), int(decision.projects.sum()), fitting
    return decision


def decide(
    codes: I64, unmet: F64, attending: F64, balance: I64, rules: Rules, effects: Effects, month: int, key: U32
) -> Decision:
    """The month's votes.

    Args:
        codes: [M] of the communities; draws are keyed by them.
        unmet: [M, 3] unmet needs by class that the council has on record and a project could meet.
        attending: [M] share of residents active in self-government.
        balance: [M] cents that each may spend.
    """
    draws, fate = (uniforms(codes, month, KIND << 16 | number, key) for number in (0, 1))
    error = rules.fund.noise * effects.noise
    noise = exps(error * normal_quantiles(draws[:, :3].ravel())).reshape(-1, 3)
    share = np.minimum(1.0, ATTENDANCE + effects.attendance + REACH * attending) * (0.8 + 0.4 * draws[:, 3])
    met = (share >= rules.council.quorum).astype(np.int64) * effects.meets
    favoured = np.argmax((unmet + 1.0) * noise, axis=1)
    price = max(1, int(rules.fund.project_yuan * 100.0))
    projects = np.minimum(MOST_PROJECTS, balance // price) * met
    projects = np.floor(projects * (1.0 - effects.vetoed) + fate[:, 0]).astype(np.int64)  # of what is vetoed, by luck
    return Decision(met=met, projects=np.maximum(0, projects), favoured=favoured)
