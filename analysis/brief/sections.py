"""The tables of the brief: results in, plain rows of text out; the template only lays them out."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.brief.decided import assumed_cell, bounds_shown
from analysis.brief.numbers import fixed, percent, significant, spanned
from analysis.brief.reading import (
    Cell,
    Lookup,
    advice,
    assumed_effects,
    assumed_span,
    effect_cell,
    headline,
    level_cell,
    unit_of,
)
from analysis.brief.words import Words
from analysis.compare import BCA_FROM, Effect
from analysis.decision.assumed import AssumedEffect
from analysis.decision.runs import HEADLINE, INDIFFERENCE
from analysis.places import MEASURES
from analysis.results import Results
from analysis.spread import GROUPS, QUANTILES
from sim.outcomes import OUTCOMES
from sim.world.accounts import PAID

FEW_RUNS = 5
HALF, MOST = 0.5, 0.9  # of cases closed
Table = dict[str, Any]


def names(results: Results, words: Words) -> list[str]:
    """The options as shown, in order."""
    return [words.name("option", option.name) for option in results.options]


def setting(results: Results, words: Words) -> str:
    """One sentence: who was simulated, how long, how often."""
    return words(
        "page.setting",
        residents=fixed(results.residents, 0),
        share=percent(results.share),
        days=results.days,
        warmup=results.warmup,
        runs=len(results.options[0].digests),
        scenario=words.name("scenario", results.scenario),
    )


def warnings(results: Results, words: Words) -> list[str]:
    """What a reader must know before the first number."""
    runs = len(results.options[0].digests)
    found = []
    if results.broken:
        found.append(words("decision.broken", checks=words.listing(list(results.broken))))
    if runs == 1:
        found.append(words("decision.one_run"))
    elif runs < FEW_RUNS:
        found.append(words("decision.few", runs=runs))
    for what, months, days in dict.fromkeys((u.what, u.months, u.days) for u in results.unseen):
        options = [words.name("option", u.option) for u in results.unseen if (u.what, u.months) == (what, months)]
        found.append(words(f"unseen.{what}", options=words.listing(options), months=months, days=days))
    return found


def decision(results: Results, look: Lookup, words: Words) -> Table:
    """The first page: advice, the table of options by headline outcomes, who loses, what would change the answer."""
    lead, lines = advice(results, words)
    base, *rest = results.options
    base_name = words.name("option", base.name)
    shown = headline(results, results.scenario)
    changes = {(c.option, c.measure): c for c in results.changes}
    further = {w.option: w.share for w in results.walking}
    over = assumed_effects(results)
    rows = [
        {
            "name": words.name("option", option.name),
            "cells": [
                (words(f"outcome.{o}"), _effect(look, (results.scenario, option.name, o), over, words)) for o in shown
            ],
            "losers": words(
                "decision.losers_cell",
                days=percent(changes[option.name, "days"].worse),
                unmet=percent(changes[option.name, "unmet"].worse),
                walk=percent(further.get(option.name, 0.0)),
            ),
        }
        for option in rest
    ]
    runs = len(base.digests)
    note = words("decision.note_bca") if runs >= BCA_FROM else words("decision.note_t", least=BCA_FROM)
    return {
        "lead": lead,
        "lines": lines,
        "rows": rows,
        "caption": words("decision.table", base=base_name, level=percent(results.confidence)),
        "columns": [(words(f"outcome.{o}"), unit_of(o, words, change=True)) for o in shown],
        "base": (
            base_name,
            [
                (
                    words(f"outcome.{o}"),
                    level_cell(look.levels[results.scenario, base.name, o], words),
                    unit_of(o, words, change=False),
                )
                for o in shown
            ],
        ),
        "note": note,
        "race": ended(results, words),
        "assumed": over_note(results, words),
        "chance": words("decision.chance", assumed=results.levers_assumed, levers=results.levers),
    }


def _effect(
    look: Lookup, key: tuple[str, str, str], over: Mapping[tuple[str, str], AssumedEffect], words: Words
) -> Cell | None:
    """An effect with both its intervals; sure of chance and yet of either sign over assumptions, it hangs on them."""
    effect = look.effects.get(key)
    if effect is None:
        return None
    wide = over.get((effect.option, effect.outcome))
    cell = effect_cell(effect, words, level=look.base(effect), over=wide)
    if wide is None or assumed_span(wide) is None:
        return cell
    cell = replace(cell, assumed=assumed_cell(wide, words))
    return replace(cell, verdict="unclear", word=words("assumed.hangs")) if hangs(effect, wide) else cell


def hangs(effect: Effect, over: AssumedEffect) -> bool:
    """Sure of chance, and yet of either sign over assumptions."""
    same_side = over.low > 0.0 if effect.paired.mean > 0.0 else over.high < 0.0
    return effect.verdict in ("better", "worse") and not same_side


def ended(results: Results, words: Words) -> list[str]:
    """How the runs ended, and what the choice of an option on one outcome guarantees."""
    runs, sampling, verdict = len(results.options[0].digests), results.sampling, results.verdict
    found = [words(f"race.{sampling.ended}", runs=runs, most=sampling.most)]
    if results.choices:
        error, delta = percent(1.0 - results.confidence, 1), percent(INDIFFERENCE, 1)
        found.append(words("choice.wrong", error=error, delta=delta))
        found.append(words("verdict.slight_note"))
    if verdict.chance is not None:
        found.append(words("choice.chance", chance=percent(verdict.chance)))
    if any(payback.one_off for payback in results.paybacks):
        found.append(words("worth.one_off_note"))
    if verdict.more:
        found.append(words("choice.more", more=fixed(verdict.more, 0)))
    return found


def over_note(results: Results, words: Words) -> str:
    """Which interval is which; "" where no assumption was drawn."""
    a = results.assumed
    if a is None:
        return ""
    note = words("assumed.note", draws=a.draws, share=percent(a.share), **bounds_shown())
    outside = [words("assumed.outside_note")] if any(e.outside and e.outcome in HEADLINE for e in a.effects) else []
    return " ".join([note, words("assumed.hangs_note"), *outside])


def option_rows(results: Results, words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each option does, rollout by rollout: in words, and the values of the reform."""
    found = []
    for option in results.options:
        lines = []
        for step in option.steps:
            values = [f"{key}={value}" for key, value in step.values.items()]
            when = [words("options.from_day", day=step.from_day)] if step.from_day else []
            if step.until_day is not None:
                when.append(words("options.until_day", day=step.until_day))
            if step.districts:
                when.append(words("options.where", codes=words.listing([str(code) for code in step.districts])))
            lines.append((words.phrases([words.name("reform", step.reform), *when]), " ".join(values)))
        found.append((words.name("option", option.name), lines or [(words("options.nothing"), "")]))
    return found


