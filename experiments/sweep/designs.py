"""Designs as values: from axes to points. What a design is does not depend on what it is of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Protocol, TypeAlias

from experiments.refusal import COMMAND_LINE, Refusal, refuse
from experiments.sweep.axes import Axis, Interval, Value
from sim.kernels.hashing import philox4x32
from sim.levers import Theme, lever

Point: TypeAlias = tuple[Value | None, ...]  # one value an axis; None leaves the config's own value
MOST_POINTS = 1_000_000
MOST_DIMENSIONS = 1_000


class Design(Protocol):
    """A value that lays out points; equal designs of equal axes lay out equal points, on any machine."""

    @property
    def name(self) -> str: ...

    def points(self, axes: Sequence[Axis]) -> list[Point]: ...


@dataclass(frozen=True, kw_only=True)
class Grid(Theme):
    """Every value of each axis with every value of the others."""

    name: str = field(default="grid", metadata={"choices": ("grid",)})

    def points(self, axes: Sequence[Axis]) -> list[Point]:
        """The product of the levels; the last axis changes fastest."""
        levels = [_levels(axis, self.name) for axis in axes]
        _count(math.prod(len(values) for values in levels))
        return list(product(*levels))


@dataclass(frozen=True, kw_only=True)
class Listed(Theme):
    """The first values of all axes, then the second ones, and so on."""

    name: str = field(default="list", metadata={"choices": ("list",)})

    def points(self, axes: Sequence[Axis]) -> list[Point]:
        """As many points as each axis has values.

        Raises:
            Refusal: axes of different lengths.
        """
        levels = [_levels(axis, self.name) for axis in axes]
        if len({len(values) for values in levels}) > 1:
            lengths = ", ".join(f"{axis.key} {len(values)}" for axis, values in zip(axes, levels, strict=True))
            raise refuse(COMMAND_LINE, "design", self.name, allowed=f"every axis must have as many values: {lengths}")
        return list(zip(*levels, strict=True)) if levels else [()]


@dataclass(frozen=True, kw_only=True)
class OneAtATime(Theme):
    """The config as it is, then each value of each axis alone; of an interval, both ends."""

    name: str = field(default="one_at_a_time", metadata={"choices": ("one_at_a_time",)})

    def points(self, axes: Sequence[Axis]) -> list[Point]:
        """One point more than the axes have values."""
        _count(1 + sum(len(axis.ends) for axis in axes))
        rows: list[Point] = [(None,) * len(axes)]
        for place, axis in enumerate(axes):
            rows += [(*[None] * place, value, *[None] * (len(axes) - place - 1)) for value in axis.ends]
        return rows


@dataclass(frozen=True, kw_only=True)
class LatinHypercube(Theme):
    """Points of which each axis has one in every n-th of its way (M. D. McKay et al., Technometrics 21, 1979)."""

    name: str = field(default="latin_hypercube", metadata={"choices": ("latin_hypercube",)})
    size: int = lever(64, 1, MOST_POINTS, "points")
    seed: int = lever(1, 0, 2**32 - 1, "")

    def points(self, axes: Sequence[Axis]) -> list[Point]:
        """`size` points: every axis in an order of its own, with a draw of its own inside each stratum."""
        shares = [self._shares(place) for place in range(len(axes))]
        return [tuple(axis.at(column[row]) for axis, column in zip(axes, shares, strict=True))
                for row in range(self.size)]  # fmt: skip

    def _shares(self, place: int) -> list[float]:
        draws = [philox4x32((row, place, 0, 0), (self.seed, 1)) for row in range(self.size)]
        order = sorted(range(self.size), key=lambda row: (draws[row][0], draws[row][1], row))
        rank = {row: position for position, row in enumerate(order)}
        return [(rank[row] + (draws[row][2] + 0.5) / 2**32) / self.size for row in range(self.size)]


@dataclass(frozen=True, kw_only=True)
class Sobol(Theme):
    """A Sobol sequence (directions: S. Joe and F. Y. Kuo, SIAM J. Sci. Comput. 30, 2008), digitally shifted."""

    name: str = field(default="sobol", metadata={"choices": ("sobol",)})
    size: int = lever(64, 1, MOST_POINTS, "points, a power of 2")
    seed: int = lever(1, 0, 2**32 - 1, "")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size & (self.size - 1):
            below = 1 << (self.size.bit_length() - 1)
            raise ValueError(f"size must be a power of 2, such as {below} or {2 * below}, got {self.size}")

    def points(self, axes: Sequence[Axis]) -> list[Point]:
        """`size` points; the shift is a draw an axis, so that no axis starts at its end."""
        if not axes:
            return [()] * self.size
        if len(axes) > MOST_DIMENSIONS:
            raise Refusal(f"{COMMAND_LINE}: design=sobol takes at most {MOST_DIMENSIONS} axes, got {len(axes)}")
        from scipy.stats import qmc

        cells = qmc.Sobol(len(axes), scramble=False, bits=32).random_base2(self.size.bit_length() - 1)
        shifts = [philox4x32((0, place, 0, 0), (self.seed, 2))[0] for place in range(len(axes))]
        return [
            tuple(axis.at(((int(cell * 2**32) ^ shift) + 0.5) / 2**32)
                  for axis, cell, shift in zip(axes, row, shifts, strict=True))
            for row in cells.tolist()
        ]  # fmt: skip


DESIGNS: dict[str, type[Theme]] = {
    "grid": Grid, "list": Listed, "one_at_a_time": OneAtATime, "latin_hypercube": LatinHypercube, "sobol": Sobol,
}  # fmt: skip


def _levels(axis: Axis, design: str) -> tuple[Value, ...]:
    if isinstance(axis, Interval):
        raise refuse(COMMAND_LINE, axis.key, f"interval({axis.low}, {axis.high})", allowed=f"design={design} takes "
                     "values; an interval takes design=latin_hypercube, sobol or one_at_a_time")  # fmt: skip
    return axis.values


def _count(points: int) -> None:
    if points > MOST_POINTS:
        raise Refusal(f"{COMMAND_LINE}: design: {points} points: at most {MOST_POINTS} are allowed")
