"""The tables of the decision: results in, plain sections of text out; the template only lays them out."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.brief.numbers import fixed, percent, scale, significant, spanned
from analysis.brief.reading import Cell, paired_cell, unit_of
from analysis.brief.words import Words
from analysis.decision.assumed import HIGH, LOW, AssumedEffect
from analysis.results import Results
from sim.outcomes import OUTCOMES
from sim.services import COMPOUND_KINDS

MEASURE_UNITS = {"days": (1.0, "unit.days"), "unmet": (100.0, "unit.points"), "active": (100.0, "unit.points")}
GROUPS_SHOWN = ("all", "urban", "rural", "older", "rural_older")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table: the first column names its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | Cell, ...]], ...]
    prose: bool = False  # cells are sentences, not numbers
    text: int = 0  # so many of the columns behind the first are names


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section of the brief, or a piece of one: sentences, tables, notes in a list."""

    name: str
    heading: str = ""
    lead: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    points: tuple[str, ...] = ()


def parts(results: Results, words: Words) -> list[Part]:
    """The pieces; one that the results say nothing of has no tables and no points."""
    return [make(results, words) for make in (fates, equity, robust, weights)]


def fates(results: Results, words: Words) -> Part:
    """Who wins and loses by group, rural and urban apart, and days by whose case it was."""
    table = _shares(results, words, words("fates.table"), GROUPS_SHOWN)
    kinds = _shares(results, words, words("fates.kinds"), COMPOUND_KINDS)
    groups = tuple(dict.fromkeys(row.group for row in results.group_days))
    by_group = {(row.option, row.group): row for row in results.group_days}
    days = Grid(
        caption=words("fates.days", base=base_of(results, words)) + f" ({words('unit.days')})",
        columns=(words("page.option"), *(words(f"group.{g}") for g in groups)),
        rows=tuple(
            (
                words.name("option", option),
                tuple(
                    paired_cell(row.paired, row.verdict, words, level=row.base)
                    if (row := by_group.get((option, g)))
                    else ""
                    for g in groups
                ),
            )
            for option in dict.fromkeys(row.option for row in results.group_days)
        ),
    )
    return Part(name="fates", grids=tuple(g for g in (table, kinds, days) if g.rows))


def _shares(results: Results, words: Words, caption: str, groups: tuple[str, ...]) -> Grid:
    """Residents who surely gain and lose, of some groups."""
    present = {fate.group for change in results.changes for fate in change.fates}
    shown = [group for group in groups if group in present]
    rows: list[tuple[str, tuple[str | Cell, ...]]] = []
    for change in results.changes:
        by = {fate.group: fate for fate in change.fates}
        if not any(by[g].surely_better or by[g].surely_worse for g in shown if g in by):
            continue
        cells = [
            f"{percent(by[g].surely_better)} / {percent(by[g].surely_worse)}" if g in by else words("page.none")
            for g in shown
        ]
        name = words.phrases([words.name("option", change.option), words(f"measure.{change.measure}")])
        rows.append((name, tuple(cells)))
    heads = [words("fates.all") if g == "all" else words(f"group.{g}") for g in shown]
    left_out = words("fates.left_out") if len(rows) < len(results.changes) else ""
    return Grid(
        caption=f"{caption} ({words('fates.better')} / {words('fates.worse')}){left_out}",
        columns=(words("page.option"), *heads),
        rows=tuple(rows),
    )


