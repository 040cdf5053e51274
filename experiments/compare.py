"""`reformsim compare`: options under common random numbers -> paired effects, tables, the brief."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from analysis.brief.document import write_brief
from analysis.brief.words import words
from analysis.results import Facts, Results, build
from experiments.cities import city_of
from experiments.cli import DONE, SOME_FAILED, STOPPED, Call
from experiments.design import PlannedTrial, conduct, identity, plan
from experiments.engine import local
from experiments.progress import Progress
from experiments.provenance import versions
from experiments.refusal import RunsFailed
from experiments.run import manifest
from experiments.screen import number, print_json, print_table
from experiments.settings import Settings, read
from experiments.store import check_place, writing
from experiments.tables import Run, tables
from sim.trial import Record

LANGUAGES = ("en", "zh")
HEADLINES = (
    "days_to_solved", "unmet_share", "counter_wait", "detection_lag", "active_share", "walk_minutes", "cost_per_resident",
)  # fmt: skip


def main(call: Call) -> int:
    """Run the verb; returns the exit code."""
    settings = read("compare", call.overrides, plugins=call.plugins)
    name = identity(settings)
    folder = settings.out or Path("results") / f"compare-{name[:12]}"
    check_place(folder, name)
    jobs = plan(settings)
    records, errors, stopped = gathered(jobs, settings.processes)
    for index, error in errors.items():
        print(f"failed: {jobs[index].label}: {error}", file=sys.stderr)
    runs = balanced(jobs, records, settings)
    if not runs:
        if stopped:
            raise KeyboardInterrupt
        raise RunsFailed("no replication is complete for all options; nothing was written")
    results = evaluated(runs, settings, call)
    complete = not stopped and not errors
    keep(folder, manifest(settings, name, digest(runs), "done" if complete else "stopped"), runs, results, settings)
    tell(results, folder, settings.lang, call.json)
    return STOPPED if stopped else SOME_FAILED if errors or results.broken else DONE


def gathered(jobs: Sequence[PlannedTrial], processes: int) -> tuple[dict[int, Record], dict[int, Exception], bool]:
    """Records and errors by job, and whether Ctrl-C came before the end."""
    records: dict[int, Record] = {}
    errors: dict[int, Exception] = {}
    progress = Progress("trial", len(jobs))
    try:
        with closing(local(conduct, jobs, processes)) as results:  # type: ignore[type-var]
            for index, record, error in results:
                if record is not None:
                    records[index] = record
                elif error is not None:
                    errors[index] = error
                progress.tell(len(records) + len(errors))
    except KeyboardInterrupt:
        return records, errors, True
    return records, errors, False


def balanced(jobs: Sequence[PlannedTrial], records: dict[int, Record], settings: Settings) -> list[Run]:
    """The runs of the replications that are complete for every option and scenario."""
    width = len(settings.options) * len(settings.scenarios)
    whole = [r for r in range(len(settings.replications)) if all(r * width + k in records for k in range(width))]
    return [(jobs[r * width + k], records[r * width + k]) for r in whole for k in range(width)]


def evaluated(runs: Sequence[Run], settings: Settings, call: Call) -> Results:
    """Statistics of the runs."""
    by_scenario: dict[str, dict[str, list[Record]]] = {}
    for planned, record in runs:
        by_scenario.setdefault(planned.scenario, {}).setdefault(planned.option.name, []).append(record)
    main_one = next(iter(settings.scenarios))
    facts = Facts(
        options={option.name: option for option in settings.options}, days=settings.days, warmup=settings.warmup,
        seed=settings.seed, command=" ".join(["reformsim", "compare", *map(shlex.quote, call.overrides)]),
        versions=versions(), scenario=main_one, rules=settings.rules,
    )  # fmt: skip
    others = {name: options for name, options in by_scenario.items() if name != main_one}
    return build(by_scenario[main_one], city_of(settings.city), facts=facts, others=others)


def digest(runs: Sequence[Run]) -> str:
    """SHA-256 over the digests of all runs, in order."""
    return sha256("\n".join(record.digest for _, record in runs).encode()).hexdigest()


def keep(folder: Path, about: dict[str, object], runs: Sequence[Run], results: Results, settings: Settings) -> None:
    """Write tables, results.json and the briefs; the folder appears whole."""
    with writing(folder, about) as part:
        for title, table in tables(runs, city_of(settings.city)).items():
            part.table(title, table)
        results.save(part.folder / "results.json")
        for lang in LANGUAGES:
            write_brief(part.folder, results, lang)


def tell(results: Results, folder: Path, lang: str, as_json: bool) -> None:
    """Print the table of effects, and where the brief lies."""
    if as_json:
        effects = [
            {
                "scenario": e.scenario, "option": e.option, "base": e.base, "outcome": e.outcome, "effect": e.paired.mean,
                "low": e.paired.interval.low if e.paired.interval else None,
                "high": e.paired.interval.high if e.paired.interval else None, "n": e.paired.n, "verdict": e.verdict,
            }
            for e in results.effects
        ]  # fmt: skip
        print_json({"residents": results.residents, "cases": results.cases, "effects": effects, "folder": str(folder)})
        return
    text = words(lang)
    found = {(e.option, e.outcome): e for e in results.effects if e.scenario == results.scenario}
    levels = {(x.option, x.outcome): x.mean for x in results.levels if x.scenario == results.scenario}
    base = results.options[0].name
    rows = []
    for option in results.options:
        cells = []
        for outcome in HEADLINES:
            effect = found.get((option.name, outcome))
            if effect is None or option.name == base:
                cells.append(number(levels.get((option.name, outcome), float("nan"))))
            else:
                interval = effect.paired.interval
                around = f" [{number(interval.low)}, {number(interval.high)}]" if interval else ""
                cells.append(f"{'+' if effect.paired.mean > 0 else ''}{number(effect.paired.mean)}{around}")
        rows.append((text.name("option", option.name), *cells))
    heads = (
        text("cli.option") if "cli.option" in text.table else "option",
        *(text.name("outcome", o) for o in HEADLINES),
    )
    print_table("", heads, rows, numbers=frozenset(range(1, len(heads))))
    print(folder / f"brief.{lang}.html")
