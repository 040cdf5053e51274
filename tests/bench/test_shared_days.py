"""Options that share their first days against options run one by one, in the same run: the same digests always, and how
much quicker with --benchmark-enable. Seven options that begin on day 28 of 90 could be 7 * 90 / (28 + 7 * 62) = 1.36
times as quick, were a copy of a state free; half of that gain is asserted, of the best times of either.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from experiments.design import PlannedTrial, conduct, plan
from experiments.settings import read

IDEAL = 7 * 90 / (28 + 7 * 62)
SEEDS = range(2, 9)  # a seed of its own each time: what one left behind spares the next no days


def digests(jobs: Sequence[PlannedTrial]) -> list[str]:
    return [conduct(job).digest for job in jobs]


def _seconds(jobs: Sequence[PlannedTrial]) -> float:
    before = time.process_time()
    digests(jobs)
    return time.process_time() - before


def test_a_comparison_shares_the_days_before_its_options_begin(benchmark: Any) -> None:
    jobs = plan(read("compare", ["city.share=0.002", "days=90", "replications=2"]))[:7]
    assert {job.shared for job in jobs} == {28}
    apart = [replace(job, shared=0) for job in jobs]
    assert benchmark.pedantic(digests, args=(jobs,)) == digests(apart)
    if not benchmark.enabled:
        return
    own = min(_seconds([replace(job, seed=seed) for job in jobs]) for seed in SEEDS)
    other = min(_seconds([replace(job, seed=seed) for job in apart]) for seed in SEEDS)
    benchmark.extra_info.update(times_as_quick=round(other / own, 3))
    assert other / own > 1.0 + 0.5 * (IDEAL - 1.0)
