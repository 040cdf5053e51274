"""A district at work: its memory, its layout under the rules in force, and the verbs of its day and month."""

from __future__ import annotations

import numpy as np

from sim.institutions import council
from sim.kernels.apportioning import largest_remainder
from sim.kernels.sketch import BINS
from sim.mechanisms import helping, money, needs, participation, patrol, waits
from sim.mechanisms.channels import weigh
from sim.mechanisms.clocks import calendar, clocks, month_ends, working_days_before
from sim.mechanisms.dials import dials, items
from sim.mechanisms.filing import file_needs
from sim.mechanisms.layouts import lay_out
from sim.mechanisms.raising import raise_needs
from sim.mechanisms.settling import CELLS, decay_table, settle
from sim.mechanisms.tables import Ground, Ledger
from sim.mechanisms.tiers import work_the_day
from sim.rng import study_key
from sim.rules import Rules
from sim.scenario import Scenario
from sim.services import catalogue
from sim.world.cases import CURSOR, ROOM, Stage
from sim.world.city import I64, U32, Jurisdictions
from sim.world.district import District
from sim.world.layout import Layout, stations_of
from sim.world.state import grow, move_cases, remember
from sim.world.tallies import PlaceColumn

HAZARD_ITEM = next(n for n, item in enumerate(catalogue()) if "grid_worker" in item.channels and not item.departments)
CLASS_COLUMNS = slice(int(PlaceColumn.UNMET_PARTY), int(PlaceColumn.UNMET_PARTY) + 3)


class Study:
    """What a trial keeps the same in every district: scenario, seed, length, and the tables made of them."""

    def __init__(
        self,
        scenario: Scenario,
        base: Rules,
        *,
        days: int,
        warmup: int,
        seed: int,
        replication: int,
        chunk: int,
        city_people: float,
    ) -> None:
        self.scenario, self.base, self.days, self.warmup = scenario, base, days, warmup
        self.chunk, self.city_people = chunk, city_people
        self.key = study_key(seed, replication)
        self.tables = needs.need_tables(scenario, base.demand.needs_per_head)
        self.items = items(scenario.online)
        self.worked = working_days_before(scenario, days)
        self.decay = decay_table(base.trust.half_life_days, days + 2)
        self.months = int(month_ends(scenario, days)[0][-1]) + 1
        self._weekday = calendar(scenario, days + needs.PERIOD, False)[2]
        self._periods: dict[int, needs.PeriodNeeds] = {}
        self._needs: dict[int, needs.DayNeeds] = {}

    def needs_of(self, day: int) -> tuple[needs.PeriodNeeds, needs.DayNeeds]:
        """What the draws of needs are compared with in a day's period and on the day; the same in every district."""
        period = day // needs.PERIOD
        if period not in self._periods:
            weekdays = self._weekday[period * needs.PERIOD : (period + 1) * needs.PERIOD]
            self._periods = {period: needs.period_needs(self.tables, self.scenario, period, weekdays)}
        if day not in self._needs:
            self._needs = {day: needs.day_needs(self.tables, self.scenario, day)}
        return self._periods[period], self._needs[day]


