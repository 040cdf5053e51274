"""Runs beside the race that say what a little more brings, how many branches to keep, how long a surge lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from experiments.settings import Settings
from sim.reforms.base import Option, Rollout
from sim.reforms.carriers import CompoundStations, OpeningHours, Windows
from sim.reforms.funding import FundLevel
from sim.reforms.staffing import StaffLevels
from sim.scenario import Scenario, Surge
from sim.trial import Record
from sim.world.city import City

if TYPE_CHECKING:
    from analysis.decision.margins import Beside

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of branches kept
BRANCHES = "keep_branches"
STORM_AFTER, STORM_DAYS, STORM = 7, 5, 3.0  # days after the warm-up, days, times the usual rate
MORE: dict[str, Any] = {
    "community_workers": StaffLevels(community=1.1),
    "grid_workers": StaffLevels(grid=1.1),
    "town_workers": StaffLevels(town_team=1.1),
    "windows": Windows(community=1.25, town=1.25),
    "hours": OpeningHours(extra_hours=2.0),
    "stations": CompoundStations(share=0.2),
    "fund": FundLevel(level=1.25),
}
COUNTED = {
    "community_workers": ("community_posts",),
    "grid_workers": ("grid_posts",),
    "town_workers": ("town_posts",),
    "windows": ("office_windows", "hall_windows"),
}  # of `analysis.decision.standing`, where one more is a post or a window


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One row of runs: an option, and the scenario where it is another than the study's."""

    option: Option
    scenario: Scenario | None = None


def variants(settings: Settings) -> dict[tuple[str, str], Variant]:
    """Everything to run, by what it is for and which it is; the first option stands in every one of `more`."""
    start, base = settings.warmup, settings.options[0]
    found = {
        ("more", name): Variant(option=_with(base, Rollout(reform=reform, from_day=start)))
        for name, reform in MORE.items()
    }
    merge = merging(settings)
    if merge is not None:
        found |= {("branches", str(share)): Variant(option=_keeping(merge, share)) for share in SHARES}
    storm = surging(settings)
    if storm is not None:
        found |= {("surge", option.name): Variant(option=option, scenario=storm) for option in settings.options}
    return found


def merging(settings: Settings) -> Option | None:
    """The first option whose reforms keep a share of branches."""
    return next((o for o in settings.options if any(_keeps(r) for _, r in o.rollouts)), None)


def surging(settings: Settings) -> Scenario | None:
    """The main scenario with a storm soon after the warm-up; none in a run too short to see the end of it."""
    main = next(iter(settings.scenarios.values()))
    if settings.warmup + STORM_AFTER + STORM_DAYS >= settings.days:
        return None
    storm = Surge(tag="storm", from_day=settings.warmup + STORM_AFTER, days=STORM_DAYS, factor=STORM)
    return replace(main, surges=(*main.surges, storm))


def beside(
    settings: Settings, city: City, calm: Mapping[str, Sequence[Record]],
    found: Mapping[tuple[str, str], Sequence[Record]],
) -> Beside:  # fmt: skip
    """The runs as analysis wants them; `calm` are those of all options without a surge, of the same lucks."""
    from analysis.decision.margins import Beside
    from analysis.decision.standing import totals
    from sim.world.district import districts

    def of(kind: str) -> dict[str, Sequence[Record]]:
        return {name: several for (what, name), several in found.items() if what == kind}

    planned = variants(settings)
    today = totals(city, settings.rules, settings.options[0], settings.days)
    more = {name: totals(city, settings.rules, planned["more", name].option, settings.days) for name in of("more")}
    merge = merging(settings)
    storm = settings.warmup + STORM_AFTER
    return Beside(
        residents=city.residents,
        share=city.share,
        days=settings.days,
        warmup=settings.warmup,
        districts=tuple(
            (city.district_name[d.index], city.district_name_en[d.index], d.residents) for d in districts(city)
        ),
        today=calm[settings.options[0].name],
        more=of("more"),
        added={name: sum(more[name][kind] - today[kind] for kind in COUNTED[name]) for name in more if name in COUNTED},
        merge=merge.name if merge else "",
        branches={float(share): several for share, several in of("branches").items()},
        calm=calm,
        surged=of("surge"),
        surge_from=storm,
        surge_until=storm + STORM_DAYS,
    )


def _with(option: Option, rollout: Rollout) -> Option:
    return Option(name=option.name, rollouts=(*option.rollouts, ("more", rollout)))


def _keeps(rollout: Rollout) -> bool:
    reform: Any = rollout.reform
    return BRANCHES in {f.name for f in fields(reform)}


def _keeping(option: Option, share: float) -> Option:
    def kept(rollout: Rollout) -> Rollout:
        reform: Any = rollout.reform
        return replace(rollout, reform=replace(reform, **{BRANCHES: share})) if _keeps(rollout) else rollout

    return Option(name=option.name, rollouts=tuple((name, kept(rollout)) for name, rollout in option.rollouts))
