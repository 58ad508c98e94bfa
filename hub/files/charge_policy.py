"""Reads charges.yaml; every problem of the file is told at once, with its line."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from hub.domain.charge_policy import ChargePolicy, ChargeRule, Discount, TaxRules, TimeKind
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.expression import Expression, parse
from hub.files.problems import Problem, refuse
from hub.files.shapes import problem_at, shape_problems
from hub.files.yaml import Document, Place, read_yaml

FACTS = frozenset({"ticket", "visit", "customer", "site", "contract", "asset", "part", "consumption"})


def read_charges(text: str, file: str) -> ChargePolicy:
    """The charge rules of a text; an InvalidError tells every problem."""
    document = read_yaml(text, file)
    problems = shape_problems(document, "charges") or list(_rule_problems(document))
    if problems:
        raise refuse(file, problems)
    return charge_policy(document.data)


def charge_policy(doc: Doc) -> ChargePolicy:
    """The charge rules of a document that has been checked."""
    minimum = doc.get("minimum", {"net": "0", "title": {}})
    return ChargePolicy(
        version=doc["version"],
        currency=doc["currency"],
        calendar=doc["calendar"],
        tax=_tax(doc["tax"]),
        rules=tuple(map(_rule, doc["rules"])),
        discounts=tuple(map(_discount, doc.get("discounts", ()))),
        price_places=doc.get("price_places", 4),
        minimum_net=Decimal(minimum["net"]),
        minimum_title=minimum["title"],
        approve_above=Decimal(doc["approve_above"]) if "approve_above" in doc else None,
    )


def _tax(doc: Doc) -> TaxRules:
    return TaxRules(
        rates={name: Decimal(share) for name, share in doc["rates"].items()},
        included=doc.get("included", False),
        rounding=doc.get("rounding", "document"),
        ties=doc.get("ties", "half_up"),
    )


def _rule(doc: Doc) -> ChargeRule:
    return ChargeRule(
        name=doc["rule"],
        category=doc["category"],
        code=doc["code"],
        per=doc["per"],
        title=doc["title"],
        rate=Decimal(doc["rate"]) if "rate" in doc else None,
        starts_on=date.fromisoformat(doc["from"]) if "from" in doc else date.min,
        ends_on=date.fromisoformat(doc["until"]) if "until" in doc else date.max,
        price_list=doc.get("price_list"),
        when=_when(doc),
        step=Decimal(doc.get("step", "0")),
        least=Decimal(doc.get("least", "0")),
        kinds={name: TimeKind(Decimal(kind["factor"]), kind["title"]) for name, kind in doc.get("kinds", {}).items()},
        zones={name: Decimal(price) for name, price in doc.get("zones", {}).items()},
        prices={name: Decimal(price) for name, price in doc.get("prices", {}).items()},
    )


def _discount(doc: Doc) -> Discount:
    percent, categories = Decimal(doc["percent"]), frozenset(doc["categories"])
    return Discount(doc["name"], doc["title"], percent, categories, _when(doc))


def _when(doc: Doc) -> Expression | None:
    return parse(doc["when"]) if "when" in doc else None


def _rule_problems(document: Document) -> Iterator[Problem]:
    """What a schema cannot say: unique names, readable conditions, dates in order."""
    names = Counter(rule["rule"] for rule in document.data["rules"])
    for section in ("rules", "discounts"):
        for number, doc in enumerate(document.data.get(section, ())):
            yield from _condition_problems(document, (section, number, "when"), doc)
    for number, rule in enumerate(document.data["rules"]):
        if names[rule["rule"]] > 1:
            yield problem_at(document, ("rules", number, "rule"), "'{name}' stands here twice", name=rule["rule"])
        yield from _date_problems(document, number, rule)
        if Decimal(rule.get("least", "0")) and rule["per"] not in {"hour", "km"}:
            yield problem_at(document, ("rules", number, "least"), "only hours and kilometres have a smallest quantity")


def _condition_problems(document: Document, place: Place, doc: Doc) -> Iterator[Problem]:
    try:
        condition = _when(doc)
    except InvalidError as error:
        yield problem_at(document, place, "{reason}", reason=str(error))
        return
    for path in condition.names() if condition else ():
        if path.partition(".")[0] not in FACTS:
            known = ", ".join(sorted(FACTS))
            yield problem_at(document, place, "'{path}' is not known: there are {known}", path=path, known=known)


def _date_problems(document: Document, number: int, rule: Doc) -> Iterator[Problem]:
    days = []
    for name in ("from", "until"):
        try:
            days.append(date.fromisoformat(rule.get(name, "2000-01-01")))
        except ValueError:
            yield problem_at(document, ("rules", number, name), "'{day}' is no day", day=rule[name])
            return
    if {"from", "until"} <= rule.keys() and days[0] > days[1]:
        yield problem_at(document, ("rules", number, "until"), "the rule ends before it begins")
