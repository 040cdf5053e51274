"""Open cases follow their mandates when departments are merged or split up (M01)."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.mechanisms.dials import holders, merged
from sim.services import catalogue
from sim.world.cases import ORDER, VACANT, Stage
from sim.world.state import Memory


def follow_mandates(memory: Memory, earlier: int, now: int) -> None:
    """Rename the branch that each open case is at, and the branches that it still has to see.

    Args:
        earlier, now: over how many departments the mandates of all 33 were, and are, split.
    """
    pool = memory.pool
    held = memory.chain != VACANT
    stage = np.where(pool["stage"] == Stage.RETURNED, pool["pending"], pool["stage"])
    for slot in np.flatnonzero(held & (stage == Stage.BRANCH)):
        case = pool[slot]
        case["target"] = _target(int(case["item"]), int(case["target"]), earlier, now)
    for slot in np.flatnonzero(held & (pool["left"] > 0) & (pool["flags"] & ORDER == 0)):  # of an order it is a stage
        case = pool[slot]
        at = int(case["target"]) if stage[slot] == Stage.BRANCH else None
        case["left"] = _left(int(case["item"]), int(case["left"]), at, earlier, now)


@cache
def _target(item: int, target: int, earlier: int, now: int) -> int:
    return next(merged(d, now) for d in catalogue()[item].departments if merged(d, earlier) == target)


@cache
def _left(item: int, left: int, at: int | None, earlier: int, now: int) -> int:
    """The bits over the item's new list; none for the branch that the case is at, which now does both steps."""
    before, after = holders(item, earlier), holders(item, now)
    waiting = {merged(d, now) for d in catalogue()[item].departments if left >> before.index(merged(d, earlier)) & 1}
    return sum(1 << after.index(holder) for holder in waiting if holder != at)
