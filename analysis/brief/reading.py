"""What tables of effects and levels say in words: shared by the brief and by tables on a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.brief.numbers import scale, significant, spanned
from analysis.brief.words import Words
from analysis.compare import Effect, Interval, Paired
from analysis.decision.assumed import AssumedEffect
from analysis.decision.choice import Choice
from analysis.decision.runs import HEADLINE, least_difference
from analysis.results import Results
from analysis.rows import Level
from sim.outcomes import OUTCOMES


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number with its interval, as shown; verdict is a key of the words ("" for a level).

    `assumed` is the interval over assumptions, in words; "" where there is none.
    """

    mean: str
    span: str | None
    verdict: str
    word: str
    assumed: str = ""


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


def assumed_effects(results: Results) -> dict[tuple[str, str], AssumedEffect]:
    """Effects over assumptions by option and outcome; empty where none were drawn."""
    return {(e.option, e.outcome): e for e in results.assumed.effects} if results.assumed else {}


def assumed_span(effect: AssumedEffect | None) -> tuple[float, float] | None:
    """Both ends of an effect over assumptions in the shown unit; None where there is none or nothing moves."""
    if effect is None or effect.low == effect.high == 0.0:
        return None
    factor = scale(OUTCOMES[effect.outcome].unit).factor
    return effect.low * factor, effect.high * factor


def level_span(level: Level) -> Span:
    """Mean, low and high of a level in the shown unit."""
    factor = scale(OUTCOMES[level.outcome].unit).factor
    if level.low is None or level.high is None:
        return level.mean * factor, None, None
    return level.mean * factor, level.low * factor, level.high * factor


def effect_cell(effect: Effect, words: Words, *, level: Level | None, over: AssumedEffect | None = None) -> Cell:
    """The effect in the shown unit with its interval and verdict; `level` is the base's."""
    factor = scale(OUTCOMES[effect.outcome].unit).factor
    base = level.mean if level else None
    return paired_cell(effect.paired, effect.verdict, words, factor, level=base, over=over)


def paired_cell(
    effect: Paired, verdict: str, words: Words, factor: float = 1.0, *, level: float | None = None,
    over: AssumedEffect | None = None,
) -> Cell:  # fmt: skip
    """Any paired change times a factor, with its interval and verdict; `level` is the base's, before the factor."""
    i = effect.interval
    low, high = (i.low * factor, i.high * factor) if i else (None, None)
    mean, shown_low, shown_high = spanned(effect.mean * factor, low, high, signed=True)
    little = slight(effect, verdict, level, over)
    return Cell(
        mean=mean, span=_span(mean, shown_low, shown_high, words), verdict=f"{verdict} slight" if little else verdict,
        word=words(f"verdict.slightly_{verdict}" if little else f"verdict.{verdict}"),
    )  # fmt: skip


def slight(effect: Paired, verdict: str, level: float | None, over: AssumedEffect | None = None) -> bool:
    """Surely better or worse, but by less than counts as a difference wherever in its intervals it lies."""
    interval = effect.interval
    if level is None or interval is None or verdict not in ("better", "worse"):
        return False
    ends = [interval.low, interval.high, *((over.low, over.high) if over else ())]
    return all(abs(end) < least_difference(level) for end in ends)


def span_of(mean: float, interval: Interval | None, words: Words, factor: float = 1.0) -> str:
    """A change times a factor with its interval, as one text."""
    low, high = (interval.low * factor, interval.high * factor) if interval else (None, None)
    text, shown_low, shown_high = spanned(mean * factor, low, high, signed=True)
    span = _span(text, shown_low, shown_high, words)
    return f"{text} ({span})" if span else text


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

    def base(self, effect: Effect) -> Level | None:
        """The level that an effect is a change of."""
        return self.levels.get((effect.scenario, effect.base, effect.outcome))


def base_levels(results: Results) -> dict[str, float]:
    """Each outcome under the base in the main scenario."""
    base = results.options[0].name
    return {x.outcome: x.mean for x in results.levels if (x.scenario, x.option) == (results.scenario, base)}


def headline(results: Results, scenario: str) -> tuple[str, ...]:
    """The headline outcomes that these results have."""
    present = {level.outcome for level in results.levels if level.scenario == scenario}
    return tuple(name for name in HEADLINE if name in present)


def advice(results: Results, words: Words) -> tuple[str, tuple[str, ...]]:
    """The sentence of the decision and one sentence a headline outcome: a winner only where one can be told apart."""
    verdict = results.verdict
    if verdict.kind == "lone":
        return words("decision.lone"), ()
    lines = tuple(_line(choice, words) for choice in results.choices if choice.scenario == results.scenario)
    if verdict.kind == "best" and verdict.option is not None:
        return words("decision.recommendation", option=words.name("option", verdict.option)), lines
    return words(f"decision.{verdict.kind}"), lines


def _line(choice: Choice, words: Words) -> str:
    """What can be said of one outcome, in the shown unit."""
    outcome, unit = words(f"outcome.{choice.outcome}"), unit_of(choice.outcome, words, change=True)
    factor = scale(OUTCOMES[choice.outcome].unit).factor
    leader = words.name("option", choice.leader)
    delta = significant(choice.delta * factor, 2)
    if choice.best is not None:
        lead, low, high = spanned(
            choice.lead * factor, choice.lead_low * factor, choice.lead_high * factor, signed=False
        )
        return words("choice.best", outcome=outcome, option=leader, lead=lead, low=low, high=high, unit=unit)
    names = words.listing([words.name("option", option) for option in choice.among])
    if choice.level:
        return words("choice.level", outcome=outcome, options=names, delta=delta, unit=unit)
    if choice.race.selected is not None and choice.sequential:
        others = words.listing([words.name("option", o) for o in choice.among if o != choice.leader])
        return words("choice.near", outcome=outcome, option=leader, delta=delta, unit=unit, others=others)
    return words("choice.open", outcome=outcome, options=names)
