"""Settling: what a departure leaves behind - counts, sojourns, and the resident's trust.

Trust is a deviation from a constant base in fixed point; it decays by a half-life since the last contact, computed
when it is needed, so that residents without a case are never touched.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exps
from sim.kernels.compiled import loop, part
from sim.kernels.sketch import bin_of
from sim.mechanisms.tables import TRUST_SCALE
from sim.services import AGE_BANDS, CLASSES
from sim.world.cases import DAY, DUPLICATE, JUDGED, NOBODY, ORDER, URGENT
from sim.world.city import F64, I64
from sim.world.tallies import SPREAD_CHANNELS, PlaceColumn, Tally

BASE = 0.6  # trust of a resident without recent contact (assumption)
ONE = 1 << 15  # fixed point of the decay
TRUST_UNIT = 1.0 / TRUST_SCALE
CELLS = len(CLASSES) * 2 * len(SPREAD_CHANNELS) * len(AGE_BANDS) * 2
T_ARRIVED, T_ARRIVED_AT, T_DEPARTED, T_DEPARTED_AT, T_SOJOURN = (
    int(t) for t in (Tally.ARRIVED, Tally.ARRIVED_AT, Tally.DEPARTED, Tally.DEPARTED_AT, Tally.SOJOURN)
)
T_CLOSED, T_SOLVED, T_SECONDS = int(Tally.CLOSED), int(Tally.SOLVED), int(Tally.CLOSED_SECONDS)
T_ORDERS_CLOSED, T_IN_TIME, T_ORDER_SECONDS = (
    int(t) for t in (Tally.ORDERS_CLOSED, Tally.ORDERS_IN_TIME, Tally.ORDER_SECONDS)
)
T_HANDOFFS, T_LEFT, T_DUPLICATES = int(Tally.HANDOFFS), int(Tally.LEFT), int(Tally.DUPLICATES_CLOSED)
T_RURAL, T_RURAL_SECONDS = int(Tally.RURAL_CLOSED), int(Tally.RURAL_SECONDS)
T_MULTI, T_MULTI_SECONDS = int(Tally.MULTI_CLOSED), int(Tally.MULTI_SECONDS)
P_TIMELY = int(PlaceColumn.TIMELY)
P_UNMET, P_CLOSED, P_SECONDS, P_LATE, P_CLASS = (
    int(p)
    for p in (
        PlaceColumn.UNMET, PlaceColumn.CLOSED, PlaceColumn.CLOSED_SECONDS, PlaceColumn.LATE, PlaceColumn.UNMET_PARTY,
    )
)  # fmt: skip


def decay_table(half_life_days: float, days: int) -> I64:
    """int64[days + 1]: what is left of a change after so many days, in units of 2^-15."""
    left: F64 = exps(np.arange(days + 1) * (-0.6931471805599453 / half_life_days))
    return np.floor(left * ONE + 0.5).astype(np.int64)


@part
def trust_now(trust, seen, decay, resident, day):  # type: ignore[no-untyped-def]
    """A resident's trust, 0 to 1, on this day."""
    deviation = (np.int64(trust[resident]) * decay[day - np.int64(seen[resident])]) >> 15
    return BASE + deviation * TRUST_UNIT


@loop
def total_deviation(day, trust, seen, decay):  # type: ignore[no-untyped-def]
    """Deviations of all residents' trust on a day, summed in whole units."""
    total = np.int64(0)
    for i in range(trust.size):
        total += (np.int64(trust[i]) * decay[day - np.int64(seen[i])]) >> 15
    return total


@part
def move_trust(ledger, decay, resident, day, change):  # type: ignore[no-untyped-def]
    """Bring a resident's trust to this day and change it; trust stays within 0 and 1."""
    trust, seen = ledger.trust, ledger.seen
    deviation = ((np.int64(trust[resident]) * decay[day - np.int64(seen[resident])]) >> 15) + change
    trust[resident] = min(max(deviation, -6_000), 4_000)
    seen[resident] = day


@part
def enter(row, at):  # type: ignore[no-untyped-def]
    """A case enters the system at a second."""
    row[T_ARRIVED] += 1
    row[T_ARRIVED_AT] += at


