"""What the answer hangs on: intervals over assumptions, their drivers, where options fail; a package taken apart."""

from __future__ import annotations

from analysis.brief.decided import Grid, Part, base_of, bounds_shown, ends, with_unit
from analysis.brief.numbers import MINUS, fixed, percent, scale, significant
from analysis.brief.reading import Cell, base_levels, paired_cell, span_of
from analysis.brief.words import Words
from analysis.compare import verdict
from analysis.decision.assumed import Assumed, Swept
from analysis.decision.runs import HEADLINE
from analysis.results import Results
from sim.outcomes import OUTCOMES

SWITCHES = ("fund.keep_base_grants",)  # drawn levers that are yes or no


def parts(results: Results, words: Words) -> list[Part]:
    """The pieces; one that the results say nothing of has no tables."""
    return [best(results, words), assumed(results, words), apart(results, words)]


def best(results: Results, words: Words) -> Part:
    """How likely each option is the best: by the runs given the assumptions, and over draws of them."""
    chosen = {c.outcome: c.chance for c in results.choices if c.scenario == results.scenario and c.chance}
    drawn = {b.outcome: b for b in results.assumed.best} if results.assumed else {}
    rows: list[tuple[str, tuple[str | Cell, ...]]] = []
    for option in results.options if len(results.options) > 1 else ():
        cells = []
        for outcome, chance in chosen.items():
            runs = percent(chance[option.name])
            over = drawn.get(outcome)
            if over is None:
                cells.append(runs)
                continue
            share, error = percent(over.chance[option.name]), fixed(100.0 * over.error[option.name], 1)
            cells.append(words("best.cell", runs=runs, draws=share, error=error))
        rows.append((words.name("option", option.name), tuple(cells)))
    table = Grid(
        caption=words("best.table") + (words("best.draws", draws=results.assumed.draws) if results.assumed else ""),
        columns=(words("page.option"), *(words(f"outcome.{outcome}") for outcome in chosen)),
        rows=tuple(rows),
    )
    return Part(name="best", grids=(table,) if rows and chosen else ())


def assumed(results: Results, words: Words) -> Part:
    """Every headline effect over the draws, which option is best how often, and the ranges drawn from."""
    a = results.assumed
    if a is None:
        return Part(name="assumed")
    lead = words(
        "assumed.lead",
        draws=a.draws,
        asked=a.asked,
        levers=len(a.levers),
        share=percent(a.share),
        residents=fixed(a.residents, 0),
        **bounds_shown(),
    )
    return Part(
        name="assumed",
        heading=words("assumed.heading"),
        lead=(lead,),
        grids=tuple(g for g in (_effects(results, a, words), _drivers(a, words), _ranges(a, words)) if g.rows),
    )


def apart(results: Results, words: Words) -> Part:
    """Shapley values of the parts of a package, with what each does alone and last."""
    package = results.apart
    if package is None:
        return Part(name="apart")
    grids = []
    level = base_levels(results)
    moved = [taken for taken in package.outcomes if not all(s.effect.identical for s in taken.attribution.shares)]
    for taken in moved:
        factor, better = scale(OUTCOMES[taken.outcome].unit).factor, OUTCOMES[taken.outcome].better
        rows: list[tuple[str, tuple[str | Cell, ...]]] = [
            (
                _part_name(results, share.player, words),
                (
                    paired_cell(
                        share.effect, verdict(share.effect, better), words, factor, level=level.get(taken.outcome)
                    ),
                    span_of(share.first_in.mean, share.first_in.interval, words, factor),
                    span_of(share.last_in.mean, share.last_in.interval, words, factor),
                ),
            )
            for share in sorted(taken.attribution.shares, key=lambda s: -abs(s.effect.mean))
        ]
        total = taken.attribution.total
        whole = paired_cell(total, verdict(total, better), words, factor, level=level.get(taken.outcome))
        rows.append((words("apart.whole"), (whole, "", "")))
        grids.append(
            Grid(
                caption=with_unit(taken.outcome, words),
                columns=tuple(words(f"apart.{key}") for key in ("part", "share", "alone", "last")),
                rows=tuple(rows),
            )
        )
    lead = words(
        "apart.lead",
        option=words.name("option", package.option),
        runs=package.replications,
        share=percent(package.share),
        residents=fixed(package.residents, 0),
    )
    left_out = [words("apart.left_out")] if len(moved) < len(package.outcomes) else []
    return Part(name="apart", heading=words("apart.heading"), lead=(" ".join([lead, *left_out]),), grids=tuple(grids))


