"""Service windows within a walk: what each option leaves residents, who has less, and where nothing is left."""

from __future__ import annotations

from analysis.brief.decided import Grid, Part, base_of
from analysis.brief.numbers import fixed, percent, significant
from analysis.brief.words import Words
from analysis.decision.reach import Reach
from analysis.results import Results

DIGITS = 3  # of shares, whose changes are small
LEVELS = ("minutes", "gini", "none", "older_urban", "older_rural")
FATES = ("fewer", "more", "lost_all")


def reach(results: Results, words: Words) -> Part:
    """The base, then the options that change somebody's access; the districts in which most are left without."""
    base, *rest = results.reach
    changed = [row for row in rest if _moves(row)]
    before = _levels(base, words)
    rows = [(base_of(results, words), (*before, *(words("page.none") for _ in FATES)))]
    for row in changed:
        pairs = zip(before, _levels(row, words), strict=True)
        cells = [was if was == now else words("standing.change", before=was, after=now) for was, now in pairs]
        rows.append((words.name("option", row.option), (*cells, *_fates(row, words))))
    within = fixed(base.catchment, 0)
    table = Grid(
        caption=words("reach.table", catchment=within),
        columns=(words("page.option"), *(words(f"reach.{key}") for key in (*LEVELS, *FATES))),
        rows=tuple(rows),
    )
    lead = words(
        "reach.lead", catchment=within, least=significant(base.least), base=base_of(results, words),
        share=percent(results.share),
    )  # fmt: skip
    grids = tuple(g for g in (table, _districts(changed, words)) if g.rows)
    return Part(name="reach", heading=words("reach.heading"), lead=(lead,), grids=grids)


def _moves(row: Reach) -> bool:
    """Does an option change what anybody has in reach?"""
    return any((row.minutes_change, row.gini_change, row.none_change, row.fewer, row.more, row.lost_all))


def _levels(row: Reach, words: Words) -> tuple[str, ...]:
    shares = (row.none, row.none_older_urban, row.none_older_rural)
    return (
        significant(row.minutes),
        words("page.missing") if row.gini is None else fixed(row.gini, DIGITS),
        *(words("page.missing") if share is None else percent(share, DIGITS) for share in shares),
    )


def _fates(row: Reach, words: Words) -> tuple[str, ...]:
    some = ((row.fewer, row.fewer_share), (row.more, row.more_share), (row.lost_all, row.lost_all_share))
    return tuple(words("reach.some", people=fixed(people, 0), share=percent(share)) for people, share in some)


def _districts(rows: list[Reach], words: Words) -> Grid:
    """Where the share of residents without a window grows most, by option."""
    return Grid(
        caption=words("reach.districts"),
        columns=(
            words("page.option"),
            words("places.district"),
            words("places.residents"),
            words("reach.none"),
        ),
        text=1,
        rows=tuple(
            (
                words.name("option", row.option),
                (
                    words.either(en=d.district_en, zh=d.district),
                    fixed(d.residents, 0),
                    words("standing.change", before=percent(d.before, DIGITS), after=percent(d.after, DIGITS)),
                ),
            )
            for row in rows
            for d in row.districts
        ),
    )
