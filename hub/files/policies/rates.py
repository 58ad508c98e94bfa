"""charges.yaml into charge rules."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hub.domain.charge_policy import ChargePolicy, ChargeRule, Discount, TaxRules, TimeKind
from hub.domain.documents import Doc
from hub.domain.expression import Expression
from hub.files.policies.reading import Source

FACTS = ("asset", "consumption", "contract", "customer", "part", "site", "ticket", "visit")


def read_charges(source: Source, calendars: Mapping[str, object]) -> ChargePolicy:
    """Parse the charge rules, noting every problem."""
    doc = source.doc
    source.unknown("calendar", [doc["calendar"]], calendars)
    for name, count in Counter(rule["rule"] for rule in doc["rules"]).items():
        if count > 1:
            source.wrong("rules", "'{name}' stands here twice: give each rule a name of its own", name=name)
    minimum = doc.get("minimum", {"net": "0", "title": {}})
    return ChargePolicy(
        version=doc["version"],
        currency=doc["currency"],
        calendar=doc["calendar"],
        tax=_tax(doc["tax"]),
        rules=tuple(_rule(source, f"rules[{number}]", each) for number, each in enumerate(doc["rules"])),
        discounts=tuple(
            _discount(source, f"discounts[{number}]", each) for number, each in enumerate(doc.get("discounts", ()))
        ),
        price_places=doc.get("price_places", 4),
        minimum_net=Decimal(minimum["net"]),
        minimum_title=minimum["title"],
        approve_above=Decimal(doc["approve_above"]) if "approve_above" in doc else None,
    )


def _tax(doc: Doc) -> TaxRules:
    return TaxRules(
        rates=_decimals(doc["rates"]),
        included=doc.get("included", False),
        rounding=doc.get("rounding", "document"),
        ties=doc.get("ties", "half_up"),
    )


def _rule(source: Source, path: str, doc: Doc) -> ChargeRule:
    starts_on, ends_on = _day(source, path, doc, "from"), _day(source, path, doc, "until")
    if starts_on and ends_on and starts_on > ends_on:
        source.wrong(f"{path}.until", "the rule ends before it begins")
    if "least" in doc and doc["per"] not in {"hour", "km"}:
        source.wrong(f"{path}.least", "only hours and kilometres have a smallest quantity")
    return ChargeRule(
        name=doc["rule"],
        category=doc["category"],
        code=doc["code"],
        per=doc["per"],
        title=doc["title"],
        rate=Decimal(doc["rate"]) if "rate" in doc else None,
        starts_on=starts_on or date.min,
        ends_on=ends_on or date.max,
        price_list=doc.get("price_list"),
        when=_when(source, path, doc),
        step=Decimal(doc.get("step", "0")),
        least=Decimal(doc.get("least", "0")),
        kinds={name: TimeKind(Decimal(kind["factor"]), kind["title"]) for name, kind in doc.get("kinds", {}).items()},
        zones=_decimals(doc.get("zones", {})),
        prices=_decimals(doc.get("prices", {})),
    )


def _discount(source: Source, path: str, doc: Doc) -> Discount:
    percent, categories = Decimal(doc["percent"]), frozenset(doc["categories"])
    return Discount(doc["name"], doc["title"], percent, categories, _when(source, path, doc))


def _when(source: Source, path: str, doc: Doc) -> Expression | None:
    condition = source.expression(doc, path)
    names = condition.names() if condition else ()
    source.unknown(f"{path}.when", [name.partition(".")[0] for name in names], FACTS)
    return condition


def _day(source: Source, path: str, doc: Doc, name: str) -> date | None:
    if name not in doc:
        return None
    try:
        return date.fromisoformat(doc[name])
    except ValueError:
        source.wrong(f"{path}.{name}", "'{day}' is no day", day=doc[name])
        return None


def _decimals(doc: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in doc.items()}
