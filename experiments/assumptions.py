"""The assumptions that decide the signs, drawn together: a Latin hypercube of levers, every option under every draw.

A merge hangs on how far people will walk, what its one rule about grants says, the posts it saves, what size does to
participation and how long it costs work; a finer grid on patrols, what they find, travel and duplicates; a fund on what
a yuan buys, what leaks, when it works and how much of it helps cases. The ends are those of the levers' own ranges or,
where those hold what nobody believes, half and twice the value. What a study sets itself is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from experiments.cities import Chengdu, CitySpec
from experiments.design import PlannedTrial, shared_days
from experiments.settings import Settings
from experiments.sweep.axes import Interval
from experiments.sweep.designs import LatinHypercube
from sim.reforms.base import Option, Rollout
from sim.rules import Rules

SHARE = (
    0.016  # of Chengdu at most: these runs number thousands; below .02, no share's mix of places is nearer the whole
)
AGAIN = 8  # runs at the values that are not drawn, to tell luck from assumptions
OF_OPTIONS = "option"  # in place of a theme: a field of the options' own reforms


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """A lever `theme.name`, or a field of reforms `option.name`, and the ends between which it is drawn."""

    key: str
    low: float
    high: float
    log: bool = False  # even on the log scale

    def at(self, share: float, like: Any) -> Any:
        """The value at a share in [0, 1) of the way, of the type of `like`.

        >>> Assumption(key="grid.detection", low=1.0, high=4.0, log=True).at(0.5, 1.0)
        2.0
        """
        if isinstance(like, bool):
            return share >= 0.5
        if isinstance(like, int):
            return min(int(self.low + share * (self.high - self.low + 1)), int(self.high))
        if self.log:
            return math.exp(math.log(self.low) + share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)


SIGNS = (
    Assumption(key="choice.distance", low=-0.07, high=-0.0175),  # half distances of 0.4 to 1.6 km
    Assumption(key="fund.keep_base_grants", low=0, high=1),
    Assumption(key="option.cost_saving", low=0.0, high=0.1),
    Assumption(key="participation.size", low=-0.25, high=0.0),
    Assumption(key="jurisdiction.transition_loss", low=0.0, high=0.3),
    Assumption(key="carriers.branch_cost_share", low=0.2, high=0.8),
    Assumption(key="grid.patrol_share", low=0.15, high=0.45),
    Assumption(key="grid.detection", low=0.09, high=1.2, log=True),  # a quarter to four times, as far as the lever goes
    Assumption(key="grid.travel_minutes", low=7.5, high=30.0),
    Assumption(key="platform.duplicate_share", low=0.0, high=0.3),
    Assumption(key="fund.project_hours", low=375.0, high=1_500.0, log=True),  # 120 to 30 yuan an hour
    Assumption(key="fund.leakage", low=0.0, high=0.2),
    Assumption(key="fund.delay_months", low=2, high=9),
    Assumption(key="fund.case_share", low=0.05, high=0.3),
    Assumption(key="incentive.share", low=0.18, high=0.30),
)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What is drawn in a study, and where: assumptions, their values else, points of as many values, a city."""

    assumptions: tuple[Assumption, ...]
    values: tuple[Any, ...]
    points: tuple[tuple[Any, ...], ...]
    city: CitySpec

    def trial(self, settings: Settings, option: Option, draw: int) -> PlannedTrial:
        """One option under one draw; the draw's number is its luck."""
        values = dict(zip((a.key for a in self.assumptions), self.points[draw], strict=True))
        return self._trial(settings, _amended_option(option, values), _amended(settings.rules, values), draw)

    def trial_again(self, settings: Settings, option: Option, replication: int) -> PlannedTrial:
        """One option at the values else, under one luck."""
        return self._trial(settings, option, settings.rules, replication)

    def _trial(self, settings: Settings, option: Option, rules: Rules, replication: int) -> PlannedTrial:
        name, scenario = next(iter(settings.scenarios.items()))
        return PlannedTrial(
            city=self.city, option=option, scenario=name, scenario_values=scenario, rules=rules, days=settings.days,
            warmup=settings.warmup, seed=settings.seed, replication=replication, threads=settings.threads,
            chunk=settings.chunk, shared=shared_days(settings.options, settings.days),
        )  # fmt: skip


def drawn(settings: Settings, assumptions: Sequence[Assumption] = SIGNS) -> Drawn:
    """The draws of a study, `settings.assumptions` of them; equal settings draw equal points."""
    chosen = [(a, v) for a in assumptions for v in [_free(a, settings)] if v is not None]
    axes = [Interval(key=a.key, low=0.0, high=1.0) for a, _ in chosen]
    shares = LatinHypercube(size=settings.assumptions).points(axes) if settings.assumptions else []
    return Drawn(
        assumptions=tuple(a for a, _ in chosen),
        values=tuple(v for _, v in chosen),
        points=tuple(
            tuple(a.at(float(share or 0.0), v) for (a, v), share in zip(chosen, row, strict=True)) for row in shares
        ),
        city=small(settings.city),
    )


def small(city: CitySpec, share: float = SHARE) -> CitySpec:
    """The same city, or a smaller share of a real one."""
    return replace(city, share=min(city.share, share)) if isinstance(city, Chengdu) else city


def _free(assumption: Assumption, settings: Settings) -> Any:
    """The value of an assumption where the study leaves it as it is shipped, else None."""
    theme, name = assumption.key.split(".")
    if theme == OF_OPTIONS:
        held = [getattr(r.reform, name) for o in settings.options for _, r in o.rollouts if _has(r, name)]
        shipped = [_default(r.reform, name) for o in settings.options for _, r in o.rollouts if _has(r, name)]
        return held[0] if held and held == shipped else None
    value = getattr(getattr(settings.rules, theme), name)
    return value if value == getattr(getattr(Rules(), theme), name) else None


def _amended(rules: Rules, values: dict[str, Any]) -> Rules:
    themes: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        theme, name = key.split(".")
        if theme != OF_OPTIONS:
            themes.setdefault(theme, {})[name] = value
    return replace(rules, **{theme: replace(getattr(rules, theme), **moved) for theme, moved in themes.items()})


def _amended_option(option: Option, values: dict[str, Any]) -> Option:
    moved = {key.split(".")[1]: value for key, value in values.items() if key.startswith(f"{OF_OPTIONS}.")}

    def amended(rollout: Rollout) -> Rollout:
        own = {name: value for name, value in moved.items() if _has(rollout, name)}
        reform: Any = rollout.reform
        return replace(rollout, reform=replace(reform, **own)) if own else rollout

    return replace(option, rollouts=tuple((name, amended(rollout)) for name, rollout in option.rollouts))


def _has(rollout: Rollout, name: str) -> bool:
    reform: Any = rollout.reform
    return name in {f.name for f in fields(reform)}


def _default(reform: Any, name: str) -> Any:
    return next(f.default for f in fields(reform) if f.name == name)


def numeric(points: Sequence[Sequence[Any]]) -> list[list[float]]:
    """Points as numbers: no is 0, yes is 1."""
    return [[float(value) for value in point] for point in points]
