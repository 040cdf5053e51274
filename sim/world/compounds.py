"""What kind of compound stands where, how large it is, and how many households live in it."""

from __future__ import annotations

import numpy as np

from sim.kernels.apportioning import largest_remainder
from sim.kernels.arithmetic import exp
from sim.kernels.compiled import kernel
from sim.kernels.hashing import block, lognormal, unit32
from sim.rng import Purpose
from sim.services import COMPOUND_KINDS
from sim.world.gazetteer import I64
from sim.world.population import DRAW_COMPOUND

DANWEI, ESTATE, RESETTLEMENT, HAMLET, DORMITORY = range(len(COMPOUND_KINDS))
SIGMA = 0.55  # log-spread of compounds' sizes in a village, assumption
SIZE = (0.8, 1.2, 1.3, 0.9, 1.1)  # relative size by kind, assumption
# Family households a resident, before scaling to the census total: small in old danwei, large in hamlets, few in
# dormitories, where most people live in collective households. Assumption; 2.49 persons a household citywide.
HOUSEHOLDS = (44, 40, 36, 35, 10)


@kernel
def kinds_and_weights(compound, urban, distance, key):  # type: ignore[no-untyped-def]
    """Kind (uint8[C]) and whole-number weight by size (int64[C]) of compounds, keyed by their id.

    Shares by distance to the city's centre are assumptions. Urban: danwei .40 at the centre, falling by e each 5 km;
    dormitories .03, rising to .09; resettlement rising to .25; estates the rest. Rural: resettlement .12, else hamlets.
    """
    kind, weight = np.empty(compound.size, np.uint8), np.empty(compound.size, np.int64)
    word = np.uint32(np.uint32(Purpose.PLACES.value) << np.uint32(16) | np.uint32(DRAW_COMPOUND))
    for i in range(compound.size):
        w0, w1, _, _ = block(np.uint32(compound[i]), np.uint32(0), np.uint32(0), word, key[0], key[1])
        u, far = unit32(w0), 1.0 - exp(-distance[i] / 12_000.0)
        danwei = 0.40 * exp(-distance[i] / 5_000.0)
        if not urban[i]:
            k = RESETTLEMENT if u < 0.12 else HAMLET
        elif u < danwei:
            k = DANWEI
        elif u < danwei + 0.03 + 0.06 * far:
            k = DORMITORY
        elif u < 1.0 - 0.25 * far:
            k = ESTATE
        else:
            k = RESETTLEMENT
        kind[i] = k
        weight[i] = np.int64(lognormal(unit32(w1), 4096.0 * SIZE[k], SIGMA)) + 1
    return kind, weight


def households(people: I64, kind: np.ndarray, total: int) -> I64:
    """Family households of each compound, adding up to `total`: int64[C], at least one each."""
    return largest_remainder(people * np.array(HOUSEHOLDS)[kind], total, 1)
