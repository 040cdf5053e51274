"""What a run remembers of a district from one day to the next: arrays, so that a run can stop, be kept and go on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.services import CHANNELS
from sim.world.accounts import Fund, Purse
from sim.world.cases import CASE, CHILD, FREE, N_LISTS, NONE, ROOM
from sim.world.city import F64, I32, I64
from sim.world.tallies import N_TALLIES, PLACE_COLUMNS

Table = npt.NDArray[np.void]


@dataclass
class Memory:
    """C compounds, N residents, P places of one district."""

    pool: Table  # CASE[slots]
    chain: I32  # [slots]
    heads: I32  # [lists]
    trust: npt.NDArray[np.int16]  # [N] deviation from the base, on the day of the last contact
    seen: npt.NDArray[np.int16]  # [N] day of the last contact
    latent: Table  # LATENT[room]
    hazards: int  # latent ones, the first of `latent`
    expected: F64  # [P, channels] minutes
    waits: I64  # [P, channels, 2] seconds and clients of the week
    active: I32  # [C] residents active last month
    councillors: I64  # [P] residents active in self-government last month
    volunteers: F64  # [P] active volunteers last month
    fund: Fund
    purse: Purse
    due: I64  # [months, P] cents that projects cost when they start
    help: I64  # [months, P] seconds of help on cases that projects give
    running: I64  # [months, P] projects at work
    daily: I64  # [days, tallies]
    monthly: I64  # [months, P, columns]
    early: I64  # [months, P, columns] what `monthly` held when the warm-up ended
    lines: I64  # [months, 5] residents active by line
    votes: I64  # [months, 2] council meetings and those with a quorum
    spread: I32  # [cells, bins] since the warm-up


def remember(
    *, residents: int, compounds: int, places: int, days: int, months: int, latent: Table, cells: int, bins: int
) -> Memory:
    """An empty memory for a run of so many days."""
    contact = np.zeros((residents, 2), np.int16)  # trust and day side by side: one visit to memory for both
    memory = Memory(
        pool=np.zeros(0, CASE),
        chain=np.zeros(0, np.int32),
        heads=np.full(N_LISTS, NONE, np.int32),
        trust=contact[:, 0],
        seen=contact[:, 1],
        latent=latent,
        hazards=0,
        expected=np.zeros((places, len(CHANNELS))),
        waits=np.zeros((places, len(CHANNELS), 2), np.int64),
        active=np.zeros(compounds, np.int32),
        councillors=np.zeros(places, np.int64),
        volunteers=np.zeros(places),
        fund=Fund.empty(places),
        purse=Purse(),
        due=np.zeros((months + 10, places), np.int64),
        help=np.zeros((months + 20, places), np.int64),
        running=np.zeros((months + 20, places), np.int64),
        daily=np.zeros((days, N_TALLIES), np.int64),
        monthly=np.zeros((months, places, len(PLACE_COLUMNS)), np.int64),
        early=np.zeros((months, places, len(PLACE_COLUMNS)), np.int64),
        lines=np.zeros((months, 5), np.int64),
        votes=np.zeros((months, 2), np.int64),
        spread=np.zeros((cells, bins), np.int32),
    )
    memory.heads[ROOM] = 0
    grow(memory, max(1024, residents // 64))
    return memory


def grow(memory: Memory, more: int) -> None:
    """Add free slots to the pool. Slot numbers carry no meaning, so growth changes no result."""
    size = memory.pool.size
    memory.pool = np.concatenate([memory.pool, np.zeros(more, CASE)])
    links = np.arange(size + 1, size + more + 1, dtype=np.int32)
    links[-1] = memory.heads[FREE]
    memory.chain = np.concatenate([memory.chain, links])
    memory.heads[FREE] = size
    memory.heads[ROOM] += more


def move_cases(memory: Memory, compounds: npt.NDArray[np.bool_], source: int, target: int) -> None:
    """Move the cases of some compounds from the list of one stage to that of another. Order on a list is no matter."""
    slot = int(memory.heads[source])
    memory.heads[source] = NONE
    while slot != NONE:
        following = int(memory.chain[slot])
        moves = bool(compounds[memory.pool[slot]["compound"]])
        stage = target if moves else source
        memory.pool["stage"][slot] = stage
        memory.chain[slot] = memory.heads[stage]
        memory.heads[stage] = slot
        slot = following


def open_cases(memory: Memory) -> Table:
    """The cases in the pool in canonical order, parallel parts of a case among them, links between them left out."""
    free = np.zeros(memory.pool.size, np.bool_)
    slot = int(memory.heads[FREE])
    while slot != NONE:
        free[slot] = True
        slot = int(memory.chain[slot])
    cases = memory.pool[~free].copy()
    cases["patience"][cases["flags"] & CHILD != 0] = 0
    order = np.lexsort(
        (cases["target"], cases["flags"], cases["number"], cases["day"], cases["resident"], cases["compound"])
    )
    found: Table = cases[order]
    return found


def waiting(memory: Memory) -> int:
    """Open cases, parts of a case counted once."""
    cases = open_cases(memory)
    return int((cases["flags"] & CHILD == 0).sum())
