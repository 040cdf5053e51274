"""The shipped reforms, by the names that configs give them."""

from __future__ import annotations

from sim.reforms.base import ShippedReform
from sim.reforms.carriers import CompoundStations, OpeningHours, Windows
from sim.reforms.committee import IntegratingCommittee
from sim.reforms.deadlines import ClosedLoop
from sim.reforms.funding import FundFormula, FundLevel
from sim.reforms.grids import OneGrid, OverlappingNets
from sim.reforms.jurisdictions import Merge, MergeTowns, MergeVillages
from sim.reforms.platform import OnePlatform
from sim.reforms.practices import PRACTICE_REFORMS
from sim.reforms.staffing import ClearDuties, StaffLevels

REFORMS: dict[str, type[ShippedReform]] = {
    "merge": Merge,
    "merge_towns": MergeTowns,
    "merge_villages": MergeVillages,
    "one_grid": OneGrid,
    "overlapping_nets": OverlappingNets,
    "fund_level": FundLevel,
    "fund_formula": FundFormula,
    "integrating_committee": IntegratingCommittee,
    "one_platform": OnePlatform,
    "closed_loop": ClosedLoop,
    "compound_stations": CompoundStations,
    "windows": Windows,
    "opening_hours": OpeningHours,
    "staff_levels": StaffLevels,
    "clear_duties": ClearDuties,
    **PRACTICE_REFORMS,
}
