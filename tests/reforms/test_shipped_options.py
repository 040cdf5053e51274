"""The shipped options: each file parses into rollouts of shipped reforms, and says what its name promises."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib.resources import files
from itertools import chain
from typing import Any

import pytest
import yaml

from sim.reforms import REFORMS
from sim.reforms.base import Option, Rollout, RuleBook, Where
from sim.rules import Rules
from sim.trial import Trial, simulate
from sim.world import chengdu

WARMUP = 28  # of the shipped commands
SETS: dict[str, dict[str, Any]] = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((files("configs") / "option").iterdir(), key=lambda p: p.name)
    if path.name.endswith(".yaml")
}
COMMITTEE = SETS["committee_2025.yaml"]
OPTIONS = {name: entries for options in SETS.values() for name, entries in options.items()}


def rollout(entry: dict[str, Any]) -> Rollout:
    plain = dict(entry)
    timing = {key: plain.pop(key) for key in ("from_day", "until_day") if key in plain}
    where = Where(**{key: tuple(codes) for key, codes in plain.pop("where", {}).items()})
    kind: Any = REFORMS[plain.pop("reform")]
    return Rollout(reform=kind(**plain), where=where, **timing)


def option(name: str) -> Option:
    return Option(name=name, rollouts=tuple((key, rollout(entry)) for key, entry in OPTIONS[name].items()))


def districts() -> tuple[int, ...]:
    text = (files("sim") / "data" / "chengdu_districts.csv").read_text(encoding="utf-8")
    return tuple(int(row["code"]) for row in csv.DictReader(text.splitlines()))


def amended(name: str) -> Rules:
    """The rules of a whole-city option after its last rollout."""
    return RuleBook(base=Rules(), option=option(name), districts=(510104,)).rules(510104, 36_500)


def test_names_are_in_one_file_only() -> None:
    names = [name for name in chain(*SETS.values()) if name != "status_quo"]
    assert len(names) == len(set(names))
    assert not set(names) & {name.removesuffix(".yaml") for name in SETS}
    assert all(next(iter(options)) == "status_quo" for options in SETS.values())  # the baseline comes first


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_starts_with_the_measured_days_and_moves_something(name: str) -> None:
    found = option(name)
    assert all(r.from_day == WARMUP and r.until_day is None for _, r in found.rollouts)
    book = RuleBook(base=Rules(), option=found, districts=districts())
    epochs = book.epochs(90)
    assert len(epochs) == (1 if name == "status_quo" else 2)
    assert epochs[0].areas == (Rules(),)
    reached = {code for _, r in found.rollouts for code in r.where.district}
    assert reached <= set(districts())


def test_the_committee_has_the_options_it_asked_for() -> None:
    assert list(COMMITTEE) == ["status_quo", "merge_branches_kept", "merge_branches_closed", "grid_300_same_staff",
                               "grid_300_hire", "fund_plus_50", "full_package"]  # fmt: skip


def test_options_say_what_their_names_promise() -> None:
    today = Rules()
    kept, closed = amended("merge_branches_kept"), amended("merge_branches_closed")
    assert kept.jurisdiction.towns == closed.jurisdiction.towns == "after"
    assert kept.jurisdiction.villages == closed.jurisdiction.villages == "after"
    assert (kept.jurisdiction.keep_town_branches, closed.jurisdiction.keep_town_branches) == (1.0, 0.0)
    assert (kept.jurisdiction.keep_village_branches, closed.jurisdiction.keep_village_branches) == (1.0, 0.0)
    cut = amended("merge_posts_cut").jurisdiction
    assert (kept.jurisdiction.cost_saving, closed.jurisdiction.cost_saving, cut.cost_saving) == (0.0, 0.0, 0.1)
    assert replace(cut, cost_saving=0.0) == kept.jurisdiction
    same, hired = amended("grid_300_same_staff").grid, amended("grid_300_hire").grid
    assert same.households == hired.households == 300
    assert (same.hire, hired.hire) == (False, True)
    assert same.workers_per_10k == today.grid.workers_per_10k
    assert amended("fund_plus_50").fund.level == 1.5 * today.fund.level
    assert amended("grid_100").grid.households == 100


def test_the_package_holds_every_part() -> None:
    package, kept = amended("full_package"), amended("merge_branches_kept")
    assert package.jurisdiction == kept.jurisdiction
    assert package.grid == amended("grid_300_same_staff").grid
    assert package.fund == amended("fund_plus_50").fund
    assert package.departments.integrated == 33
    assert package.platform.one
    causes = package.misroute
    assert (causes.information, causes.overlap) == (0.01, 0.01)
    assert (causes.refusal, causes.border) == pytest.approx((0.005, 0.005))


def test_mechanisms_are_offered_as_they_are_tried() -> None:
    for name, entries in SETS["mechanisms.yaml"].items():
        if name != "status_quo":
            assert entries == {name: {"reform": name, "from_day": WARMUP, **REFORMS[name].tried}}


def test_each_reform_is_shipped_in_some_option() -> None:
    used = {entry["reform"] for entries in OPTIONS.values() for entry in entries.values()}
    assert used == set(REFORMS)


def test_the_same_money_is_the_same_money() -> None:
    """In the city of the default comparison; whole posts, and compounds that are not quite those of the whole city."""
    city = chengdu(0.05)

    def yearly(name: str) -> float:
        record = simulate(Trial(city=city, option=option(name), days=WARMUP + 1, warmup=WARMUP))
        return record.outcomes["cost_per_resident"]

    today, *others = (yearly(name) for name in SETS["same_money.yaml"])
    assert [cost - today for cost in others] == pytest.approx([12.38] * 5, rel=0.02)  # yuan
