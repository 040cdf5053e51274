"""What tables of effects and levels say in words: shared by the brief and by tables on a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.brief.numbers import scale, spanned
from analysis.brief.words import Words
from analysis.compare import Effect
from analysis.decision.runs import HEADLINE
from analysis.results import Results
from analysis.rows import Level
from sim.outcomes import OUTCOMES


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number with its interval, as shown; verdict is a key of the words ("" for a level)."""

    mean: str
    span: str | None
    verdict: str
    word: str


def unit_of(outcome: str, words: Words, *, change: bool) -> str:
    """The unit behind a level or a change of an outcome, as shown."""
    shown = scale(OUTCOMES[outcome].unit)
    return words(shown.change if change else shown.level)


Span = tuple[float, float | None, float | None]


def effect_span(effect: Effect) -> Span:
    """Mean, low and high of an effect in the shown unit."""
    factor, interval = scale(OUTCOMES[effect.outcome].unit).factor, effect.paired.interval
    if interval is None:
        return effect.paired.mean * factor, None, None
    return effect.paired.mean * factor, interval.low * factor, interval.high * factor


def level_span(level: Level) -> Span:
    """Mean, low and high of a level in the shown unit."""
    factor = scale(OUTCOMES[level.outcome].unit).factor
    if level.low is None or level.high is None:
        return level.mean * factor, None, None
    return level.mean * factor, level.low * factor, level.high * factor


def effect_cell(effect: Effect, words: Words) -> Cell:
    """The effect in the shown unit with its interval and verdict."""
    mean, low, high = spanned(*effect_span(effect), signed=True)
    return Cell(
        mean=mean, span=_span(mean, low, high, words), verdict=effect.verdict, word=words(f"verdict.{effect.verdict}")
    )


def level_cell(level: Level, words: Words) -> Cell:
    """The level in the shown unit with its interval."""
    mean, low, high = spanned(*level_span(level), signed=False)
    return Cell(mean=mean, span=_span(mean, low, high, words), verdict="", word="")


def _span(mean: str, low: str | None, high: str | None, words: Words) -> str | None:
    """The interval in words; none where luck has no part and both ends read as the mean does."""
    return None if low is None or low == mean == high else words("page.interval", low=low, high=high)


@dataclass(frozen=True)
class Lookup:
    """Effects and levels of results by scenario, option and outcome."""

    effects: dict[tuple[str, str, str], Effect]
    levels: dict[tuple[str, str, str], Level]

    @classmethod
    def of(cls, results: Results) -> Lookup:
        """Index the results once."""
        return cls(
            {(e.scenario, e.option, e.outcome): e for e in results.effects},
            {(x.scenario, x.option, x.outcome): x for x in results.levels},
        )


def headline(results: Results, scenario: str) -> tuple[str, ...]:
    """The headline outcomes that these results have."""
    present = {level.outcome for level in results.levels if level.scenario == scenario}
    return tuple(name for name in HEADLINE if name in present)


def advice(results: Results, words: Words) -> tuple[str, tuple[str, ...]]:
    """The sentence of the decision and one sentence a headline outcome: a winner only where one can be told apart."""
    if len(results.options) < 2:
        return words("decision.lone"), ()
    leading = {x.outcome: x.options for x in results.leading if x.scenario == results.scenario}
    shown = [(name, leading[name]) for name in headline(results, results.scenario) if name in leading]
    single = {best[0] for _, best in shown if len(best) == 1}
    lines = []
    for name, best in shown:
        outcome = words(f"outcome.{name}")
        names = [words.name("option", option) for option in best]
        if len(best) == 1:
            lines.append(words("decision.leads", outcome=outcome, option=names[0]))
        else:
            lines.append(words("decision.tied", outcome=outcome, options=words.listing(names)))
    if len(single) == 1 and all(len(best) == 1 for _, best in shown):
        return words("decision.recommendation", option=words.name("option", single.pop())), tuple(lines)
    return words("decision.trade_off" if single else "decision.no_best"), tuple(lines)