def equity(results: Results, words: Words) -> Part:
    """Gini, Theil and the worst-off tenth, with their changes."""
    options = tuple(dict.fromkeys(row.option for row in results.equity))
    by = {(row.measure, row.index, row.option): row for row in results.equity}
    rows = []
    for measure, index in dict.fromkeys((row.measure, row.index) for row in results.equity):
        factor, unit = MEASURE_UNITS[measure] if index == "worst_decile" else (1.0, "")
        found = [by.get((measure, index, option)) for option in options]
        base = next(row.change.base for row in found if row)
        name = words.phrases([words(f"measure.{measure}"), words(f"equity.{index}")])
        cells = [paired_cell(r.change.paired, r.change.verdict, words, factor, level=base) if r else "" for r in found]
        label = f"{name} ({words(unit)})" if unit else name
        rows.append((label, (significant(base * factor), *cells)))
    table = Grid(
        caption=words("equity.table", base=base_of(results, words)),
        columns=(words("equity.index"), base_of(results, words), *(words.name("option", o) for o in options)),
        rows=tuple(rows),
    )
    return Part(
        name="equity", heading=words("equity.heading"), lead=(words("equity.lead"),), grids=(table,) if rows else ()
    )


def robust(results: Results, words: Words) -> Part:
    """Regret over scenarios."""
    rows = []
    for found in results.robust:
        factor = scale(_unit(found.outcome)).factor
        cells = [
            words("page.missing")
            if o.largest is None
            else significant(o.largest * factor) + (f" ({words('robust.least')})" if o.option in found.minimax else "")
            for o in found.options
        ]
        agreement = words("page.missing") if found.agreement is None else fixed(found.agreement, 2)
        rows.append((with_unit(found.outcome, words), (*cells, agreement)))
    if not rows:
        return Part(name="robust")
    one = results.robust[0]
    runs = words("robust.beside", runs=one.replications, share=percent(one.share), residents=fixed(one.residents, 0))
    table = Grid(
        caption=words("robust.table", scenarios=words.listing([words.name("scenario", s) for s in one.scenarios])),
        columns=(
            words("page.outcome"),
            *(words.name("option", o.name) for o in results.options),
            words("robust.agreement"),
        ),
        rows=tuple(rows),
    )
    return Part(name="robust", heading=words("robust.heading"), lead=(words("robust.lead"), runs), grids=(table,))


def weights(results: Results, words: Words) -> Part:
    """How much of all weights favours each option."""
    shown = sorted(results.favoured, key=lambda f: -f.ranks[0])
    outcomes = next((tuple(f.weights) for f in shown if f.weights), ())
    rows = [
        (
            words.name("option", f.option),
            (
                percent(f.ranks[0]),
                words("page.none") if f.confidence is None else percent(f.confidence),
                *(percent(f.weights[o]) if f.weights else words("page.none") for o in outcomes),
            ),
        )
        for f in shown
    ]
    table = Grid(
        caption=words("weights.table"),
        columns=(words("page.option"), words("weights.first"), words("weights.confidence"),
                 *(words(f"outcome.{o}") for o in outcomes)),
        rows=tuple(rows),
    )  # fmt: skip
    return Part(
        name="weights", heading=words("weights.heading"), lead=(words("weights.lead"),), grids=(table,) if rows else ()
    )


def assumed_cell(effect: AssumedEffect, words: Words) -> str:
    """The interval over assumptions, in the shown unit."""
    key = "assumed.span_outside" if effect.outside else "assumed.span"
    return words(key, **dict(zip(("low", "high"), ends(effect, words), strict=True)))


def ends(effect: AssumedEffect, words: Words) -> tuple[str, str]:
    """Both ends of an interval over assumptions, as shown."""
    factor = scale(_unit(effect.outcome)).factor
    _, low, high = spanned(effect.median * factor, effect.low * factor, effect.high * factor, signed=True)
    return str(low), str(high)


def bounds_shown() -> dict[str, str]:
    """The shares of draws below the two ends of an interval."""
    return {"low": percent(LOW, 1), "high": percent(HIGH)}


def base_of(results: Results, words: Words) -> str:
    """The base, as shown."""
    return words.name("option", results.options[0].name)


def _unit(outcome: str) -> str:
    return OUTCOMES[outcome].unit


def with_unit(outcome: str, words: Words) -> str:
    """An outcome with the unit of its changes."""
    return f"{words(f'outcome.{outcome}')} ({unit_of(outcome, words, change=True)})"
