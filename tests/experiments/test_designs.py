"""Designs: the points they lay out, exactly; and the axes that Hydra's grammar of sweeps describes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.composing import parse
from experiments.refusal import Refusal
from experiments.sweep.axes import Axis, Interval, Levels, axis_of, whole
from experiments.sweep.designs import Grid, LatinHypercube, Listed, OneAtATime, Sobol

NETS = Levels(key="rules.grid.nets", values=(1, 3, 15))
HIRE = Levels(key="rules.grid.hire", values=(True, False))
LEVEL = Interval(key="rules.fund.level", low=0.5, high=1.5)
HOUSEHOLDS = Interval(key="rules.grid.households", low=100, high=300, whole=True)
GOLDEN = {
    "latin_hypercube": [(1.1108285683440045, 179), (1.342501859374655, 114), (0.6754234168911353, 285)],
    "sobol": [
        (0.5218638317892328, 150), (1.0218638317892328, 251), (1.2718638317892328, 100), (0.7718638317892328, 201)
    ],
}  # fmt: skip


def axis(word: str) -> Axis:
    return axis_of(*parse([word]))


def test_a_grid_has_every_combination_once() -> None:
    assert Grid().points([NETS, HIRE]) == [(1, True), (1, False), (3, True), (3, False), (15, True), (15, False)]
    assert Grid().points([]) == [()]


def test_a_list_goes_along_all_axes_at_once() -> None:
    other = Levels(key="rules.grid.households", values=(100, 200, 300))
    assert Listed().points([NETS, other]) == [(1, 100), (3, 200), (15, 300)]
    with pytest.raises(Refusal, match=r"rules\.grid\.nets 3, rules\.grid\.hire 2"):
        Listed().points([NETS, HIRE])


def test_one_at_a_time_moves_one_axis_from_the_config() -> None:
    points = OneAtATime().points([NETS, LEVEL])
    assert points == [(None, None), (1, None), (3, None), (15, None), (None, 0.5), (None, 1.5)]


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 200), seed=st.integers(0, 2**32 - 1))
def test_a_latin_hypercube_has_each_axis_once_in_every_stratum(size: int, seed: int) -> None:
    points = LatinHypercube(size=size, seed=seed).points([LEVEL, LEVEL, NETS])
    for place in (0, 1):
        strata = [int((point[place] - 0.5) * size) for point in points]
        assert sorted(strata) == list(range(size))
    assert max(Counter(point[2] for point in points).values()) <= -(-size // 3) + 1


def test_axes_of_a_latin_hypercube_are_in_orders_of_their_own_and_a_seed_deals_anew() -> None:
    points = LatinHypercube(size=32).points([LEVEL, LEVEL])
    assert any(a != b for a, b in points)
    assert (
        LatinHypercube(size=32).points([LEVEL, LEVEL]) == points != LatinHypercube(size=32, seed=2).points([LEVEL] * 2)
    )


@pytest.mark.parametrize("size", [1, 2, 64, 256])
def test_a_sobol_sequence_is_balanced_on_every_axis_and_in_every_quarter(size: int) -> None:
    points = Sobol(size=size).points([LEVEL] * 3)
    for place in range(3):
        assert sorted(int((point[place] - 0.5) * size) for point in points) == list(range(size))
    if size >= 4:
        quarters = Counter((point[0] < 1.0, point[1] < 1.0) for point in points)
        assert set(quarters.values()) == {size // 4}


def test_points_are_the_same_on_any_machine() -> None:
    """Figures of this implementation; a change here changes every study that samples."""
    assert LatinHypercube(size=3).points([LEVEL, HOUSEHOLDS]) == GOLDEN["latin_hypercube"]
    assert Sobol(size=4).points([LEVEL, HOUSEHOLDS]) == GOLDEN["sobol"]


@pytest.mark.parametrize("size", [0, 3, 100, 2**21])
def test_a_sobol_sequence_has_a_power_of_two(size: int) -> None:
    with pytest.raises(ValueError, match="size must be"):
        Sobol(size=size)


@pytest.mark.parametrize("design", [Grid(), Listed()])
def test_an_interval_takes_a_sampling_design(design: Grid | Listed) -> None:
    with pytest.raises(Refusal, match="latin_hypercube, sobol"):
        design.points([LEVEL])


def test_too_many_points_are_refused_before_they_are_laid_out() -> None:
    many = Levels(key="rules.grid.nets", values=tuple(range(10_000)))
    with pytest.raises(Refusal, match="at most"):
        Grid().points([many] * 4)


@given(share=st.floats(0, 1, exclude_max=True))
def test_an_axis_stays_inside_its_ends(share: float) -> None:
    assert 0.5 <= LEVEL.at(share) <= 1.5
    assert 100 <= HOUSEHOLDS.at(share) <= 300 and isinstance(HOUSEHOLDS.at(share), int)
    assert NETS.at(share) in NETS.values


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rules.a.b=1,2", (1, 2)),
        ("rules.a.b=choice(1,two,'a b')", (1, "two", "a b")),
        ("rules.a.b=true,false", (True, False)),
        ("rules.a.b=range(3)", (0, 1, 2)),
        ("rules.a.b=range(100,900,400)", (100, 500)),
        ("rules.a.b=range(0,0.3,0.1)", (0.0, 0.1, 0.2)),
        ("rules.a.b=range(3,0,-1)", (3, 2, 1)),
        ("rules.a.b=sort(3,1,2)", (1, 2, 3)),
        ("scenario.needs=0.9,1.1", (0.9, 1.1)),
        ("option.x.y.z=1,2", (1, 2)),
    ],
)
def test_levels_are_what_the_grammar_says(word: str, expected: tuple[object, ...]) -> None:
    found = axis(word)
    assert isinstance(found, Levels) and found.values == expected


def test_intervals_are_of_numbers_or_whole_numbers() -> None:
    assert axis("rules.a.b=interval(1,2.5)") == Interval(key="rules.a.b", low=1.0, high=2.5)
    assert axis("rules.a.b=int(interval(1,5))") == Interval(key="rules.a.b", low=1, high=5, whole=True)
    assert whole(axis("rules.a.b=interval(1,5)")) == Interval(key="rules.a.b", low=1, high=5, whole=True)
    with pytest.raises(Refusal, match="whole numbers"):
        whole(axis("rules.a.b=interval(1,2.5)"))


@pytest.mark.parametrize(
    "word",
    [
        "rules.a.b=range(0,1e12)", "rules.a.b=range(0,10,0)", "rules.a.b=range(0,10,-1)", "rules.a.b=range(0,1e400)",
        "rules.a.b=range(nan,3)", "rules.a.b=interval(5,1)", "rules.a.b=interval(1,1)", "rules.a.b=interval(nan,1)",
        "rules.a.b=interval(0,inf)", "rules.a.b=shuffle(1,2)", "rules.a.b=shuffle(range(1,4))", "rules.a.b=1,1",
        "rules.a.b=[1,2],[3]", "rules.a.b={c:1},2", "rules.a.b=glob(*)", "rules.a.b=1,nan", "rules.a.b=1,null",
        "seed=1,2", "days=10,20", "replications=range(1,5)", "out=a,b", "city.residents=500,600",
    ],
)  # fmt: skip
def test_a_sweep_without_end_sense_or_order_is_refused(word: str) -> None:
    with pytest.raises(Refusal):
        axis(word)
