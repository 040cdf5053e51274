"""What is counted: by day and district, by month and place. All int64, so that sums are exact in any order."""

from __future__ import annotations

from enum import IntEnum

from sim.services import CHANNELS

SERVED_KINDS = (
    "hotline", "online_desk", "compound_station", "grid_worker", "community_counter",
    "community_team", "town_counter", "town_team", "department_branch", "city_department",
)  # fmt: skip
SPREAD_CHANNELS = (*CHANNELS[:-1], "neighbours")


class Tally(IntEnum):
    """Columns of the daily count by district. Seconds are sums over the cases counted beside them."""

    NEEDS = 0
    WITHOUT = 1  # done without
    CO_PRODUCED = 2
    FILED = 3  # cases filed by residents, co-produced ones among them, duplicates apart
    HAZARDS = 4  # latent hazards that arose
    DETECTED = 5  # found on patrol
    REPORTED = 6  # reported by residents
    DETECTION_DAYS = 7
    CLOSED = 8
    SOLVED = 9
    CLOSED_SECONDS = 10  # created to closed
    LEFT = 11  # abandoned for good
    ABANDONED = 12  # left a queue, whether to return or not
    DUPLICATES = 13
    DUPLICATES_CLOSED = 14
    REOPENED = 15
    HANDOFFS = 16  # of closed cases
    MISROUTED = 17
    ORDERS = 18
    ORDERS_CLOSED = 19
    ORDERS_IN_TIME = 20
    ORDER_SECONDS = 21  # working time, created to closed
    OWNED = 22  # cases that somebody started on
    OWNED_SECONDS = 23
    COUNTER_SERVED = 24
    COUNTER_WAIT = 25
    HELP_SECONDS = 26  # spent on co-produced cases
    ARRIVED = 27  # cases entering the system: filed, hazards found, duplicates
    ARRIVED_AT = 28  # sum of their creation, seconds
    DEPARTED = 29
    DEPARTED_AT = 30
    SOJOURN = 31  # seconds, summed case by case when they depart
    SUBSTEPS = 32  # departments set to work in parallel
    CHANNEL = 33  # filed by channel, 6 columns (do without apart)
    BUSY = 39  # seconds worked by kind of station
    SHIFT = BUSY + len(SERVED_KINDS)  # seconds on shift by kind of station
    RURAL_CLOSED = SHIFT + len(SERVED_KINDS)
    RURAL_SECONDS = RURAL_CLOSED + 1
    REVISITS = RURAL_SECONDS + 1  # visits to a counter that have to be made again
    DEFLECTED = REVISITS + 1  # clients turned away at first contact
    DISPUTES = DEFLECTED + 1  # needs that are disputes
    OLDER_NEEDS = DISPUTES + 1  # needs of residents from 60 on, the next two of them
    OLDER_WITHOUT = OLDER_NEEDS + 1
    OLDER_ONLINE = OLDER_WITHOUT + 1
    ASSIGNED = OLDER_ONLINE + 1  # assignments to an owner, misroutes among them
    MULTI_CLOSED = ASSIGNED + 1  # closed cases of items that need several departments
    MULTI_SECONDS = MULTI_CLOSED + 1
    COORDINATION_SECONDS = MULTI_SECONDS + 1  # added to steps by coordination


N_TALLIES = Tally.COORDINATION_SECONDS + 1
TALLIES = tuple(
    name
    for tally in Tally
    for name in (
        [f"filed_{channel}" for channel in CHANNELS[:-1]] if tally is Tally.CHANNEL
        else [f"busy_{kind}" for kind in SERVED_KINDS] if tally is Tally.BUSY
        else [f"shift_{kind}" for kind in SERVED_KINDS] if tally is Tally.SHIFT
        else [tally.name.lower()]
    )
)  # fmt: skip


class PlaceColumn(IntEnum):
    """Columns of the monthly count by place."""

    NEEDS = 0
    UNMET = 1  # done without or left for good
    CLOSED = 2
    CLOSED_SECONDS = 3
    LATE = 4
    ACTIVE = 5  # residents active in at least one line
    VOLUNTEERS = 6
    HELPED = 7  # co-produced
    UNMET_PARTY = 8  # unmet by class of service, three columns
    UNMET_GOVERNMENT = 9
    UNMET_CONVENIENCE = 10
    TIMELY = 11  # needs met in time: helped, or solved within the deadline
    LATENT = 12  # days that hazards stayed unknown


PLACE_COLUMNS = tuple(column.name.lower() for column in PlaceColumn)
