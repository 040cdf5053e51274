"""`reformsim run`: one trial -> a record on disk and a summary table."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from experiments.cities import city_of
from experiments.cli import DONE, SOME_FAILED, Call
from experiments.design import PlannedTrial, described, identity, plan
from experiments.progress import Progress
from experiments.provenance import host, versions
from experiments.screen import number, print_json, print_table
from experiments.settings import Settings, read
from sim.outcomes import OUTCOMES
from sim.rng import RNG_LAYOUT
from sim.trial import Record, Trial, simulate

BUSY, IDLE = 0.95, 0.15  # utilisation above the one is an overload, below the other a warning


def main(call: Call) -> int:
    """Run the verb; returns the exit code."""
    from experiments.store import check_place

    settings = read("run", call.overrides, plugins=call.plugins)
    name = identity(settings)
    folder = settings.out or Path("results") / f"run-{name[:12]}"
    check_place(folder, name)
    begun = time.monotonic()
    (planned,) = plan(settings)
    record = _simulate(planned)
    seconds = time.monotonic() - begun
    _keep(folder, name, settings, planned, record)
    if call.json:
        print_json(
            {
                "residents": record.residents, "cases": record.cases, "digest": record.digest, "outcomes": record.outcomes,
                "utilisation": record.utilisation, "money": record.money, "checks": record.checks, "seconds": seconds,
                "folder": str(folder),
            }
        )  # fmt: skip
    else:
        _tell(record, settings.lang, folder, seconds)
    return DONE if _sound(record) else SOME_FAILED


def _simulate(planned: PlannedTrial) -> Record:
    progress = Progress("day", planned.days)
    trial = Trial(
        city=city_of(planned.city), option=planned.option, scenario=planned.scenario_values, rules=planned.rules,
        days=planned.days, warmup=planned.warmup, seed=planned.seed, replication=planned.replication,
        threads=planned.threads, chunk=planned.chunk,
    )  # fmt: skip
    return simulate(trial, progress.tell)


def manifest(settings: Settings, name: str, digest: str, status: str) -> dict[str, Any]:
    """What a study's folder says of itself."""
    return {
        "id": name, "verb": settings.verb, "status": status, "digest": digest, "config": described(settings),
        "rng_layout": RNG_LAYOUT, "versions": versions(), "host": host(),
    }  # fmt: skip


def _keep(folder: Path, name: str, settings: Settings, planned: PlannedTrial, record: Record) -> None:
    from experiments.store import writing
    from experiments.tables import tables

    with writing(folder, manifest(settings, name, record.digest, "done")) as part:
        for title, table in tables([(planned, record)], city_of(planned.city)).items():
            part.table(title, table)


def _tell(record: Record, lang: str, folder: Path, seconds: float) -> None:
    from analysis.brief.words import words

    text = words(lang)
    print_table(
        f"{record.residents:,} residents, {record.cases:,} cases, {seconds:.1f} s",
        ("outcome", "value", "unit"),
        [(text.name("outcome", key), number(value), OUTCOMES[key].unit) for key, value in record.outcomes.items()],
        numbers=frozenset({1}),
    )
    print_table(
        "", ("station", "utilisation"),
        [(text.name("station", kind), f"{share:.2f}") for kind, share in record.utilisation.items()], numbers=frozenset({1}),
    )  # fmt: skip
    print(f"digest {record.digest}\n{folder}")


def _sound(record: Record) -> bool:
    """Say on stderr which stations are overloaded or idle and which invariant broke; False for a broken one."""
    for kind, share in record.utilisation.items():
        if share > BUSY:
            print(f"overloaded: {kind} is busy {share:.2f} of its time on shift, above {BUSY}", file=sys.stderr)
        elif share < IDLE:
            print(f"warning: {kind} is busy {share:.2f} of its time on shift, below {IDLE}", file=sys.stderr)
    broken = [name for name, held in record.checks.items() if not held]
    if broken:
        print(f"invariant broken: {', '.join(broken)}; the result is not to be trusted", file=sys.stderr)
    return not broken