def _part_name(results: Results, part: str, words: Words) -> str:
    """A part of the package by its reform, as far as the words know it."""
    steps = {
        s.name: s.reform for o in results.options if results.apart and o.name == results.apart.option for s in o.steps
    }
    return words.name("reform", steps[part]) if part in steps else part.replace("_", " ")


def _effects(results: Results, a: Assumed, words: Words) -> Grid:
    rows: list[tuple[str, tuple[str | Cell, ...]]] = []
    for effect in a.effects:
        if effect.outcome not in HEADLINE or effect.low == effect.high == 0.0:
            continue
        factor = scale(OUTCOMES[effect.outcome].unit).factor
        low, high = ends(effect, words)
        name = words.phrases([words.name("option", effect.option), with_unit(effect.outcome, words)])
        rows.append(
            (
                name,
                (
                    words("page.interval", low=low, high=high),
                    span_of(effect.median * factor, None, words),
                    span_of(effect.mean * factor, None, words),
                    span_of(effect.as_assumed * factor, None, words),
                    *(
                        words("page.none") if x is None else percent(x)
                        for x in (effect.better, effect.worse, effect.luck)
                    ),
                ),
            )
        )
    keys = ("median", "as_assumed", "small", "better", "worse", "luck")
    return Grid(
        caption=words("assumed.table", base=base_of(results, words)),
        columns=(
            words("page.option"),
            words("assumed.span_column", **bounds_shown()),
            *(words(f"assumed.{key}") for key in keys),
        ),
        rows=tuple(rows),
    )


def _ranges(a: Assumed, words: Words) -> Grid:
    rows = []
    for lever in a.levers:
        value, low, high = (_number(x, lever, words, whole=True) for x in (lever.value, lever.low, lever.high))
        rows.append((lever_name(lever.lever, words), (value, words("page.interval", low=low, high=high))))
    return Grid(
        caption=words("assumed.ranges"),
        columns=(words("assumptions.lever"), words("assumed.value"), words("assumed.range")),
        rows=tuple(rows),
    )


def _drivers(a: Assumed, words: Words) -> Grid:
    """The levers that each effect surely moves with."""
    rows = []
    for option, outcome in dict.fromkeys((d.option, d.outcome) for d in a.drivers):
        levers = [
            words("assumed.lever", lever=lever_name(d.lever, words), correlation=fixed(d.correlation, 2, signed=True))
            for d in a.drivers
            if (d.option, d.outcome) == (option, outcome)
        ]
        name = words.phrases([words.name("option", option), words(f"outcome.{outcome}")])
        rows.append((name, (words.phrases(levers),)))
    return Grid(
        caption=words("assumed.drivers"),
        columns=(words("page.option"), words("assumptions.lever")),
        rows=tuple(rows),
        prose=True,
    )


def failing(results: Results, words: Words) -> tuple[str, ...]:
    """One sentence a box of assumptions under which an option does worse; then what to measure first."""
    a = results.assumed
    if a is None:
        return ()
    levers = {lever.lever: lever for lever in a.levers}
    found = []
    for box in a.failing:
        bounds = [
            words(
                "assumed.switched" if b.input in SWITCHES else f"assumed.{b.side}",
                lever=lever_name(b.input, words), value=_number(b.value, levers[b.input], words),
            )
            for b in box.bounds
        ]  # fmt: skip
        found.append(
            words(
                "assumed.failing",
                option=words.name("option", box.option),
                outcome=words(f"outcome.{box.outcome}"),
                bounds=words.phrases(bounds),
                density=percent(box.density),
                overall=percent(box.overall),
                coverage=percent(box.coverage),
            )
        )
    first = [lever_name(m.lever, words) for m in results.knowing.first] if results.knowing else []
    if first:
        found.append(words("knowing.first", levers=words.listing(first)))
    return tuple(found)


def lever_name(key: str, words: Words) -> str:
    """A drawn lever in words, or its own name."""
    return words.table.get(f"swept.{key}") or words.table.get(f"lever.{key}", key)


def _number(value: float, lever: Swept, words: Words, *, whole: bool = False) -> str:
    """A value of a lever, with all the digits it has or three: a switch by its words."""
    if lever.lever in SWITCHES:
        return words("page.yes_word") if value >= 0.5 else words("page.no_word")
    return (MINUS if value < 0 else "") + f"{abs(value):.10g}" if whole else significant(value)
