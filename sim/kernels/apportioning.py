"""Whole seats by weight, in integers only: the same on every processor, ties by position."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def largest_remainder(weights: npt.ArrayLike, total: int, minimum: int = 0) -> npt.NDArray[np.int64]:
    """Share `total` whole units in proportion to weights by largest remainder (Hamilton's method).

    A place below `minimum` is lifted to it, and the others share what is left in proportion. Equal remainders go to
    the lower position.

    Args:
        weights: whole numbers >= 0; n.
        total: >= minimum * n.
        minimum: units that each place gets at least, whatever its weight.

    Returns:
        int64[n], adding up to `total`.

    Raises:
        ValueError: a negative or fractional weight, weights that are all 0, products beyond 2^63, too small a total.

    >>> largest_remainder([47, 16, 15, 12, 9, 1], 10).tolist()
    [5, 2, 1, 1, 1, 0]
    >>> largest_remainder([47, 16, 15, 12, 9, 1], 10, minimum=1).tolist()
    [4, 2, 1, 1, 1, 1]
    """
    weight = np.asarray(weights)
    if weight.size and weight.dtype.kind not in "iu":
        raise ValueError(f"weights must be whole numbers, got {weight.dtype}")
    if weight.ndim != 1 or (weight < 0).any():
        raise ValueError("weights must be one-dimensional and >= 0")
    n, total, minimum = weight.size, int(total), int(minimum)
    if minimum < 0 or total < minimum * n:
        raise ValueError(f"total must be at least {minimum} for each of {n} places, got {total}")
    if n and sum(map(int, weight)) * max(total, 1) >= 1 << 63:
        raise ValueError(f"weights times total must stay below 2^63, got a total of {total}")
    units = np.full(n, minimum, np.int64)
    if total == minimum * n:
        return units
    if not weight.any():
        raise ValueError(f"weights must not all be 0 to share a total of {total}")
    weight = weight.astype(np.int64)
    lifted = np.zeros(n, np.bool_)
    while True:
        rest = np.flatnonzero(~lifted)
        units[rest] = _hamilton(weight[rest], total - minimum * int(lifted.sum()))
        short = ~lifted & (units < minimum)
        if not short.any():
            return units
        lifted |= short
        units[lifted] = minimum


def _hamilton(weight: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.int64]:
    """Floors of the quotas, and one more to each of the largest remainders."""
    units, remainder = np.divmod(weight * total, weight.sum())
    left = total - int(units.sum())
    units[np.argsort(-remainder, kind="stable")[:left]] += 1
    return units