@part
def leave(row, created, at):  # type: ignore[no-untyped-def]
    """A case leaves the system at a second, `at` - `created` after it came."""
    row[T_DEPARTED] += 1
    row[T_DEPARTED_AT] += at
    row[T_SOJOURN] += at - created


@part
def cell_of(kind, urgent, channel, age, urban):  # type: ignore[no-untyped-def]
    """Row of the spread for a class, urgency, channel, age band and rate class of place."""
    return (((np.int64(kind) * 2 + (1 if urgent else 0)) * 7 + channel) * 6 + age) * 2 + urban


@part
def working_seconds(at, worked):  # type: ignore[no-untyped-def]
    """Working time from the first day's midnight to a second; `worked` counts working days before each day."""
    day = at // DAY
    return worked[day] * DAY + (at % DAY if worked[day + 1] > worked[day] else 0)


@part
def judge(case, change, cell, bin_, ledger):  # type: ignore[no-untyped-def]
    """Note what a resident makes of a case that is over; `settle` reads it at the end of the day.

    Noted now and settled in one go, a day's visits to memory overlap instead of holding up each case.
    """
    n = ledger.marks[JUDGED]
    ledger.marks[JUDGED] = n + 1
    judgement = ledger.judged[n]
    judgement.resident = case.resident
    judgement.change = change
    judgement.cell = cell
    judgement.bin = bin_


@part
def close_case(case, compound, kind, at, solved, ground, ledger):  # type: ignore[no-untyped-def]
    """A case is closed at a second of this day: count it, and let its resident judge."""
    row, place, worked, dial = ledger.row, ledger.place, ground.worked, ground.dials[0]
    created = np.int64(case.created)
    leave(row, created, at)
    if case.flags & DUPLICATE:
        row[T_DUPLICATES] += 1
        return
    seconds = at - created
    row[T_CLOSED] += 1
    row[T_SECONDS] += seconds
    row[T_HANDOFFS] += case.handoffs
    row[T_SOLVED] += solved
    place[compound.place, P_CLOSED] += 1
    place[compound.place, P_SECONDS] += seconds
    if compound.urban == 0:
        row[T_RURAL] += 1
        row[T_RURAL_SECONDS] += seconds
    late = False
    if seconds > dial.deadline or case.flags & ORDER:
        taken = working_seconds(at, worked) - working_seconds(created, worked)
        late = taken > dial.deadline
        place[compound.place, P_LATE] += late
        if case.flags & ORDER:
            row[T_ORDERS_CLOSED] += 1
            row[T_ORDER_SECONDS] += taken
            row[T_IN_TIME] += not late
    if case.handoffs > 0 and ground.items[case.item].n_departments > 1:
        row[T_MULTI] += 1
        row[T_MULTI_SECONDS] += seconds
    if case.resident != NOBODY:
        place[compound.place, P_TIMELY] += solved and not late
        cell = cell_of(kind, case.flags & URGENT, case.channel, case.age, compound.urban)
        change = np.int64(dial.timely if solved and not late else dial.late if solved else dial.refused)
        judge(case, change + np.int64(case.handoffs) * dial.handoff, cell, bin_of(seconds), ledger)


@part
def lose_case(case, compound, kind, at, ground, ledger):  # type: ignore[no-untyped-def]
    """A client has left unserved for good."""
    leave(ledger.row, np.int64(case.created), at)
    if case.flags & DUPLICATE:
        ledger.row[T_DUPLICATES] += 1
        return
    ledger.row[T_LEFT] += 1
    ledger.place[compound.place, P_UNMET] += 1
    ledger.place[compound.place, P_CLASS + np.int64(kind)] += 1
    if case.resident != NOBODY:
        judge(case, ground.dials[0].refused, -1, 0, ledger)


@loop
def settle(day, ground, ledger):  # type: ignore[no-untyped-def]
    """The day's judgements, in the order in which they were made, move trust and enter the spread of days."""
    for k in range(ledger.marks[JUDGED]):
        judgement = ledger.judged[k]
        if judgement.cell >= 0:
            ledger.spread[judgement.cell, judgement.bin] += 1
        move_trust(ledger, ground.decay, np.int64(judgement.resident), day, np.int64(judgement.change))
    ledger.marks[JUDGED] = 0
