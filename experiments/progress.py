"""Progress on stderr: one line that renews itself on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time

QUIET_SECONDS = 10.0  # between plain lines


class Progress:
    """How far a study is, at what rate, and how long it still takes."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.begun = self.said = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def tell(self, done: int) -> None:
        """Say how much is done."""
        now = time.monotonic()
        if done < self.total and now - self.said < (0.1 if self.terminal else QUIET_SECONDS):
            return
        self.said = now
        passed = now - self.begun
        left = passed / done * (self.total - done) if done else 0.0
        line = f"{self.what} {done}/{self.total}, {done / max(passed, 1e-9):.1f} a second, {left:.0f} s left"
        if self.terminal:
            print(f"\r{line}\x1b[K", end="\n" if done == self.total else "", file=sys.stderr, flush=True)
        elif passed > QUIET_SECONDS:
            print(line, file=sys.stderr, flush=True)
