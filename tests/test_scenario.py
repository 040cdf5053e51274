"""Scenarios: shipped ones parse into types, and what makes no sense is refused."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

import pytest
import yaml

from sim.scenario import Scenario, Surge
from sim.services import catalogue

SHIPPED: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".yaml"): yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (files("configs") / "scenario").iterdir()
    if path.name.endswith(".yaml")
}


def scenario(plain: dict[str, Any]) -> Scenario:
    plain = {**plain, "surges": tuple(Surge(**surge) for surge in plain.get("surges", []))}
    if "start" in plain:
        plain["start"] = date.fromisoformat(plain["start"])
    return Scenario(**plain)


def test_shipped_scenarios() -> None:
    assert set(SHIPPED) == {"base", "ageing", "storm_season", "epidemic", "budget_cut", "online_leap"}
    made = {name: scenario(plain) for name, plain in SHIPPED.items()}
    assert made["base"] == Scenario()
    assert len(set(made.values())) == len(made)
    assert made["ageing"].older > 1
    assert made["budget_cut"].budget < 1
    assert made["online_leap"].online > 0


@pytest.mark.parametrize(("name", "tag"), [("storm_season", "storm"), ("epidemic", "outbreak")])
def test_surges_fall_into_the_measured_days_of_the_shipped_commands(name: str, tag: str) -> None:
    surges = scenario(SHIPPED[name]).surges
    assert {surge.tag for surge in surges} == {tag}
    assert all(surge.from_day >= 28 and surge.from_day + surge.days <= 90 for surge in surges)
    assert any(item.surge == tag for item in catalogue())


def test_surges_of_different_tags_may_overlap_and_of_the_same_may_follow() -> None:
    storm = Surge(tag="storm", from_day=9, days=9, factor=2.0)
    others = (
        Surge(tag="outbreak", from_day=9, days=9, factor=2.0),
        Surge(tag="storm", from_day=18, days=9, factor=2.0),
    )
    assert Scenario(surges=(storm, *others)).surges == (storm, *others)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Scenario(needs=2.0), "needs must be in [0.5, 1.8], got 2.0"),
        (lambda: Scenario(older=float("nan")), "older must be in [0.5, 1.5], got nan"),
        (lambda: Scenario(start=date(2020, 12, 31)), "start must be in [2021-01-01, 2035-12-31], got 2020-12-31"),
        (lambda: Surge(tag="flood", from_day=0, days=1, factor=2.0), "tag must be one of storm, outbreak, enrolment"),
        (lambda: Surge(tag="storm", from_day=0, days=0, factor=2.0), "days must be in [1, 3650] days, got 0"),
        (lambda: Surge(tag="storm", from_day=0, days=1, factor=3.5), "factor must be in [1, 3] times, got 3.5"),
        (
            lambda: Scenario(surges=(Surge(tag="storm", from_day=9, days=9, factor=2.0),) * 2),
            "surges of storm must not overlap, got one from day 9",
        ),
    ],
)
def test_mistakes_are_said_in_one_line(make: Any, said: str) -> None:
    with pytest.raises(ValueError) as error:
        make()
    assert said in str(error.value)
