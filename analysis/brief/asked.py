"""What the committee also asks: what opens and closes, who walks further, what more brings, what to measure first."""

from __future__ import annotations

from analysis.brief.decided import Grid, Part, base_of, with_unit
from analysis.brief.hanging import lever_name
from analysis.brief.numbers import fixed, percent, scale, significant
from analysis.brief.reached import reach
from analysis.brief.reading import Cell, base_levels, level_cell, paired_cell, span_of, unit_of
from analysis.brief.words import Words
from analysis.compare import verdict
from analysis.decision.margins import Margins, More
from analysis.decision.standing import FURTHER, KINDS, REMOTE, Standing, Walking
from analysis.results import Results
from sim.outcomes import OUTCOMES

WHOLE = ("offices", "office_windows", "halls", "hall_windows", "compound_stations")  # counted, not in parts of a post
DUTIES = ("off_service_hours", "coordination_hours", "solved_share", "within_deadline")
Row = tuple[str, tuple[str | Cell, ...]]


def parts(results: Results, words: Words) -> list[Part]:
    """The pieces; one that the results say nothing of has no tables."""
    return [make(results, words) for make in (standing, walking, reach, margins, duties, knowing)]


def standing(results: Results, words: Words) -> Part:
    """Offices, windows and posts by district, for options that change any."""
    grids = []
    for option in dict.fromkeys(row.option for row in results.standing):
        own = [row for row in results.standing if row.option == option]
        kinds = [kind for kind in KINDS if any(row.kind == kind for row in own)]
        by = {(row.district, row.kind): row for row in own}
        rows: list[Row] = []
        for row in {r.district: r for r in own}.values():
            name = words.either(en=row.district_en, zh=row.district) or words("standing.all")
            cells = [_change(by.get((row.district, kind)), words) for kind in kinds]
            rows.append((name, tuple(cells)))
        grids.append(
            Grid(
                caption=words.name("option", option),
                columns=(words("places.district"), *(words(f"standing.{kind}") for kind in kinds)),
                rows=tuple(rows),
            )
        )
    lead = words("standing.lead", share=percent(results.share), base=base_of(results, words))
    return Part(name="standing", heading=words("standing.heading"), lead=(lead,), grids=tuple(grids))


def _change(row: Standing | None, words: Words) -> str:
    if row is None:
        return words("standing.same")
    places = 0 if row.kind in WHOLE else 1
    return words("standing.change", before=fixed(row.before, places), after=fixed(row.after, places))


def walking(results: Results, words: Words) -> Part:
    """Longer ways, their price, and the villages that lose most."""
    if not results.walking:
        return Part(name="walking")
    keys = ("further", "older", "minutes", "remote", "hours", "price")
    rows: list[Row] = [
        (
            words.name("option", w.option),
            (
                fixed(w.further, 0),
                fixed(w.older, 0),
                significant(w.minutes),
                words("standing.change", before=fixed(w.remote_before, 0), after=fixed(w.remote_after, 0)),
                fixed(w.hours, 0),
                significant(w.price),
            ),
        )
        for w in results.walking
    ]
    one = results.walking[0]
    lead = words(
        "walking.lead",
        further=fixed(FURTHER, 0),
        remote=fixed(REMOTE, 0),
        visits=significant(one.visits),
        hour=fixed(one.hour, 0),
        share=percent(results.share),
    )
    table = Grid(
        caption=words("walking.table"),
        columns=(words("page.option"), *(words(f"walking.{key}") for key in keys)),
        rows=tuple(rows),
    )
    grids = (table, *(_villages(w, words) for w in results.walking if w.villages))
    return Part(name="walking", heading=words("walking.heading"), lead=(lead, words("places.warning")), grids=grids)


def _villages(w: Walking, words: Words) -> Grid:
    rows: list[Row] = [
        (
            v.name,
            (
                v.town,
                words.either(en=v.district_en, zh=v.district),
                fixed(v.residents, 0),
                fixed(v.older, 0),
                words("standing.change", before=significant(v.before), after=significant(v.after)),
            ),
        )
        for v in w.villages
    ]
    return Grid(
        caption=words("walking.villages", option=words.name("option", w.option)),
        columns=(
            words("places.community"),
            words("places.town"),
            words("places.district"),
            words("places.residents"),
            words("walking.of_60"),
            words("walking.way"),
        ),
        text=2,
        rows=tuple(rows),
    )


def margins(results: Results, words: Words) -> Part:
    """What a little more of one thing brings, how many branches to keep, how long a surge lasts."""
    m = results.margins
    if m is None:
        return Part(name="margins")
    lead = words(
        "margins.lead", runs=m.replications, share=percent(m.share), residents=fixed(m.residents, 0),
        base=base_of(results, words),
    )  # fmt: skip
    grids = [_more(m, words), *_kept(m, results, words), *_surge(m, words)]
    return Part(
        name="margins",
        heading=words("margins.heading"),
        lead=(lead,),
        grids=tuple(g for g in grids if g.rows),
        points=tuple(_break_even(m, words)),
    )


