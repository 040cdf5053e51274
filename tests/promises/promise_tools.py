"""Options, and what two runs are compared by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from sim.day import Run
from sim.reforms.base import Option, Reform, Rollout, Where
from sim.trial import Trial, prepare


def one(reform: Reform, from_day: int = 0, district: tuple[int, ...] = ()) -> Option:
    """An option of a single rollout."""
    where = Where(district=district)
    return Option(name="one", rollouts=(("one", Rollout(reform=reform, from_day=from_day, where=where)),))


def run_out(trial: Trial) -> Run:
    """The run of a trial after its last day."""
    run = prepare(trial)
    for _ in run.days():
        pass
    return run


def kept(memory: Any) -> Iterator[tuple[str, Any]]:
    """What a district remembers that has a meaning: slots and links of the pool have none."""
    for field in fields(memory):
        if field.name not in ("pool", "chain", "queues", "marks", "judged", "latent", "fund", "purse", "practices"):
            yield field.name, np.asarray(getattr(memory, field.name))
    yield "latent", memory.latent[: memory.hazards]
    for account in fields(memory.fund):
        yield f"fund.{account.name}", getattr(memory.fund, account.name)
    for name, state in memory.practices.items():
        for column, values in state.items():
            yield f"{name}.{column}", values
    yield "purse", np.array(sorted(memory.purse.paid.items()))
