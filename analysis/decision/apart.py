"""A package taken apart: what each reform in it contributes, from runs of all its parts and their combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.attribution import Attribution, shapley
from analysis.compare import column
from analysis.decision.runs import HEADLINE

Outcomes = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Coalitions:
    """Runs of a package with only some of its parts: coalition -> outcomes by replication, the same luck throughout."""

    option: str
    parts: tuple[str, ...]
    residents: int
    share: float
    outcomes: Mapping[frozenset[str], Sequence[Outcomes]]


@dataclass(frozen=True, kw_only=True)
class TakenApart:
    """One outcome of a package, attributed to its parts (`attribution.total` is the whole effect)."""

    outcome: str
    attribution: Attribution


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package, its parts, the city it was taken apart in, and what each part contributes to each outcome."""

    option: str
    parts: tuple[str, ...]
    residents: int
    share: float
    replications: int
    outcomes: tuple[TakenApart, ...]


def take_apart(runs: Coalitions, *, confidence: float = 0.95) -> Package:
    """Shapley values of the parts on every headline outcome that all runs have."""
    found = []
    for outcome in HEADLINE:
        values = {coalition: column(several, outcome) for coalition, several in runs.outcomes.items()}
        if any(np.isnan(x).any() for x in values.values()):
            continue
        attribution = shapley(values.__getitem__, runs.parts, confidence=confidence)
        found.append(TakenApart(outcome=outcome, attribution=attribution))
    return Package(
        option=runs.option,
        parts=runs.parts,
        residents=runs.residents,
        share=runs.share,
        replications=len(next(iter(runs.outcomes.values()))),
        outcomes=tuple(found),
    )
