"""Largest remainder: exact seats, the total, the minimum, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_checks import check_apportioning

from sim.kernels import apportioning
from sim.kernels.apportioning import largest_remainder


def test_promises() -> None:
    check_apportioning(apportioning)


def test_equal_remainders_go_to_the_lower_position() -> None:
    assert largest_remainder([1, 1, 1, 1], 6).tolist() == [2, 2, 1, 1]


def test_those_at_the_minimum_leave_the_rest_in_proportion() -> None:
    assert largest_remainder([600, 300, 1, 1], 11, minimum=1).tolist() == [6, 3, 1, 1]
    assert largest_remainder([0, 0], 4, minimum=2).tolist() == [2, 2]
    assert largest_remainder([], 0).tolist() == []


def test_a_city_of_people_is_shared_without_overflow() -> None:
    people = np.full(3000, 6979)
    units = largest_remainder(people, 25_000)
    assert units.sum() == 25_000 and set(units.tolist()) == {8, 9}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5, 1.0], 3), "weights must be whole numbers, got float64"),
        (([1, -1], 3), "weights must be one-dimensional and >= 0"),
        (([0, 0], 3), "weights must not all be 0 to share a total of 3"),
        (([1, 1], 1, 1), "total must be at least 1 for each of 2 places, got 1"),
        (([2**40, 1], 2**30), "weights times total must stay below 2^63, got a total of 1073741824"),
    ],
)
def test_refuses(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError) as error:
        largest_remainder(*arguments)
    assert str(error.value) == words
