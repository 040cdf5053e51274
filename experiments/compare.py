"""`reformsim compare`: options x scenarios x replications under common random numbers -> paired effects and a brief."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design import PlannedTrial, conduct, identity, plan
from experiments.engine import local
from experiments.manifest import manifest
from experiments.provenance import versions
from experiments.refusal import RunsFailed
from experiments.run import LOWEST, Conduct, folder_of, founded, warn_of_load
from experiments.settings import Settings
from experiments.store import DONE, STOPPED, Part, writing
from experiments.terminal import print_json, print_table, progress, say
from sim.trial import Record
from sim.world.city import City

if TYPE_CHECKING:
    from analysis.brief.words import Words
    from analysis.compare import Effect
    from analysis.results import Results

FAILED = "failed"


@dataclass(kw_only=True)
class Ended:
    """How the trials of a study ended, by their number in the plan."""

    records: dict[int, Record] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    stopped: bool = False

    @property
    def status(self) -> str:
        """What the manifest says: stopped, failed (some trials) or done."""
        return STOPPED if self.stopped else FAILED if self.failed else DONE


def compare(settings: Settings, *, as_json: bool = False, conduct: Conduct = conduct) -> None:
    """Run every trial of the study, keep them, compare each option with the first, write the brief and say it all.

    Raises:
        Refusal: see `run.run`.
        RunsFailed: some trials failed (named, the others kept), or an invariant did not hold.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    study = identity(settings)
    folder = folder_of(settings, study)
    city = founded(settings.city, settings.options)
    jobs = plan(settings)
    start = time.perf_counter()
    ended = _run(jobs, settings, conduct)
    seconds = time.perf_counter() - start
    if not ended.records:
        _report(jobs, ended, folder)
    runs = [(jobs[index], ended.records[index]) for index in sorted(ended.records)]
    results, briefs = None, {}
    failed = [f"{jobs[i].label}: {text}" for i, text in sorted(ended.failed.items())]
    about = manifest(settings, study, runs, seconds=seconds, status=ended.status, failed=failed)
    with writing(folder, about) as part:
        _write_tables(part, runs, city)
        paired = _paired(jobs, ended.records)
        if next(iter(paired.values()), None):
            results = _results(settings, paired, city)
            briefs = _write_briefs(part, results, folder)
    said = _said(settings, about, folder, city, results, briefs)
    if as_json:
        print_json(said)
    elif results is not None:
        _print(said, results, settings.lang)
    if results is not None:
        _warn(said["utilisation"])
    _report(jobs, ended, folder)
    if results is not None and results.broken:
        raise RunsFailed(f"does not hold: {', '.join(results.broken)}; the results in {folder} must not be used")


def _run(jobs: Sequence[PlannedTrial], settings: Settings, conduct: Conduct) -> Ended:
    ended = Ended()
    sizes = len(settings.options), len(settings.scenarios), len(settings.replications)
    what = "{} options x {} scenarios x {} replications".format(*sizes)
    with (
        progress(len(jobs), what) as advance,
        closing(local(conduct, jobs, settings.processes, settings.threads)) as engine,
    ):
        try:
            for index, record, error in engine:
                if record is not None:
                    ended.records[index] = record
                else:
                    ended.failed[index] = f"{type(error).__name__}: {error}"
                advance()
        except KeyboardInterrupt:
            ended.stopped = True
    return ended


def _paired(jobs: Sequence[PlannedTrial], records: Mapping[int, Record]) -> dict[str, dict[str, list[Record]]]:
    """Scenario -> option -> records of the replications that every option ended in every scenario."""
    missing = {job.replication for index, job in enumerate(jobs) if index not in records}
    found: dict[str, dict[str, list[Record]]] = {}
    for index, job in enumerate(jobs):
        if job.replication not in missing:
            found.setdefault(job.scenario, {}).setdefault(job.option.name, []).append(records[index])
    return found


def _write_tables(part: Part, runs: Sequence[tuple[PlannedTrial, Record]], city: City) -> None:
    from experiments.tables import tables

    for name, table in tables(runs, city).items():
        part.table(name, table)


def _results(settings: Settings, paired: Mapping[str, Mapping[str, Sequence[Record]]], city: City) -> Results:
    from analysis.results import Facts, build

    main, *others = settings.scenarios
    facts = Facts(
        options={option.name: option for option in settings.options}, days=settings.days, warmup=settings.warmup,
        seed=settings.seed, command=settings.command, versions=versions(), scenario=main, rules=settings.rules,
    )  # fmt: skip
    return build(paired[main], city, facts=facts, others={name: paired[name] for name in others})


