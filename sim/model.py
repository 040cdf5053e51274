"""The city as a Mesa model: a step is a day of the same run that `simulate` makes, its institutions are agents.

Agents are views on rows: a council reads its community's accounts and counts where the run keeps them, so that there
is one state and the digest is that of `simulate`. Mesa's own generators are seeded but never enter the state.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mesa import Agent, DataCollector, Model
from mesa.agent import AgentSet

from sim.locale import Locale
from sim.recording import Record, record
from sim.reforms.base import Option
from sim.rules import Rules
from sim.scenario import Scenario
from sim.services import DEPARTMENTS
from sim.trial import Trial, prepare
from sim.world import City, chengdu, tiny
from sim.world.cases import Stage
from sim.world.city import I64
from sim.world.layout import stations_of
from sim.world.state import open_cases, waiting
from sim.world.tallies import PlaceColumn, Tally

NAMED_CITIES = {"tiny": tiny, "chengdu": lambda: chengdu(0.05)}
COUNCIL_REPORTERS = ("code", "name", "residents", "balance", "unmet", "projects")


class CityModel(Model):
    """A trial as a mesa.Model.

    Args:
        city: a City, "tiny", or "chengdu" for 5 percent of it.
        option, scenario, rules, days, warmup, seed, replication, threads: as in `sim.trial.Trial`; None is its default.

    `running` ends with the first call of `step` after the last day. That call changes nothing; mesa.batch_run needs it,
    since it reports up to the step before the last.

    Raises:
        ValueError: an unknown city, or what `Trial` refuses.
    """

    def __init__(
        self, *, city: City | str = "tiny", option: Option | None = None, scenario: Scenario | None = None,
        rules: Rules | None = None, days: int = 90, warmup: int = 28, seed: int = 1, replication: int = 0, threads: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(seed=seed)
        self.trial = Trial(
            city=_city(city), option=option or Option(), scenario=scenario or Scenario(), rules=rules or Rules(),
            days=days, warmup=warmup, seed=seed, replication=replication, threads=threads,
        )  # fmt: skip
        self.run = prepare(self.trial)
        self.run.put_rules_in_force(0)  # so that there are councils before the first day
        self.committee = Committee(self)
        for number in range(len(DEPARTMENTS)):
            Department(self, number)
        self._seat_councils()
        self.datacollector = DataCollector(
            model_reporters={
                "day": "day", "needs": "needs", "filed": "filed", "closed": "closed", "open": "open",
                "communities": "communities",
            },
            agent_reporters={name: name for name in COUNCIL_REPORTERS},
        )  # fmt: skip
        self.datacollector.collect(self)

    def step(self) -> None:
        """One day; nothing but the end of `running` where all days are done."""
        if self.run.day == self.trial.days:
            self.running = False
        else:
            self.run.step()
            self._seat_councils()
        self.datacollector.collect(self)

    def record(self) -> Record:
        """What the trial yields, as `simulate` returns it.

        Raises:
            ValueError: days are left.
        """
        if self.run.day < self.trial.days:
            raise ValueError(f"record needs all {self.trial.days} days, got {self.run.day}")
        return record(self.run)

    @property
    def councils(self) -> AgentSet:
        """The councils of the map in force."""
        return self.agents_by_type[Council]

    @property
    def departments(self) -> AgentSet:
        """The departments, in the order in which a committee integrates them."""
        return self.agents_by_type[Department]

    @property
    def day(self) -> int:
        """Days done."""
        return self.run.day

    @property
    def month(self) -> int:
        """Number of the month of the last day done."""
        return int(self.run.months[max(0, self.run.day - 1)])

    @property
    def needs(self) -> int:
        """Needs that arose on the last day done."""
        return self._counted(Tally.NEEDS)

    @property
    def filed(self) -> int:
        """Cases that residents filed on the last day done."""
        return self._counted(Tally.FILED)

    @property
    def closed(self) -> int:
        """Cases closed on the last day done."""
        return self._counted(Tally.CLOSED)

    @property
    def open(self) -> int:
        """Cases open now."""
        return sum(waiting(locale.memory) for locale in self.run.locales)

    @property
    def communities(self) -> int:
        """Communities of the map in force."""
        return len(self.councils)

    def _counted(self, tally: Tally) -> int:
        day = self.run.day - 1
        return sum(int(locale.memory.daily[day, tally]) for locale in self.run.locales) if day >= 0 else 0

    def _seat_councils(self) -> None:
        """Follow the map: councils of communities that are gone go, new communities get theirs."""
        sitting = {council.code: council for council in self.agents_by_type.get(Council, ())}
        wanted = {
            int(code): (locale, number)
            for locale in self.run.locales
            for number, code in enumerate(locale.layout.community_code)
        }
        for code in sitting.keys() - wanted.keys():
            sitting[code].remove()
        new = [code for code in wanted if code not in sitting]
        named = self._names() if new else {}
        for code in new:
            sitting[code] = Council(self, code, named[code])
        for code, (locale, number) in wanted.items():
            sitting[code].locale, sitting[code].number = locale, number

    def _names(self) -> dict[int, str]:
        """Names of communities by code, over the maps in force."""
        maps = [self.run.map_of(locale.rules) for locale in self.run.locales]
        return {
            int(code): name
            for map_ in {id(map_): map_ for map_ in maps}.values()
            for code, name in zip(map_.community_code, map_.community_name, strict=True)
        }


class Council(Agent):  # type: ignore[misc]
    """The council of a community: a view on its rows. `code` is for life."""

    model: CityModel
    locale: Locale
    number: int  # of the community in its district, under the map in force

    def __init__(self, model: CityModel, code: int, name: str) -> None:
        super().__init__(model)
        self.code, self.name = code, name

    @property
    def district(self) -> int:
        """Code of its district."""
        return self.locale.district.code

    @property
    def residents(self) -> int:
        """Residents of the community."""
        return int(self.locale.layout.community_people[self.number])

    @property
    def balance(self) -> int:
        """Cents in its fund, not set aside for a project."""
        return int(self.locale.memory.fund.balance[self.locale.layout.seat[self.number]])

    @property
    def unmet(self) -> int:
        """Needs of its residents unmet this month."""
        return self._of_places(self.locale.memory.monthly[self.model.month, :, PlaceColumn.UNMET])

    @property
    def projects(self) -> int:
        """Projects running this month."""
        return self._of_places(self.locale.memory.running[self.model.month])

    def _of_places(self, column: I64) -> int:
        return int(column[self.locale.community_of_place == self.number].sum())


class Department(Agent):  # type: ignore[misc]
    """A department with a branch in each district."""

    model: CityModel

    def __init__(self, model: CityModel, number: int) -> None:
        super().__init__(model)
        self.number, self.id, self.name = number, DEPARTMENTS[number].id, DEPARTMENTS[number].en

    @property
    def integrated(self) -> int:
        """Districts in which the committee integrates it."""
        return sum(self.number < locale.rules.departments.integrated for locale in self.model.run.locales)

    @property
    def servers(self) -> int:
        """Servers of its branches."""
        branches = [locale.layout.stations[stations_of(locale.layout, Stage.BRANCH)] for locale in self.model.run.locales]
        return sum(int(branch["servers"][self.number]) for branch in branches)

    @property
    def waiting(self) -> int:
        """Cases, or parts of one, at its branches and its office of the city."""
        found = 0
        for locale in self.model.run.locales:
            cases: Any = open_cases(locale.memory)
            here = np.isin(cases["stage"], (int(Stage.BRANCH), int(Stage.DEPARTMENT)))
            found += int((here & (cases["target"] == self.number)).sum())
        return found


class Committee(Agent):  # type: ignore[misc]
    """The committee that integrates departments; its reach may differ by district."""

    model: CityModel
    name = "committee"

    @property
    def integrated(self) -> dict[int, int]:
        """Departments integrated, by code of the district."""
        return {locale.district.code: locale.rules.departments.integrated for locale in self.model.run.locales}

    @property
    def authority(self) -> dict[int, float]:
        """Its authority, 0 to 1, by code of the district."""
        return {locale.district.code: locale.rules.departments.authority for locale in self.model.run.locales}


def _city(city: City | str) -> City:
    if isinstance(city, City):
        return city
    if city not in NAMED_CITIES:
        raise ValueError(f"city must be a City or one of {', '.join(NAMED_CITIES)}, got {city!r}")
    return NAMED_CITIES[city]()
