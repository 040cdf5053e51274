"""What a run remembers of a district from one day to the next: arrays, so that a run can stop, be kept and go on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.services import CHANNELS, CLASSES
from sim.world.accounts import Fund, Purse
from sim.world.cases import CASE, CHILD, CURSOR, JUDGEMENT, N_MARKS, N_QUEUES, N_STAGES, NONE, ROOM, VACANT
from sim.world.city import F64, I32, I64
from sim.world.tallies import N_TALLIES, PLACE_COLUMNS

Table = npt.NDArray[np.void]


@dataclass
class Memory:
    """C compounds, N residents, P places of one district."""

    pool: Table  # CASE[slots]
    chain: I32  # [slots]
    queues: I32  # [stages, slots]
    marks: I32  # [marks] lengths of queues, heads of lists, counters
    judged: Table  # JUDGEMENT[slots] of the day, not yet settled
    contact: npt.NDArray[np.int16]  # [N, 2] trust and seen, side by side: one visit to memory for both
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
    help: I64  # [months, P, classes] seconds of help on cases that projects give
    running: I64  # [months, P] projects at work
    practices: dict[str, dict[str, F64]]  # what each practice remembers, [P] or [C] by name
    daily: I64  # [days, tallies]
    monthly: I64  # [months, P, columns]
    early: I64  # [months, P, columns] what `monthly` held when the warm-up ended
    early_books: dict[str, int]  # cents by account at that time
    lines: I64  # [months, 5] residents active by line
    votes: I64  # [months, 4] council meetings, those with a quorum, projects, those for what is needed most
    spread: I32  # [cells, bins] since the warm-up

    @property
    def trust(self) -> npt.NDArray[np.int16]:
        """[N] deviation from the base, on the day of the last contact."""
        return self.contact[:, 0]

    @property
    def seen(self) -> npt.NDArray[np.int16]:
        """[N] day of the last contact."""
        return self.contact[:, 1]


def remember(
    *, residents: int, compounds: int, places: int, days: int, months: int, latent: Table, cells: int, bins: int
) -> Memory:
    """An empty memory for a run of so many days."""
    memory = Memory(
        pool=np.zeros(0, CASE),
        chain=np.zeros(0, np.int32),
        queues=np.zeros((N_QUEUES, 0), np.int32),
        marks=np.full(N_MARKS, NONE, np.int32),
        judged=np.zeros(0, JUDGEMENT),
        contact=np.zeros((residents, 2), np.int16),
        latent=latent,
        hazards=0,
        expected=np.zeros((places, len(CHANNELS))),
        waits=np.zeros((places, len(CHANNELS), 2), np.int64),
        active=np.zeros(compounds, np.int32),
        councillors=np.zeros(places, np.int64),
        volunteers=np.zeros(places),
        fund=Fund.empty(places),
        purse=Purse(),
        due=np.zeros((months + 20, places), np.int64),
        help=np.zeros((months + 30, places, len(CLASSES)), np.int64),
        running=np.zeros((months + 30, places), np.int64),
        practices={},
        daily=np.zeros((days, N_TALLIES), np.int64),
        monthly=np.zeros((months, places, len(PLACE_COLUMNS)), np.int64),
        early=np.zeros((months, places, len(PLACE_COLUMNS)), np.int64),
        early_books={},
        lines=np.zeros((months, 5), np.int64),
        votes=np.zeros((months, 4), np.int64),
        spread=np.zeros((cells, bins), np.int32),
    )
    memory.marks[:N_STAGES] = memory.marks[CURSOR:] = 0
    grow(memory, 1024 + residents // 12)
    return memory


def grow(memory: Memory, more: int) -> None:
    """Add vacant slots to the pool. Slot numbers carry no meaning, so growth changes no result."""
    memory.pool = np.concatenate([memory.pool, np.zeros(more, CASE)])
    memory.chain = np.concatenate([memory.chain, np.full(more, VACANT, np.int32)])
    memory.judged = np.concatenate([memory.judged, np.zeros(more, JUDGEMENT)])
    queues = np.zeros((N_QUEUES, memory.pool.size), np.int32)  # only what is used is ever touched
    for stage in range(N_QUEUES):
        queues[stage, : memory.marks[stage]] = memory.queues[stage, : memory.marks[stage]]
    memory.queues = queues
    memory.marks[ROOM] += more


def move_cases(memory: Memory, compounds: npt.NDArray[np.bool_], source: int, target: int) -> None:
    """Move the cases of some compounds from the queue of one stage to that of another. Order is no matter."""
    slots = memory.queues[source, : memory.marks[source]].copy()
    moving = compounds[memory.pool["compound"][slots]]
    memory.pool["stage"][slots[moving]] = target
    for stage, queued in ((source, slots[~moving]), (target, slots[moving])):
        first = 0 if stage == source else int(memory.marks[stage])
        memory.queues[stage, first : first + queued.size] = queued
        memory.marks[stage] = first + queued.size


def whole_cases(memory: Memory) -> Table:
    """The open cases in the order of their slots, without the parallel parts of a case."""
    held = memory.pool[memory.chain != VACANT]
    whole: Table = held[held["flags"] & CHILD == 0]
    return whole


def open_cases(memory: Memory) -> Table:
    """The cases in the pool in canonical order, parallel parts of a case among them, links between them left out."""
    cases = memory.pool[memory.chain != VACANT]
    cases["patience"][cases["flags"] & CHILD != 0] = 0
    keys = ("work", "target", "flags", "number", "day", "resident", "compound")  # the last decides first
    order = np.lexsort(tuple(cases[key] for key in keys))
    found: Table = cases[order]
    return found


def waiting(memory: Memory) -> int:
    """Open cases, parts of a case counted once."""
    return whole_cases(memory).size
