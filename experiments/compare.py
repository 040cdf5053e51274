"""`reformsim compare`: options x scenarios x replications under common random numbers -> paired effects and a brief."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cities import city_of
from experiments.conducting import report, status
from experiments.design import PlannedTrial, conduct, identity
from experiments.engine import stream
from experiments.gathered import draws_of, elsewhere_of, margins_of, package_of
from experiments.manifest import manifest
from experiments.provenance import versions
from experiments.racing import Race, work_of
from experiments.refusal import RunsFailed
from experiments.run import LOWEST, Conduct, folder_of, founded, warn_of_load
from experiments.settings import Settings
from experiments.store import Part, writing
from experiments.terminal import print_json, progress, say
from experiments.told import said, show
from sim.trial import Record
from sim.world.city import City

if TYPE_CHECKING:
    from analysis.results import Results


def compare(settings: Settings, *, as_json: bool = False, conduct: Conduct = conduct) -> None:
    """Run the study, keep its trials, compare each option with the first, write the brief and say it all.

    Raises:
        Refusal: see `run.run`.
        RunsFailed: some trials failed (named, the others kept), or an invariant did not hold.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    study = identity(settings)
    folder = folder_of(settings, study)
    city = founded(settings.city, settings.options)
    race = Race(settings=settings)
    start = time.perf_counter()
    _run(race, conduct)
    seconds = time.perf_counter() - start
    if not race.records:
        _report(race, folder)
    runs = [(race.jobs[index], race.records[index]) for index in sorted(race.records)]
    results, briefs = None, {}
    ended = status(stopped=race.stopped, failed=bool(race.failed))
    about = manifest(settings, study, runs, seconds=seconds, status=ended, failed=race.failures)
    with writing(folder, about) as part:
        _write_tables(part, runs, city, race)
        paired = race.paired()
        if next(iter(paired.values()), None):
            results = _results(race, paired, city)
            briefs = _write_briefs(part, results, folder)
    document = said(settings, about, folder, city, results, briefs)
    if as_json:
        print_json(document)
    elif results is not None:
        show(document, results, settings.lang)
    if results is not None:
        _warn(document["utilisation"])
    _report(race, folder)
    if results is not None and results.broken:
        raise RunsFailed(f"does not hold: {', '.join(results.broken)}; the results in {folder} must not be used")


def _run(race: Race, conduct: Conduct) -> None:
    settings = race.settings
    sizes = len(settings.options), len(settings.scenarios), race.most
    what = "{} options x {} scenarios x {} replications{}".format(*sizes, " at most" if race.adaptive else "")
    with (
        progress(race.planned(), what) as advance,
        closing(stream(work_of(conduct), race.tasks(), processes=settings.processes)) as engine,
    ):
        try:
            for key, _, result, error in engine:
                race.take(key, result, error)
                advance(total=race.planned())
        except KeyboardInterrupt:
            race.stopped = True


def _write_tables(part: Part, runs: Sequence[tuple[PlannedTrial, Record]], city: City, race: Race) -> None:
    from experiments.tables import beside, tables

    for name, table in {**tables(runs, city), **beside(race)}.items():
        part.table(name, table)


def _results(race: Race, paired: Mapping[str, Mapping[str, Sequence[Record]]], city: City) -> Results:
    from analysis.results import Facts, build

    settings = race.settings
    main, *others = settings.scenarios
    coalitions = package_of(race, city_of(race.apart)) if race.parts else None
    apart = city_of(race.city) if race.others else city
    facts = Facts(
        options={option.name: option for option in settings.options}, days=settings.days, warmup=settings.warmup,
        seed=settings.seed, command=settings.command, versions=versions(), scenario=main, rules=settings.rules,
        sampling=race.sampling(), draws=draws_of(race, apart), coalitions=coalitions,
        beside=margins_of(race, apart), elsewhere=elsewhere_of(race, apart),
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


def _warn(utilisation: Mapping[str, Mapping[str, float]]) -> None:
    """What runs over under any option, and what is hardly used under the baseline."""
    base = next(iter(utilisation))
    for option, load in utilisation.items():
        warn_of_load(
            f"{option}: ", load if option == base else {kind: max(share, LOWEST) for kind, share in load.items()}
        )


def _report(race: Race, folder: Path) -> None:
    done = len(race.records) + len(race.others) if race.records else 0
    report(folder, done=done, planned=race.planned(), failures=race.failures, stopped=race.stopped)
