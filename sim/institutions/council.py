"""The council of a community: it sees its residents' needs, proposes projects, votes, and sees them through.

A council knows the unmet needs of its residents by class of service up to a lognormal error, and proposes for the class
where a project looks to meet most of them. The vote needs a quorum of seats; who attends follows the self-government
line. A project costs money at once, takes months, and buys hours of help for that class of needs of residents of the
community, less leakage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arithmetic import exp, normal_quantile
from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, unit32
from sim.rng import Purpose
from sim.rules import Rules
from sim.world.city import F64, I64, U32

KIND = int(Purpose.COUNCIL)
ATTENDANCE = 0.45  # share of seats that attend where nobody else takes part (assumption)
REACH = 4.0  # attendance gained per share of residents active in self-government (assumption)
MOST_PROJECTS = 3  # a month
RUNNING_MONTHS = 6  # over which a project's hours are given


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the councils of a district decide in one month; all [M]."""

    met: I64  # 1 where the quorum was met
    projects: I64  # projects started
    favoured: I64  # class of service they are for


def decide(
    codes: I64, unmet: F64, people: I64, attending: F64, balance: I64, rules: Rules, month: int, key: U32
) -> Decision:
    """The month's votes.

    Args:
        codes: [M] of the communities; draws are keyed by them.
        unmet: [M, 3] unmet needs by class that the council has on record and a project could meet.
        people: [M] residents; attending: [M] share of residents active in self-government.
        balance: [M] cents.
    """
    noise, luck = _sees(codes, rules.fund.noise, month, key)
    share = np.minimum(1.0, ATTENDANCE + REACH * attending) * (0.8 + 0.4 * luck)
    met = (share >= rules.fund.quorum).astype(np.int64)
    favoured = np.argmax((unmet + 1.0) * noise, axis=1)
    price = max(1, int(rules.fund.project_yuan * 100.0))
    projects = np.minimum(MOST_PROJECTS, balance // price) * met
    return Decision(met=met, projects=np.maximum(0, projects), favoured=favoured)


@kernel
def _sees(codes: I64, error: float, month: int, key: U32) -> tuple[F64, F64]:
    """[M, 3] lognormal error factors and [M] uniforms of attendance."""
    noise, luck = np.empty((codes.size, 3)), np.empty(codes.size)
    for m in range(codes.size):
        low, high = np.uint32(codes[m] & 0xFFFFFFFF), np.uint32(codes[m] >> 32)
        draws = block(low, high, np.uint32(month), np.uint32(KIND << 16), key[0], key[1])
        for k in range(3):
            noise[m, k] = exp(error * normal_quantile(unit32(draws[k])))
        luck[m] = unit32(draws[3])
    return noise, luck
