"""Ablation: which mechanisms are tried alone, and the trials that this takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from analysis.ablation import Ablated, changes
from analysis.open_signs import OverAssumptions
from experiments.composing import Folders, parse, selections
from experiments.design import PlannedTrial, plan
from experiments.mechanisms import reforms_of
from experiments.open_signs import SharedDraws, shared_draws
from experiments.refusal import COMMAND_LINE, refuse
from experiments.settings import Settings, command_of, read
from sim.reforms.base import Option, Reform, Rollout
from sim.reforms.indices import IndexWeights
from sim.rules import Rules
from sim.trial import Record

KEY = "mechanism"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A reform of a mechanism: its class says at which levers it is tried, and what is expected of it."""

    mechanism: str
    reform: str
    kind: Any

    @property
    def name(self) -> str:
        """What its option is called."""
        return f"{self.mechanism}_{self.reform}"

    def option(self, reform: Reform, suffix: str = "") -> Option:
        """The option that puts it in force from the first day; an option cannot choose how it is judged."""
        judges = self.kind is IndexWeights
        return Option(name=f"{self.name}{suffix}", rollouts=() if judges else ((self.reform, Rollout(reform=reform)),))

    def rules(self, reform: Reform, rules: Rules) -> Rules:
        """The base rules of its trials: weights of indices belong to the study, all else to the option."""
        return reform.amend(rules) if self.kind is IndexWeights else rules


@dataclass(frozen=True, kw_only=True)
class Ablation:
    """A study of mechanisms one at a time: settings, and what is tried, in order of the mechanisms."""

    settings: Settings
    tried: tuple[Tried, ...]

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The mechanisms in the study."""
        return tuple(dict.fromkeys(one.mechanism for one in self.tried))

    @cached_property
    def draws(self) -> tuple[SharedDraws, ...]:
        """What the reforms are tried under whose sign is open."""
        return shared_draws(self.settings, [(one.reform, one.name, one.kind) for one in self.tried])

    @property
    def replications(self) -> int:
        """Runs of the baseline and of every reform."""
        return len(self.settings.replications)


def read_ablation(
    overrides: Sequence[str], *, folders: Folders | None = None, plugins: tuple[str, ...] = ()
) -> Ablation:
    """The study that these overrides ask for.

    Raises:
        Refusal: see `settings.read`; a mechanism that does not exist.
    """
    known = tuple(reforms_of())
    parsed = parse(overrides)
    asked = [override for override in parsed if override.key_or_group == KEY]
    if len(asked) > 1:
        raise refuse(COMMAND_LINE, KEY, allowed="stands here twice; name several as mechanism=M17,M28")
    for override in parsed:
        if override.key_or_group == "option":
            raise refuse(
                COMMAND_LINE, "option", allowed="ablate takes none: mechanism=M17 or mechanism=all says what it tries"
            )
    names = selections(asked[0], known) if asked else ("all",)
    for name in names:
        if name not in known and names != ("all",):
            allowed = f"there is no such mechanism; allowed: all, or some of {known[0]} to {known[-1]}"
            raise refuse(COMMAND_LINE, KEY, name, allowed=allowed)
    others = [raw for raw, override in zip(overrides, parsed, strict=True) if override.key_or_group != KEY]
    settings = read("ablate", others, folders=folders, plugins=plugins)
    tried = tuple(
        Tried(mechanism=mechanism, reform=name, kind=kind)
        for mechanism, kinds in reforms_of().items()
        if mechanism in names or names == ("all",)
        for name, kind in kinds.items()
    )
    options = (Option(), *(one.option(one.kind(**one.kind.tried)) for one in tried))
    command = command_of("ablate", overrides, plugins)
    return Ablation(settings=replace(settings, options=options, command=command), tried=tried)


def jobs_of(ablation: Ablation) -> tuple[PlannedTrial, ...]:
    """The baseline, then reform by reform its neutral form once and itself in every replication: stopped early, what
    has ended is whole. Last, draw by draw, those whose sign is open."""
    settings = ablation.settings
    base = plan(replace(settings, options=(Option(),)))
    found = list(base)
    for one in ablation.tried:
        neutral, moved = one.kind.neutral(), one.kind(**one.kind.tried)
        rules = one.rules(neutral, settings.rules)
        found.append(replace(base[0], option=one.option(neutral, "_neutral"), rules=rules))
        rules = one.rules(moved, settings.rules)
        found += [replace(job, option=one.option(moved), rules=rules) for job in base]
    for several in ablation.draws:
        found += several.trials()
    return tuple(found)


def ablated(ablation: Ablation, records: Mapping[int, Record]) -> tuple[Ablated, ...]:
    """What each reform did, of those whose trials and the baseline's have all ended: records by number in the plan."""
    n = ablation.replications
    base = [records.get(k) for k in range(n)]
    over = _over(ablation, records)
    found = []
    for place, one in enumerate(ablation.tried):
        first = n + place * (n + 1)
        neutral, *moved = [records.get(k) for k in range(first, first + n + 1)]
        pairs = [(m, b) for m, b in zip(moved, base, strict=True) if m is not None and b is not None]
        if neutral is None or base[0] is None or len(pairs) < n:
            continue
        found.append(Ablated(
            mechanism=one.mechanism, reform=one.reform, levers=dict(one.kind.tried),
            neutral_identical=neutral.digest == base[0].digest,
            changes=changes([m.outcomes for m, _ in pairs], [b.outcomes for _, b in pairs], one.kind.expected,
                            one.kind.cost),
            over=over.get(one.name, ()),
        ))  # fmt: skip
    return tuple(found)


def _over(ablation: Ablation, records: Mapping[int, Record]) -> dict[str, tuple[OverAssumptions, ...]]:
    """What the draws say of the reforms whose sign is open, by the names of their options."""
    n = ablation.replications
    found: dict[str, tuple[OverAssumptions, ...]] = {}
    first = n + len(ablation.tried) * (n + 1)
    for several in ablation.draws:
        many = len(several.options) * len(several.drawn.points)
        found |= several.summaries([records.get(k) for k in range(first, first + many)])
        first += many
    return found
