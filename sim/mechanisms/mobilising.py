"""The monthly pass over residents: who takes part, in which of five lines. For the terms see `participation`.

A draw of 25 bits a line is compared with the chance at full trust first; only residents below one are looked at closer.
The party line is open to party members, the volunteer line to registered volunteers, none to children.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp
from sim.kernels.compiled import kernel, loop, part
from sim.kernels.hashing import block
from sim.mechanisms.settling import trust_now
from sim.rng import Purpose
from sim.world.city import AGE_BITS, PARTY_BIT, PROPENSITY_SHIFT, VOLUNTEER_BIT
from sim.world.tallies import PlaceColumn

KIND = int(Purpose.PARTICIPATION)
# Constants of the lines, in the order of `practices.base.LINES` (assumption): monthly shares near .5 of party members,
# .02 self-government, .03 associations, .30 of volunteers (participation.volunteer_active_share), .04 of activities.
LINE = np.array([-0.6, -4.5, -4.1, -1.4, -3.8])
# Turnout by age of the Shanghai survey (.1377 at 18-29, .5568 at 50-59, .7774 at 70-79), damped by half (assumption).
AGE = np.array([-99.0, -0.8, -0.2, 0.15, 0.4, 0.6])
PROPENSITY = np.array([-0.6, -0.2, 0.2, 0.6])
UNIT25 = 33_554_432.0  # 2^25
LOW25 = np.uint32(0x1FFFFFF)
WORD, ONE = np.uint32(KIND << 16), np.uint32(1)
LEVELS = 16.0  # a unit of the logit: steps of the first comparison
BLOCK = 1024  # residents whose draws are made at once
P_ACTIVE, P_VOLUNTEERS = int(PlaceColumn.ACTIVE), int(PlaceColumn.VOLUNTEERS)


@kernel
def take_part(month, day, terms, line, trust_weight, ground, ledger):  # type: ignore[no-untyped-def]
    """One month of a district. Returns active by line, self-government by place, and active by compound.

    Args:
        month: number of the month; day: the day it ends.
        terms: [C] see `compound_terms`; line: [5] constants of the lines.
        ledger: its month by place is written: active in any line, volunteers.
    """
    lines = np.zeros(line.size, np.int64)
    councils = np.zeros(ledger.place.shape[0], np.int64)
    active = np.zeros(terms.size, np.int32)
    least = terms.min()
    chances = np.zeros((np.int64((terms.max() - least) * LEVELS) + 2, AGE.size * PROPENSITY.size, 8), np.uint32)
    _fill_chances(chances, line + (least + trust_weight))
    words, may, some = np.empty((4, BLOCK), np.uint32), np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int32)
    _take_part(
        month, day, terms, line, least, trust_weight, chances, words, may, some, ground, ledger, lines, councils, active
    )
    return lines, councils, active


@loop
def _fill_chances(chances, least):  # type: ignore[no-untyped-def]
    """Chances at full trust by level of the compound's term (rounded up), age and propensity, and line, in 2^-25.

    `least` [lines] is the least logit of each.
    """
    for level in range(chances.shape[0]):
        for cell in range(PROPENSITY.size, chances.shape[1]):  # none for children
            for k in range(least.size):
                x = AGE[cell // 4] + PROPENSITY[cell % 4] + least[k] + level / LEVELS
                chances[level, cell, k] = np.uint32(np.ceil(UNIT25 / (1.0 + exp(-x))))


@loop
def _take_part(  # type: ignore[no-untyped-def]
    month, day, terms, line, least, trust_weight, chances, words, may, some, ground, ledger, lines, councils, active
):
    for c in range(terms.size):
        home = ground.compounds[c]
        level = np.int64(np.ceil((terms[c] - least) * LEVELS))
        for start in range(home.first, ground.compounds[c + 1].first, BLOCK):
            size = min(BLOCK, ground.compounds[c + 1].first - start)
            _draw(month, home.id, start - home.first, size, ground.key, words)
            _compare(words, ground.traits, start, size, chances, level, may)
            for k in range(_find(size, may, some)):
                i = some[k]
                a, b, d, e = words[0, i], words[1, i], words[2, i], words[3, i]
                trait = ground.traits[start + i]
                x = AGE[trait & AGE_BITS] + PROPENSITY[trait >> PROPENSITY_SHIFT] + terms[c]
                x += trust_weight * trust_now(ledger.trust, ledger.seen, ground.decay, start + i, day)
                draws = (low(a), low(b), low(d), low(e), fifth_of(a, b, d, e))
                active[c] += _join_lines(may[i], x, line, draws, home.place, lines, councils, ledger.place)
        ledger.place[home.place, P_ACTIVE] += active[c]


@part
def _find(size, may, some):  # type: ignore[no-untyped-def]
    """The residents of a block who may take part, to the front of `some`, without a branch; returns how many."""
    n = 0
    for i in range(size):
        some[n] = i
        n += may[i] != 0
    return n


@loop
def _draw(month, identity, base, size, key, words):  # type: ignore[no-untyped-def]
    """The draws of some residents of a compound; vectorised by the compiler."""
    k0, k1 = key[0], key[1]
    for i in range(size):
        a, b, d, e = block(np.uint32(base + i), identity, np.uint32(month), WORD, k0, k1)
        words[0, i], words[1, i], words[2, i], words[3, i] = a, b, d, e


@loop
def _compare(words, traits, start, size, chances, level, may):  # type: ignore[no-untyped-def]
    """The lines, as bits, that each resident would take part in at full trust; vectorised by the compiler."""
    for i in range(size):
        a, b, d, e = words[0, i], words[1, i], words[2, i], words[3, i]
        trait = np.uint32(traits[start + i])
        cell = (trait & np.uint32(AGE_BITS)) * np.uint32(4) + (trait >> np.uint32(PROPENSITY_SHIFT))
        party = np.uint32(low(a) < chances[level, cell, 0]) & (trait >> np.uint32(PARTY_BIT))
        volunteer = np.uint32(low(e) < chances[level, cell, 3]) & (trait >> np.uint32(VOLUNTEER_BIT)) & ONE
        bits = np.uint32(party & ONE) | np.uint32(np.uint32(low(b) < chances[level, cell, 1]) << ONE)
        bits |= np.uint32(np.uint32(low(d) < chances[level, cell, 2]) << np.uint32(2)) | (volunteer << np.uint32(3))
        bits |= np.uint32(np.uint32(fifth_of(a, b, d, e) < chances[level, cell, 4]) << np.uint32(4))
        may[i] = bits


@part
def low(word):  # type: ignore[no-untyped-def]
    """The lower 25 bits of a word: the draw of one of the first four lines."""
    return np.uint32(word & LOW25)


@part
def fifth_of(a, b, d, e):  # type: ignore[no-untyped-def]
    """The 25 bits of the fifth line: the upper 7 of three words and 4 of the last."""
    return np.uint32(
        (a >> np.uint32(25)) | ((b >> np.uint32(25)) << np.uint32(7)) | ((d >> np.uint32(25)) << np.uint32(14))
        | ((e & np.uint32(0x1E000000)) >> np.uint32(4))
    )  # fmt: skip


@part
def _join_lines(may, x, line, draws, at, lines, councils, place):  # type: ignore[no-untyped-def]
    """Count the lines that a resident with this term takes part in; returns whether there is one."""
    hits = 0
    for k in range(line.size):
        if (may >> k) & 1 and draws[k] < UNIT25 / (1.0 + exp(-(line[k] + x))):
            hits += 1
            lines[k] += 1
            if k == 1:
                councils[at] += 1
            if k == 3:
                place[at, P_VOLUNTEERS] += 1
    return hits > 0