class Locale:
    """One district of a run. Nothing here reads or writes another district."""

    def __init__(self, study: Study, district: District) -> None:
        self.study, self.district = study, district
        self.people = np.bincount(district.place, district.population, district.places).astype(np.int64)
        latent = np.zeros(256 + district.residents // 40, patrol.LATENT)
        self.memory = remember(
            residents=district.residents,
            compounds=district.compound_id.size,
            places=district.places,
            days=study.days,
            months=study.months,
            latent=latent,
            cells=CELLS,
            bins=BINS,
        )
        self.memory.expected[:] = waits.first_expectations(district.places)
        self.memory.volunteers[:] = helping.first_volunteers(self.people)
        self.raised = np.empty((needs.PERIOD, 1024 + district.residents // 40), np.uint32)
        self.counts, self.period = np.zeros(needs.PERIOD, np.int64), -1
        self.paid_until = 0
        self.rules: Rules
        self.layout: Layout
        self.ground: Ground

    def begin(self, day: int, rules: Rules, before: Jurisdictions, now: Jurisdictions, dip: float) -> None:
        """New rules come into force on a morning."""
        if day:
            self.pay(day)
        earlier = self.layout if day else None
        self.rules = rules
        self.layout = lay_out(self.district, before, now, rules, dip)
        if earlier is not None:
            hand_over(earlier, self.layout)
        self.parts = self._parts(before)
        self.ground = self._stand_on(rules)
        self.urban = now.urban[np.unique(now.community_of[self.district.span])]
        seat = self._seat_of_place()
        if day:
            shut = self.layout.compounds["station"][:-1] < 0  # whoever waited there goes to the community centre
            move_cases(self.memory, shut, int(Stage.COMPOUND), int(Stage.COUNTER))
            self.memory.fund.move(seat)
            self.memory.due[:] = _regroup(self.memory.due, seat)
            self.memory.running[:] = _regroup(self.memory.running, seat)
            closed = max(0, (earlier.towns if earlier else 0) - self.layout.towns)
            self.memory.purse.pay("one_off", int(closed * rules.jurisdiction.one_off_yuan * 100.0))
        self._weigh(int(self.month_of(day)))

    def _stand_on(self, rules: Rules) -> Ground:
        """What the kernels read while these rules are in force."""
        study, layout, dial = self.study, self.layout, dials(rules)
        return Ground(
            compounds=layout.compounds, stations=layout.stations, first_station=layout.first_station,
            traits=self.district.traits, items=study.items, dials=dial,
            clocks=clocks(dial[0]["open"], dial[0]["close"]),
            calendar=calendar(study.scenario, study.days, rules.carriers.saturday),
            worked=study.worked, decay=study.decay, key=study.key,
        )  # fmt: skip

    def _parts(self, before: Jurisdictions) -> I64:
        """[M] how many communities of the map before make up each community."""
        base = before.community_of[self.district.span].astype(np.int64)
        pairs = np.unique(self.layout.community_of.astype(np.int64) * (int(base.max()) + 1) + base)
        return np.bincount(pairs // (int(base.max()) + 1), minlength=self.layout.community_people.size)

    def _seat_of_place(self) -> I64:
        """[P] the place that holds each place's fund account now."""
        community = np.zeros(self.district.places, np.int64)
        community[self.district.place[::-1]] = self.layout.community_of[::-1]
        self.community_of_place = community
        return self.layout.seat[community].astype(np.int64)

    def month_of(self, day: int) -> int:
        """Number of the month of a day."""
        return int(month_ends(self.study.scenario, day + 1)[0][-1])

    def _weigh(self, month: int) -> None:
        weigh(self.layout, self.rules, self.memory.expected)
        self.help_chance = helping.chances(
            self.rules,
            self.layout,
            self.district.place,
            self.people,
            self.memory.volunteers,
            self.memory.help[month],
            self.study.scenario.needs,
        )

    def morning(self, day: int, month: int) -> None:
        """Needs arise, neighbours help, residents choose; patrols walk."""
        m = self.memory
        self.memory.marks[CURSOR] = 0
        raised = self._raise(day)
        self._make_room(raised.size)
        ground, ledger, today = self.ground, self.ledger(day, month), self.study.needs_of(day)[1]
        file_needs(day, raised, today, self.help_chance, int(self.rules.volunteers.minutes * 60.0), ground, ledger)
        m.hazards = patrol.hazards_arise(day, m.latent, m.hazards, ground, ledger)
        m.hazards = patrol.patrol(day, HAZARD_ITEM, m.latent, m.hazards, ground, ledger)

    def _make_room(self, needs_: int) -> None:
        """Room for the cases and hazards that a day can bring."""
        m = self.memory
        if m.latent.size < m.hazards + 64 + self.district.residents // 400:
            m.latent = np.concatenate([m.latent, np.zeros_like(m.latent)])
        wanted = 2 * needs_ + m.hazards + self.district.residents // 400 + 64  # each need may be reported twice
        if self.rules.departments.integrated > 1:
            wanted += 3 * (m.pool.size - int(m.marks[ROOM]))
        if m.marks[ROOM] < wanted:
            grow(m, max(wanted, m.pool.size // 2))

    def ledger(self, day: int, month: int) -> Ledger:
        """What the kernels write on a day."""
        m = self.memory
        return Ledger(
            pool=m.pool, chain=m.chain, queues=m.queues, marks=m.marks, judged=m.judged, trust=m.trust, seen=m.seen,
            waits=m.waits, row=m.daily[day], place=m.monthly[month], spread=m.spread,
        )  # fmt: skip

    def _raise(self, day: int) -> U32:
        """The needs of a day, drawn a period at a time."""
        period, lane = divmod(day, needs.PERIOD)
        while self.period != period:
            tables, _ = self.study.needs_of(day)
            enough = raise_needs(
                period, tables, self.layout.compounds, self.district.traits, self.study.key, self.study.chunk,
                self.raised, self.counts,
            )  # fmt: skip
            if enough:
                self.period = period
            else:
                self.raised = np.empty((needs.PERIOD, 2 * self.raised.shape[1]), np.uint32)
        return self.raised[lane, : self.counts[lane]]

    def work(self, day: int, month: int) -> None:
        """Every tier of the district works through its day."""
        work_the_day(day, self.ground, self.ledger(day, month))

    def settle(self, day: int, month: int) -> None:
        """Residents judge what became of their cases today."""
        settle(day, self.ground, self.ledger(day, month))

    def end_warmup(self) -> None:
        """Leave what was counted until now out of spread and places."""
        self.memory.spread[:] = 0
        self.memory.early[:] = self.memory.monthly

    def end_week(self, month: int) -> None:
        """Neighbourhoods learn what waits to expect."""
        waits.update(self.memory.expected, self.memory.waits)
        self._weigh(month)

    def end_month(self, day: int, month: int) -> None:
        """Residents take part, the city pays, councils decide, projects start to help."""
        m, study = self.memory, self.study
        terms = participation.compound_terms(self.layout, self.rules, m.active, m.running[month], study.key)
        m.lines[month], m.councillors, m.active = participation.take_part(
            month, day, terms, self.rules.participation.trust, self.ground, self.ledger(day, month)
        )
        m.volunteers = m.monthly[month][:, int(PlaceColumn.VOLUNTEERS)].astype(np.float64)
        self.pay(day + 1)
        self._council(month)
        m.fund.spend(m.due[month])
        self._weigh(month + 1 if month + 1 < study.months else month)

    def pay(self, until: int) -> None:
        """Pay what is due up to the start of a day."""
        m, start = self.memory, self.paid_until
        city = int(self.study.city_people)
        for purpose, cents in money.yearly(self.rules, self.layout, self.district.residents, city).items():
            m.purse.pay(purpose, money.accrued(cents, start, until))
        layout = self.layout
        yearly = money.fund_formula(
            self.rules,
            self.district.population,
            self.district.urban,
            layout.community_of,
            self.urban,
            self.parts,
            layout.community_people.size,
        )
        yearly = np.floor(yearly * self.study.scenario.budget + 0.5).astype(np.int64)
        due = yearly * until // money.YEAR - yearly * start // money.YEAR
        grants = self._incentives(due)
        by_place = np.zeros(self.district.places, np.int64)
        by_place[layout.seat] = grants
        m.fund.grant(by_place)
        m.purse.pay("fund_grants", int(grants.sum()))
        self.paid_until = until

    def _incentives(self, due: I64) -> I64:
        """Part of the grants goes by appraisal: communities with more active residents get more of it."""
        fixed = np.floor(due * (1.0 - self.rules.fund.incentive_share)).astype(np.int64)
        pot = int((due - fixed).sum())
        if pot == 0:
            return due
        active = np.bincount(self.layout.community_of, self.memory.active, due.size)
        weight = due * (1.0 + np.minimum(1.0, 5.0 * active / np.maximum(1, self.layout.community_people)))
        share: I64 = fixed + largest_remainder(np.floor(weight / 1e4).astype(np.int64) + 1, pot)
        return share

    def _council(self, month: int) -> None:
        m, layout, rules = self.memory, self.layout, self.rules
        count = layout.community_people.size
        unmet = np.stack([
            np.bincount(self.community_of_place, column, count) for column in m.monthly[month][:, CLASS_COLUMNS].T
        ], axis=1)  # fmt: skip
        attending = np.bincount(self.community_of_place, m.councillors, count) / np.maximum(1, layout.community_people)
        decision = council.decide(
            layout.community_code,
            unmet * helping.meetable(),
            layout.community_people,
            attending,
            m.fund.balance[layout.seat],
            rules,
            month,
            self.study.key,
        )
        m.votes[month] = count, int(decision.met.sum())
        projects = np.zeros(self.district.places, np.int64)
        projects[layout.seat] = decision.projects
        cents = projects * int(rules.fund.project_yuan * 100.0)
        m.fund.commit(cents)
        begin = month + rules.fund.delay_months
        if begin < m.due.shape[0]:
            m.due[begin] += cents
        favoured = np.zeros(self.district.places, np.int64)
        favoured[layout.seat] = decision.favoured
        help_ = helping.project_seconds(rules, projects, favoured, council.RUNNING_MONTHS)
        m.help[begin : begin + council.RUNNING_MONTHS] += help_
        m.running[begin : begin + council.RUNNING_MONTHS] += projects


def hand_over(earlier: Layout, later: Layout) -> None:
    """Tell new stations how busy their place's stations were on the last working day: patrols depend on it."""
    if earlier.stations.size == later.stations.size and np.array_equal(earlier.first_station, later.first_station):
        later.stations["busy"] = earlier.stations["busy"]
        return
    old, new = earlier.stations[stations_of(earlier, Stage.GRID)], later.stations[stations_of(later, Stage.GRID)]
    places = 1 + int(max(old["place"].max(), new["place"].max()))
    busy = np.bincount(old["place"], old["busy"], places)
    servers = np.bincount(old["place"], old["servers"], places)
    typical = busy.sum() / max(1.0, servers.sum())
    each = np.where(servers > 0, busy / np.maximum(1.0, servers), typical)
    new["busy"] = np.floor(each[new["place"]] * new["servers"]).astype(np.int64)


def _regroup(due: I64, holder: I64) -> I64:
    gathered = np.zeros_like(due)
    for month in range(due.shape[0]):
        np.add.at(gathered[month], holder, due[month])
    return gathered
