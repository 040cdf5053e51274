"""Who takes part this month, resident by resident, in five lines.

P(active) = logistic(a_line + age + propensity + b_trust trust + b_social share of the compound active last month
+ b_leader leader skill + b_size log(community people / reference) + dose + b_fund running projects). The party line is
open to party members, the volunteer line to registered volunteers, none to children. A draw of 25 bits a line is
compared with the chance at full trust first; only residents below one are looked at closer.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arithmetic import exp, log, normal_quantile
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
P_ACTIVE, P_VOLUNTEERS = int(PlaceColumn.ACTIVE), int(PlaceColumn.VOLUNTEERS)


def dose(rules: Rules) -> float:
    """The policy dose that reaches a community: retention to the power of the layers above it."""
    left = 1.0
    for _ in range(rules.participation.layers):
        left *= rules.participation.retention
    return rules.participation.dose * left


def leader_skill(codes: I64, sd: float, key: U32) -> F64:
    """[M] log skill of each community's leader, keyed by the community's code."""
    return _skill(codes, sd, key)


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def take_part(  # type: ignore[no-untyped-def]
    month, day, compounds, terms, trust_weight, traits, trust, seen, decay, place, key
):
    """One month of a district. Returns active by line, self-government by place, and active by compound.

    Args:
        month: number of the month; day: the day it ends.
        terms: [C] see `compound_terms`.
        place: [places, columns] of the month, written: active in any line, volunteers.
    """
    lines = np.zeros(5, np.int64)
    councils = np.zeros(place.shape[0], np.int64)
    active = np.zeros(terms.size, np.int32)
    chances = np.empty((24, 5), np.uint32)
    for c in range(terms.size):
        _fill_chances(chances, terms[c] + trust_weight)
        first = compounds[c].first
        for r in range(first, compounds[c + 1].first):
            a, b, d, e = block(
                np.uint32(r - first), compounds[c].id, np.uint32(month), np.uint32(KIND << 16), key[0], key[1]
            )
            trait = traits[r]
            cell = np.int64(trait & AGE_BITS) * 4 + (trait >> PROPENSITY_SHIFT)
            fifth = np.uint32((a >> 25) | ((b >> 25) << 7) | ((d >> 25) << 14) | ((e & 0x1E000000) >> 4))
            may = (a & LOW25 < chances[cell, 0]) & (trait >> PARTY_BIT)
            may |= np.uint8(b & LOW25 < chances[cell, 1]) << 1
            may |= np.uint8(d & LOW25 < chances[cell, 2]) << 2
            may |= ((e & LOW25 < chances[cell, 3]) & (trait >> VOLUNTEER_BIT) & 1) << 3
            may |= np.uint8(fifth < chances[cell, 4]) << 4
            if may & 0b11111 == 0:
                continue
            x = AGE[trait & AGE_BITS] + PROPENSITY[trait >> PROPENSITY_SHIFT] + terms[c]
            x += trust_weight * trust_now(trust, seen, decay, r, day)
            hits = 0
            for k in range(5):
                u = fifth if k == 4 else np.uint32((a, b, d, e)[k] & LOW25)
                if (may >> k) & 1 and u < UNIT25 / (1.0 + exp(-(LINE[k] + x))):
                    hits += 1
                    lines[k] += 1
                    if k == 1:
                        councils[compounds[c].place] += 1
                    if k == 3:
                        place[compounds[c].place, P_VOLUNTEERS] += 1
            active[c] += hits > 0
        place[compounds[c].place, P_ACTIVE] += active[c]
    return lines, councils, active


@njit(cache=True, nogil=True, forceinline=True)
def _fill_chances(chances, base):  # type: ignore[no-untyped-def]
    """Chances at full trust by age and propensity (24) and line, in 2^-25; none for children."""
    chances[:4, :] = 0
    for cell in range(4, 24):
        for k in range(5):
            x = LINE[k] + AGE[cell // 4] + PROPENSITY[cell % 4] + base
            chances[cell, k] = np.uint32(np.ceil(UNIT25 / (1.0 + exp(-x))))
