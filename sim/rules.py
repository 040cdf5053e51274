"""Rules: every lever a reform may move and every assumption a study may sweep, with unit, range and source.

Rules are frozen values nested by theme. A reform amends them; mechanisms read them. `RuleBook` (in sim.reforms.base)
says which rules are in force where and when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any

from sim.levers import Theme, lever
from sim.practices.academies import Academies
from sim.practices.articles import Articles
from sim.practices.branches import Branches
from sim.practices.catalogue import Catalogue
from sim.practices.chessboard import Chessboard
from sim.practices.circles import Circles
from sim.practices.citizen_cloud import CitizenCloud
from sim.practices.consultation import Consultation
from sim.practices.contracting import Contracting
from sim.practices.coproduction import Coproduction
from sim.practices.council import Council
from sim.practices.culture import Culture
from sim.practices.demonstration import Demonstration
from sim.practices.enterprises import Enterprises
from sim.practices.facilities import Facilities
from sim.practices.five_lines import FiveLines
from sim.practices.five_step import FiveStep
from sim.practices.foundations import Foundations
from sim.practices.incentive import Incentive
from sim.practices.instructors import Instructors
from sim.practices.joint_work import JointWork
from sim.practices.layers import Layers
from sim.practices.leaders import Leaders
from sim.practices.linkage import Linkage
from sim.practices.mandates import Mandates
from sim.practices.one_team import OneTeam
from sim.practices.ordinance import Ordinance
from sim.practices.pairing import Pairing
from sim.practices.planning import Planning
from sim.practices.procedure import Procedure
from sim.practices.renovation import Renovation
from sim.practices.self_organisation import SelfOrganisation
from sim.practices.service_list import ServiceList
from sim.practices.value_community import ValueCommunity
from sim.practices.volunteering import Volunteering
from sim.practices.workforce import Workforce


@dataclass(frozen=True, kw_only=True)
class Jurisdiction(Theme):
    """Which map of towns and villages is in force, and what a merge keeps (M09, M10)."""

    towns: str = lever(
        "before",
        None,
        None,
        "map",
        "NBS division codes 2019-10-31 (before), 2020-06-30 (after)",
        choices=("before", "after", "percent"),
    )
    villages: str = lever(
        "before",
        None,
        None,
        "map",
        "NBS division codes 2019-10-31 (before), 2020-06-30 (after)",
        choices=("before", "after", "percent"),
    )
    town_cut: float = lever(0.0, 0.0, 0.6, "share of towns", "mechanism M09")
    village_cut: float = lever(0.0, 0.0, 0.6, "share of villages", "mechanism M10")
    keep_town_branches: float = lever(1.0, 0.0, 1.0, "share of closed town halls kept as branches")
    keep_village_branches: float = lever(1.0, 0.0, 1.0, "share of closed village offices kept as branches")
    cost_saving: float = lever(0.0, 0.0, 0.1, "share of town posts cut", "Reingewertz 2012; Blom-Hansen et al. 2016")
    transition_loss: float = lever(0.15, 0.0, 0.4, "share of productivity lost in the transition")
    transition_months: int = lever(6, 0, 24, "months")
    one_off_yuan: float = lever(2_000_000.0, 0.0, 20_000_000.0, "yuan per town closed")


@dataclass(frozen=True, kw_only=True)
class Grid(Theme):
    """Grids and their workers (M06)."""

    nets: int = lever(1, 1, 15, "overlapping departmental nets", "Pidu case, mschina2014.com")
    households: int = lever(529, 24, 1000, "households per grid", "7,419,822 / 14,020 derived")
    hire: bool = lever(False, False, True, "one worker a grid, hired or let go")
    workers_per_10k: float = lever(
        6.6865, 1.0, 40.0, "full-time workers per 10,000 residents", "14,000 workers, e.mzyfz.org.cn 2023"
    )
    admin_share: float = lever(0.30, 0.0, 0.7, "share of paid time on forms and meetings")
    patrol_share: float = lever(0.30, 0.15, 0.45, "share of free time spent on patrol")
    work_minutes: float = lever(25.0, 5.0, 120.0, "minutes a case")
    travel_minutes: float = lever(15.0, 0.0, 60.0, "minutes a case at the reference patch area")
    grid_overhead_minutes: float = lever(6.0, 0.0, 30.0, "minutes a grid and day on its ledger")
    detection: float = lever(0.30, 0.09, 1.4, "detections per open hazard and patrol hour per 100 households")
    hazards_per_100: float = lever(
        10.0, 2.0, 30.0, "latent hazards per 100 residents and year", "grid events 0.102 a head and year, 2022"
    )
    report_days: float = lever(50.0, 5.0, 200.0, "mean days until residents report an undetected hazard")
    forward_share: float = lever(0.15, 0.0, 0.6, "share of grid cases the town team must finish")


@dataclass(frozen=True, kw_only=True)
class Staff(Theme):
    """Posts and paid time of community and town workers (M11, M32)."""

    community_per_10k: float = lever(
        11.94, 5.0, 25.0, "workers per 10,000 residents", "25,000 workers, People's Daily 2022-12-23"
    )
    town_team_per_10k: float = lever(1.8, 0.5, 8.0, "workers per 10,000 residents")
    town_posts: float = lever(90.0, 20.0, 200.0, "overhead posts a town, paid, not serving")
    days_a_year: float = lever(230.0, 200.0, 260.0, "days a worker and year")
    admin_share: float = lever(
        0.655,
        0.2,
        0.7,
        "share of community workers' time off service",
        "survey of 50+ communities 2020 (answers, not time)",
    )
    offservice_share_town: float = lever(0.25, 0.0, 0.4, "share of town teams' time off service", "mechanism M11")
    zone_share: float = lever(0.0, 0.0, 0.4, "share of community workers' time that zones have taken over")
    counter_share: float = lever(
        0.56, 0.2, 0.8, "share of community service time bound at the counter", "derived: 17 minutes a visit"
    )
    deflection: float = lever(0.05, 0.0, 0.2, "chance that a valid request is turned away at first contact")
    home_minutes: float = lever(60.0, 20.0, 180.0, "minutes a home visit, dispute or community order")
    town_order_minutes: float = lever(90.0, 20.0, 240.0, "minutes a town order")
    community_wage: float = lever(72_000.0, 40_000.0, 150_000.0, "yuan a year and post")
    grid_wage: float = lever(48_000.0, 24_000.0, 120_000.0, "yuan a year and post")
    town_wage: float = lever(110_000.0, 60_000.0, 200_000.0, "yuan a year and post")


@dataclass(frozen=True, kw_only=True)
class Carriers(Theme):
    """Service carriers: compound stations, community centres, town complexes (M35, M36, M41)."""

    compound_share: float = lever(0.15, 0.0, 1.0, "share of compounds with a station")
    compound_openings: int = lever(2, 1, 7, "openings a week of two hours each")
    compound_minutes: float = lever(12.0, 2.0, 60.0, "minutes a visit")
    opening_yuan: float = lever(3_000.0, 0.0, 30_000.0, "yuan a year and weekly opening of a compound station")
    community_residents_per_window: float = lever(5_000.0, 1_000.0, 20_000.0, "residents a window")
    community_minutes: float = lever(12.0, 2.0, 60.0, "minutes at the counter")
    town_residents_per_window: float = lever(13_500.0, 2_000.0, 60_000.0, "residents a window")
    town_minutes: float = lever(20.0, 2.0, 60.0, "minutes at the counter")
    saturday: bool = lever(False, False, True, "centres open on Saturdays")
    extra_hours: float = lever(0.0, 0.0, 4.0, "hours a day added after 17:00, staffed")
    centre_yuan: float = lever(300_000.0, 50_000.0, 2_000_000.0, "yuan a year to run a community centre")
    complex_yuan: float = lever(1_500_000.0, 200_000.0, 9_000_000.0, "yuan a year to run a town complex")
    branch_cost_share: float = lever(0.4, 0.0, 1.0, "cost of a kept branch beside a full centre")


@dataclass(frozen=True, kw_only=True)
class Departments(Theme):
    """Departments of city and districts (M01, M02)."""

    staff_per_10k: float = lever(2.5, 0.5, 10.0, "workers per 10,000 residents over all branches")
    off_desk_share: float = lever(0.25, 0.0, 0.6, "share of time off cases")
    step_minutes: float = lever(10.0, 2.0, 60.0, "minutes a step of a counter or online case")
    order_minutes: float = lever(150.0, 30.0, 600.0, "minutes an order")
    integrated: int = lever(0, 0, 33, "departments integrated by the committee", "mechanism M02")
    authority: float = lever(0.0, 0.0, 1.0, "authority of the committee", "mechanism M02")
    coordination_minutes: float = lever(3.0, 0.0, 30.0, "minutes a step added by coordination at full authority")
    statutory_days: float = lever(2.0, 0.2, 10.0, "median working days of external and legal time")
    statutory_sigma: float = lever(0.6, 0.1, 1.5, "log-days")
    city_unlimited: bool = lever(False, False, True, "hotline and city departments never queue (for tests of locality)")


@dataclass(frozen=True, kw_only=True)
class Misroute(Theme):
    """Causes of a wrong assignment; p = 1 - product(1 - p_i). A reform may touch only its own cause."""

    information: float = lever(0.06, 0.0, 0.2, "probability", "mechanism M07")
    overlap: float = lever(0.05, 0.0, 0.2, "probability", "mechanism M01, M11")
    refusal: float = lever(0.03, 0.0, 0.2, "probability", "mechanism M02, M04")
    border: float = lever(0.02, 0.0, 0.2, "probability", "mechanism M09")
    return_days: float = lever(
        4.8, 1.5, 7.0, "working days until a return is assigned again", "Yichun's orders in limbo by Little's law"
    )


@dataclass(frozen=True, kw_only=True)
class Platform(Theme):
    """Hotline, online desk and the dispatch platform (M07, M08, M44)."""

    one: bool = lever(False, False, True, "one platform for all reports", "mechanism M07")
    dispatch_minutes: float = lever(6.0, 4.0, 60.0, "minutes from answer to owner", "360elib reprint 2024")
    hotline_seats_per_10k: float = lever(
        0.09552, 0.01, 1.0, "seats per 10,000 residents", "200 seats a day, scol.com.cn 2021-04"
    )
    hotline_minutes: float = lever(6.0, 1.0, 20.0, "minutes a call", "75 calls an operator and day of 8.75 h")
    order_share: float = lever(
        0.415, 0.14, 0.47, "share of calls dispatched as orders", "Chengdu 2018-03, 41.9 %; 41.1 %"
    )
    district_order_share: float = lever(0.745, 0.645, 0.85, "share of orders to districts", "Chengdu 2018-03")
    assisted_share: float = lever(0.30, 0.0, 1.0, "share of online cases a clerk helps with")
    assisted_minutes: float = lever(5.0, 1.0, 30.0, "minutes a case")
    desk_per_10k: float = lever(0.33, 0.05, 3.0, "online clerks per 10,000 residents")
    duplicate_share: float = lever(
        0.10, 0.0, 0.4, "chance that a waiting resident reports again on another channel, without one platform"
    )
    yuan_a_year: float = lever(0.0, 0.0, 100_000_000.0, "yuan a year and city for the platform")


@dataclass(frozen=True, kw_only=True)
class Deadlines(Theme):
    """Deadline, escalation, call-back and reopening (M08)."""

    days: float = lever(15.0, 1.0, 30.0, "working days", "mechanism M08")
    escalate_after: float = lever(10.0, 1.0, 30.0, "days until an open case turns urgent")
    callback_share: float = lever(0.30, 0.0, 1.0, "share of closed orders called back")
    false_closure: float = lever(0.10, 0.0, 0.4, "share of orders closed but not solved", "solve rate .87-.92, Chengdu")
    false_closure_counter: float = lever(0.02, 0.0, 0.2, "share of counter and online cases closed but not solved")
    return_share: float = lever(0.80, 0.0, 1.0, "chance that a client who left unserved returns next opening")


@dataclass(frozen=True, kw_only=True)
class Fund(Theme):
    """The dual-track community fund and what a yuan buys (M28, M29)."""

    level: float = lever(1.0, 0.0, 3.0, "times the published formula")
    urban_base: float = lever(100_000.0, 50_000.0, 200_000.0, "yuan a community and year", "Chengdu Daily 2018-05-29")
    urban_per_100: float = lever(1_500.0, 500.0, 3_000.0, "yuan per 100 residents and year", "Chengdu Daily 2018-05-29")
    rural_base: float = lever(250_000.0, 100_000.0, 400_000.0, "yuan a village and year", "Chengdu Daily 2018-05-29")
    rural_per_100: float = lever(
        4_000.0, 1_500.0, 6_000.0, "yuan per 100 residents and year", "Chengdu Daily 2018-05-29"
    )
    keep_base_grants: bool = lever(False, False, True, "a merged unit keeps the base grants of its parts")
    project_yuan: float = lever(45_000.0, 40_600.0, 48_700.0, "yuan a project", "derived, Dujiangyan 2022")
    project_hours: float = lever(750.0, 100.0, 2_000.0, "hours of help a project buys, at 60 yuan an hour")
    case_share: float = lever(0.10, 0.0, 1.0, "share of bought hours spent on cases")
    leakage: float = lever(0.05, 0.0, 0.2, "share of project money without effect")
    delay_months: int = lever(4, 2, 9, "months from vote to effect")
    noise: float = lever(0.5, 0.0, 2.0, "log error of what a council knows of its residents' needs")


@dataclass(frozen=True, kw_only=True)
class Volunteers(Theme):
    """Hours that residents give each other (M19, M23)."""

    registered_share: float = lever(0.197, 0.05, 0.25, "share of residents", "Chongqing 2020, Beijing 2020")
    active_share: float = lever(0.30, 0.1, 0.5, "share of the registered")
    hours_year: float = lever(12.0, 5.0, 40.0, "hours an active volunteer and year")
    case_share: float = lever(0.25, 0.0, 1.0, "share of hours spent on cases")
    minutes: float = lever(
        29.4, 5.0, 120.0, "minutes a co-produced case", "calibrated to 0.43 co-produced needs a head and year"
    )


@dataclass(frozen=True, kw_only=True)
class Choice(Theme):
    """How a resident chooses a channel: U = b_kind + the terms below (logit scale)."""

    distance: float = lever(
        -0.035, -0.2, 0.0, "per walking minute", "half distance 0.8 km at 80 m/min, detour 1.3, derived"
    )
    wait: float = lever(-0.012, -0.1, 0.0, "per minute of expected wait")
    friendly: float = lever(0.35, 0.0, 1.0, "per unit of friendliness", "visit multiplier 1.3, derived")
    digital: float = lever(1.6, 0.0, 4.0, "online, for a resident who is online", "CNNIC 49th report, derived")
    assisted: float = lever(0.0, 0.0, 3.0, "online, for a resident who is not, with somebody to help")
    trust: float = lever(0.6, 0.0, 2.0, "per unit of trust, official channels")
    walking_speed: float = lever(80.0, 40.0, 100.0, "metres a minute")
    detour: float = lever(1.3, 1.0, 2.0, "path over straight line")
    patience_minutes: float = lever(60.0, 15.0, 120.0, "median minutes at a counter", "Shaikh et al. 2012, analogue")
    hotline_patience_minutes: float = lever(5.0, 1.0, 30.0, "median minutes on the line")


@dataclass(frozen=True, kw_only=True)
class Trust(Theme):
    """What a closed case does to a resident's trust (unit scale, 0 to 1)."""

    timely: float = lever(0.02, 0.0, 0.2, "gain when solved in time")
    late: float = lever(-0.04, -0.2, 0.0, "change when late")
    refused: float = lever(-0.06, -0.3, 0.0, "change when abandoned, refused or falsely closed")
    handoff: float = lever(-0.01, -0.1, 0.0, "change a handoff")
    half_life_days: float = lever(180.0, 30.0, 720.0, "days until half of a change is forgotten")


