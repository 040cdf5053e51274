"""Results are built once from records, kept without loss, and say who gains and who loses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.places import changed, town_of_place
from analysis.results import Facts, Results, build
from analysis.spread import QUANTILES, quantiles
from sim.reforms.base import Option
from sim.rules import levers
from sim.world import City


def test_results_come_back_as_they_were_and_the_bytes_never_vary(
    results: Results, make: Callable[..., Results], tmp_path: Path
) -> None:
    first = results.save(tmp_path / "a.json").read_bytes()
    assert Results.load(tmp_path / "a.json") == results
    assert make().save(tmp_path / "b.json").read_bytes() == first
    assert Results.load(tmp_path / "a.json").save(tmp_path / "c.json").read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.json", "c.json"]


@pytest.mark.parametrize("text", ["{}", "[", '{"format": 1}'])
def test_a_file_of_something_else_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(ValueError, match=r"^r\.json: ") as caught:
        Results.load(tmp_path / "r.json")
    assert "\n" not in str(caught.value)


def test_effects_recover_what_the_records_were_made_with(results: Results) -> None:
    effect = {e.option: e for e in results.effects if e.outcome == "days_to_solved"}
    assert effect["merge_branches_kept"].paired.mean == pytest.approx(0.12, rel=0.1)
    assert effect["merge_branches_kept"].verdict == "worse" and effect["grid_300_same_staff"].verdict == "better"
    assert {e.verdict for e in results.effects if e.outcome == "grid_utilisation"} <= {"higher", "lower"}


def test_the_communities_that_lose_are_those_that_were_slowed(results: Results, city: City) -> None:
    """Six communities take 6 % longer. The expected false share of calls is 5 %; the seed is fixed."""
    change = next(c for c in results.changes if c.option == "merge_branches_kept" and c.measure == "days")
    people = np.bincount(city.place, weights=city.population, minlength=len(city.place_name))
    assert change.worse == pytest.approx(people[:6].sum() / people.sum(), abs=1e-12)
    assert change.better == 0.0 and change.unclear == pytest.approx(1.0 - change.worse)
    assert {p.name for p in change.worst} <= set(city.place_name[:6]) and len(change.worst) == 5
    assert all(p.low < p.change < p.high and p.base == pytest.approx(5.0, abs=0.1) for p in change.worst)
    same = next(c for c in results.changes if c.option == "grid_300_same_staff" and c.measure == "days")
    assert same.worse == same.better == 0.0 and not same.worst


def test_places_called_changed_are_rarely_false() -> None:
    """200 studies of 100 places without any change: any call in 5 % of them; over 22 has a chance of 0.02 %."""
    draws = np.random.default_rng(12).normal(size=(200, 8, 100))
    assert sum(bool(changed(study).any()) for study in draws) <= 22
    one = np.zeros((8, 4))
    one[:, 1], one[:, 2] = 1.0, np.nan
    assert changed(one).tolist() == [0, 1, 0, 0]
    assert changed(np.ones((2, 4))).tolist() == [0, 0, 0, 0]  # two runs are too few


def test_towns_add_up_to_their_communities(results: Results, city: City) -> None:
    assert results.towns is not None
    plan = city.plans["before"]
    town = town_of_place(city, "before")
    assert (
        town.tolist()
        == plan.town_of[plan.community_of[[int(np.flatnonzero(city.place == p)[0]) for p in range(len(town))]]].tolist()
    )
    assert {o.name: o.plan for o in results.options}["merge_branches_kept"] == "after"
    assert {o.name: o.plan for o in results.options}["status_quo"] == "before"
    for level in results.towns.levels:
        assert (
            len(level.values) == len(city.plans[level.plan].town_name) == len(results.towns.plans[level.plan].polygons)
        )
        if level.measure == "days":
            assert all(v is not None and 4.8 < v < 5.4 for v in level.values)


def test_quantiles_of_a_known_histogram() -> None:
    counts, edges = np.array([0, 100, 0, 100, 0]), np.array([0.0, 1.0, 4.0, 10.0, 1000.0, np.inf])
    found = dict(zip(QUANTILES, quantiles(counts, edges) or (), strict=True))
    assert (
        found[0.25] == pytest.approx(2.0) and found[0.5] == pytest.approx(4.0) and found[0.75] == pytest.approx(100.0)
    )
    assert quantiles(np.zeros(5, dtype=np.int64), edges) is None
    assert quantiles(np.array([10, 0, 0, 0, 0]), edges) == (1.0,) * 5


def test_every_lever_is_listed_with_its_source(results: Results) -> None:
    assert [a.lever for a in results.assumptions] == [key for key, _ in levers()]
    by = {a.lever: a for a in results.assumptions}
    assert by["grid.households"].value == "529" and not by["grid.households"].assumed and by["grid.hire"].value == "no"


def test_unequal_replications_are_refused(city: City) -> None:
    facts: dict[str, Any] = {"options": {}, "days": 1, "warmup": 0, "seed": 1, "command": "", "versions": {}}
    with pytest.raises(ValueError, match="same replications"):
        build({"a": [], "b": []}, city, facts=Facts(**facts))
    with pytest.raises(ValueError, match="at least one option"):
        build({}, city, facts=Facts(**facts, scenario="base"))
    assert Option().rollouts == ()


def test_every_key_of_the_file_is_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "results.md").read_text("utf-8")
    firsts = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = [name for cell in firsts for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(field.name for field in fields(Results))
