"""How busy staff are, and with what."""

from __future__ import annotations

from sim.outcomes.base import Counts, Outcome, over


def _busy(kind: str, name: str, meaning: str) -> Outcome:
    def measure(c: Counts) -> float:
        return over(c.tally[f"busy_{kind}"], c.tally[f"shift_{kind}"])

    return Outcome(name=name, unit="share", better="neither", theme="workforce", meaning=meaning, measure=measure)


WORKFORCE = (
    _busy("community_team", "team_utilisation", "busy share of community teams' service time"),
    _busy("grid_worker", "grid_utilisation", "busy share of grid workers' case time"),
    _busy("community_counter", "counter_utilisation", "busy share of the windows of community centres"),
    _busy("town_team", "town_team_utilisation", "busy share of town teams' service time"),
    _busy("department_branch", "branch_utilisation", "busy share of departments' branches"),
    _busy("online_desk", "desk_utilisation", "busy share of the clerks who help online"),
    Outcome(
        name="coordination_hours", unit="hours per 1,000 residents a year", better="lower", theme="workforce",
        meaning="hours added to the work of departments by coordination",
        measure=lambda c: c.tally["coordination_seconds"] / 3.6 * 365.0 / c.counted_days / c.residents,
    ),
    Outcome(
        name="off_service_hours", unit="hours per 1,000 residents a year", better="lower", theme="workforce",
        meaning="paid hours of community workers and town teams off service, at the end",
        measure=lambda c: c.off_service * 1000.0 / c.residents,
    ),
    Outcome(
        name="zone_hours", unit="hours per 1,000 residents a year", better="neither", theme="workforce",
        meaning="hours that industrial zones work in place of community workers, at the end",
        measure=lambda c: c.zone_hours * 1000.0 / c.residents,
    ),
    Outcome(
        name="branch_step_minutes", unit="minutes", better="lower", theme="workforce",
        meaning="mean work of a department's step on an ordinary case, at the end",
        measure=lambda c: c.step_minutes / c.residents,
    ),
    Outcome(
        name="staff_pace", unit="times", better="higher", theme="workforce",
        meaning="productivity of community staff against that of the rules, at the end",
        measure=lambda c: c.mean(c.state["productivity"]),
    ),
    Outcome(
        name="vacancy_share", unit="share", better="lower", theme="workforce",
        meaning="posts of leaders that nobody fills, at the end",
        measure=lambda c: c.mean(c.state["vacant"]),
    ),
    Outcome(
        name="staff_vacancy", unit="share", better="lower", theme="workforce",
        meaning="posts of community workers that nobody fills, at the end",
        measure=lambda c: c.mean(c.state["posts_vacant"]),
    ),
    Outcome(
        name="staff_turnover", unit="share a year", better="lower", theme="workforce",
        meaning="community workers who leave, at the end",
        measure=lambda c: c.mean(c.state["turnover"]),
    ),
)  # fmt: skip
