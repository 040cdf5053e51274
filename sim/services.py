"""The service catalogue: what residents need, in three classes and more than a hundred named items.

Names are of services that Chinese community centres and hotlines offer; every rate and share is an assumption, set so
that the whole catalogue holds the totals of refinement A8. Data: sim/data/services.csv.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CLASSES = ("party", "government", "convenience")
AGE_BANDS = ("0-14", "15-29", "30-44", "45-59", "60-69", "70+")
CHANNELS = ("compound_station", "community_centre", "town_complex", "grid_worker", "hotline", "online", "do_without")
COMPOUND_KINDS = ("danwei", "estate", "resettlement", "hamlet", "dormitory")

# Census 2020 (pop.share_* of parameters.csv); the cuts inside 15 to 59 and inside 60 and over are assumptions.
AGE_SHARES = (0.1328, 0.20, 0.26, 0.2274, 0.10, 0.0798)
OLD = 4  # first age band of 60 and over


@dataclass(frozen=True)
class Department:
    """A governing department with a branch in each district."""

    id: str
    zh: str
    en: str


# 33 departments, as many as the committee integrates; which ones is not published, so that the names are an assumption.
# In the order in which a committee that integrates n of them takes them: organisation, political and legal and civil
# affairs, which the city names, then those that most cases of the catalogue need.
DEPARTMENTS = (
    Department("organisation", "组织部", "Organisation Department"),
    Department("political_legal", "政法委员会", "Political and Legal Affairs Commission"),
    Department("civil_affairs", "民政局", "Civil Affairs"),
    Department("public_security", "公安局", "Public Security"),
    Department("human_resources", "人力资源和社会保障局", "Human Resources and Social Security"),
    Department("medical_insurance", "医疗保障局", "Medical Insurance"),
    Department("urban_management", "城市管理委员会", "Urban Management"),
    Department("housing", "住房和城乡建设局", "Housing and Construction"),
    Department("health", "卫生健康委员会", "Health"),
    Department("market_regulation", "市场监督管理局", "Market Regulation"),
    Department("ecology", "生态环境局", "Ecology and Environment"),
    Department("justice", "司法局", "Justice"),
    Department("planning", "规划和自然资源局", "Planning and Natural Resources"),
    Department("water", "水务局", "Water Affairs"),
    Department("education", "教育局", "Education"),
    Department("transport", "交通运输局", "Transport"),
    Department("finance", "财政局", "Finance"),
    Department("agriculture", "农业农村局", "Agriculture and Rural Affairs"),
    Department("government_services", "政务服务管理局", "Government Services"),
    Department("economy_information", "经济和信息化局", "Economy and Information Technology"),
    Department("commerce", "商务局", "Commerce"),
    Department("disabled_persons", "残疾人联合会", "Disabled Persons' Federation"),
    Department("fire_rescue", "消防救援支队", "Fire and Rescue"),
    Department("emergency", "应急管理局", "Emergency Management"),
    Department("park_city", "公园城市建设管理局", "Park City Construction"),
    Department("veterans", "退役军人事务局", "Veterans Affairs"),
    Department("trade_union", "总工会", "Federation of Trade Unions"),
    Department("sports", "体育局", "Sports"),
    Department("development_reform", "发展和改革委员会", "Development and Reform"),
    Department("letters_visits", "信访局", "Letters and Visits"),
    Department("publicity", "宣传部", "Publicity Department"),
    Department("culture_tourism", "文化广电旅游局", "Culture, Radio, Television and Tourism"),
    Department("united_front", "统一战线工作部", "United Front Work Department"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of the catalogue. Rates are needs a head and year at the base level; shares are in [0, 1]."""

    id: str
    zh: str
    en: str
    kind: str  # one of CLASSES
    rate: float  # needs a head and year, averaged over the city
    age: tuple[float, ...]  # relative rate by AGE_BANDS, mean 1 under AGE_SHARES
    urban: float  # relative rate of urban over rural residents
    channels: tuple[str, ...]  # which of CHANNELS can take it (do_without always can)
    home: bool  # ends with a visit of the community team (home help, disputes)
    departments: tuple[int, ...]  # indices into DEPARTMENTS, in order of work
    department_share: float  # share of cases that need them
    statutory_share: float  # share, of the cases that need departments, that also wait for external or legal time
    urgent_share: float
    work: float  # relative to the station's minutes
    coproducible: float  # share of needs that neighbours could meet
    dispute: bool
    surge: str  # "", or a tag of sim.scenario.SURGE_TAGS
    monthly: tuple[float, ...]  # 12 seasonal factors, mean 1


@cache
def catalogue() -> tuple[Item, ...]:
    """The shipped catalogue, sim/data/services.csv; checked when read.

    Raises:
        ValueError: a row breaks the contract of `Item`; names the item and what is allowed.
    """
    items = tuple(_item(row) for row in _rows("services.csv"))
    if len({item.id for item in items}) != len(items):
        raise ValueError("services.csv: ids are not unique")
    return items


def _rows(name: str) -> csv.DictReader[str]:
    return csv.DictReader((files("sim") / "data" / name).read_text(encoding="utf-8").splitlines())


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split())


def _item(row: dict[str, str]) -> Item:
    item = Item(
        id=row["id"], zh=row["zh"], en=row["en"], kind=row["class"], rate=float(row["rate"]), age=_numbers(row["age"]),
        urban=float(row["urban"]), channels=tuple(row["channels"].split()), home=row["home"] == "1",
        departments=tuple(int(d) for d in row["departments"].split()), department_share=float(row["department_share"]),
        statutory_share=float(row["statutory_share"]), urgent_share=float(row["urgent_share"]), work=float(row["work"]),
        coproducible=float(row["coproducible"]), dispute=row["dispute"] == "1", surge=row["surge"],
        monthly=_numbers(row["monthly"]),
    )  # fmt: skip
    _check(item)
    return item


def _check(item: Item) -> None:
    def fail(what: str, value: object, allowed: str) -> None:
        raise ValueError(f"services.csv: {item.id}: {what} must be {allowed}, got {value}")

    def members(what: str, values: Iterable[str], allowed: tuple[str, ...]) -> None:
        for value in values:
            if value not in allowed:
                fail(what, repr(value), f"one of {', '.join(allowed)}")

    members("class", (item.kind,), CLASSES)
    members("channels", item.channels, CHANNELS[:-1])
    for what in ("department_share", "statutory_share", "urgent_share", "coproducible"):
        if not 0.0 <= getattr(item, what) <= 1.0:
            fail(what, getattr(item, what), "in [0, 1]")
    for what in ("rate", "urban", "work"):
        if not getattr(item, what) > 0.0:
            fail(what, getattr(item, what), "above 0")
    mean_age = sum(share * factor for share, factor in zip(AGE_SHARES, item.age, strict=False))
    if len(item.age) != len(AGE_BANDS) or abs(mean_age - 1.0) > 0.005:
        fail("age", item.age, f"{len(AGE_BANDS)} factors with mean 1 under the city's age shares")
    if len(item.monthly) != 12 or abs(sum(item.monthly) / 12 - 1.0) > 0.005:
        fail("monthly", item.monthly, "12 factors with mean 1")
    for d in item.departments:
        if not 0 <= d < len(DEPARTMENTS):
            fail("departments", d, f"numbers from 0 to {len(DEPARTMENTS) - 1}")
    if bool(item.departments) != (item.department_share > 0.0):
        fail("department_share", item.department_share, "above 0 just where departments are named")
