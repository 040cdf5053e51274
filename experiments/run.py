"""`reformsim run`: one trial -> a summary table and a folder of results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.cities import CitySpec, city_of
from experiments.design import PlannedTrial, conduct, identity, plan
from experiments.manifest import manifest
from experiments.refusal import Refusal, RunsFailed, refuse
from experiments.settings import Settings
from experiments.terminal import finite, print_json, print_table, progress, say
from sim.outcomes import OUTCOMES
from sim.reforms.base import Option
from sim.trial import Record
from sim.world.city import City

HIGHEST, LOWEST = (
    0.95,
    0.15,
)  # utilisation above which queues have no end, below which a station is an assumption gone wrong
RESULTS = Path("results")
Conduct = Callable[..., Record]  # conduct(planned trial, watch) -> record


def run(settings: Settings, *, as_json: bool = False, conduct: Conduct = conduct) -> None:
    """Run the one trial of these settings, keep it and say what came out, as tables or as one JSON document.

    Raises:
        Refusal: a city that cannot be founded, a district it does not have, a place that cannot take the results.
        RunsFailed: the trial failed, an invariant did not hold, or the results could not be kept.
    """
    study = identity(settings)
    folder = folder_of(settings, study)
    city = founded(settings.city, settings.options)
    planned = plan(settings)[0]
    start = time.perf_counter()
    with progress(settings.days, f"{city.residents:,} residents, {planned.label}: days") as advance:
        try:
            record = conduct(planned, advance)
        except ValueError as error:
            raise Refusal(str(error)) from error
        except Exception as error:
            raise RunsFailed(f"{planned.label}: {type(error).__name__}: {error}") from error
    seconds = time.perf_counter() - start
    keep(settings, study, folder, planned, record, city, seconds)
    said = summary(study, folder, planned, record, city, seconds)
    if as_json:
        print_json(said)
    else:
        print_summary(said, settings.lang)
    warn_of_load("", record.utilisation)
    broken = [name for name, held in record.checks.items() if not held]
    if broken:
        raise RunsFailed(
            f"{planned.label}: does not hold: {', '.join(broken)}; the results in {folder} must not be used"
        )


def folder_of(settings: Settings, study: str) -> Path:
    """Where the results go, made sure of before anything runs."""
    from experiments.store import check_place

    folder = settings.out or RESULTS / f"{settings.verb}-{study[:12]}"
    check_place(folder, study)
    return folder


def founded(spec: CitySpec, options: Iterable[Option]) -> City:
    """The city of a study; every district that an option names must be in it."""
    try:
        city = city_of(spec)
    except ValueError as error:
        raise Refusal(f"city: {error}") from error
    codes = {int(code) for code in city.district_code}
    for option in options:
        for entry, rollout in option.rollouts:
            for code in rollout.where.district:
                if code not in codes:
                    key = f"option.{option.name}.{entry}.where.district"
                    raise refuse(
                        city.name, key, code, allowed="has no such district; allowed:", names=map(str, sorted(codes))
                    )
    return city


def keep(
    settings: Settings, study: str, folder: Path, planned: PlannedTrial, record: Record, city: City, seconds: float
) -> None:
    """Write the tables and the manifest of one trial."""
    from experiments.store import writing
    from experiments.tables import tables

    runs = [(planned, record)]
    with writing(folder, manifest(settings, study, runs, seconds=seconds)) as part:
        for name, table in tables(runs, city).items():
            part.table(name, table)


def summary(
    study: str, folder: Path, planned: PlannedTrial, record: Record, city: City, seconds: float
) -> dict[str, Any]:
    """One trial as plain data."""
    return {
        "id": study,
        "folder": str(folder),
        "city": city.name,
        "share": city.share,
        "option": planned.option.name,
        "scenario": planned.scenario,
        "days": planned.days,
        "seed": planned.seed,
        "residents": record.residents,
        "cases": record.cases,
        "digest": record.digest,
        "outcomes": finite(record.outcomes),
        "utilisation": finite(record.utilisation),
        "money": record.money,
        "checks": record.checks,
        "seconds": round(seconds, 3),
    }


def print_summary(said: dict[str, Any], lang: str) -> None:
    """The summary on the terminal: outcomes in the units that people read, load by kind of station."""
    from analysis.brief.numbers import scale, significant
    from analysis.brief.words import words

    text = words(lang)
    rows = []
    for name, value in said["outcomes"].items():
        shown = scale(OUTCOMES[name].unit)
        number = text("page.missing") if value is None else significant(value * shown.factor)
        rows.append((text.name("outcome", name), number, text(shown.level), text.name("meaning", name)))
    title = f"{text.name('option', said['option'])} · {text.name('scenario', said['scenario'])} · {said['city']}"
    print_table(title, (text("page.outcome"), "", "", ""), rows, numbers=(1,))
    load = [(text.name("station", kind), text("page.missing") if share is None else significant(100.0 * share), "%")
            for kind, share in said["utilisation"].items()]  # fmt: skip
    print_table(text("load.heading"), (text("load.station"), "", ""), load, numbers=(1,))
    print(f"{said['residents']:,} residents, {said['days']} days, {said['cases']:,} cases, {said['seconds']:.2f} s")
    print(f"digest {said['digest']}\nresults in {said['folder']}")


def warn_of_load(whose: str, utilisation: Mapping[str, float]) -> None:
    """A line for the kinds of station that are overloaded, and one for those hardly used."""
    over = [f"{kind} {share:.2f}" for kind, share in utilisation.items() if share > HIGHEST]
    under = [f"{kind} {share:.2f}" for kind, share in utilisation.items() if share < LOWEST]
    if over:
        say(f"error: {whose}busy more than {HIGHEST} of the time, so that queues have no end: {', '.join(over)}")
    if under:
        say(f"warning: {whose}busy less than {LOWEST} of the time, so look at the assumptions: {', '.join(under)}")
