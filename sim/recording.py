"""From a finished run to its record: sums over districts, outcomes, books, invariants and the digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from math import fsum
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.day import Run
from sim.district_run import DistrictRun
from sim.kernels.sketch import edges
from sim.mechanisms.practising import MOST_AGAIN
from sim.mechanisms.settling import BASE, total_deviation
from sim.mechanisms.tables import TRUST_SCALE
from sim.outcomes import Counts, measure
from sim.practices.base import LINES, TOLD
from sim.services import AGE_BANDS, CLASSES
from sim.world.accounts import ONE_OFF
from sim.world.city import I64
from sim.world.state import open_cases, waiting, whole_cases
from sim.world.tallies import PLACE_COLUMNS, SERVED_KINDS, SPREAD_CHANNELS, TALLIES, PlaceColumn


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a trial yields, tidy and flat.

    `daily` is int64[days, districts, tallies] of the whole run with names in `tallies`. Since the warm-up: `places` is
    int64[months, places, columns] with names in `place_columns`; `spread` is int64[cells, bins], log-spaced bins of
    days to solved by (class, urgency, channel, age band, urban), whose labels are `spread_labels`.
    """

    residents: int
    cases: int
    digest: str
    outcomes: dict[str, float]
    tallies: tuple[str, ...]
    daily: I64
    place_columns: tuple[str, ...]
    places: I64
    spread: I64
    spread_labels: tuple[tuple[int, int, int, int, int], ...]
    spread_edges: npt.NDArray[np.float64]  # days, len(bins) + 1
    utilisation: dict[str, float]  # kind of station -> busy share of time on shift
    money: dict[str, int]  # account -> cents
    checks: dict[str, bool]  # invariant -> held


SPREAD_LABELS = tuple(
    (kind, urgent, channel, age, urban)
    for kind in range(len(CLASSES))
    for urgent in range(2)
    for channel in range(len(SPREAD_CHANNELS))
    for age in range(len(AGE_BANDS))
    for urban in range(2)
)


def record(run: Run) -> Record:
    """The record of a run that has reached its last day; outcomes, places and spread leave its warm-up out."""
    until, warmup = run.day, run.study.warmup
    if until < run.study.days:
        raise ValueError(f"a record is of a finished run; this one has reached day {until} of {run.study.days}")
    for local in run.districts:
        local.pay(until)
    daily = np.stack([local.memory.daily for local in run.districts], axis=1)
    places = np.concatenate([local.memory.monthly - local.memory.early for local in run.districts], axis=1)
    spread: I64 = np.sum([local.memory.spread for local in run.districts], axis=0, dtype=np.int64)
    counted = dict(
        zip(TALLIES, (daily[warmup:].sum(axis=(0, 1)) + run.city_daily[warmup:].sum(axis=0)).tolist(), strict=True)
    )
    whole = dict(zip(TALLIES, daily.sum(axis=(0, 1)).tolist(), strict=True))
    money = booked(local.books() for local in run.districts)
    return Record(
        residents=run.city.residents,
        cases=whole["filed"] + whole["detected"] + whole["reported"],
        digest=digest(run),
        outcomes=measure(counts(run, counted, places, spread, warmup)),
        tallies=TALLIES, daily=daily, place_columns=PLACE_COLUMNS, places=places, spread=spread,
        spread_labels=SPREAD_LABELS, spread_edges=edges() / 86_400.0,
        utilisation={
            kind: counted[f"busy_{kind}"] / counted[f"shift_{kind}"] if counted[f"shift_{kind}"] else 0.0
            for kind in SERVED_KINDS
        },
        money=money,
        checks=invariants(run),
    )  # fmt: skip


def counts(run: Run, tally: dict[str, int], places: I64, spread: I64, warmup: int) -> Counts:
    """What the outcomes are measured from."""
    districts = run.districts
    first_month = int(run.study.month_of[min(warmup, run.day - 1)])
    done = [m for m in range(first_month, run.study.months) if run.study.ended[m]]
    active, lines = np.nan, np.full(len(LINES), np.nan)
    if done:  # else no month has ended since the warm-up: nobody knows
        whole = len(done) * run.city.residents
        active = float(places[done, :, int(PlaceColumn.ACTIVE)].sum()) / whole
        lines = np.sum([local.memory.lines[done].sum(axis=0) for local in districts], axis=0) / whole
    since = places[first_month:].sum(axis=0)
    votes = np.sum([local.memory.votes[first_month:].sum(axis=0) for local in districts], axis=0)
    return Counts(
        rules=run.study.base, tally=tally, spread=spread, active=active, lines=lines,
        place={name: since[:, k] for k, name in enumerate(PLACE_COLUMNS)},
        votes=tuple(votes.tolist()), trust=mean_trust(run), latent=sum(d.memory.hazards for d in districts),
        off_service=fsum(local.off_service() for local in districts),
        zone_hours=fsum(local.zone_hours() for local in districts),
        step_minutes=fsum(local.step_minutes() * local.district.residents for local in districts),
        money=booked(since_warmup(local) for local in districts),
        counted_days=run.day - warmup, **at_the_end(run),
    )  # fmt: skip