@dataclass(frozen=True, kw_only=True)
class Participation(Theme):
    """Monthly participation in five lines (M16) and the size effect of merges (M09, M10)."""

    level: float = lever(0.0, -2.0, 2.0, "shift of all five lines (logit)")
    trust: float = lever(0.8, 0.0, 3.0, "logit per unit of trust")
    social: float = lever(1.0, 0.0, 5.0, "logit per share of the compound active last month")
    leader: float = lever(0.3, 0.0, 1.0, "logit per unit of leader skill")
    size: float = lever(-0.11, -0.25, 0.0, "logit per log of community population", "calibrated to Allers et al. 2021")
    fund: float = lever(0.05, 0.0, 0.5, "logit per running project per 1,000 residents")


@dataclass(frozen=True, kw_only=True)
class Demand(Theme):
    """How much residents need (swept: 3 to 10 needs a head and year)."""

    needs_per_head: float = lever(5.4, 3.0, 10.0, "needs a head and year")


@dataclass(frozen=True, kw_only=True)
class LifeCircles(Theme):
    """Walking minutes that each level of carriers should be reached in (M41): 300 m, 500 m and 1 km at 80 m/min."""

    compound_minutes: float = lever(5.0, 3.0, 10.0, "minutes to a compound station", "GB 50180-2018: 300 m")
    community_minutes: float = lever(10.0, 5.0, 15.0, "minutes to a community office", "zgbk.com 491601: 500 m")
    town_minutes: float = lever(15.0, 10.0, 30.0, "minutes to a town complex", "GB 50180-2018: 1 km")


