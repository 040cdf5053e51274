"""The kernels written a second time, in plain Python and by another method: oracles for the tests."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from fractions import Fraction

RELEASE, ARRIVE, LEAVE = 0, 1, 2  # the order of events in one second; starts come between the last two


def station(
    arrival: Sequence[int],
    work: Sequence[int],
    patience: Sequence[int],
    urgent: Sequence[int],
    free: Sequence[int],
    closing: int,
) -> tuple[list[int], list[int], list[int]]:
    """Start, outcome and the servers' free times at the end, event by event."""
    events = [(time, RELEASE, 0) for time in free] + [(time, ARRIVE, i) for i, time in enumerate(arrival)]
    events += [(arrival[i] + patience[i], LEAVE, i) for i in range(len(arrival)) if patience[i] >= 0]
    heapq.heapify(events)
    start, outcome = [-1] * len(arrival), [2] * len(arrival)
    idle: list[int] = []
    queue: list[tuple[bool, int]] = []
    while events:
        now = events[0][0]
        while events and events[0][:2] < (now, LEAVE):
            _, kind, i = heapq.heappop(events)
            heapq.heappush(idle, now) if kind == RELEASE else heapq.heappush(queue, (not urgent[i], i))
        while idle and queue and now < closing:
            heapq.heappop(idle)
            _, i = heapq.heappop(queue)
            start[i], outcome[i] = now, 0
            heapq.heappush(events, (now + work[i], RELEASE, i))
        while events and events[0][:2] == (now, LEAVE):
            _, _, i = heapq.heappop(events)
            if (not urgent[i], i) in queue and now < closing:
                queue.remove((not urgent[i], i))
                heapq.heapify(queue)
                outcome[i] = 1
    return start, outcome, sorted(idle)


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, ...]:
    """Philox4x32-10 in whole numbers of any size."""
    x, (k, m) = list(counter), key
    for r in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        left, right = (k + r * 0x9E3779B9) % 2**32, (m + r * 0xBB67AE85) % 2**32
        x = [b // 2**32 ^ x[1] ^ left, b % 2**32, a // 2**32 ^ x[3] ^ right, a % 2**32]
    return tuple(x)


def quantile_of(sample: Sequence[int], p: float) -> int:
    """The least value that reaches the share p of the sample."""
    ordered = sorted(sample)
    return next(x for rank, x in enumerate(ordered, 1) if rank >= p * len(ordered))


def hamilton(weights: Sequence[int], total: int) -> list[int]:
    """Largest remainder without a minimum, one unit at a time, in fractions."""
    quotas = [Fraction(weight * total, sum(weights)) for weight in weights]
    units = [int(quota) for quota in quotas]
    while sum(units) < total:
        remainders = [quota - unit for quota, unit in zip(quotas, units, strict=True)]
        units[remainders.index(max(remainders))] += 1
    return units
