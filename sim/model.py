"""The city as a Mesa model: `step()` is one day, and its institutions are agents.

The agents are views: a council reads and writes the rows of its community, and decides by the plain function that a
run without Mesa calls too. Mesa's own generators never enter the state, so that the digest is that of `simulate`.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.day import Run
from sim.district_run import DistrictRun
from sim.recording import Record, record
from sim.reforms.base import Option
from sim.rules import Rules
from sim.scenario import Scenario
from sim.services import DEPARTMENTS
from sim.trial import Trial, prepare
from sim.world.city import City
from sim.world.founding import tiny
from sim.world.tallies import PlaceColumn, Tally


class Council(mesa.Agent):  # type: ignore[misc]
    """The council of a community under the map in force."""

    def __init__(self, model: CityModel, local: DistrictRun, row: int) -> None:
        super().__init__(model)
        self.local, self.row = local, row
        self.code = int(local.layout.community_code[row])
        self.district = local.district.code

    @property
    def residents(self) -> int:
        """Residents of the community."""
        return int(self.local.layout.community_people[self.row])

    @property
    def balance(self) -> float:
        """Yuan on the account of its fund."""
        return float(self.local.memory.fund.balance[self.local.layout.seat[self.row]]) / 100.0

    @property
    def unmet(self) -> int:
        """Needs of its residents that went unmet this month."""
        column = self.local.memory.monthly[self.month, :, PlaceColumn.UNMET]
        return int(column[self.local.layout.community_of_place == self.row].sum())

    @property
    def projects(self) -> int:
        """Projects at work for its community this month."""
        return int(self.local.memory.running[self.month, self.local.layout.seat[self.row]])

    @property
    def month(self) -> int:
        """Number of the month of the last finished day."""
        run = self.model.run
        return int(run.study.month_of[max(0, run.day - 1)])


class Department(mesa.Agent):  # type: ignore[misc]
    """A governing department: what waits for it in the districts."""

    def __init__(self, model: CityModel, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.name = DEPARTMENTS[number].en


class Committee(mesa.Agent):  # type: ignore[misc]
    """The integrating committee: how many departments it holds together, by the rules in force."""

    @property
    def integrated(self) -> int:
        """Departments integrated in the first district."""
        return int(self.model.run.districts[0].rules.departments.integrated)


class CityModel(mesa.Model):  # type: ignore[misc]
    """A trial as a Mesa model. `seed` keys all draws; `replication` deals another hand under the same seed."""

    run: Run

    def __init__(
        self,
        city: City | None = None,
        option: Option | None = None,
        scenario: Scenario | None = None,
        rules: Rules | None = None,
        days: int = 90,
        warmup: int = 28,
        seed: int | None = 1,
        replication: int = 0,
        threads: int = 1,
    ) -> None:
        super().__init__(seed=seed)
        self.trial = Trial(
            city=city or tiny(),
            option=option or Option(),
            scenario=scenario or Scenario(),
            rules=rules or Rules(),
            days=days,
            warmup=warmup,
            seed=1 if seed is None else seed,
            replication=replication,
            threads=threads,
        )
        self.run = prepare(self.trial)
        self.run.put_rules_in_force(0)
        self._layouts: list[Any] = []
        for number in range(len(DEPARTMENTS)):
            Department(self, number)
        Committee(self)
        self._seat_councils()

    def _seat_councils(self) -> None:
        """One council for each community of the maps in force; new ones after a merge."""
        layouts = [local.layout for local in self.run.districts]
        if len(layouts) == len(self._layouts) and all(a is b for a, b in zip(layouts, self._layouts, strict=True)):
            return
        self._layouts = layouts
        for council in list(self.agents_by_type.get(Council, [])):
            council.remove()
        for local in self.run.districts:
            for row in range(local.layout.community_people.size):
                Council(self, local, row)

    def step(self) -> None:
        """One day; the model stops itself after the last."""
        self.run.step()
        self._seat_councils()
        if self.run.day >= self.trial.days:
            self.running = False

    @property
    def councils(self) -> Any:
        """The councils as an AgentSet."""
        return self.agents_by_type[Council]

    def today(self, tally: Tally) -> int:
        """A count of the last finished day, over the city."""
        day = max(0, self.run.day - 1)
        return int(np.sum([local.memory.daily[day, tally] for local in self.run.districts]))

    def record(self) -> Record:
        """The record of the finished trial."""
        return record(self.run)
