"""From a need to a case: neighbours help, or the resident chooses a channel, or does without."""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, normal_quantile
from sim.kernels.compiled import kernel, loop, part
from sim.kernels.hashing import block, lower, unit32, upper
from sim.kernels.sketch import bin_of
from sim.mechanisms.choice import ONLINE, WITHOUT, choose, races
from sim.mechanisms.pool import patience_seconds, push, take_free, work_at, work_seconds
from sim.mechanisms.raising import AGES, SURGE, draw_item, find_needs, is_kept, key_words
from sim.mechanisms.routing import carry_on, note_start
from sim.mechanisms.settling import cell_of, enter, leave, trust_now
from sim.mechanisms.visits import clock, station_at, walk_in
from sim.rng import Purpose
from sim.services import OLD
from sim.world.cases import DAY, DUPLICATE, URGENT, Stage
from sim.world.city import AGE_BITS, ONLINE_BIT
from sim.world.tallies import SPREAD_CHANNELS, PlaceColumn, Tally

VISIT, CHANNEL, AGAIN = (int(purpose) << 16 for purpose in (Purpose.VISIT, Purpose.CHANNEL, Purpose.DUPLICATE))
FIRST_STEP = np.uint32(int(Purpose.STEP) << 16 | 1 << 8)  # see `pool.word`
NEIGHBOURS = SPREAD_CHANNELS.index("neighbours")
AT = np.array([Stage.COMPOUND, Stage.COUNTER, Stage.TOWN_COUNTER, Stage.GRID, Stage.HOTLINE, Stage.ONLINE], np.int64)
COMPOUND, COUNTER, TOWN_COUNTER = int(Stage.COMPOUND), int(Stage.COUNTER), int(Stage.TOWN_COUNTER)
GRID, HOTLINE, S_ONLINE, DESK = int(Stage.GRID), int(Stage.HOTLINE), int(Stage.ONLINE), int(Stage.DESK)
T_NEEDS, T_WITHOUT, T_HELPED, T_FILED = (int(t) for t in (Tally.NEEDS, Tally.WITHOUT, Tally.CO_PRODUCED, Tally.FILED))
T_CHANNEL, T_HELP, T_DUPLICATES = int(Tally.CHANNEL), int(Tally.HELP_SECONDS), int(Tally.DUPLICATES)
T_CLOSED, T_SOLVED, T_SECONDS = int(Tally.CLOSED), int(Tally.SOLVED), int(Tally.CLOSED_SECONDS)
T_RURAL, T_RURAL_SECONDS = int(Tally.RURAL_CLOSED), int(Tally.RURAL_SECONDS)
P_NEEDS, P_UNMET, P_HELPED = int(PlaceColumn.NEEDS), int(PlaceColumn.UNMET), int(PlaceColumn.HELPED)
P_CLOSED, P_SECONDS, P_CLASS = int(PlaceColumn.CLOSED), int(PlaceColumn.CLOSED_SECONDS), int(PlaceColumn.UNMET_PARTY)
P_TIMELY = int(PlaceColumn.TIMELY)
T_DISPUTES, T_OLDER, T_OLDER_WITHOUT, T_OLDER_ONLINE = (
    int(t) for t in (Tally.DISPUTES, Tally.OLDER_NEEDS, Tally.OLDER_WITHOUT, Tally.OLDER_ONLINE)
)
DISPUTE = 3  # group of the demand of disputes


@part
def help_out(item, compound, age, urgent, created, seconds, ledger):  # type: ignore[no-untyped-def]
    """Neighbours meet a need: a case that is filed and solved at once."""
    row, place = ledger.row, ledger.place
    row[T_HELPED] += 1
    row[T_HELP] += seconds
    row[T_FILED] += 1
    row[T_CLOSED] += 1
    row[T_SOLVED] += 1
    row[T_SECONDS] += seconds
    enter(row, created)
    leave(row, created, created + seconds)
    if compound.urban == 0:
        row[T_RURAL] += 1
        row[T_RURAL_SECONDS] += seconds
    place[compound.place, P_HELPED] += 1
    place[compound.place, P_CLOSED] += 1
    place[compound.place, P_TIMELY] += 1
    place[compound.place, P_SECONDS] += seconds
    ledger.spread[cell_of(item.kind, urgent, NEIGHBOURS, age, compound.urban), bin_of(seconds)] += 1


