"""`reformsim run`: one trial -> a summary table and a folder of results."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.cities import city_of
from experiments.design import PlannedTrial, conduct, identity, plan
from experiments.manifest import manifest
from experiments.refusal import Refusal, RunsFailed
from experiments.settings import Settings
from experiments.terminal import print_table, say, waiting
from sim.outcomes import OUTCOMES
from sim.trial import Record
from sim.world.city import City

HIGHEST, LOWEST = 0.95, 0.15  # utilisation above which queues have no end, below which a station is an assumption gone wrong
RESULTS = Path("results")
Conduct = Callable[[PlannedTrial], Record]


def run(settings: Settings, *, as_json: bool = False, conduct: Conduct = conduct) -> dict[str, Any]:
    """Run the one trial of these settings, keep it and say what came out.

    Returns:
        What `--json` prints: id, folder, city, share, option, scenario, residents, cases, digest, outcomes (null where
        there is none), utilisation, checks, seconds.

    Raises:
        Refusal: a city that cannot be founded, a district it does not have, a place that cannot take the results.
        RunsFailed: the trial failed, or its results could not be kept; what was found is in the message.
    """
    study = identity(settings)
    folder = folder_of(settings, study)
    city = founded(settings)
    planned = plan(settings)[0]
    start = time.perf_counter()
    with waiting(f"{city.residents:,} residents, {settings.days} days, {planned.label}"):
        try:
            record = conduct(planned)
        except ValueError as error:
            raise Refusal(str(error)) from error
        except Exception as error:
            raise RunsFailed(f"{planned.label}: {type(error).__name__}: {error}") from error
    seconds = time.perf_counter() - start
    keep(settings, study, folder, planned, record, city, seconds)
    said = summary(study, folder, planned, record, city, seconds)
    if not as_json:
        print_summary(said, settings.lang)
    warn_of_load(record.utilisation)
    broken = [name for name, held in record.checks.items() if not held]
    if broken:
        raise RunsFailed(f"{planned.label}: does not hold: {', '.join(broken)}; the results in {folder} must not be used")
    return said


def folder_of(settings: Settings, study: str) -> Path:
    """Where the results go, made sure of before anything runs."""
    from experiments.store import check_place

    folder = settings.out or RESULTS / f"{settings.verb}-{study[:12]}"
    check_place(folder, study)
    return folder


def founded(settings: Settings) -> City:
    """The city of the settings; every district that an option names must be in it."""
    try:
        city = city_of(settings.city)
    except ValueError as error:
        raise Refusal(f"city: {error}") from error
    codes = {int(code) for code in city.district_code}
    for option in settings.options:
        for entry, rollout in option.rollouts:
            for code in rollout.where.district:
                if code not in codes:
                    allowed = ", ".join(map(str, sorted(codes)))
                    raise Refusal(f"option.{option.name}.{entry}.where.district = {code}: {city.name} has no such district; allowed: {allowed}")
    return city


def keep(settings: Settings, study: str, folder: Path, planned: PlannedTrial, record: Record, city: City, seconds: float) -> None:
    """Write the tables and the manifest of one trial."""
    from experiments.store import writing
    from experiments.tables import tables

    runs = [(planned, record)]
    with writing(folder, manifest(settings, study, runs, seconds=seconds)) as part:
        for name, table in tables(runs, city).items():
            part.table(name, table)


def summary(study: str, folder: Path, planned: PlannedTrial, record: Record, city: City, seconds: float) -> dict[str, Any]:
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
        "outcomes": {name: finite(value) for name, value in record.outcomes.items()},
        "utilisation": {kind: finite(value) for kind, value in record.utilisation.items()},
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


def warn_of_load(utilisation: dict[str, float]) -> None:
    """A line for each kind of station that is overloaded or hardly used."""
    for kind, share in utilisation.items():
        if share > HIGHEST:
            say(f"error: {kind} is busy {share:.2f} of its time, above {HIGHEST}: its queue has no end")
        elif share < LOWEST:
            say(f"warning: {kind} is busy {share:.2f} of its time, below {LOWEST}: check its assumptions")


def finite(value: float) -> float | None:
    """A number for JSON, which has neither nan nor infinity."""
    return value if math.isfinite(value) else None