@dataclass(frozen=True, kw_only=True)
class Indices(Theme):
    """Weights of the three indices of what residents feel (M45); they judge a run and move nothing in it."""

    gain_in_time: float = lever(0.5, 0.0, 1.0, "weight of needs met in time over needs met at all")
    happy_trust: float = lever(0.6, 0.0, 1.0, "weight of trust over taking part")
    happy_active: float = lever(0.25, 0.05, 1.0, "share of active residents at which that part is full")
    safe_hazards: float = lever(0.6, 0.0, 1.0, "weight of known hazards over few disputes")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All levers, by theme. `rules.<theme>.<lever>` is an override name."""

    jurisdiction: Jurisdiction = field(default_factory=Jurisdiction)
    grid: Grid = field(default_factory=Grid)
    staff: Staff = field(default_factory=Staff)
    carriers: Carriers = field(default_factory=Carriers)
    departments: Departments = field(default_factory=Departments)
    misroute: Misroute = field(default_factory=Misroute)
    platform: Platform = field(default_factory=Platform)
    deadlines: Deadlines = field(default_factory=Deadlines)
    fund: Fund = field(default_factory=Fund)
    volunteers: Volunteers = field(default_factory=Volunteers)
    choice: Choice = field(default_factory=Choice)
    trust: Trust = field(default_factory=Trust)
    participation: Participation = field(default_factory=Participation)
    demand: Demand = field(default_factory=Demand)
    # Practices: each acts from its own file in sim/practices.
    mandates: Mandates = field(default_factory=Mandates)
    joint_work: JointWork = field(default_factory=JointWork)
    one_team: OneTeam = field(default_factory=OneTeam)
    leaders: Leaders = field(default_factory=Leaders)
    facilities: Facilities = field(default_factory=Facilities)
    workforce: Workforce = field(default_factory=Workforce)
    layers: Layers = field(default_factory=Layers)
    linkage: Linkage = field(default_factory=Linkage)
    branches: Branches = field(default_factory=Branches)
    demonstration: Demonstration = field(default_factory=Demonstration)
    chessboard: Chessboard = field(default_factory=Chessboard)
    value_community: ValueCommunity = field(default_factory=ValueCommunity)
    five_lines: FiveLines = field(default_factory=FiveLines)
    five_step: FiveStep = field(default_factory=FiveStep)
    coproduction: Coproduction = field(default_factory=Coproduction)
    culture: Culture = field(default_factory=Culture)
    academies: Academies = field(default_factory=Academies)
    council: Council = field(default_factory=Council)
    consultation: Consultation = field(default_factory=Consultation)
    pairing: Pairing = field(default_factory=Pairing)
    volunteering: Volunteering = field(default_factory=Volunteering)
    planning: Planning = field(default_factory=Planning)
    incentive: Incentive = field(default_factory=Incentive)
    procedure: Procedure = field(default_factory=Procedure)
    foundations: Foundations = field(default_factory=Foundations)
    renovation: Renovation = field(default_factory=Renovation)
    catalogue: Catalogue = field(default_factory=Catalogue)
    service_list: ServiceList = field(default_factory=ServiceList)
    contracting: Contracting = field(default_factory=Contracting)
    circles: Circles = field(default_factory=Circles)
    enterprises: Enterprises = field(default_factory=Enterprises)
    self_organisation: SelfOrganisation = field(default_factory=SelfOrganisation)
    citizen_cloud: CitizenCloud = field(default_factory=CitizenCloud)
    # These draw units together, so they come after what sets them apart.
    instructors: Instructors = field(default_factory=Instructors)
    articles: Articles = field(default_factory=Articles)
    ordinance: Ordinance = field(default_factory=Ordinance)  # a floor under what the others leave
    life_circles: LifeCircles = field(default_factory=LifeCircles)
    indices: Indices = field(default_factory=Indices)


def levers() -> Iterator[tuple[str, Field[Any]]]:
    """Every lever as (`theme.lever`, field); the field's metadata holds low, high, unit, source, choices."""
    for theme in fields(Rules):
        for f in fields(theme.default_factory()):  # type: ignore[operator]
            yield f"{theme.name}.{f.name}", f
