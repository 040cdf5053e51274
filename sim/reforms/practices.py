"""A reform for each practice: it puts the practice's levers in force and leaves those it does not name as they are."""

from __future__ import annotations

from dataclasses import field, fields, make_dataclass, replace
from typing import Any, get_type_hints

from sim.practices.base import Practice
from sim.rules import Rules


def given(reform: Any) -> dict[str, Any]:
    """The levers that a reform names."""
    return {f.name: getattr(reform, f.name) for f in fields(reform) if getattr(reform, f.name) is not None}


def reform_of(name: str, practice: type[Practice]) -> type[Any]:
    """The reform class of the practice that the rules hold under this name."""
    types = get_type_hints(practice)
    columns = [(f.name, types[f.name] | None, field(default=None)) for f in fields(practice)]  # type: ignore[arg-type]

    def check(self: Any) -> None:
        practice(**given(self))

    def amend(self: Any, rules: Rules) -> Rules:
        return replace(rules, **{name: replace(getattr(rules, name), **given(self))})

    def neutral(cls: type[Any]) -> Any:
        return cls()

    space = {"__post_init__": check, "amend": amend, "neutral": classmethod(neutral), "__module__": __name__}
    space |= {told: getattr(practice, told) for told in ("mechanism", "tried", "expected", "cost")}
    made = make_dataclass(practice.__name__, columns, namespace=space, frozen=True, kw_only=True)
    made.__doc__ = f"{(practice.__doc__ or '').strip()}\n\nNeutral: nothing named."
    return made


PRACTICE_REFORMS: dict[str, type[Any]] = {
    f.name: reform_of(f.name, f.default_factory)  # type: ignore[arg-type]
    for f in fields(Rules)
    if isinstance(f.default_factory, type) and issubclass(f.default_factory, Practice)
}
globals().update({made.__name__: made for made in PRACTICE_REFORMS.values()})  # so that they can be sent to workers
