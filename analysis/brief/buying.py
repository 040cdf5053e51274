"""What the money buys, as tables and sentences: one-off cost, effects at equal cost, the best buy, steps."""

from __future__ import annotations

from analysis.brief.decided import Grid, Part, base_of, with_unit
from analysis.brief.numbers import fixed, percent, scale, significant
from analysis.brief.reading import Cell, base_levels, span_of, unit_of
from analysis.brief.words import Words
from analysis.decision.runs import least_difference
from analysis.decision.willing import Acceptable
from analysis.results import Results
from sim.outcomes import OUTCOMES


def parts(results: Results, words: Words) -> list[Part]:
    """The piece; without tables where the results say nothing of it."""
    return [worth(results, words)]


def worth(results: Results, words: Words) -> Part:
    """What the money buys, at equal cost too, and what it costs once."""
    if not results.paybacks:
        return Part(name="worth")
    note = words("worth.one_off_note")
    grids = [
        _paybacks(results, words),
        *_equal_cost(results, words),
        *(_curve(found, words) for found in results.acceptable),
        *_transition(results, words),
    ]
    return Part(name="worth", lead=(note,), grids=tuple(grids), points=tuple(_steps(results, words)))


def _curve(found: Acceptable, words: Words) -> Grid:
    """How often each option is the best buy, by what a step is worth."""
    rows = [
        (
            words.name("option", option),
            tuple(
                Cell(mean=percent(chance), span=None, verdict="higher", word=words("worth.buy"))
                if best == option
                else percent(chance)
                for chance, best in zip(chances, found.best, strict=True)
            ),
        )
        for option, chances in found.chance.items()
    ]
    caption = words(
        "worth.curve",
        outcome=words(f"outcome.{found.outcome}"),
        draws=found.draws,
        step=significant(found.step * scale(OUTCOMES[found.outcome].unit).factor, 2),
        unit=unit_of(found.outcome, words, change=True),
    )
    columns = tuple(words("worth.offer", yuan=fixed(offer, 0)) for offer in found.offers)
    return Grid(caption=caption, columns=(words("page.option"), *columns), rows=tuple(rows))


def _steps(results: Results, words: Words) -> list[str]:
    """One sentence a step from an efficient option to the next dearer one."""
    found, level = [], base_levels(results)
    for bargain in results.bargains:
        outcome, unit = words(f"outcome.{bargain.outcome}"), unit_of(bargain.outcome, words, change=True)
        factor = scale(OUTCOMES[bargain.outcome].unit).factor
        steps = [i for i in bargain.increments if i.extra_cost and i.extra_gain]
        for i in steps:
            cheaper, dearer = words.name("option", i.against[0]), words.name("option", i.option)
            cost, gain = significant(i.extra_cost or 0.0), significant((i.extra_gain or 0.0) * factor)
            counts = abs(i.extra_gain or 0.0) >= least_difference(level.get(bargain.outcome, 0.0))
            step = "worth.step" if counts else "worth.step_slight"
            found.append(words(step, outcome=outcome, cheaper=cheaper, dearer=dearer, cost=cost, gain=gain, unit=unit))
        if not steps:
            found.append(words("worth.none", outcome=outcome))
    return found


def _paybacks(results: Results, words: Words) -> Grid:
    rows = []
    for p in results.paybacks:
        years = words("worth.never") if p.years is None else significant(p.years) if p.years else words("worth.nothing")
        running = span_of(p.running, p.running_interval, words)
        rows.append((words.name("option", p.option), (significant(p.one_off), running, years)))
    return Grid(
        caption=words("worth.payback"),
        columns=(words("page.option"), words("worth.one_off"), words("worth.running"), words("worth.years")),
        rows=tuple(rows),
    )


def _equal_cost(results: Results, words: Words) -> list[Grid]:
    if not results.equal_cost:
        return []
    outcomes = tuple(dict.fromkeys(e.outcome for e in results.equal_cost))
    by = {(e.option, e.outcome): e for e in results.equal_cost}
    rows = []
    for option in dict.fromkeys(e.option for e in results.equal_cost):
        cells = [
            span_of(e.effect, e.interval, words, scale(OUTCOMES[o].unit).factor) if (e := by.get((option, o))) else ""
            for o in outcomes
        ]
        rows.append((words.name("option", option), tuple(cells)))
    cost = significant(results.equal_cost[0].cost)
    caption = words("worth.equal", cost=cost, base=base_of(results, words))
    return [
        Grid(
            caption=f"{caption}. {words('worth.equal_note')}",
            columns=(words("page.option"), *(with_unit(o, words) for o in outcomes)),
            rows=tuple(rows),
        )
    ]


def _transition(results: Results, words: Words) -> list[Grid]:
    stretches = tuple(dict.fromkeys((m.from_day, m.until_day) for m in results.transition))
    if len(stretches) < 2:
        return []
    by = {(m.option, m.from_day): m for m in results.transition}
    rows = [
        (
            words.name("option", option),
            tuple(
                span_of(m.paired.mean, m.paired.interval, words) if (m := by.get((option, start))) else ""
                for start, _ in stretches
            ),
        )
        for option in dict.fromkeys(m.option for m in results.transition)
    ]
    columns = [words("worth.stretch", start=start, end=end) for start, end in stretches]
    caption = f"{words('worth.transition')} ({words('unit.days')})"
    return [Grid(caption=caption, columns=(words("page.option"), *columns), rows=tuple(rows))]
