"""A district at work: its memory, its layout under the rules in force, and the verbs of its day, week and month."""

from __future__ import annotations

import numpy as np

from sim.institutions import council
from sim.kernels.arithmetic import logs
from sim.kernels.sketch import BINS
from sim.mechanisms import fund, helping, mobilising, money, needs, participation, patrol, projects, waits
from sim.mechanisms.channels import weigh
from sim.mechanisms.dials import dials
from sim.mechanisms.filing import file_needs
from sim.mechanisms.layouts import hand_over, lay_out
from sim.mechanisms.practising import Practising
from sim.mechanisms.raising import raise_needs
from sim.mechanisms.regrouping import follow_mandates
from sim.mechanisms.settling import CELLS, settle
from sim.mechanisms.tables import Ground, Ledger
from sim.mechanisms.tiers import work_the_day
from sim.rules import Rules
from sim.services import catalogue
from sim.study import Study
from sim.world.accounts import PAID
from sim.world.cases import CURSOR, ROOM, Stage
from sim.world.city import F64, I64, U32, Jurisdictions
from sim.world.district import District
from sim.world.layout import Layout
from sim.world.state import grow, move_cases, remember
from sim.world.tallies import PlaceColumn

HAZARD_ITEM = next(n for n, item in enumerate(catalogue()) if "grid_worker" in item.channels and not item.departments)


