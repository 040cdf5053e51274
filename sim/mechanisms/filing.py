"""From a need to a case: neighbours help, or the resident chooses a channel, or does without."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arithmetic import exp
from sim.kernels.hashing import block
from sim.kernels.sketch import bin_of
from sim.mechanisms.channels import WITHOUT, choose
from sim.mechanisms.needs import draw_item
from sim.mechanisms.pool import patience_seconds, push, take_free, work_seconds
from sim.mechanisms.settling import cell_of, enter, leave, trust_now
from sim.rng import Purpose
from sim.world.cases import DAY, DUPLICATE, NOBODY, URGENT, Stage
from sim.world.city import AGE_BITS, ONLINE_BIT
from sim.world.tallies import SPREAD_CHANNELS, PlaceColumn, Tally

ITEM, VISIT, CHANNEL, AGAIN = int(Purpose.ITEM), int(Purpose.VISIT), int(Purpose.CHANNEL), int(Purpose.DUPLICATE)
NEIGHBOURS = SPREAD_CHANNELS.index("neighbours")
AT = np.array([Stage.COMPOUND, Stage.COUNTER, Stage.TOWN_COUNTER, Stage.GRID, Stage.HOTLINE, Stage.ONLINE], np.int64)
COMPOUND, COUNTER, TOWN_COUNTER = int(Stage.COMPOUND), int(Stage.COUNTER), int(Stage.TOWN_COUNTER)
GRID, HOTLINE, S_ONLINE, DESK = int(Stage.GRID), int(Stage.HOTLINE), int(Stage.ONLINE), int(Stage.DESK)
TEAM, TOWN_TEAM = int(Stage.TEAM), int(Stage.TOWN_TEAM)
T_NEEDS, T_WITHOUT, T_HELPED, T_FILED = (int(t) for t in (Tally.NEEDS, Tally.WITHOUT, Tally.CO_PRODUCED, Tally.FILED))
T_CHANNEL, T_HELP, T_DUPLICATES = int(Tally.CHANNEL), int(Tally.HELP_SECONDS), int(Tally.DUPLICATES)
T_CLOSED, T_SOLVED, T_SECONDS = int(Tally.CLOSED), int(Tally.SOLVED), int(Tally.CLOSED_SECONDS)
T_RURAL, T_RURAL_SECONDS = int(Tally.RURAL_CLOSED), int(Tally.RURAL_SECONDS)
P_NEEDS, P_UNMET, P_HELPED = int(PlaceColumn.NEEDS), int(PlaceColumn.UNMET), int(PlaceColumn.HELPED)
P_CLOSED, P_SECONDS, P_CLASS = int(PlaceColumn.CLOSED), int(PlaceColumn.CLOSED_SECONDS), int(PlaceColumn.UNMET_PARTY)


@njit(cache=True, nogil=True, forceinline=True)
def clock(table, stage, u):  # type: ignore[no-untyped-def]
    """Second of the day of a visit, from the profile of arrivals within opening hours."""
    k = np.int64(u >> np.uint32(24))
    share = np.float64(np.int64(u) & 0xFFFFFF) * 5.9604644775390625e-08
    return np.int64(table[stage, k] + share * (table[stage, k + 1] - table[stage, k]))


@njit(cache=True, nogil=True, forceinline=True)
def opens(stage, weekdays, day, calendar):  # type: ignore[no-untyped-def]
    """Does a station of this stage open on this day? Rows of `calendar`: working days, centre days, weekday."""
    if stage == HOTLINE:
        return True
    if stage == COMPOUND:
        return (weekdays >> calendar[2, day]) & 1 == 1
    if stage in (COUNTER, TOWN_COUNTER):
        return calendar[1, day] == 1
    return calendar[0, day] == 1


@njit(cache=True, nogil=True, forceinline=True)
def walk_in(stage, weekdays, day, clocks, u, calendar):  # type: ignore[no-untyped-def]
    """The second at which a client comes: today if the station opens, else on the next day that it does."""
    visit = day
    while not opens(stage, weekdays, visit, calendar):
        visit += 1
    return visit * DAY + clock(clocks, stage, u)


@njit(cache=True, nogil=True, forceinline=True)
def station_at(stage, compound, case, first_station):  # type: ignore[no-untyped-def]
    """The station that serves this case at this stage."""
    if stage == COUNTER:
        return np.int64(compound.counter)
    if stage == GRID:
        inside = np.int64(case.resident) - compound.first if case.resident != NOBODY else np.int64(case.patience)
        return np.int64(compound.grid_first + (compound.offset + inside) * compound.grid_count // compound.crowd)
    if stage == COMPOUND:
        return np.int64(compound.station)
    if stage == TEAM:
        return np.int64(compound.team)
    if stage == TOWN_COUNTER:
        return np.int64(compound.town_counter)
    if stage == TOWN_TEAM:
        return np.int64(compound.town_team)
    return np.int64(first_station[stage] + case.target)


@njit(cache=True, nogil=True, forceinline=True)
def help_out(item, compound, age, urgent, created, seconds, row, place, spread):  # type: ignore[no-untyped-def]
    """Neighbours meet a need: a case that is filed and solved at once."""
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
    place[compound.place, P_SECONDS] += seconds
    spread[cell_of(item.kind, urgent, NEIGHBOURS, age, compound.urban), bin_of(seconds)] += 1


@njit(cache=True, nogil=True, forceinline=True)
def can_help(u, item, chance):  # type: ignore[no-untyped-def]
    """Would neighbours help with this (low 16 bits of the draw), and have they the hours (high 16 bits)?"""
    low = (np.uint64(u) & np.uint64(0xFFFF)) << np.uint64(16)
    high = np.uint64(u >> np.uint32(16)) << np.uint64(16)
    return low < item.help and high < chance


@njit(cache=True, nogil=True, forceinline=True)
def pick_channel(compound, index, day, number, item, digital, faith, lottery, key):  # type: ignore[no-untyped-def]
    """The channel that a resident chooses for a need; `lottery` is scratch for eight uint32."""
    word = (CHANNEL << 16) | number
    lottery[0], lottery[1], lottery[2], lottery[3] = block(
        index, compound.id, np.uint32(day), np.uint32(word), key[0], key[1]
    )
    lottery[4], lottery[5], lottery[6], lottery[7] = block(
        index, compound.id, np.uint32(day), np.uint32(word | (1 << 2)), key[0], key[1]
    )
    return choose(compound.weight, item.affinity, digital, faith, lottery)


@njit(cache=True, nogil=True, forceinline=True)
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


@njit(cache=True, nogil=True, forceinline=True)
def first_stage(  # type: ignore[no-untyped-def]
    case, compound, created, u_visit, u_patience, u_help, day, dial, clocks, calendar, stations, first_station
):
    """Where a new case goes first and when: visits keep opening hours, and a need is felt when the visit is made."""
    stage = AT[case.channel]
    if stage == S_ONLINE and np.uint64(u_help) < dial.assisted_share:
        stage = np.int64(DESK)
    case.ready = created
    if stage in (COUNTER, TOWN_COUNTER, COMPOUND, HOTLINE):
        at = station_at(stage, compound, case, first_station) if stage != HOTLINE else np.int64(0)
        case.ready = walk_in(stage, stations[at].weekdays, day, clocks, u_visit, calendar)
        if case.ready // DAY == day:
            created = np.int64(case.ready)
        if stage == HOTLINE:
            case.patience = patience_seconds(u_patience, dial.hotline_patience)
        elif stage != COMPOUND:
            case.patience = patience_seconds(u_patience, dial.patience)
    case.created = created
    case.stage = stage
    return stage


@njit(cache=True, nogil=True, forceinline=True)
def report_again(case, compound, index, dial, clocks, pool, heads, chain, row, key):  # type: ignore[no-untyped-def]
    """Without one platform a waiting resident may report the same again, through the other of hotline and grid."""
    day = np.int64(case.day)
    word = (AGAIN << 16) | np.int64(case.number)
    v, _, _, _ = block(index, compound.id, np.uint32(day), np.uint32(word), key[0], key[1])
    if np.uint64(v) >= dial.duplicate_share:
        return
    again = take_free(heads, chain)
    pool[again] = case
    double = pool[again]
    double.flags = case.flags | DUPLICATE
    double.stage = HOTLINE if case.stage == GRID else GRID
    double.step = 32  # draws of its own
    double.created = (day + 1) * DAY + clock(clocks, double.stage, v)
    double.ready = double.created
    double.patience = -1
    mean, sigma = dial.minutes[double.stage], dial.sigma[double.stage]
    double.work = work_seconds(double, compound.first, compound.id, double.stage, 0, mean, sigma, key)
    row[T_DUPLICATES] += 1
    enter(row, np.int64(double.created))
    push(heads, chain, double.stage, again)


@njit(cache=True, nogil=True, error_model="numpy")
def file_needs(  # type: ignore[no-untyped-def]
    day, who, draw, thresholds, keep, item_shares, guide, items, compounds, stations, first_station, traits,
    dials, clocks, calendar, help_chance, help_seconds, pool, heads, chain, trust, seen, decay, row, place, spread, key,
):  # fmt: skip
    """All needs of a district on one day, resident by resident.

    Args:
        who, draw: residents who may need something, ascending, and their draws.
        thresholds: [cells, ages, 2]; keep: [items]; item_shares, guide: see `NeedTables`.
        help_chance: [places] uint64, chance that neighbours have the hours.
        help_seconds: time spent on a co-produced case.
        row: the day's tallies; place: [places, columns] of the month; spread: [cells, bins].
    """
    dial = dials[0]
    c = 0
    lottery = np.empty(8, np.uint32)
    for h in range(who.size):
        r = np.int64(who[h])
        while compounds[c + 1].first <= r:
            c += 1
        compound = compounds[c]
        trait = traits[r]
        age = np.int64(trait & AGE_BITS)
        u = np.uint64(draw[h])
        if u >= thresholds[compound.cell, age, 0]:
            continue
        index = np.uint32(r - compound.first)
        for number in range(2 if u < thresholds[compound.cell, age, 1] else 1):
            a, b, d, e = block(index, compound.id, np.uint32(day), np.uint32((ITEM << 16) | number), key[0], key[1])
            kind = draw_item(item_shares, guide, compound.urban * 6 + age, a)
            if np.uint64(b) >= keep[kind]:
                continue
            item = items[kind]
            row[T_NEEDS] += 1
            place[compound.place, P_NEEDS] += 1
            f, g, x, y = block(index, compound.id, np.uint32(day), np.uint32((VISIT << 16) | number), key[0], key[1])
            created = day * DAY + clock(clocks, S_ONLINE, d)
            urgent = np.uint64(e) < item.urgent
            if can_help(f, item, help_chance[compound.place]):
                help_out(item, compound, age, urgent, created, help_seconds, row, place, spread)
                continue
            faith = exp(dial.trust_term * trust_now(trust, seen, decay, r, day))
            digital = dial.digital if (trait >> ONLINE_BIT) & 1 else 1.0
            channel = pick_channel(compound, index, day, number, item, digital, faith, lottery, key)
            if channel == WITHOUT:
                row[T_WITHOUT] += 1
                place[compound.place, P_UNMET] += 1
                place[compound.place, P_CLASS + item.kind] += 1
                continue
            row[T_FILED] += 1
            row[T_CHANNEL + channel] += 1
            slot = take_free(heads, chain)
            case = pool[slot]
            begin_case(case, r, c, day, number, kind, channel, urgent, age)
            stage = first_stage(case, compound, created, g, x, y, day, dial, clocks, calendar, stations, first_station)
            enter(row, np.int64(case.created))
            if stage != S_ONLINE:
                mean = dial.minutes[stage] * item.work
                case.work = work_seconds(case, compound.first, compound.id, stage, 0, mean, dial.sigma[stage], key)
            push(heads, chain, stage, slot)
            if stage in (GRID, HOTLINE):
                report_again(case, compound, index, dial, clocks, pool, heads, chain, row, key)