def at_the_end(run: Run) -> dict[str, Any]:
    """What places and compounds are like on the last day, from all districts one after another."""
    districts = run.districts

    def joined(of: Callable[[DistrictRun], npt.NDArray[Any]]) -> Any:
        return np.concatenate([of(local) for local in districts])

    state = {
        name: np.concatenate([getattr(local.practising.effects, name) for local in districts])
        for name in ("productivity", "trust", "vacant", "engage")
    }
    state["again"] = joined(lambda local: local.practising.effects.again.clip(0.0, MOST_AGAIN).mean(axis=1))
    state["volunteering"] = joined(lambda local: np.full(local.people.size, local.practising.effects.volunteering))
    state["funds"] = joined(lambda local: local.by_account(local.memory.fund.granted + local.memory.fund.raised))
    state["raised"] = joined(lambda local: local.by_account(local.memory.fund.raised))
    for name in TOLD:
        state[name] = np.concatenate([local.practising.told(name) for local in districts])
    first = np.cumsum([0, *(local.district.places for local in districts)])
    return {
        "state": state,
        "people": joined(lambda local: local.people),
        "ages": joined(lambda local: local.practising.ages),
        "party": joined(lambda local: local.practising.party),
        "size": joined(lambda local: local.log_size()),
        "walk": joined(lambda local: local.walks()),
        "facility": joined(lambda local: local.practising.effects.facility),
        "compound_people": joined(lambda local: local.district.population),
        "compound_place": np.concatenate([local.district.place + first[k] for k, local in enumerate(districts)]),
    }


def mean_trust(run: Run) -> float:
    """Mean trust of residents on the last day, 0 to 1, from whole units."""
    day, decay = run.day, run.study.decay
    parts = [total_deviation(day, local.memory.trust, local.memory.seen, decay) for local in run.districts]
    return BASE + sum(map(int, parts)) / TRUST_SCALE / run.city.residents


def booked(books: Iterable[dict[str, int]]) -> dict[str, int]:
    """Cents by account of all districts."""
    total: dict[str, int] = {}
    for account, cents in chain.from_iterable(several.items() for several in books):
        total[account] = total.get(account, 0) + cents
    return total


def since_warmup(local: DistrictRun) -> dict[str, int]:
    """Cents by account that moved after the warm-up, and the one-off costs of the whole run, which weigh for years."""
    early = {**local.memory.early_books, ONE_OFF: 0}
    return {account: cents - early[account] for account, cents in local.books().items()}


def invariants(run: Run) -> dict[str, bool]:
    """What must hold in every run: cases and money are conserved, and Little's law is an equality."""
    return {
        "cases_conserved": all(cases_conserved(local) for local in run.districts),
        "little_law": all(little_law(local, run.day) for local in run.districts),
        "money_conserved": all(local.memory.fund.balanced() for local in run.districts),
        "grants_paid": all(
            local.memory.purse.paid["fund_grants"] == int(local.memory.fund.granted.sum()) for local in run.districts
        ),
    }


def cases_conserved(local: DistrictRun) -> bool:
    """Arrived = departed + open; needs = done without + filed; filed and found = closed + left + open."""
    t = dict(zip(TALLIES, local.memory.daily.sum(axis=0).tolist(), strict=True))
    raised = t["filed"] + t["detected"] + t["reported"]
    return bool(
        t["arrived"] - t["departed"] == waiting(local.memory)
        and t["needs"] == t["without"] + t["filed"]
        and t["arrived"] == raised + t["duplicates"]
        and t["departed"] == t["closed"] + t["left"] + t["duplicates_closed"]
        and t["hazards"] == t["detected"] + t["reported"] + local.memory.hazards
    )


def little_law(local: DistrictRun, days: int) -> bool:
    """The integral of the number of cases in the system, from arrivals and departures, equals the summed sojourns.

    J. D. C. Little, Operations Research 9, 1961; exact in whole seconds: with the horizon T, arrivals a and departures
    d, sum(T - a) - sum(T - d) = sum of (d - a) over departed cases + sum of (T - a) over open ones.
    """
    t = dict(zip(TALLIES, local.memory.daily.sum(axis=0).tolist(), strict=True))
    horizon = days * 86_400
    inside = horizon * t["arrived"] - t["arrived_at"] - (horizon * t["departed"] - t["departed_at"])
    created = whole_cases(local.memory)["created"].astype(np.int64)
    return bool(inside == t["sojourn"] + int((horizon - created).sum()))


def digest(run: Run) -> str:
    """SHA-256 over all counts by place and day and the final state, canonical and little-endian."""
    sha = hashlib.sha256()
    for local in run.districts:
        m = local.memory
        for part in (m.daily, m.monthly, m.spread, m.lines, m.votes, m.trust, m.seen, m.active, m.expected):
            sha.update(np.ascontiguousarray(part).astype(part.dtype.newbyteorder("<")).tobytes())
        for fund in (m.fund.balance, m.fund.committed, m.fund.granted, m.fund.spent, m.fund.raised):
            sha.update(fund.astype("<i8").tobytes())
        cases: Any = open_cases(m)
        for name in cases.dtype.names:
            sha.update(cases[name].astype("<i8").tobytes())
        for name in ("unseen", "compound", "spot", "day", "report", "number"):
            sha.update(np.ascontiguousarray(m.latent[name][: m.hazards]).tobytes())
        sha.update(repr(sorted(m.purse.paid.items())).encode())
        for name, state in sorted(m.practices.items()):
            for column in sorted(state):
                sha.update(f"{name}.{column}".encode() + state[column].astype("<f8").tobytes())
    sha.update(run.city_daily.astype("<i8").tobytes())
    return sha.hexdigest()