@part
def begin_case(case, resident, compound_number, day, number, kind, channel, urgent, age):  # type: ignore[no-untyped-def]
    """Write a new case's identity; where it goes follows."""
    case.resident = resident
    case.compound = compound_number
    case.day = day
    case.number = number
    case.item = kind
    case.channel = channel
    case.age = age
    case.flags = URGENT if urgent else 0
    case.step = 0
    case.target = 0
    case.left = 0
    case.handoffs = 0
    case.pending = 0
    case.patience = -1


@part
def first_stage(case, compound, created, again, assisted, patience, z, day, ground):  # type: ignore[no-untyped-def]
    """Where a new case goes first and when: visits keep opening hours, and a need is felt when the visit is made.

    `again`, `assisted` and `patience` are draws of the second of the day, of help with an online case and of patience;
    `z` is the normal quantile of the work.
    """
    dial, item = ground.dials[0], ground.items[case.item]
    stage = AT[case.channel]
    case.ready = created
    if stage == S_ONLINE:
        if assisted >= dial.assisted_share:
            case.created = created
            case.stage = stage
            return stage
        stage = np.int64(DESK)
    if stage in (COUNTER, TOWN_COUNTER, COMPOUND, HOTLINE):
        at = station_at(stage, compound, case, ground.first_station) if stage != HOTLINE else np.int64(0)
        case.ready = walk_in(stage, ground.stations[at].weekdays, day, again, ground)
        if case.ready // DAY == day:
            created = np.int64(case.ready)
        if stage == HOTLINE:
            case.patience = patience_seconds(patience, dial.hotline_patience)
        elif stage != COMPOUND:
            case.patience = patience_seconds(patience, dial.patience)
    case.work = work_at(z, dial.minutes[stage] * item.work, dial.sigma[stage])
    case.created = created
    case.stage = stage
    return stage


@part
def report_again(case, words, ground, ledger):  # type: ignore[no-untyped-def]
    """Without one platform a waiting resident may report the same again, through the other of hotline and grid."""
    dial = ground.dials[0]
    if np.uint64(words[0]) >= dial.duplicate_share:
        return
    again = take_free(ledger)
    ledger.pool[again] = case
    double = ledger.pool[again]
    double.flags = case.flags | DUPLICATE
    double.stage = HOTLINE if case.stage == GRID else GRID
    double.step = 32  # draws of its own
    double.created = (np.int64(case.day) + 1) * DAY + clock(ground.clocks, double.stage, words[1])
    double.ready = double.created
    double.patience = -1
    double.work = work_seconds(words[2], dial.minutes[double.stage], dial.sigma[double.stage])
    ledger.row[T_DUPLICATES] += 1
    enter(ledger.row, np.int64(double.created))
    push(ledger, double.stage, again)


