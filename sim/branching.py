"""Branching: trials that differ in their option alone are one run until the first of the options begins.

That run, the trunk, is made once, and each trial goes on from a copy of it. Nothing is approximated: a branch has the
bits of a run from its first day. Cloning of simulations: M. Hybinette, R. M. Fujimoto, ACM Transactions on Modeling and
Computer Simulation 11(4), 2001.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from sim.day import Run, stretches
from sim.reforms.base import RuleBook


def branch(trunk: Run, book: RuleBook) -> Run:
    """A copy of a run that goes on under another option; the trunk stays as it is, for the next.

    Raises:
        ValueError: the rules would have been others on a day that has passed.
    """
    if book.base != trunk.book.base or min(book.option.begins, trunk.book.option.begins) < trunk.day:
        raise ValueError(f"option {book.option.name} parts from {trunk.book.option.name} before day {trunk.day}")
    run = deepcopy(trunk, _kept(trunk))
    run.book, run.stretches = book, stretches(book, trunk.study.days)
    return run


def _kept(run: Run) -> dict[int, Any]:
    """What all branches read and none writes, as the memo of a copy: the city, the study, the maps and the rules."""
    maps = [*run.city.plans.values(), *run.maps.values()]
    read = [run.study, run.city, *maps, *(local.district for local in run.districts)]
    kept = [*read, run.book, run.stretches, run.maps, run.pool]
    kept += [column for whole in read for column in vars(whole).values() if isinstance(column, np.ndarray)]
    kept += [part for local in run.districts for part in (local.rules, local.people, local.practising.fixed)]
    return {id(part): part for part in kept if part is not None}
