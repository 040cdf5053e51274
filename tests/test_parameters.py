"""Each published parameter is used, checked or left out for a reason, and `parameter_uses.csv` says which. Exact."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from sim.rules import levers

ROOT = Path(__file__).parents[1]
LEVERS = dict(levers())


def read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("sim") / "data" / name).read_text("utf-8").splitlines()))


PARAMETERS = {row["name"]: row for row in read("parameters.csv")}
USES = read("parameter_uses.csv")


def test_every_parameter_has_a_use() -> None:
    assert [row["name"] for row in USES] == list(PARAMETERS)
    assert {row["use"] for row in USES} == {"lever", "city", "check", "unused"}


@pytest.mark.parametrize("row", USES, ids=lambda row: row["name"])
def test_a_use_is_where_it_says(row: dict[str, str]) -> None:
    if row["use"] == "lever":
        assert row["where"] in LEVERS
    elif row["use"] == "unused":
        assert row["where"] == "" and len(row["note"]) > 10
    else:
        text = (ROOT / row["where"]).read_text("utf-8").replace("_", "")
        value = float(PARAMETERS[row["name"]]["value"])
        shown = {f"{value:.0f}", f"{value:g}", f"{value / 1e9:.3f}", row["name"].replace("_", "")}
        assert any(form in text for form in shown)


SAME_UNIT = [row for row in USES if row["use"] == "lever" and row["note"] == ""]


@pytest.mark.parametrize("row", SAME_UNIT, ids=lambda row: row["name"])
def test_a_lever_spans_what_is_published(row: dict[str, str]) -> None:
    """Where nothing was derived, the published value lies within the lever's range."""
    value, meta = float(PARAMETERS[row["name"]]["value"]), LEVERS[row["where"]].metadata
    assert meta["low"] <= value <= meta["high"]