@loop
def meet_neighbours(day, needs, found, kinds, urgents, help_chance, help_seconds, ground, ledger):  # type: ignore[no-untyped-def]
    """Thin the needs of a day and let neighbours help; returns how many are left. They move to the front.

    Args:
        needs: `DayNeeds`.
        found: resident, compound, number and words of `find_needs`; of what is left, words[3] gives the second.
        kinds, urgents: uint8[n] written: the items of what is left, and whether they are urgent.
        help_chance: uint64[places, classes] chance that neighbours have the hours.
        help_seconds: time spent on one need.
    """
    resident, compound, number, words = found
    row, place = ledger.row, ledger.place
    n = 0
    for i in range(resident.size):
        home = ground.compounds[compound[i]]
        age = np.int64(ground.traits[resident[i]] & AGE_BITS)
        cell = (np.int64(number[i] // SURGE) * 2 + home.urban) * AGES + age
        kind = draw_item(needs.items, needs.guide, cell, words[0, i])
        item = ground.items[kind]
        if not is_kept(needs.keep, number[i], kind, words[1, i], home.demand[item.group]):
            continue
        row[T_NEEDS] += 1
        row[T_DISPUTES] += item.group == DISPUTE
        row[T_OLDER] += age >= OLD
        place[home.place, P_NEEDS] += 1
        urgent = lower(words[2, i]) < item.urgent
        if lower(words[1, i]) < item.help and upper(words[2, i]) < help_chance[home.place, item.kind]:
            created = day * DAY + clock(ground.clocks, S_ONLINE, words[3, i])
            help_out(item, home, age, urgent, created, help_seconds, ledger)
            continue
        resident[n], compound[n], number[n], words[3, n] = resident[i], compound[i], number[i], words[3, i]
        kinds[n], urgents[n] = kind, urgent
        n += 1
    return n


@kernel
def normals(words):  # type: ignore[no-untyped-def]
    """Standard normal quantiles of draws, float64[n]; vectorised by the compiler."""
    z = np.empty(words.size)
    for i in range(words.size):
        z[i] = normal_quantile(unit32(words[i]))
    return z


@kernel
def faith(day, resident, ground, ledger):  # type: ignore[no-untyped-def]
    """exp(b_trust trust) of each resident: float64[n]."""
    out = np.empty(resident.size)
    _faith(day, resident, ground, ledger, out)
    return out


@loop
def _faith(day, resident, ground, ledger, out):  # type: ignore[no-untyped-def]
    term = ground.dials[0].trust_term
    for i in range(resident.size):
        out[i] = term * trust_now(ledger.trust, ledger.seen, ground.decay, resident[i], day)
    for i in range(resident.size):
        out[i] = exp(out[i])


@kernel
def file_needs(day, raised, needs, help_chance, help_seconds, ground, ledger):  # type: ignore[no-untyped-def]
    """All needs of a district on one day, in the order of residents.

    Args:
        raised: a day's row of `raise_needs`.
        needs: `DayNeeds`.
        help_chance: uint64[places, classes], chance that neighbours have the hours.
        help_seconds: time spent on a co-produced case.
    """
    found = find_needs(day, raised, ground)
    kinds, urgents = np.empty(raised.size, np.uint8), np.empty(raised.size, np.uint8)
    n = meet_neighbours(day, needs, found, kinds, urgents, help_chance, help_seconds, ground, ledger)
    kinds, urgents = kinds[:n], urgents[:n]
    resident, compound, number, moments = found[0][:n], found[1][:n], found[2][:n], found[3][3]
    words = key_words(day, CHANNEL, resident, compound, number, ground)
    times = races(words)
    trusts = faith(day, resident, ground, ledger)
    visits = key_words(day, VISIT, resident, compound, number, ground)
    works = normals(visits[1])
    choose_and_file(
        day, resident, compound, number, kinds, urgents, moments, words[3], times, trusts, visits[0], works, ground,
        ledger,
    )  # fmt: skip


@loop
def choose_and_file(  # type: ignore[no-untyped-def]
    day, resident, compound, number, kinds, urgents, moments, assisted, times, trusts, patience, works, ground, ledger
):
    """Each resident chooses a channel and files, or does without.

    Args:
        resident, compound, number, kinds, urgents, moments: of each need; see `meet_neighbours`.
        assisted: draws, lower halves, of help with an online case; times: see `races`; trusts: see `faith`;
        patience: draws; works: normal quantiles.
    """
    dial, row, key = ground.dials[0], ledger.row, ground.key
    for i in range(resident.size):
        home = ground.compounds[compound[i]]
        trait = ground.traits[resident[i]]
        item = ground.items[kinds[i]]
        digital = dial.digital if (trait >> ONLINE_BIT) & 1 else dial.offline
        channel = choose(home.weight, item.affinity, digital, trusts[i], times[i])
        if channel == WITHOUT:
            row[T_WITHOUT] += 1
            row[T_OLDER_WITHOUT] += (trait & AGE_BITS) >= OLD
            ledger.place[home.place, P_UNMET] += 1
            ledger.place[home.place, P_CLASS + item.kind] += 1
            continue
        row[T_FILED] += 1
        row[T_CHANNEL + channel] += 1
        row[T_OLDER_ONLINE] += channel == ONLINE and (trait & AGE_BITS) >= OLD
        slot = take_free(ledger)
        case = ledger.pool[slot]
        begin_case(case, resident[i], compound[i], day, number[i], kinds[i], channel, urgents[i], trait & AGE_BITS)
        created = day * DAY + clock(ground.clocks, S_ONLINE, moments[i])
        index, when = np.uint32(resident[i] - home.first), np.uint32(day | number[i] << 16)
        stage = first_stage(case, home, created, moments[i], lower(assisted[i]), patience[i], works[i], day, ground)
        enter(row, np.int64(case.created))
        if stage == S_ONLINE:  # nobody serves it: it goes on at once
            note_start(case, home, stage, created, ledger)
            step = block(index, home.id, when, FIRST_STEP, key[0], key[1])
            carry_on(stage, day, slot, created, step, ground, ledger)
            continue
        push(ledger, stage, slot)
        if stage in (GRID, HOTLINE):
            again = block(index, home.id, when, np.uint32(AGAIN), key[0], key[1])
            report_again(case, again, ground, ledger)
