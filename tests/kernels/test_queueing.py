"""The station kernel against an event-by-event twin, against Ciw, and for what a first-come station owes anybody."""

from __future__ import annotations

import ciw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_checks import check_station

from sim.kernels import queueing
from sim.kernels.queueing import ABANDONED, LADDER, SERVED, first_come


def test_equals_the_event_by_event_twin() -> None:
    check_station(queueing)


def test_equals_the_twin_on_both_sides_of_the_ladder() -> None:
    check_station(queueing, 300, servers=(LADDER - 1, LADDER, LADDER + 1, LADDER + 2, 200))


@st.composite
def stations(draw: st.DrawFn) -> dict[str, object]:
    n = draw(st.integers(1, 40))
    several = st.lists(st.integers(0, 30), min_size=n, max_size=n)
    return {
        "arrival": sorted(draw(several)),
        "work": draw(several),
        "servers": draw(st.integers(1, 5)),
        "patience": draw(st.lists(st.integers(-3, 12), min_size=n, max_size=n)),
        "urgent": draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)),
    }


@settings(max_examples=300, deadline=None, derandomize=True)
@given(stations())
def test_owes(case: dict[str, object]) -> None:
    """Work conservation, no more than c in service, first come within a class, patience, Little's law; exactly."""
    start, outcome = first_come(**case)
    arrival, work = np.array(case["arrival"]), np.array(case["work"])
    patience, urgent = np.array(case["patience"]), np.array(case["urgent"])
    served = outcome == SERVED
    assert set(outcome.tolist()) <= {SERVED, ABANDONED} and (start[~served] == -1).all()
    assert (start[served] >= arrival[served]).all()
    end = np.where(served, start + work, arrival + patience)
    seconds = np.arange(int(end.max()) + 1)[:, None]
    in_service = ((start <= seconds) & (seconds < end) & served).sum(axis=1)
    assert in_service.max() <= case["servers"]
    left_queue = np.where(served, start, arrival + patience)
    waiting = ((arrival <= seconds) & (seconds < left_queue)).sum(axis=1)
    assert (in_service[waiting > 0] == case["servers"]).all(), "a server idles while a case waits"
    assert (waiting + in_service).sum() == (end - arrival).sum(), "Little's law"
    for one in (0, 1):
        assert (np.diff(start[served & (urgent == one)]) >= 0).all(), "overtaken within a class"
    wait = start - arrival
    assert (wait[served & (patience >= 0)] <= patience[served & (patience >= 0)]).all()
    assert (patience[~served] >= 0).all(), "endless patience ran out"
    for i in np.flatnonzero(served & (urgent == 0) & (wait > 0)):
        earlier = served & (urgent == 1) & (arrival <= start[i])
        assert (start[earlier] <= start[i]).all(), "an urgent case waited for a normal one to start"


@pytest.mark.parametrize("servers", [1, 2, 5])
def test_equals_ciw(servers: int) -> None:
    """The same starts as Ciw on the same arrivals and works; times are distinct, so no tie is left to chance."""
    rng = np.random.default_rng(servers)
    arrival = np.cumsum(rng.integers(1, 50, 400)) * 1000
    work = rng.integers(1, 45 * servers, 400) * 1000 + np.arange(400)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(arrival, prepend=0).tolist(), 10**9])],
        service_distributions=[ciw.dists.Sequential(work.tolist())],
        number_of_servers=[servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(400, method="Finish")
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    start, _ = first_come(arrival, work, servers)
    assert [int(record.service_start_date) for record in records] == start.tolist()


def test_equals_ciw_with_priorities() -> None:
    """Two classes without preemption, the urgent one first, as Ciw serves them."""
    rng = np.random.default_rng(8)
    arrival = np.cumsum(rng.integers(1, 50, 400)) * 1000
    work = rng.integers(1, 95, 400) * 1000 + np.arange(400)
    urgent = rng.random(400) < 0.3
    gaps = {name: [*np.diff(arrival[mask], prepend=0).tolist(), 10**9] for name, mask in _classes(urgent)}
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Sequential(gaps[name])] for name in gaps},
        service_distributions={name: [ciw.dists.Sequential(work[mask].tolist())] for name, mask in _classes(urgent)},
        number_of_servers=[2],
        priority_classes={"urgent": 0, "normal": 1},
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(400, method="Finish")
    start, _ = first_come(arrival, work, 2, urgent=urgent)
    for record in simulation.get_all_records():
        i = int(np.searchsorted(arrival, record.arrival_date))
        assert int(record.service_time) == work[i], "Ciw drew the works in another order"
        assert int(record.service_start_date) == start[i]


def _classes(urgent: np.ndarray) -> list[tuple[str, np.ndarray]]:
    return [("urgent", urgent), ("normal", ~urgent)]


@pytest.mark.parametrize("servers", [1, 3, 7, 100])
def test_a_crowd_at_opening(servers: int) -> None:
    """n cases at once with equal work start in rounds of c: closed form."""
    start, _ = first_come([0] * 250, [60] * 250, servers)
    assert start.tolist() == [i // servers * 60 for i in range(250)]


def test_patience_equal_to_the_wait_is_served() -> None:
    start, outcome = first_come([0, 1, 1], [10, 5, 5], 1, patience=[-1, 9, 8])
    assert start.tolist() == [0, 10, -1] and outcome.tolist() == [0, 0, 1]


def test_servers_without_end_and_nobody() -> None:
    start, outcome = first_come([], [], 1)
    assert start.dtype == np.int64 and outcome.dtype == np.int8 and start.size == 0
    assert first_come([-5, 3], [10**9, 10**9], 10**12)[0].tolist() == [-5, 3]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([3, 1], [1, 1], 1), "arrival must be ascending, but falls after position 0"),
        (([0.5], [1], 1), "arrival must be whole numbers"),
        (([0, 1], [1], 1), "work must be of length 2"),
        (([[0]], [1], 1), "arrival must be one-dimensional"),
        (([0], [-1], 1), "work must be in"),
        (([0, 0], [2**60, 2**60], 1), "work must add up"),
        (([0], [1], 0), "servers must be an integer >= 1, got 0"),
        (([0], [1], 1.5), "servers must be an integer >= 1, got 1.5"),
        (([0], [1], 1, [1, 2]), "patience must be of length 1"),
        (([0], [1], 1, None, [2]), "urgent must be in"),
        (([2**61], [1], 1), "arrival must be in"),
    ],
)
def test_refuses(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError) as error:
        first_come(*arguments)
    assert str(error.value).startswith(words) and "\n" not in str(error.value)
