"""A run, day by day.

The order of a day: calendar; rules in force; needs, co-production, channels; patrol; the hotline; each district's tiers
(online desk, compound stations, grid workers, community counters, community teams, town counters, town teams, branches
of departments), with routing after each tier; the city's departments; what residents make of it. Sundays end with what
neighbourhoods expect to wait; months end with participation, councils and money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sim.district_run import DistrictRun
from sim.mechanisms.city_stations import CityStations
from sim.reforms.base import Epoch, RuleBook
from sim.rules import Rules
from sim.study import Study
from sim.world.cases import Stage
from sim.world.city import City, Jurisdictions
from sim.world.district import District, districts
from sim.world.jurisdictions import jurisdictions
from sim.world.tallies import N_TALLIES


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days over which one epoch holds, and the districts whose merged units still settle down."""

    from_day: int
    epoch: Epoch
    settling: frozenset[int]  # codes of the districts in transition


class Run:
    """A trial under way: `step()` is one day."""

    def __init__(self, study: Study, city: City, book: RuleBook, threads: int = 1) -> None:
        self.study, self.city, self.book = study, city, book
        self.day = 0
        self.stretches = stretches(book, study.days)
        self.before = city.plans["before"]
        self.districts = [self.district_run(district) for district in districts(city)]
        self.city_daily = np.zeros((study.days, N_TALLIES), np.int64)
        self.maps: dict[tuple[Any, ...], Jurisdictions] = {}
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._city: CityStations | None = None

    def everywhere(self, verb: Callable[[DistrictRun], Any]) -> list[Any]:
        """Do something in every district, on as many threads as the run has."""
        if self.pool is None:
            return [verb(local) for local in self.districts]
        return list(self.pool.map(verb, self.districts))

    def step(self) -> None:
        """One day: rules in force, needs and patrol, hotline, tiers, city departments; week and month ends."""
        day, month = self.day, int(self.study.month_of[self.day])
        if day == self.study.warmup:
            self.everywhere(lambda local: local.end_warmup())
        self.put_rules_in_force(day)
        assert self._city is not None
        row = self.city_daily[day]
        self.study.needs_of(day)  # made once, before threads ask for it
        self.everywhere(lambda local: local.morning(day, month))
        parts = [(local.ground, local.ledger(day, month), local.district.span.start) for local in self.districts]
        self._city.work(Stage.HOTLINE, day, parts, row)
        self.everywhere(lambda local: local.work(day, month))
        self._city.work(Stage.DEPARTMENT, day, parts, row)
        self.everywhere(lambda local: local.settle(day, month))
        if day % 7 == 6:
            self.everywhere(lambda local: local.end_week(month))
        if self.study.month_ends[day]:
            self.everywhere(lambda local: local.end_month(day, month))
        self.day += 1

    def put_rules_in_force(self, day: int) -> None:
        """New rules where a stretch begins on this day."""
        for number, stretch in enumerate(self.stretches):
            if stretch.from_day == day:
                earlier = self.stretches[number - 1] if number else None
                self._begin(stretch, earlier)

    def _begin(self, stretch: Stretch, earlier: Stretch | None) -> None:
        def begin(local: DistrictRun) -> None:
            code = local.district.code
            rules = rules_at(stretch, code)
            settles = code in stretch.settling
            if earlier is not None and (rules, settles) == (rules_at(earlier, code), code in earlier.settling):
                return  # nothing changes here, to the last bit
            dip = rules.jurisdiction.transition_loss if settles else 0.0
            local.begin(stretch.from_day, rules, self.before, self.map_of(rules), dip)

        for rules in stretch.epoch.areas:
            self.map_of(rules)
        self.everywhere(begin)
        posts = [(rules_at(stretch, local.district.code), local.district.residents) for local in self.districts]
        self._city = self.city_stations(posts)

    def district_run(self, district: District) -> DistrictRun:
        """The run of one district."""
        return DistrictRun(self.study, district)

    def city_stations(self, posts: Sequence[tuple[Rules, int]]) -> CityStations:
        """The stations of the whole city, by the rules and residents of each district."""
        return CityStations(posts)

    def map_of(self, rules: Rules) -> Jurisdictions:
        """The map of towns and communities that some rules put in force."""
        j = rules.jurisdiction
        key = (j.towns, j.villages, j.town_cut, j.village_cut)
        if key not in self.maps:
            self.maps[key] = jurisdictions(
                self.city, towns=j.towns, villages=j.villages, town_cut=j.town_cut, village_cut=j.village_cut
            )
        return self.maps[key]

    def days(self) -> Iterator[int]:
        """Run to the end, yielding the number of each finished day."""
        while self.day < self.study.days:
            self.step()
            yield self.day


def rules_at(stretch: Stretch, district: int) -> Rules:
    """The rules of a stretch in one district."""
    return stretch.epoch.areas[stretch.epoch.area_of_district[district]]


def stretches(book: RuleBook, days: int) -> tuple[Stretch, ...]:
    """Epochs, cut once more where the transition of a district ends after a change of its map."""
    epochs = book.epochs(days)
    transitions = [
        (district, later.from_day, later.from_day + 30 * later.areas[area].jurisdiction.transition_months)
        for earlier, later in pairwise(epochs)
        for district, area in later.area_of_district.items()
        if _map(earlier, district) != _map(later, district)
    ]
    ends = {until for _, _, until in transitions}
    found = []
    for epoch in epochs:
        for day in sorted({epoch.from_day} | {end for end in ends if epoch.from_day < end < epoch.until_day}):
            settling = frozenset(district for district, begin, until in transitions if begin <= day < until)
            found.append(Stretch(from_day=day, epoch=epoch, settling=settling))
    return tuple(found)


def _map(epoch: Epoch, district: int) -> tuple[Any, ...]:
    j = epoch.areas[epoch.area_of_district[district]].jurisdiction
    return j.towns, j.villages, j.town_cut, j.village_cut
