"""Who takes part this month, resident by resident, in five lines.

P(active) = logistic(a_line + age + propensity + b_trust trust + b_social share of the compound active last month
+ b_leader leader skill + b_size log(community people / reference) + dose + b_fund running projects). The party line is
open to party members, the volunteer line to registered volunteers, none to children. A draw of 25 bits a line is
compared with the chance at full trust first; only residents below one are looked at closer.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arithmetic import exp, log, normal_quantile
from sim.kernels.compiled import kernel, loop, part
from sim.kernels.hashing import block, unit32
from sim.mechanisms.settling import trust_now
from sim.rng import Purpose
from sim.rules import Rules
from sim.world.city import AGE_BITS, F64, I32, I64, PARTY_BIT, PROPENSITY_SHIFT, U32, VOLUNTEER_BIT
from sim.world.layout import Layout
from sim.world.tallies import PlaceColumn

KIND = int(Purpose.PARTICIPATION)
LINES = ("party", "self_government", "associations", "volunteers", "services")
# Constants of the lines (assumption): monthly shares near .5 of party members, .02 self-government, .03 associations,
# .30 of registered volunteers (participation.volunteer_active_share), .04 users of activities.
LINE = np.array([-0.6, -4.5, -4.1, -1.4, -3.8])
# Turnout by age of the Shanghai survey (.1377 at 18-29, .5568 at 50-59, .7774 at 70-79), damped by half (assumption).
AGE = np.array([-99.0, -0.8, -0.2, 0.15, 0.4, 0.6])
PROPENSITY = np.array([-0.6, -0.2, 0.2, 0.6])
REFERENCE = 4_796.0  # residents of a community before the merge
UNIT25 = 33_554_432.0  # 2^25
LOW25 = np.uint32(0x1FFFFFF)
WORD, ONE = np.uint32(KIND << 16), np.uint32(1)
LEVELS = 16.0  # a unit of the logit: steps of the first comparison
BLOCK = 1024  # residents whose draws are made at once
P_ACTIVE, P_VOLUNTEERS = int(PlaceColumn.ACTIVE), int(PlaceColumn.VOLUNTEERS)


def dose(rules: Rules) -> float:
    """The policy dose that reaches a community: retention to the power of the layers above it."""
    left = 1.0
    for _ in range(rules.participation.layers):
        left *= rules.participation.retention
    return rules.participation.dose * left


def leader_skill(codes: I64, sd: float, key: U32) -> F64:
    """[M] log skill of each community's leader, keyed by the community's code."""
    skill: F64 = _skill(codes, sd, key)
    return skill


@kernel
def _skill(codes: I64, sd: float, key: U32) -> F64:
    skill = np.empty(codes.size)
    for m in range(codes.size):
        low, high = np.uint32(codes[m] & 0xFFFFFFFF), np.uint32(codes[m] >> 32)
        a, _, _, _ = block(low, high, np.uint32(0), np.uint32(KIND << 16 | 1), key[0], key[1])
        skill[m] = sd * normal_quantile(unit32(a))
    return skill


def compound_terms(layout: Layout, rules: Rules, active: I32, projects: I64, key: U32) -> F64:
    """[C] what all residents of a compound share, on the logit scale.

    Args:
        active: [C] residents active last month.
        projects: [P] projects running for each place's community.
    """
    p = rules.participation
    table = layout.compounds
    people = np.maximum(1, np.diff(table["first"]))
    crowd = np.maximum(1, layout.community_people)
    skill = leader_skill(layout.community_code, p.leader_sd, key)
    by_community = p.leader * skill + dose(rules) + p.level
    by_community += p.size * np.array([log(x) for x in crowd / REFERENCE])
    by_community += p.fund * np.minimum(2.0, projects[layout.seat] * 1000.0 / crowd)
    return by_community[layout.community_of] + p.social * (active / people)


@kernel
def take_part(month, day, terms, trust_weight, ground, ledger):  # type: ignore[no-untyped-def]
    """One month of a district. Returns active by line, self-government by place, and active by compound.

    Args:
        month: number of the month; day: the day it ends.
        terms: [C] see `compound_terms`.
        ledger: its month by place is written: active in any line, volunteers.
    """
    lines = np.zeros(len(LINE), np.int64)
    councils = np.zeros(ledger.place.shape[0], np.int64)
    active = np.zeros(terms.size, np.int32)
    least = terms.min()
    chances = np.zeros((np.int64((terms.max() - least) * LEVELS) + 2, AGE.size * PROPENSITY.size, 8), np.uint32)
    _fill_chances(chances, least + trust_weight)
    words, may, some = np.empty((4, BLOCK), np.uint32), np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int32)
    _take_part(
        month, day, terms, least, trust_weight, chances, words, may, some, ground, ledger, lines, councils, active
    )
    return lines, councils, active


@loop
def _fill_chances(chances, least):  # type: ignore[no-untyped-def]
    """Chances at full trust by level of the compound's term (rounded up), age and propensity, and line, in 2^-25."""
    for level in range(chances.shape[0]):
        for cell in range(PROPENSITY.size, chances.shape[1]):  # none for children
            for k in range(LINE.size):
                x = LINE[k] + AGE[cell // 4] + PROPENSITY[cell % 4] + least + level / LEVELS
                chances[level, cell, k] = np.uint32(np.ceil(UNIT25 / (1.0 + exp(-x))))


@loop
def _take_part(  # type: ignore[no-untyped-def]
    month, day, terms, least, trust_weight, chances, words, may, some, ground, ledger, lines, councils, active
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
                active[c] += _join_lines(may[i], x, draws, home.place, lines, councils, ledger.place)
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
def _join_lines(may, x, draws, at, lines, councils, place):  # type: ignore[no-untyped-def]
    """Count the lines that a resident with this term takes part in; returns whether there is one."""
    hits = 0
    for k in range(LINE.size):
        if (may >> k) & 1 and draws[k] < UNIT25 / (1.0 + exp(-(LINE[k] + x))):
            hits += 1
            lines[k] += 1
            if k == 1:
                councils[at] += 1
            if k == 3:
                place[at, P_VOLUNTEERS] += 1
    return hits > 0
