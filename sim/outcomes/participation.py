"""Who takes part, in what, and what residents come to trust."""

from __future__ import annotations

from math import fsum

import numpy as np

from sim.kernels.arithmetic import exps
from sim.outcomes.base import F64, Counts, Outcome, over

# Turnout at the committee's election: logit linear in age through .1377 at 18-29 and .7774 at 70-79 (Shanghai survey);
# its 50-59 and its party members are held out. Middle of each age band in years; children do not vote.
SLOPE, LEVEL = 0.060502, -3.2559
MIDDLE = np.array([0.0, 23.5, 37.0, 52.0, 64.5, 76.0])


def turnout(c: Counts) -> F64:
    """[P, ages] chance that a resident votes; it moves with the size of the community and with what mobilises."""
    term = c.rules.participation.size * c.size + c.state["engage"]
    logit = LEVEL + SLOPE * MIDDLE[None, :] + term[:, None]
    votes = 1.0 / (1.0 + exps(-logit.ravel()).reshape(logit.shape))
    votes[:, 0] = 0.0
    return np.asarray(votes)


def _turnout(c: Counts, who: F64) -> float:
    """Of the residents [P, ages]; children apart."""
    return over(float((turnout(c) * who).sum()), float(who[:, 1:].sum()))


def _line(k: int, name: str, meaning: str) -> Outcome:
    return Outcome(
        name=f"active_{name}", unit="share a month", better="higher", theme="participation", meaning=meaning,
        measure=lambda c: float(c.lines[k]),
    )  # fmt: skip


PARTICIPATION = (
    Outcome(
        name="active_share", unit="share a month", better="higher", theme="participation",
        meaning="residents active in at least one line",
        measure=lambda c: c.active,
    ),
    _line(0, "party", "residents active as party members"),
    _line(1, "self_government", "residents active in self-government"),
    _line(2, "associations", "residents active in associations"),
    _line(3, "volunteers", "residents active as volunteers"),
    _line(4, "services", "residents active in services and activities"),
    Outcome(
        name="active_overlap", unit="lines", better="neither", theme="participation",
        meaning="lines that an active resident takes part in, on average",
        measure=lambda c: over(fsum(c.lines), c.active),
    ),
    Outcome(
        name="volunteer_hours", unit="hours per resident-year", better="higher", theme="participation",
        meaning="hours that active volunteers give",
        measure=lambda c: float(c.lines[3]) * c.rules.volunteers.hours_year * c.mean(c.state["volunteering"]),
    ),
    Outcome(
        name="quorum_share", unit="share", better="higher", theme="participation",
        meaning="council meetings that reached their quorum",
        measure=lambda c: over(c.votes[1], c.votes[0]),
    ),
    Outcome(
        name="match_share", unit="share", better="higher", theme="participation",
        meaning="projects for the class of needs in which they could meet most",
        measure=lambda c: over(c.votes[3], c.votes[2]),
    ),
    Outcome(
        name="turnout", unit="share", better="higher", theme="participation",
        meaning="adults who would vote at the committee's election at the end; its size effect is calibrated",
        measure=lambda c: _turnout(c, c.ages.astype(np.float64)),
    ),
    Outcome(
        name="turnout_young", unit="share", better="higher", theme="participation", meaning="the same at 15 to 29",
        measure=lambda c: _turnout(c, c.ages * (np.arange(6) == 1)),
    ),
    Outcome(
        name="turnout_party", unit="share", better="higher", theme="participation", meaning="the same of party members",
        measure=lambda c: _turnout(c, c.party.astype(np.float64)),
    ),
    Outcome(
        name="trust", unit="0 to 1", better="higher", theme="participation",
        meaning="mean trust of residents at the end",
        measure=lambda c: c.trust + c.mean(c.state["trust"]),
    ),
    Outcome(
        name="trust_earned", unit="0 to 1", better="higher", theme="participation",
        meaning="the same, by how cases were closed alone",
        measure=lambda c: c.trust,
    ),
)  # fmt: skip
