"""Layers: how much of a policy's dose is left when it has come down to a community (M12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.kernels.arithmetic import exps, logs
from sim.levers import lever
from sim.practices.base import F64, Effects, Expectation, Practice, State, View, normal

RETENTION, COUNT = 0.9, 4  # today's


@dataclass(frozen=True, kw_only=True)
class Layers(Practice):
    """A dose passes `count` layers and each keeps a share r of it: r^count arrives at a community.

    Layers lose 1 - r = (1 - retention) x exp(noise z - noise^2 / 2) on the branch of a community, z standard normal and
    lasting: control is lost layer by layer (O. E. Williamson, Journal of Political Economy 75, 1967). Participation
    shifts by dose x (what arrives - what arrives today), with today's retention .9 and 4 layers. Keeping more takes
    supervision: hours in proportion to the loss that is avoided.
    """

    retention: float = lever(RETENTION, 0.7, 1.0, "share of the dose kept a layer", "mechanism M12")
    count: int = lever(COUNT, 3, 5, "layers above a community", "mechanism M12")
    dose: float = lever(0.3, 0.0, 1.0, "logit of taking part at the full dose")
    noise: float = lever(0.5, 0.0, 1.0, "log sd between branches of the share lost")
    supervision: float = lever(0.75, 0.0, 5.0, "hours a worker and week when nothing is lost any more")

    mechanism = "M12"
    tried: ClassVar[dict[str, Any]] = {"retention": 0.97, "count": 3}
    expected = (
        Expectation(outcome="dose", direction="up", reason="each layer keeps more, and there are fewer"),
        Expectation(outcome="dose_spread", direction="down", reason="branches differ in what they lose"),
        Expectation(outcome="active_share", direction="up", reason="more of the dose reaches residents"),
    )
    cost = Expectation(outcome="off_service_hours", direction="up", reason="what is not lost is supervised")

    @property
    def on(self) -> bool:
        """There are layers, whatever the rules."""
        return True

    def act(self, state: State, view: View, effects: Effects) -> None:
        """Mobilise by what more, or less, arrives than today."""
        arrived = self.arrives(view, self.retention, self.count)
        effects.engage += self.dose * (arrived - self.arrives(view, RETENTION, COUNT))
        avoided = max(0.0, self.retention - RETENTION) / (1.0 - RETENTION)
        effects.lose_hours(view, self.supervision * avoided)
        effects.told["dose"] = arrived

    def arrives(self, view: View, retention: float, count: int) -> F64:
        """[P] share of the dose at each place; the branch is that of its community's seat."""
        z = normal(view.lasting(12)[view.seat, 0])
        lost = (1.0 - retention) * exps(self.noise * z - self.noise * self.noise / 2.0)
        return np.asarray(exps(count * logs(np.maximum(1e-6, 1.0 - lost))))