def _write_briefs(part: Part, results: Results, folder: Path) -> dict[str, str]:
    """Results as JSON, the brief in both languages, the results page. If they fail, the tables are kept."""
    results.save(part.folder / "results.json")
    try:
        from analysis.brief.document import write_brief
        from analysis.page.document import write_page

        written = {lang: write_brief(part.folder, results, lang) for lang in ("en", "zh")}
        written["page"] = write_page(part.folder, results)
        return {name: str(folder / path.name) for name, path in written.items()}
    except Exception as error:
        say(f"error: the brief could not be written: {type(error).__name__}: {error}; the results are kept")
        return {}


def _said(settings: Settings, about: Mapping[str, Any], folder: Path, city: City, results: Results | None,
          briefs: Mapping[str, str]) -> dict[str, Any]:  # fmt: skip
    """What `--json` prints; `about` is the manifest."""
    return {
        **{key: about[key] for key in ("id", "status", "digest", "failed", "seed")},
        "seconds": about["speed"]["seconds"],
        "folder": str(folder),
        "briefs": briefs,
        "city": city.name,
        "share": city.share,
        "residents": city.residents,
        "cases": results.cases if results else None,
        "days": settings.days,
        "warmup": settings.warmup,
        "replications": len(next(iter(results.options)).digests) if results else 0,
        "options": [option.name for option in settings.options],
        "scenarios": list(settings.scenarios),
        "effects": _effects(results) if results else [],
        "utilisation": results.utilisation if results else {},
    }


def _effects(results: Results) -> list[dict[str, Any]]:
    """Every effect with the interval that tables show; null where there is none."""
    return [
        {
            "scenario": effect.scenario,
            "option": effect.option,
            "base": effect.base,
            "outcome": effect.outcome,
            "effect": effect.paired.mean,
            "se": effect.paired.se,
            "low": interval and interval.low,
            "high": interval and interval.high,
            "interval": "bca" if effect.paired.bca else "t" if effect.paired.t else None,
            "variance_reduction": effect.paired.variance_reduction,
            "n": effect.paired.n,
            "verdict": effect.verdict,
        }
        for effect in results.effects
        for interval in (effect.paired.interval,)
    ]


def _print(said: dict[str, Any], results: Results, lang: str) -> None:
    """One table a scenario: the headline outcomes under the baseline, and how each option changes them."""
    from analysis.brief.reading import Lookup, headline, level_cell, unit_of
    from analysis.brief.words import words

    text, look = words(lang), Lookup.of(results)
    base, *others = (option.name for option in results.options)
    for scenario in results.scenarios:
        shown = headline(results, scenario)
        columns = [
            text("page.option"),
            *(f"{text.name('outcome', name)} ({unit_of(name, text, change=True)})" for name in shown),
        ]
        levels = (look.levels.get((scenario, base, name)) for name in shown)
        rows = [[text.name("option", base), *(level_cell(level, text).mean if level else "" for level in levels)]]
        for option in others:
            effects = (look.effects.get((scenario, option, name)) for name in shown)
            rows.append(
                [text.name("option", option), *("" if effect is None else _told(effect, text) for effect in effects)]
            )
        print_table(text.name("scenario", scenario), columns, rows)
    for brief in said["briefs"].values():
        print(brief)
    print(f"{said['folder']}  {said['seconds']:.0f} s")


def _told(effect: Effect, text: Words) -> str:
    from analysis.brief.reading import effect_cell

    cell = effect_cell(effect, text)
    return f"{cell.mean}  {cell.word}\n{cell.span or ''}".rstrip()


def _warn(utilisation: Mapping[str, Mapping[str, float]]) -> None:
    """What runs over under any option, and what is hardly used under the baseline."""
    base = next(iter(utilisation))
    for option, load in utilisation.items():
        warn_of_load(
            f"{option}: ", load if option == base else {kind: max(share, LOWEST) for kind, share in load.items()}
        )


def _report(jobs: Sequence[PlannedTrial], ended: Ended, folder: Path) -> None:
    """Say what did not end, by the exception that the exit code hangs on."""
    kept = f"{len(ended.records)} of {len(jobs)} trials are kept in {folder}" if ended.records else "nothing was kept"
    if ended.stopped:
        say(f"stopped: {kept}")
        raise KeyboardInterrupt
    if ended.failed:
        first = min(ended.failed)
        more = f", and {len(ended.failed) - 1} more" if len(ended.failed) > 1 else ""
        raise RunsFailed(f"{jobs[first].label}: {ended.failed[first]}{more}; {kept}")
