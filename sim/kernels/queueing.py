"""Exact first-come stations with several servers, urgency, patience and closing time.

Time is whole seconds, so that conservation and Little's law are equalities. No event list: the times at which the
servers become free are the whole state (J. Kiefer and J. Wolfowitz, "On the theory of queues with many servers",
Trans. AMS 78, 1955), and a case starts at the later of its arrival and the earliest of them.

Ties: a server released at t is free for arrivals at t; all arrivals at t queue before any start at t; urgent cases
start first, then the lower index; a wait equal to the patience is served.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.compiled import kernel

SERVED, ABANDONED, WAITING = 0, 1, 2
ENDLESS = 1 << 62  # closing time of a day without end, in seconds
LADDER = 64  # up to so many servers a sorted array is quicker than a heap


@kernel
def serve(
    arrival: npt.NDArray[np.int64],
    work: npt.NDArray[np.int64],
    patience: npt.NDArray[np.int64],
    urgent: npt.NDArray[np.uint8],
    lo: int,
    hi: int,
    free: npt.NDArray[np.int64],
    servers: int,
    closing: int,
    start: npt.NDArray[np.int64],
    outcome: npt.NDArray[np.int8],
) -> None:
    """Serve the cases at positions lo:hi, first come first served, urgent ones first, without preemption.

    Args:
        arrival: seconds, ascending over lo:hi.
        work: seconds, >= 0.
        patience: seconds a case waits before it leaves; below 0 it waits for ever.
        urgent: 1 for a case that starts before all cases with 0.
        lo: first position of the station's cases.
        hi: position after the last one.
        free: the first `servers` entries are the times at which the servers become free; updated. Ascending, or a heap
            beyond LADDER servers.
        servers: number of servers, >= 0.
        closing: work starts strictly before this second and, once begun, is finished; ENDLESS for an endless day.
        start: written; the second at which work starts, -1 where it does not.
        outcome: written; 0 served, 1 abandoned (patience ran out before closing), 2 waiting at closing.
    """
    mixed = False
    for i in range(lo, hi):
        mixed |= urgent[i] != 0
    if mixed:
        _serve_by_class(arrival, work, patience, urgent, lo, hi, free, servers, closing, start, outcome)
    else:
        _serve_in_order(arrival, work, patience, lo, hi, free, servers, closing, start, outcome)
    if servers > LADDER:
        _sort_heap(free, servers)


@kernel
def _serve_in_order(  # type: ignore[no-untyped-def]
    arrival, work, patience, lo, hi, free, servers, closing, start, outcome
):
    """One class: the recursion over cases by index."""
    for i in range(lo, hi):
        now = max(arrival[i], free[0]) if servers > 0 else closing
        outcome[i] = _verdict(now, arrival[i], patience[i], closing)
        start[i] = -1
        if outcome[i] == SERVED:
            start[i] = now
            occupy(free, servers, now + work[i])


@kernel
def _serve_by_class(  # type: ignore[no-untyped-def]
    arrival, work, patience, urgent, lo, hi, free, servers, closing, start, outcome
):
    """Two classes: `first` and `other` are the heads of the urgent and the normal queue."""
    first = _next_of(urgent, True, lo, hi)
    other = _next_of(urgent, False, lo, hi)
    while first < hi or other < hi:
        earliest = arrival[min(first, other)]  # positions are sorted by arrival
        now = max(earliest, free[0]) if servers > 0 else closing
        if first < hi and (other == hi or arrival[first] <= now):
            i = first
            first = _next_of(urgent, True, first + 1, hi)
        else:
            i = other
            other = _next_of(urgent, False, other + 1, hi)
        outcome[i] = _verdict(now, arrival[i], patience[i], closing)
        start[i] = -1
        if outcome[i] == SERVED:
            start[i] = now
            occupy(free, servers, now + work[i])


@kernel
def _next_of(urgent, wanted, i, hi):  # type: ignore[no-untyped-def]
    """The first position >= i of the wanted class, or hi."""
    while i < hi and (urgent[i] != 0) != wanted:
        i += 1
    return i


@kernel
def _verdict(now, arrival, patience, closing):  # type: ignore[no-untyped-def]
    """What becomes of a case that could start now: has it left, now or by closing; is there still time to start?"""
    if 0 <= patience < min(now, closing) - arrival:
        return ABANDONED
    return SERVED if now < closing else WAITING


@kernel
def occupy(free, servers, until):  # type: ignore[no-untyped-def]
    """Replace the earliest free time by `until`, keeping the ladder sorted or the heap a heap."""
    k = 0
    if servers <= LADDER:
        while k + 1 < servers and free[k + 1] < until:
            free[k] = free[k + 1]
            k += 1
        free[k] = until
    else:
        _sift(free, servers, until)


@kernel
def _sift(heap, size, value):  # type: ignore[no-untyped-def]
    """Replace the root of a binary min-heap by `value`."""
    k = 0
    child = 1
    while child < size:
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[k] = heap[child]
        k = child
        child = 2 * k + 1
    heap[k] = value


@kernel
def _sort_heap(heap, size):  # type: ignore[no-untyped-def]
    """Sort a binary min-heap ascending: take the minimum to the end until all is descending, then turn it round."""
    for last in range(size - 1, 0, -1):
        minimum = heap[0]
        _sift(heap, last, heap[last])
        heap[last] = minimum
    for k in range(size // 2):
        heap[k], heap[size - 1 - k] = heap[size - 1 - k], heap[k]


def first_come(
    arrival: npt.ArrayLike,
    work: npt.ArrayLike,
    servers: int,
    patience: npt.ArrayLike | None = None,
    urgent: npt.ArrayLike | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Start and outcome of every case at one station that opens empty and never closes.

    Args:
        arrival: whole seconds, ascending, within +-2^60; n cases.
        work: whole seconds, >= 0; n.
        servers: >= 1.
        patience: whole seconds; None or below 0 is endless; n.
        urgent: 0 or 1 (or booleans); None is all 0; n.

    Returns:
        start: int64[n], seconds, -1 where the case was not served.
        outcome: int8[n], 0 served, 1 abandoned: its wait would have been strictly longer than its patience.

    Raises:
        ValueError: another shape, kind or range of an argument.

    >>> start, outcome = first_come([0, 0, 1], [10, 10, 10], servers=1, patience=[-1, 10, 10])
    >>> start.tolist(), outcome.tolist()
    ([0, 10, -1], [0, 0, 1])
    """
    arrivals = _whole("arrival", arrival, -(1 << 60), 1 << 60)
    n = arrivals.size
    if (np.diff(arrivals) < 0).any():
        raise ValueError(f"arrival must be ascending, but falls after position {int(np.argmax(np.diff(arrivals) < 0))}")
    works = _whole("work", work, 0, 1 << 60, n)
    if float(works.sum(dtype=np.float64)) > 2.0**60:
        raise ValueError(f"work must add up to at most 2^60 seconds, got {float(works.sum(dtype=np.float64)):.3g}")
    patiences = np.full(n, -1, np.int64) if patience is None else _whole("patience", patience, -ENDLESS, ENDLESS, n)
    classes = np.zeros(n, np.int64) if urgent is None else _whole("urgent", urgent, 0, 1, n)
    try:
        count = operator.index(servers)
    except TypeError:
        raise ValueError(f"servers must be an integer >= 1, got {servers!r}") from None
    if count < 1:
        raise ValueError(f"servers must be an integer >= 1, got {count}")
    start = np.empty(n, np.int64)
    outcome = np.empty(n, np.int8)
    count = min(count, max(n, 1))  # servers beyond the number of cases stay idle
    free = np.full(count, -ENDLESS, np.int64)
    serve(arrivals, works, patiences, classes.astype(np.uint8), 0, n, free, count, ENDLESS, start, outcome)
    return start, outcome


def _whole(name: str, values: Any, least: int, most: int, size: int | None = None) -> npt.NDArray[np.int64]:
    """The argument as int64[size] within [least, most], or a one-line error."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iub":
        raise ValueError(f"{name} must be whole numbers, got {array.dtype}")
    if array.ndim != 1 or (size is not None and array.size != size):
        wanted = "one-dimensional" if size is None else f"of length {size} like arrival"
        raise ValueError(f"{name} must be {wanted}, got shape {array.shape}")
    wrong = (array < least) | (array > most)
    if wrong.any():
        raise ValueError(f"{name} must be in [{least}, {most}], got {array[np.argmax(wrong)]}")
    return array.astype(np.int64)
