"""Money: every yuan is an entry. Whole cents, so that the books balance exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.world.city import I32, I64

PURPOSES = (
    "community_wages", "grid_wages", "town_wages", "town_overhead", "centres", "town_complexes", "platform", "one_off",
    "fund_grants", "practices",
)  # fmt: skip
PAID = "paid_"  # what accounts of costs begin with; their purpose follows
ONE_OFF = f"{PAID}one_off"


@dataclass
class Fund:
    """The community funds of a district, by place (the seat of each community holds its account); cents.

    granted + raised + moved in = spent + committed + balance + moved out, place by place.
    """

    balance: I64
    committed: I64
    granted: I64
    spent: I64
    moved: I64  # in minus out, when communities merge; sums to 0
    raised: I64  # by the community itself: donations, enterprises

    @classmethod
    def empty(cls, places: int) -> Fund:
        """Accounts without a cent."""
        return cls(*(np.zeros(places, np.int64) for _ in range(6)))

    def grant(self, seat: I32, cents: I64) -> None:
        """The city pays cents [M] into the accounts that the places `seat` [M] hold; some may share one."""
        np.add.at(self.balance, seat, cents)
        np.add.at(self.granted, seat, cents)

    def earn(self, cents: I64) -> None:
        """Communities raise money of their own: cents [places] by the place that holds the account."""
        self.balance += cents
        self.raised += cents

    def commit(self, cents: I64) -> None:
        """Set money aside for projects."""
        self.balance -= cents
        self.committed += cents

    def spend(self, cents: I64) -> None:
        """Pay for projects out of what was set aside."""
        self.committed -= cents
        self.spent += cents

    def move(self, holder: I64) -> None:
        """Hand each place's money to the place that holds its account from now on: `holder` [places]."""
        for account in (self.balance, self.committed):
            gathered = np.zeros_like(account)
            np.add.at(gathered, holder, account)
            self.moved += gathered - account
            account[:] = gathered

    def balanced(self) -> bool:
        """Do the books balance to the cent, place by place?"""
        books = self.granted + self.raised + self.moved == self.spent + self.committed + self.balance
        return bool(books.all() and self.moved.sum() == 0)


@dataclass
class Purse:
    """What the city pays in a district, by purpose; cents."""

    paid: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PURPOSES, 0))
    until: int = 0  # first day not yet paid for

    def pay(self, purpose: str, cents: int) -> None:
        """Enter an expense."""
        self.paid[purpose] += cents