class DistrictRun:
    """The run of one district. Nothing here reads or writes another district."""

    layout: Layout
    rules: Rules
    ground: Ground

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
        self.practising = Practising(district, self.memory, study.key)

    def begin(self, day: int, rules: Rules, before: Jurisdictions, now: Jurisdictions, dip: float) -> None:
        """New rules come into force on a morning."""
        if day == 0:
            self.stand_on(day, rules, before, now, dip)
            return
        self.pay(day)
        earlier, mandates, m = self.layout, self.rules.mandates.departments, self.memory
        self.stand_on(day, rules, before, now, dip)
        hand_over(earlier, self.layout)
        shut = self.layout.compounds["station"][:-1] < 0  # whoever waited there goes to the community centre
        move_cases(m, shut, int(Stage.COMPOUND), int(Stage.COUNTER))
        if rules.mandates.departments != mandates:
            follow_mandates(m, mandates, rules.mandates.departments)
        projects.follow_accounts(m, self.layout.seat[self.layout.community_of_place].astype(np.int64))
        closed = max(0, earlier.towns - self.layout.towns)
        m.purse.pay("one_off", int(closed * rules.jurisdiction.one_off_yuan * 100.0))

    def stand_on(self, day: int, rules: Rules, before: Jurisdictions, now: Jurisdictions, dip: float) -> None:
        """The layout of a day under some rules, and what the kernels read while they are in force."""
        study, month = self.study, int(self.study.month_of[day])
        self.rules, self.layout = rules, lay_out(self.district, before, now, rules, dip)
        self.practising.act(day, month, rules, self.layout, None)
        dial = dials(rules, self.practising.effects)
        self.ground = Ground(
            compounds=self.layout.compounds, stations=self.layout.stations, first_station=self.layout.first_station,
            traits=self.district.traits, dials=dial,
            items=study.items(rules.citizen_cloud.items, rules.mandates.departments),
            clocks=study.clocks(dial), calendar=study.calendar(rules.carriers.saturday),
            worked=study.worked, decay=study.decay, key=study.key,
        )  # fmt: skip
        self._weigh(month)

    def ledger(self, day: int, month: int) -> Ledger:
        """What the kernels write on a day."""
        m = self.memory
        return Ledger(
            pool=m.pool, chain=m.chain, queues=m.queues, marks=m.marks, judged=m.judged, trust=m.trust, seen=m.seen,
            waits=m.waits, row=m.daily[day], place=m.monthly[month], spread=m.spread,
        )  # fmt: skip

    def morning(self, day: int, month: int) -> None:
        """Needs arise, neighbours help, residents choose; patrols walk."""
        m = self.memory
        m.marks[CURSOR] = 0
        raised = self._raise(day)
        self._make_room(raised.size)
        ground, ledger, today = self.ground, self.ledger(day, month), self.study.needs_of(day)[1]
        self.file(day, raised, today, ground, ledger)
        m.hazards = patrol.hazards_arise(day, m.latent, m.hazards, ground, ledger)
        m.hazards = patrol.patrol(day, HAZARD_ITEM, m.latent, m.hazards, ground, ledger)

    def file(self, day: int, raised: U32, today: needs.DayNeeds, ground: Ground, ledger: Ledger) -> None:
        """Neighbours help, and residents choose a channel for each need that is left."""
        file_needs(day, raised, today, self.help_chance, int(self.rules.volunteers.minutes * 60.0), ground, ledger)

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

    def work(self, day: int, month: int) -> None:
        """Every tier of the district works through its day."""
        work_the_day(day, self.ground, self.ledger(day, month))

    def settle(self, day: int, month: int) -> None:
        """Residents judge what became of their cases today."""
        settle(day, self.ground, self.ledger(day, month))

    def end_warmup(self) -> None:
        """Leave what was counted until now out of spread, places and outcomes of money."""
        m, warmup = self.memory, self.study.warmup
        m.spread[:] = 0
        m.early[:] = m.monthly
        if warmup:  # else no rules are in force yet that anything could be due by
            self.pay(warmup)
        m.early_books = self.books()

    def end_week(self, month: int) -> None:
        """Neighbourhoods learn what waits to expect."""
        waits.update(self.memory.expected, self.memory.waits)
        self._weigh(month)

    def _weigh(self, month: int) -> None:
        """How channels draw residents, and how many hours of help there are, until the week or the month ends."""
        m = self.memory
        effects = self.practising.effects
        weigh(self.layout, self.rules, m.expected, effects.trust)
        self.help_chance = helping.chances(
            self.rules, self.layout, effects, self.people, m.volunteers, m.help[month], self.study.scenario.needs
        )

    def end_month(self, day: int, month: int) -> None:
        """Residents take part, the city pays, councils decide, projects start to help."""
        m, study, layout, rules, effects = self.memory, self.study, self.layout, self.rules, self.practising.effects
        terms = participation.compound_terms(layout, rules, m.active, m.running[month], effects)
        m.lines[month], m.councillors, m.active = mobilising.take_part(
            month, day, terms, mobilising.LINE + effects.lines, rules.participation.trust, self.ground,
            self.ledger(day, month),
        )  # fmt: skip
        m.volunteers = m.monthly[month][:, int(PlaceColumn.VOLUNTEERS)].astype(np.float64)
        self.pay(day + 1)
        decision = council.meet(m, layout, self.people, helping.meetable(), rules, effects, month, study.key)
        projects.start(m, layout.seat, decision.projects, decision.favoured, rules, effects, month)
        m.fund.spend(m.due[month])
        m.fund.earn(fund.earned(layout, effects))
        following = min(month + 1, study.months - 1)
        self.practising.act(day + 1, following, rules, layout, month)
        self.ground.dials[:] = dials(rules, self.practising.effects)
        self._weigh(following)

    def off_service(self) -> float:
        """Hours a year that community workers and town teams are paid for and do not serve in."""
        staff, posts = self.rules.staff, self.layout.workers
        hours = staff.days_a_year * 8.0
        community = posts["community"] * hours
        lost = community * (1.0 - staff.admin_share) * float(np.mean(self.practising.effects.lost))
        return community * staff.admin_share + lost + posts["town_team"] * hours * staff.offservice_share_town

    def step_minutes(self) -> float:
        """Mean minutes of a department's step."""
        return self.rules.departments.step_minutes * self.practising.effects.branch_minutes

    def zone_hours(self) -> float:
        """Hours a year that zones work in place of community workers."""
        staff = self.rules.staff
        return self.layout.workers["community"] * staff.days_a_year * 8.0 * staff.zone_share

    def log_size(self) -> F64:
        """[P] log of the residents of each place's community over the reference."""
        crowd = np.maximum(1, self.layout.community_people[self.layout.community_of_place])
        return np.asarray(logs(crowd / participation.REFERENCE))

    def walks(self) -> F64:
        """[C, 3] minutes to the nearest compound station (nan where there is none), centre, town complex."""
        walk = self.layout.walk[:, :3].copy()
        walk[self.layout.compounds["station"][:-1] < 0, 0] = np.nan
        return walk

    def by_account(self, cents: I64) -> F64:
        """[P] cents of the accounts, shared over the places that hold an account together."""
        place = self.layout.community_of_place
        total = np.bincount(place, cents.astype(np.float64), self.layout.community_people.size)
        crowd = np.bincount(place, self.people, self.layout.community_people.size)
        return np.asarray(self.people * (total / np.maximum(crowd, 1.0))[place])

    def books(self) -> dict[str, int]:
        """Cents by account from the first day until what was paid last."""
        m = self.memory
        paid = {f"{PAID}{purpose}": cents for purpose, cents in m.purse.paid.items()}
        accounts = ("granted", "raised", "spent", "committed", "balance")
        return paid | {f"fund_{name}": int(getattr(m.fund, name).sum()) for name in accounts}

    def pay(self, until: int) -> None:
        """Pay what is due up to the start of a day."""
        m, study, start = self.memory, self.study, self.memory.purse.until
        people, effects = self.district.residents, self.practising.effects
        yearly = money.yearly(self.rules, self.layout, effects, people, int(study.city_people))
        for purpose, cents in yearly.items():
            m.purse.pay(purpose, money.accrued(cents, start, until))
        granted = fund.grants(
            self.rules, self.layout, self.district, effects, m.active, study.scenario.budget, start, until
        )
        m.fund.grant(self.layout.seat, granted)
        m.purse.pay("fund_grants", int(granted.sum()))
        m.purse.until = until
