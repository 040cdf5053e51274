"""The decision as the brief shows it: honest wording, equal numbers, every number a key of results.json."""

from __future__ import annotations

import io
import json
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_records import LEVELS, OPTIONS, record
from PIL import Image
from test_written_brief import Page

from analysis.brief.backing import assumption_rows
from analysis.brief.document import DIGITS, brief
from analysis.brief.printed import _pieces, pictures
from analysis.brief.reading import advice
from analysis.brief.tree import tree
from analysis.brief.words import LANGUAGES, entries, words
from analysis.decision.apart import Coalitions
from analysis.decision.assumed import Draws, Swept
from analysis.decision.margins import Beside
from analysis.decision.runs import HEADLINE, Sampling
from analysis.results import Facts, Results, build
from experiments.margins import COUNTED, MORE
from sim.outcomes import OUTCOMES
from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout
from sim.trial import Record
from sim.world import City
from sim.world.tallies import TALLIES

NUMBER = re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?")
SECTIONS = (
    "assumed", "knowing", "apart", "equity", "robust", "weights", "margins", "standing", "walking", "reach", "duties",
)  # fmt: skip
DRAWS, PARTS = 40, ("grid", "fund")


@pytest.fixture(scope="session")
def whole(city: City) -> Results:
    """Results with everything: two scenarios, draws of assumptions, a package taken apart."""
    runs = {
        name: [record(city, r, effect, places=places) for r in range(8)]
        for name, (effect, places, _) in OPTIONS.items()
    }
    aged = {
        name: [record(city, r, -effect, places=places) for r in range(8)]
        for name, (effect, places, _) in OPTIONS.items()
    }
    closed = {"merge": {"keep_branches": 0.0}}  # so that somebody walks further
    options = {
        name: Option(
            name=name,
            rollouts=tuple(
                (key, Rollout(reform=REFORMS[key](**{**fields, **closed.get(key, {})}), from_day=28))
                for key, fields in reforms
            ),
        )
        for name, (_, _, reforms) in OPTIONS.items()
    }
    facts = Facts(
        options=options, days=90, warmup=28, seed=1, command="reformsim compare city=tiny", versions={"reformsim": "0"},
        sampling=Sampling(ended="settled", first=8, most=20), draws=_draws(), coalitions=_coalitions(),
        beside=_beside(city, runs),
    )  # fmt: skip
    return build(runs, city, facts=facts, others={"ageing": aged})


def _draws() -> Draws:
    rng = np.random.default_rng(8)
    points = rng.uniform(0.15, 0.45, (DRAWS, 1))

    def levels(factor: float) -> dict[str, float]:
        return {name: LEVELS.get(outcome.unit, 6.0) * factor for name, outcome in OUTCOMES.items()}

    return Draws(
        asked=DRAWS,
        residents=2400,
        share=1.0,
        levers=(Swept(lever="grid.patrol_share", value=0.3, low=0.15, high=0.45, log=False),),
        points=points,
        outcomes={name: [levels(1.0 + i * (x - 0.25)) for x in points[:, 0]] for i, name in enumerate(OPTIONS)},
        again={name: [levels(1.0 + 0.02 * i + 0.002 * r * i) for r in range(8)] for i, name in enumerate(OPTIONS)},
    )


def _coalitions() -> Coalitions:
    coalitions = [frozenset(c) for size in range(3) for c in combinations(PARTS, size)]
    luck = np.random.default_rng(9).normal(0.0, 0.1, 8)
    return Coalitions(
        option="grid_300_same_staff",
        parts=PARTS,
        residents=2400,
        share=1.0,
        outcomes={c: [{o: 6.0 - len(c) + x * len(c) for o in HEADLINE} for x in luck] for c in coalitions},
    )


