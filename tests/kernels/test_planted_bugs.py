"""Bugs planted in the kernels' own text: every one is caught by a promise, none by golden bits.

A bug is a name, a text of the source that occurs once, what takes its place, and the check that must notice. The
check runs on a fresh module made of the altered text, in plain Python; the bias of service times is left to queueing
theory, and compiled.
"""

from __future__ import annotations

import re
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
    module: ModuleType
    check: Callable[[ModuleType], None]
    name: str
    old: str
    new: str


def bugs(module: ModuleType, check: Callable[[ModuleType], None], *texts: tuple[str, str, str]) -> list[Bug]:
    """Bugs of one module that one check must notice: name, old text, new text."""
    return [Bug(module, check, *text) for text in texts]


EACH = "    for i in range(lo, hi):\n        now"
ROUNDS = "    for _ in range(10)"
BUGS = [
    *bugs(queueing, check_theory,
        ("service 1 % longer", "mixed = False", "mixed = False; work = work + work // 100"),
        ("a pause of 1 % after each case", "mixed = False", "mixed = False; work = work + 10_000"),
    ),
    *bugs(queueing, check_station,
        ("one server never turns", "while k + 1 < servers and", "while k + 2 < servers and"),
        ("patience runs out at the wait", "0 <= patience < min", "0 <= patience <= min"),
        ("endless patience runs out", "if 0 <= patience <", "if patience <"),
        ("patience outlives closing", "min(now, closing) - arrival", "now - arrival"),
        ("the last of equal arrivals first", EACH, EACH.replace(
            "range(lo, hi)", "sorted(range(lo, hi), key=lambda j: (arrival[j], -j))"
        )),
        ("last come, first served", EACH, EACH.replace("range(lo, hi)", "range(hi - 1, lo - 1, -1)")),
        ("urgent after normal of the same second", "arrival[first] <= now", "arrival[first] < now"),
        ("urgent at once, as if it preempted", "i = first\n", "i = first; now = arrival[i]\n"),
        ("urgency ignored", "mixed |= urgent[i] != 0", "mixed = False"),
        ("the last arrival lost", EACH, EACH.replace("hi", "hi - 1")),
        ("closing a second late", "SERVED if now < closing", "SERVED if now <= closing"),
        ("left waiting counts as abandoned", "else WAITING", "else ABANDONED"),
        ("free a second late", "max(arrival[i], free[0])", "max(arrival[i], free[0] + 1)"),
        ("opens with all servers free", "max(arrival[i], free[0])", "max(arrival[i], free[0] * (i > lo))"),
    ),
    *bugs(queueing, check_many_servers,
        ("the larger child rises", "heap[child + 1] < heap[child]", "heap[child + 1] > heap[child]"),
        ("the last server of a heap left out", "while child < size:", "while child < size - 1:"),
        ("a heap handed on as sorted", "        _sort_heap(free, servers)\n", "        pass\n"),
    ),
    *bugs(hashing, check_known_answers,
        ("nine rounds", "range(10)", "range(9)"),
        ("key words swapped", "def block(c0, c1, c2, c3, k0, k1)", "def block(c0, c1, c2, c3, k1, k0)"),
        ("purposes share their draws", ROUNDS, "    c3 = np.uint32(0)\n" + ROUNDS),
        ("entities beyond 2^32 share theirs", ROUNDS, "    c1 = np.uint32(0)\n" + ROUNDS),
        ("a lane dropped", "np.uint32(p0),", "np.uint32(p1),"),
        ("a key that stands still", "k1 = np.uint32(k1 + _W1)", "k1 = np.uint32(k1)"),
    ),
    *bugs(hashing, check_doubles,
        ("the high word twice", "| np.uint64(low)", "| np.uint64(high)"),
        ("a draw of 0", "+ 0.5) * 2.2204", ") * 2.2204"),
        ("luck turned round", "return -log(u)", "return -log(1.0 - u)"),
        ("certainty that can fail", "* 4294967296.0", "* 4294967295.0"),
    ),
    *bugs(sketch, check_sketch,
        ("bins an octave off", "(1023 + 3)", "(1023 + 4)"),
        ("one duration a bin", "counts[bin_of(seconds[i])] += 1", "counts[bin_of(seconds[i])] = 1"),
        ("ranks forgotten", "before += counts[k]", "before = counts[k]"),
    ),
    *bugs(apportioning, check_apportioning,
        ("the least remainder", "np.argsort(-remainder", "np.argsort(remainder"),
        ("ties to the higher position", '-remainder, kind="stable")', 'remainder, kind="stable")[::-1]'),
        ("the lifted counted twice", "total - minimum * int(lifted.sum())", "total"),
        ("nobody lifted", "& (units < minimum)", "& (units < 0)"),
    ),
    *bugs(inequality, check_inequality,
        ("weights left out", "block_weight += w[j]", "block_weight += 1.0"),
        ("equal ranks by position", "rank[j] == rank[i]", "j == i"),
        ("groups share one mean", "own = total[2 * group[i] + 1] / total[2 * group[i]]", "own = mean"),
    ),
]  # fmt: skip
DECORATORS = re.compile(r"from sim\.kernels\.compiled import .*\n")
PLAIN = "kernel = loop = part = lambda function: function\n"
UNCACHED = "from numba import njit\nkernel = loop = part = njit(nogil=True, error_model='numpy')\n"


def module_of(original: ModuleType, text: str, compiled: bool) -> ModuleType:
    """A module made of the text: compiled without a cache, or in plain Python."""
    text = DECORATORS.sub(UNCACHED if compiled else PLAIN, text)
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