def outcome_rows(results: Results, look: Lookup, words: Words, scenario: str, outcomes: tuple[str, ...]) -> list[Table]:
    """One row an outcome: level under the base, then the effect of every other option; over assumptions, which were
    drawn in the main scenario, too."""
    base, *rest = results.options
    over = assumed_effects(results) if scenario == results.scenario else {}
    themes = list(dict.fromkeys(OUTCOMES[name].theme for name in outcomes))
    rows = []
    for name in sorted(outcomes, key=lambda name: themes.index(OUTCOMES[name].theme)):
        level = look.levels.get((scenario, base.name, name))
        if level is None:
            continue
        rows.append(
            {
                "name": words(f"outcome.{name}"),
                "meaning": words(f"meaning.{name}"),
                "theme": words(f"theme.{OUTCOMES[name].theme}"),
                "unit": unit_of(name, words, change=False),
                "change": unit_of(name, words, change=True),
                "level": level_cell(level, words),
                "cells": [_effect(look, (scenario, option.name, name), over, words) for option in rest],
            }
        )
    return rows


def reduction(results: Results, words: Words) -> str | None:
    """How much pairing cut the variance, over the headline outcomes."""
    shown = headline(results, results.scenario)
    factors = [
        e.paired.variance_reduction
        for e in results.effects
        if e.scenario == results.scenario and e.outcome in shown and e.paired.variance_reduction is not None
    ]
    return words("effects.reduction", factor=significant(statistics.median(factors), 2)) if factors else None


def spread_rows(results: Results, words: Words) -> Table:
    """Days within which half and most of the cases are closed, by group and option."""
    by = {(s.group, s.option): s.quantiles for s in results.spreads}
    half, most = QUANTILES.index(HALF), QUANTILES.index(MOST)
    rows = []
    for group in GROUPS:
        found = [by[group, option.name] for option in results.options]
        if any(found):
            rows.append((words(f"group.{group}"), [q and (significant(q[half]), significant(q[most])) for q in found]))
    return {"caption": words("spread.table", half=percent(HALF), most=percent(MOST)), "rows": rows}


def costs(results: Results) -> list[str]:
    """The accounts that are costs and not nought under every option."""
    paid = dict.fromkeys(m.account for m in results.money if m.account.startswith(PAID) and m.yuan_per_resident != 0.0)
    return list(paid)


def money_rows(results: Results, words: Words) -> list[tuple[str, list[str], bool]]:
    """Yuan per resident by account, one column an option: costs, their total (marked), then what became of the fund."""
    yuan = {(m.option, m.account): m.yuan_per_resident for m in results.money}
    options = [o.name for o in results.options]
    accounts = costs(results)
    others = [a for a in dict.fromkeys(m.account for m in results.money) if not a.startswith(PAID)]

    def row(account: str) -> tuple[str, list[str], bool]:
        return words.name("account", account), [significant(yuan.get((o, account), 0.0)) for o in options], False

    total = [significant(results.costs[o]) for o in options]
    return [*map(row, accounts), *([(words("money.total"), total, True)] if accounts else []), *map(row, others)]


def place_rows(results: Results, words: Words) -> Table:
    """Shares of residents who gain and lose by option and measure, and the communities that lose most."""
    shares, worst = [], []
    for change in results.changes:
        name, measure = words.name("option", change.option), words(f"measure.{change.measure}")
        shares.append((name, measure, percent(change.better), percent(change.worse), percent(change.unclear)))
        factor, unit = (1.0, words("unit.days")) if change.measure == "days" else (100.0, words("unit.points"))
        for p in change.worst:
            mean, low, high = spanned(p.change * factor, p.low * factor, p.high * factor, signed=True)
            worst.append(
                (
                    name,
                    measure,
                    p.name,
                    p.town,
                    words.either(en=p.district_en, zh=p.district),
                    fixed(p.residents, 0),
                    significant(p.base * factor),
                    mean,
                    words("page.interval", low=low, high=high),
                    unit,
                )
            )
    return {"shares": shares, "worst": worst, "measures": len(MEASURES)}


def load_rows(results: Results, words: Words) -> list[tuple[str, list[str]]]:
    """Utilisation by kind of station, one column an option."""
    kinds = dict.fromkeys(kind for loads in results.utilisation.values() for kind in loads)
    return [
        (words.name("station", kind), [percent(results.utilisation[o.name].get(kind, 0.0)) for o in results.options])
        for kind in kinds
    ]