def _beside(city: City, runs: Mapping[str, Sequence[Record]]) -> Beside:
    """Runs of everything a little better than under the status quo, in a city whose cases come and go."""
    rng = np.random.default_rng(10)

    def counted(records: Sequence[Record], more: int) -> list[Record]:
        daily = rng.poisson(50.0, (90, 1, len(TALLIES))) + more
        daily[40:45, 0, TALLIES.index("arrived")] += 300 * more
        daily[45:, 0, TALLIES.index("departed")] = daily[45:, 0, TALLIES.index("arrived")] + 10 * more
        return [replace(r, daily=daily) for r in records]

    base, better = runs["status_quo"], runs["grid_300_same_staff"]
    dearer = [replace(r, outcomes={**r.outcomes, "cost_per_resident": 2_000.0}) for r in better]
    return Beside(
        residents=2400, share=1.0, days=90, warmup=28, districts=(("甲区", "First", 2400),), today=counted(base, 0),
        more={name: counted(dearer, 0) for name in MORE}, added=dict.fromkeys(COUNTED, 3.0),
        merge="merge_branches_kept",
        branches={0.0: counted(runs["merge_branches_kept"], 0), 1.0: counted(better, 0)},
        calm={name: counted(several, 0) for name, several in runs.items()},
        surged={name: counted(several, 1) for name, several in runs.items()}, surge_from=40, surge_until=45,
    )  # fmt: skip


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def shown(page: str) -> str:
    """The text of a page, its figures left out: their axes have round numbers of their own."""
    return " ".join(Page(re.sub(r"<svg.*?</svg>", " ", page, flags=re.DOTALL)).words)


def test_every_number_of_the_brief_is_a_key_of_results(whole: Results, tmp_path: Path) -> None:
    """Rounded as shown, as it stands or as a percentage. Words of our own and texts of the results bring theirs."""
    found = list(leaves(json.loads(whole.save(tmp_path / "results.json").read_text("utf-8"))))
    known = sorted({
        round(sign * factor * x, places)
        for x in found
        if isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x)
        for factor in (1.0, 100.0)
        for sign in (1.0, -1.0)
        for places in range(7)
    })  # fmt: skip
    texts = " ".join([*(x for x in found if isinstance(x, str)), *(e["en"] for e in entries().values())])
    said = set(NUMBER.findall(texts.replace("-", "−"))) | set(NUMBER.findall(texts))
    page = shown(brief(whole, "en"))
    for digest in (d for option in whole.options for d in option.digests):
        assert digest[:DIGITS] in page
        page = page.replace(digest[:DIGITS], " ")
    told = Counter(NUMBER.findall(page))
    assert sum(told.values()) > 1000
    unknown = [
        token
        for token in told
        if token not in said and token.lstrip("−") not in said
        if not _among(known, float(token.replace(",", "").replace("−", "-")))
    ]
    assert not unknown, " ".join(sorted(unknown))


def _among(known: Sequence[float], x: float) -> bool:
    """Is some number of these, in order, the same but for the last bits?"""
    at = bisect_left(known, x - 1e-9)
    return at < len(known) and known[at] <= x + 1e-9


def test_both_languages_show_the_same_numbers_of_the_decision(whole: Results) -> None:
    told = {lang: Counter(NUMBER.findall(" ".join(Page(brief(whole, lang)).words))) for lang in LANGUAGES}
    assert told["en"] == told["zh"]


