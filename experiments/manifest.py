"""The manifest of a study: all one needs to know, and to run, it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from experiments.design import PlannedTrial, described
from experiments.provenance import host, versions
from experiments.settings import Settings
from experiments.store import DONE
from sim.rng import RNG_LAYOUT
from sim.trial import Record


def manifest(settings: Settings, identity: str, runs: Sequence[tuple[PlannedTrial, Record]], *, seconds: float,
             status: str = DONE, failed: Sequence[str] = ()) -> dict[str, Any]:  # fmt: skip
    """What `store.writing` keeps beside the tables, before the hashes of the files."""
    return {
        "id": identity,
        "verb": settings.verb,
        "command": settings.command,
        "status": status,
        "digest": digest(runs),
        "config": described(settings),
        "seed": settings.seed,
        "rng_layout": RNG_LAYOUT,
        "versions": versions(),
        "host": host(),
        "speed": {
            "threads": settings.threads,
            "processes": settings.processes,
            "chunk": settings.chunk,
            "seconds": round(seconds, 3),
        },
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "trials": len(runs),
        "failed": list(failed),
        "checks": {
            name: all(record.checks[name] for _, record in runs) for name in (runs[0][1].checks if runs else ())
        },
    }


def digest(runs: Sequence[tuple[PlannedTrial, Record]]) -> str:
    """One trial's own digest, or the SHA-256 over labels and digests of several, in order of the plan."""
    if len(runs) == 1:
        return runs[0][1].digest
    return sha256("".join(f"{planned.label}\t{record.digest}\n" for planned, record in runs).encode()).hexdigest()
