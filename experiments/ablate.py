"""`reformsim ablate`: every mechanism alone against the baseline -> each outcome's change beside what was declared.

A wiring check and not evidence; what it prints and keeps says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.ablation import Ablated, Change
from analysis.open_signs import OverAssumptions
from experiments.ablation import Ablation, ablated, jobs_of
from experiments.conducting import Ended, conducted, report
from experiments.design import PlannedTrial, conduct, identity
from experiments.manifest import manifest
from experiments.refusal import RunsFailed
from experiments.run import Conduct, folder_of, founded
from experiments.store import writing
from experiments.terminal import print_json, print_table
from sim.trial import Record

if TYPE_CHECKING:
    from analysis.brief.words import Words


def ablate(ablation: Ablation, *, as_json: bool = False, conduct: Conduct = conduct) -> None:
    """Run every trial, keep what came out as tables and a figure, and say it as a table or as one JSON document.

    Raises:
        Refusal: see `run.run`.
        RunsFailed: some trials failed (named, the others kept), an invariant did not hold, or a neutral form changed
            something.
        KeyboardInterrupt: stopped; the mechanisms whose trials had ended are kept and said.
    """
    settings = ablation.settings
    study = identity(settings)
    folder = folder_of(settings, study)
    city = founded(settings.city, settings.options)
    jobs = jobs_of(ablation)
    start = time.perf_counter()
    what = f"{len(ablation.mechanisms)} mechanisms, each alone, and the baseline"
    drawn = {one.name: several.drawn for several in ablation.draws for one in several.signs}
    if drawn:
        what += f"; {settings.assumptions} draws of assumptions for {len(drawn)} of open sign"
    ended = conducted(jobs, settings, partial(lightly, conduct), what)
    seconds = time.perf_counter() - start
    found = ablated(ablation, ended.records)
    if not found:
        ended.records.clear()  # nothing to compare: nothing to keep
        _report(jobs, ended, folder)
    runs = [(jobs[index], ended.records[index]) for index in sorted(ended.records)]
    about = manifest(settings, study, runs, seconds=seconds, status=ended.status, failed=ended.failures)
    from experiments import ablation_files, tables

    with writing(folder, about) as part:
        part.table("trials", tables.trials(runs))
        part.table("outcomes", tables.outcomes(runs, city))
        if drawn:
            part.table("points", tables.points(drawn))
        ablation_files.write(part.folder, ablation, found, city)
    if as_json:
        said = {key: about[key] for key in ("id", "status", "digest", "failed")}
        print_json({**said, "folder": str(folder), **ablation_files.document(ablation, found, city)})
    else:
        _print(ablation, found, settings.lang)
        print(f"{ablation_files.setting(ablation, city, _words(settings.lang))}\n{folder}  {seconds:.0f} s")
    _report(jobs, ended, folder)
    _check(about, found)


def _report(jobs: Sequence[PlannedTrial], ended: Ended, folder: Path) -> None:
    report(folder, done=len(ended.records), planned=len(jobs), failures=ended.failures, stopped=ended.stopped)


def lightly(conduct: Callable[[PlannedTrial], Record], planned: PlannedTrial) -> Record:
    """A trial's record without its series: nobody reads them here, and those of hundreds of trials fill the memory."""
    record = conduct(planned)
    return replace(record, daily=record.daily[:0], places=record.places[:0], spread=record.spread[:0])


def _check(about: dict[str, Any], found: Sequence[Ablated]) -> None:
    broken = [name for name, held in about["checks"].items() if not held]
    if broken:
        raise RunsFailed(f"does not hold: {', '.join(broken)}; the results must not be used")
    differ = [f"{one.mechanism} {one.reform}" for one in found if not one.neutral_identical]
    if differ:
        raise RunsFailed(f"the neutral form changes something: {', '.join(differ)}")


def _print(ablation: Ablation, found: Sequence[Ablated], lang: str) -> None:
    """One row a reform: what was declared of it and how that moved."""
    from experiments.ablation_files import called, tried_as

    text = _words(lang)
    columns = [text(f"ablation.{key}") for key in ("mechanism", "neutral", "moved", "cost_worsened")]
    rows = [
        [
            f"{one.mechanism} {called(one.mechanism, lang)}\n  {tried_as(one, text)}",
            text("ablation.identical" if one.neutral_identical else "ablation.differs"),
            _truth(one.moved_as_expected, text), _truth(one.cost_worsened, text),
            "\n".join(line for change in one.declared for line in _lines(one, change, text)),
        ]
        for one in found
    ]  # fmt: skip
    print_table(text("ablation.title"), [*columns, text("ablation.declared")], rows)
    came = sum(one.moved_as_expected for one in found)
    print(f"{text('ablation.moved')}: {came}/{len(found)}\n{text('ablation.note')}")
    if any(one.over for one in found):
        print(text("ablation.luck"))


def _truth(value: bool, text: Words) -> str:
    return text("page.yes_word" if value else "page.no_word")


def _lines(one: Ablated, change: Change, text: Words) -> list[str]:
    """An outcome as it changed, then what draws of assumptions say of it, if its sign is open."""
    return [_told(change, text), *(_hanging(over, text) for over in one.over if over.outcome == change.outcome)]


def _hanging(over: OverAssumptions, text: Words) -> str:
    """The shares of draws in which it rises and falls, the 5-95 % of its changes, the assumption it hangs on most."""
    from analysis.brief.hanging import lever_name
    from analysis.brief.numbers import fixed, percent, scale, spanned
    from sim.outcomes import OUTCOMES

    unit = scale(OUTCOMES[over.outcome].unit)
    middle, low, high = spanned(*(x * unit.factor for x in (over.middle, over.low, over.high)), signed=True)
    shares = {key: percent(getattr(over, key)) for key in ("up", "down", "unchanged")}
    told = text("ablation.over", draws=over.draws, middle=middle, low=low, high=high, unit=text(unit.change), **shares)
    if over.hangs_on is None or over.correlation is None:
        return f"  {told}"
    lever, correlation = lever_name(over.hangs_on, text), fixed(over.correlation, 2, signed=True)
    return f"  {told} {text('ablation.hangs', lever=lever, correlation=correlation)}"


def _told(change: Change, text: Words) -> str:
    """An outcome with its change and interval, and against what was declared."""
    from analysis.brief.numbers import scale, spanned
    from sim.outcomes import OUTCOMES

    arrow = {"up": "↑", "down": "↓", "open": "?"}[change.expected or "open"]
    name = text.name("outcome", change.outcome)
    if change.effect is None:
        return f"{arrow} {name}: {text('page.missing')}"
    factor = scale(OUTCOMES[change.outcome].unit).factor
    mean, low, high = spanned(
        change.effect * factor,
        None if change.low is None else change.low * factor,
        None if change.high is None else change.high * factor,
        signed=True,
    )
    span = text("page.interval", low=low, high=high)
    unit = text(scale(OUTCOMES[change.outcome].unit).change)
    return f"{arrow} {name}: {mean} ({span}) {unit}{' ✗' if change.fits is False else ''}"


def _words(lang: str) -> Words:
    from analysis.brief.words import words

    return words(lang)