def test_a_brief_with_everything_is_rebuilt_byte_for_byte(whole: Results, tmp_path: Path) -> None:
    again = Results.load(whole.save(tmp_path / "r.json"))
    assert again == whole
    for lang in LANGUAGES:
        assert brief(again, lang) == brief(whole, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_is_there_and_only_where_something_is_known(whole: Results, lang: str) -> None:
    say = words(lang)
    headings = [say(f"{name}.heading") for name in SECTIONS]
    page = brief(whole, lang)
    assert [heading for heading in headings if heading not in page] == []
    bare = brief(replace(whole, assumed=None, apart=None, robust=(), margins=None, walking=(), knowing=None), lang)
    assert {name for name, heading in zip(SECTIONS, headings, strict=True) if heading in bare} == {
        "equity", "weights", "standing", "reach", "duties",
    }  # fmt: skip


def test_a_sure_effect_whose_sign_hangs_on_assumptions_is_not_called_better(whole: Results) -> None:
    """Draws of patrol at .15 to .45 turn every effect round at .25; without them the same effect is better."""
    say = words("en")
    first = brief(whole, "en").split("</table>")[0]
    assert say("assumed.hangs") in first and f">{say('verdict.better')}<" not in first
    alone = brief(replace(whole, assumed=None), "en").split("</table>")[0]
    assert say("assumed.hangs") not in alone and f">{say('verdict.better')}<" in alone
    assert "[−" not in alone and "[−" in first


def test_how_the_runs_ended_is_said(whole: Results) -> None:
    for ended in ("settled", "budget", "stopped", "fixed"):
        page = shown(brief(replace(whole, sampling=Sampling(ended=ended, first=8, most=20)), "en"))  # type: ignore[arg-type]
        assert words("en")(f"race.{ended}", runs=8, most=20) in page


def test_a_selected_option_that_is_not_told_apart_is_called_no_more_than_that(whole: Results) -> None:
    choice = next(c for c in whole.choices if c.outcome == "days_to_solved")
    near = replace(
        choice, best=None, leader="fund_plus_50", among=("status_quo", "fund_plus_50"), level=False,
        race=replace(choice.race, selected="fund_plus_50"),
    )  # fmt: skip
    _, lines = advice(replace(whole, choices=(near,)), words("en"))
    assert "Fund +50% is the best, or within" in lines[0] and "not told apart from Status quo" in lines[0]
    _, (still,) = advice(replace(whole, choices=(replace(near, race=replace(near.race, selected=None)),)), words("en"))
    assert "is the best" not in still and "no separable best" in still


def test_the_table_of_assumptions_names_what_a_reader_can_follow(whole: Results) -> None:
    for lang in LANGUAGES:
        rows = {row["lever"]: row["source"] for row in assumption_rows(whole, words(lang))}
        assert not [source for source in rows.values() if re.search(r"\bM\d\d|refinement|\.csv", source)]
        assert words(lang)("reform.Mandates") in rows["misroute.overlap"]
        assert words(lang)("assumptions.assumption") in rows["misroute.overlap"]
        assert "Chengdu Daily" in rows["fund.urban_base"]
    backed = {row.lever for row in whole.assumptions if not row.assumed}
    assert "fund.urban_base" in backed and not {"misroute.overlap", "demand.needs_per_head"} & backed
    assert whole.levers_assumed == len(whole.assumptions) - len(backed)


def test_what_the_run_is_too_short_to_show_is_said_before_the_first_number(whole: Results) -> None:
    page = shown(brief(whole, "en"))
    said = words("en")("unseen.fund", options="Fund +50%", months=4, days=90)
    assert said in page and page.index(said) < page.index(words("en")("decision.heading"))


def test_probabilities_are_given_the_assumptions(whole: Results) -> None:
    verdict = replace(whole.verdict, kind="best", option="fund_plus_50", chance=0.97)
    for lang in LANGUAGES:
        page = shown(brief(replace(whole, verdict=verdict), lang))
        assert words(lang)("choice.chance", chance="97%") in page
    for key, entry in entries().items():
        if "probability" in entry["en"] and key.startswith("choice."):
            assert "iven these assumptions" in entry["en"] and "在这些假设下" in entry["zh"]


def test_results_hold_nothing_that_json_has_not(whole: Results) -> None:
    assert not any(isinstance(x, float) and not math.isfinite(x) for x in leaves(asdict(whole)))


def test_no_table_runs_off_its_page(whole: Results) -> None:
    """Below the text of a page nothing is drawn but its number, in the middle."""
    for page in pictures(whole, "en", pixels=40):
        grey = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
        height, width = grey.shape
        inked = np.flatnonzero((grey[int(height * (1.0 - 15.0 / 297.0)) :] < 240).any(axis=0))
        assert inked.size and 0.45 * width < inked.min() <= inked.max() < 0.55 * width


def test_long_tables_are_parted_by_the_lines_that_their_rows_hold() -> None:
    def row(kind: str, *spans: str) -> str:
        parts = "".join(f'<span class="{s}">1</span>' for s in spans)
        return f'<tr class="{kind}"><th>name</th><td>{parts}</td></tr>'

    def pieces(*rows: str) -> list[int]:
        (table,) = tree(f"<body><table>{''.join(rows)}</table></body>").find("table")
        return [len(piece) for piece in _pieces(table.find("tr"))]

    short, long = row("", "mean", "span"), row("", "mean", "span", "assumed", "verdict")
    assert pieces(*[short] * 40) == [18, 18, 4]  # four lines each
    assert pieces(*[long] * 30) == [12, 12, 6]  # six lines each
    assert pieces(*[short] * 12, row("theme"), *[short] * 10) == [12, 11]  # parted early, where a theme begins
