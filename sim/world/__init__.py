"""The city: its compounds and residents, the maps over them, and the columns that a day moves."""

from sim.world.city import City, Jurisdictions
from sim.world.founding import chengdu, synthetic, tiny
from sim.world.jurisdictions import jurisdictions

__all__ = ["City", "Jurisdictions", "chengdu", "jurisdictions", "synthetic", "tiny"]