def _more(m: Margins, words: Words) -> Grid:
    def one(row: More) -> str:
        if row.one_days is None or row.one_met is None:
            return words("page.none")
        return words("margins.one_of", days=fixed(row.one_days, 1), met=fixed(row.one_met, 1))

    def where(row: More) -> str:
        if row.there is None:
            return words("page.none")
        name = words.either(en=row.where_en, zh=row.where)
        return words("margins.there", district=name, days=significant(row.there, 2))

    rows: list[Row] = [
        (
            words(f"margins.{row.what}"),
            (
                where(row),
                significant(row.cost),
                paired_cell(row.days, verdict(row.days, "higher"), words),
                paired_cell(row.met, verdict(row.met, "higher"), words),
                one(row),
            ),
        )
        for row in m.more
    ]
    return Grid(
        caption=words("margins.table"),
        columns=tuple(words(f"margins.{key}") for key in ("what", "where", "cost", "days", "met", "one")),
        text=1,
        rows=tuple(rows),
    )


def _kept(m: Margins, results: Results, words: Words) -> list[Grid]:
    if not m.kept:
        return []
    outcomes = tuple(dict.fromkeys(k.outcome for k in m.kept))
    by = {(k.share, k.outcome): k.paired for k in m.kept}
    rows: list[Row] = []
    level = base_levels(results)
    for share in dict.fromkeys(k.share for k in m.kept):
        cells = [
            paired_cell(
                by[share, o], verdict(by[share, o], OUTCOMES[o].better), words, scale(OUTCOMES[o].unit).factor,
                level=level.get(o),
            )
            for o in outcomes
        ]  # fmt: skip
        rows.append((percent(share), tuple(cells)))
    caption = words("margins.kept", option=words.name("option", m.merge), base=base_of(results, words))
    columns = (words("margins.share"), *(with_unit(o, words) for o in outcomes))
    return [Grid(caption=caption, columns=columns, rows=tuple(rows))]


def _break_even(m: Margins, words: Words) -> list[str]:
    """One sentence an outcome whose sign turns with the branches kept; one more where none does."""
    turning = [b for b in m.break_even if b.share is not None]
    if m.kept and not turning:
        return [words("margins.never")]
    return [
        words("margins.even", outcome=words(f"outcome.{b.outcome}"), share=percent(b.share or 0.0)) for b in turning
    ]


def _surge(m: Margins, words: Words) -> list[Grid]:
    rows: list[Row] = []
    for s in m.surged:
        first = words.either(en=s.first_en, zh=s.first)
        worst = words("margins.worst", district=first, peak=significant(s.first_peak)) if s.first_peak > 0.0 else ""
        days = words("margins.not_cleared") if s.days is None else str(s.days)
        rows.append((words.name("option", s.option), (significant(s.peak), days, worst)))
    keys = ("peak", "cleared", "worst_column")
    return [
        Grid(
            caption=words("margins.surge", days=m.surge_days),
            columns=(words("page.option"), *(words(f"margins.{key}") for key in keys)),
            rows=tuple(rows),
        )
    ]


def duties(results: Results, words: Words) -> Part:
    """Time off service and in coordination, and what closing says of solving: levels by option."""
    by = {(x.option, x.outcome): x for x in results.levels if x.scenario == results.scenario}
    rows: list[Row] = []
    for outcome in DUTIES:
        levels = [by.get((option.name, outcome)) for option in results.options]
        if not any(levels):
            continue
        cells = [level_cell(x, words) if x else words("page.missing") for x in levels]
        rows.append((f"{words(f'outcome.{outcome}')} ({unit_of(outcome, words, change=False)})", tuple(cells)))
    table = Grid(
        caption=words("duties.table"),
        columns=(words("page.outcome"), *(words.name("option", option.name) for option in results.options)),
        rows=tuple(rows),
    )
    return Part(
        name="duties", heading=words("duties.heading"), lead=(words("duties.lead"),), grids=(table,) if rows else ()
    )


def knowing(results: Results, words: Words) -> Part:
    """The assumptions most worth knowing, with the gain in every outcome whose choice hangs on them."""
    known = results.knowing
    if known is None:
        return Part(name="knowing")
    outcomes = tuple(known.everything)
    rows: list[Row] = []
    for m in known.first:
        by = {k.outcome: k for k in m.outcomes}
        cells = []
        for o in outcomes:
            k, factor = by[o], scale(OUTCOMES[o].unit).factor
            gain = words(
                "knowing.gain",
                value=significant(k.value * factor, 2),
                error=significant(k.se * factor, 2),
                changes=percent(k.changes),
            )
            cells.append(gain if k.value > 0.0 else words("knowing.none"))
        rows.append((lever_name(m.lever, words), tuple(cells)))
    if rows:
        best = [span_of(known.everything[o] * scale(OUTCOMES[o].unit).factor, None, words) for o in outcomes]
        rows.append((words("knowing.everything"), tuple(best)))
    table = Grid(
        caption=words("knowing.table"),
        columns=(words("assumptions.lever"), *(with_unit(o, words) for o in outcomes)),
        rows=tuple(rows),
    )
    backed = words("knowing.backed", assumed=results.levers_assumed, levers=results.levers)
    lead = (words("knowing.lead"), backed)
    return Part(name="knowing", heading=words("knowing.heading"), lead=lead, grids=(table,) if rows else ())
