"""City specs: which city a trial runs in, as a small value that travels instead of the city's columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sim.levers import Theme, lever
from sim.world.city import City


class CitySpec(Protocol):
    """A value that founds a city; equal values found equal cities."""

    @property
    def name(self) -> str: ...

    def found(self) -> City: ...


@dataclass(frozen=True, kw_only=True)
class Chengdu(Theme):
    """The real city, whole or a stratified share of its merge groups."""

    name: str = field(default="chengdu", metadata={"choices": ("chengdu",)})
    share: float = lever(0.05, 0.0001, 1.0, "share of 20.94 million residents")
    compounds: int = lever(100_000, 20_000, 130_000, "compounds in the whole city")

    def found(self) -> City:
        from sim.world import chengdu

        return chengdu(self.share, compounds=self.compounds)


@dataclass(frozen=True, kw_only=True)
class Synthetic(Theme):
    """A made-up city of any size."""

    name: str = field(default="synthetic", metadata={"choices": ("synthetic",)})
    residents: int = lever(20_000, 500, 25_000_000, "residents")

    def found(self) -> City:
        from sim.world import synthetic

        return synthetic(residents=self.residents)


@dataclass(frozen=True, kw_only=True)
class Tiny(Theme):
    """A city small enough to follow by hand."""

    name: str = field(default="tiny", metadata={"choices": ("tiny",)})

    def found(self) -> City:
        from sim.world import tiny

        return tiny()


CITIES: dict[str, type[Theme]] = {"chengdu": Chengdu, "synthetic": Synthetic, "tiny": Tiny}


_founded: dict[CitySpec, City] = {}


def city_of(spec: CitySpec) -> City:
    """The city of a spec, founded once in each process; one city is kept at a time."""
    if spec not in _founded:
        _founded.clear()
        _founded[spec] = spec.found()
    return _founded[spec]
