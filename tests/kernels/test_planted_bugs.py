"""Bugs planted in the kernels' own text: every one is caught by a promise, none by golden bits.

A bug is a name, a text of the source that occurs once, what takes its place, and the check that must notice. The
check runs on a fresh module made of the altered text, in plain Python; the bias of service times is left to queueing
theory, and compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
from kernel_checks import (
    check_apportioning,
    check_doubles,
    check_inequality,
    check_known_answers,
    check_sketch,
    check_station,
)
from queueing_theory import check_theory

from sim.kernels import apportioning, hashing, inequality, queueing, sketch


def check_many_servers(module: ModuleType) -> None:
    check_station(module, 40, servers=(queueing.LADDER + 1, 90))


class Bug(NamedTuple):
    name: str
    module: ModuleType
    old: str
    new: str
    check: Callable[[ModuleType], None]


IN_ORDER = "    for i in range(lo, hi):\n        now"
BUGS = [
    Bug("service 1 % longer", queueing, "mixed = False", "mixed = False; work = work + work // 100", check_theory),
    Bug("a pause of 1 % after each case", queueing, "    k = 0\n    if servers", "    until += 10_000; k = 0\n    if servers", check_theory),
    Bug("one server never turns", queueing, "while k + 1 < servers and", "while k + 2 < servers and", check_station),
    Bug("patience runs out at the wait", queueing, "0 <= patience < min", "0 <= patience <= min", check_station),
    Bug("endless patience runs out", queueing, "if 0 <= patience <", "if patience <", check_station),
    Bug("patience outlives closing", queueing, "min(now, closing) - arrival", "now - arrival", check_station),
    Bug("the last of equal arrivals first", queueing, IN_ORDER, "    for i in sorted(range(lo, hi), key=lambda j: (arrival[j], -j)):\n        now", check_station),
    Bug("urgent after normal of the same second", queueing, "arrival[first] <= now", "arrival[first] < now", check_station),
    Bug("urgent at once, whoever is served", queueing, "max(earliest, free[0]) if", "max(earliest, free[0] * (first == hi)) if", check_station),
    Bug("urgency ignored", queueing, "mixed |= urgent[i] != 0", "mixed = False", check_station),
    Bug("the last arrival lost", queueing, IN_ORDER, "    for i in range(lo, hi - 1):\n        now", check_station),
    Bug("closing a second late", queueing, "SERVED if now < closing", "SERVED if now <= closing", check_station),
    Bug("left waiting counts as abandoned", queueing, "else WAITING", "else ABANDONED", check_station),
    Bug("free a second late", queueing, "max(arrival[i], free[0])", "max(arrival[i], free[0] + 1)", check_station),
    Bug("opens with all servers free", queueing, "max(arrival[i], free[0])", "max(arrival[i], free[0] * (i > lo))", check_station),
    Bug("the larger child rises", queueing, "heap[child + 1] < heap[child]", "heap[child + 1] > heap[child]", check_many_servers),
    Bug("the last server of a heap", queueing, "while child < size:", "while child < size - 1:", check_many_servers),
    Bug("a heap handed on as sorted", queueing, "        _sort_heap(free, servers)\n", "        pass\n", check_many_servers),
    Bug("nine rounds", hashing, "range(10)", "range(9)", check_known_answers),
    Bug("key words swapped", hashing, "def block(c0, c1, c2, c3, k0, k1)", "def block(c0, c1, c2, c3, k1, k0)", check_known_answers),
    Bug("purposes share their draws", hashing, "    for _ in range(10)", "    c3 = np.uint32(0)\n    for _ in range(10)", check_known_answers),
    Bug("entities beyond 2^32 share", hashing, "    for _ in range(10)", "    c1 = np.uint32(0)\n    for _ in range(10)", check_known_answers),
    Bug("a lane dropped", hashing, "np.uint32(p0),", "np.uint32(p1),", check_known_answers),
    Bug("a key that stands still", hashing, "k1 = np.uint32(k1 + _W1)", "k1 = np.uint32(k1)", check_known_answers),
    Bug("the high word twice", hashing, "| np.uint64(low)", "| np.uint64(high)", check_doubles),
    Bug("a draw of 0", hashing, "+ 0.5) * 2.2204", ") * 2.2204", check_doubles),
    Bug("luck turned round", hashing, "return -log(u)", "return -log(1.0 - u)", check_doubles),
    Bug("certainty that can fail", hashing, "* 4294967296.0", "* 4294967295.0", check_doubles),
    Bug("bins an octave off", sketch, "(1023 + 3)", "(1023 + 4)", check_sketch),
    Bug("one duration a bin", sketch, "counts[bin_of(seconds[i])] += 1", "counts[bin_of(seconds[i])] = 1", check_sketch),
    Bug("ranks forgotten", sketch, "before += counts[k]", "before = counts[k]", check_sketch),
    Bug("the least remainder", apportioning, "np.argsort(-remainder", "np.argsort(remainder", check_apportioning),
    Bug("ties to the higher position", apportioning, 'np.argsort(-remainder, kind="stable")', 'np.argsort(remainder[::-1], kind="stable")[::-1]', check_apportioning),
    Bug("the lifted counted twice", apportioning, "total - minimum * int(lifted.sum())", "total", check_apportioning),
    Bug("nobody lifted", apportioning, "& (units < minimum)", "& (units < 0)", check_apportioning),
    Bug("weights left out", inequality, "block_weight += w[j]", "block_weight += 1.0", check_inequality),
    Bug("equal ranks by position", inequality, "rank[j] == rank[i]", "j == i", check_inequality),
    Bug("groups share one mean", inequality, "own = total[2 * group[i] + 1] / total[2 * group[i]]", "own = mean", check_inequality),
]  # fmt: skip
PLAIN = "def njit(**_):\n    return lambda function: function\n"


def module_of(original: ModuleType, text: str, compiled: bool) -> ModuleType:
    """A module made of the text: compiled without a cache, or in plain Python."""
    text = text.replace("cache=True, ", "") if compiled else text.replace("from numba import njit\n", PLAIN)
    module = ModuleType(original.__name__)
    exec(compile(text, original.__name__, "exec", dont_inherit=True), module.__dict__)
    return module


def source(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(BUGS) == len({bug.name for bug in BUGS}) >= 20


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_caught(bug: Bug) -> None:
    text = source(bug.module)
    assert text.count(bug.old) == 1, "the text to replace must occur exactly once"
    mutant = module_of(bug.module, text.replace(bug.old, bug.new), compiled=bug.check is check_theory)
    with np.errstate(over="ignore"), pytest.raises(AssertionError):  # words of 32 bits wrap on purpose
        bug.check(mutant)


@pytest.mark.parametrize(
    ("module", "checks"),
    [
        (queueing, (check_station, check_many_servers)),
        (hashing, (check_known_answers, check_doubles)),
        (sketch, (check_sketch,)),
        (apportioning, (check_apportioning,)),
        (inequality, (check_inequality,)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_unaltered_text_passes(module: ModuleType, checks: tuple[Callable[[ModuleType], None], ...]) -> None:
    """Nothing but the bug makes a check fail: the same harness without one."""
    plain = module_of(module, source(module), compiled=False)
    with np.errstate(over="ignore"):
        for check in checks:
            check(plain)


def test_the_unaltered_text_passes_theory() -> None:
    check_theory(module_of(queueing, source(queueing), compiled=True))
