"""Hints and waivers: what is most often a mistake is told, unless the file says why it is meant so."""

from typing import Any

import pytest

from tests.unit.laws.conftest import Told, told

__all__ = ["told"]

TEXT: dict[str, Any] = {"type": "string"}
OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
DECIMAL: dict[str, Any] = {"type": "string", "format": "decimal"}
ROWS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "value": OPTIONAL}},
}
LINES: dict[str, Any] = {
    "type": "array",
    "x-key": "id",
    "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "sku": TEXT}},
}


NUMBER: dict[str, Any] = {"type": ["number", "null"]}
INSTANT: dict[str, Any] = {**TEXT, "format": "date-time"}
PHONE: dict[str, Any] = {**TEXT, "format": "phone"}
SUMS = {"net_sum": TEXT, "tax_sum": TEXT, "gross_sum": TEXT}
TWO = {"net": TEXT, "tax": TEXT}
OF_CUSTOMER = {**TEXT, "x-ref": "customer"}
MONEY = {**DECIMAL, "x-money": "currency"}


def unit(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "x-unit": name}


FIELDS: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    ("{as: decimal(1)}", MONEY, OPTIONAL, "places: decimal rounds money to 1 places"),
    ("{as: number}", DECIMAL, NUMBER, "places: number rounds to whole numbers"),
    ("{as: number}", DECIMAL, {"type": ["integer", "null"]}, None),
    ("{as: 'scale(10, 2)'}", unit("fraction", DECIMAL), unit("percent", NUMBER), "times 100: scale(100, n)"),
    ("{as: number(2)}", unit("hour", DECIMAL), unit("percent", NUMBER), "units: hour in the hub is percent over there"),
    ("{as: 'scale(60, 2)'}", unit("hour", DECIMAL), unit("minute", NUMBER), None),
    ("{as: epoch(s)}", INSTANT, unit("millisecond", NUMBER), "units: the remote's schema says epoch(ms)"),
    ("{as: datetime, tz: Europe/Berlin}", INSTANT, OPTIONAL, "zones: Europe/Berlin goes through one hour twice"),
    ("{as: datetime, tz: Asia/Shanghai}", INSTANT, OPTIONAL, None),
    ("{as: datetime, tz: UTC}", INSTANT, {**OPTIONAL, "x-zone": "Asia/Shanghai"}, "says Asia/Shanghai, the rule UTC"),
    ("{}", OF_CUSTOMER, OPTIONAL, "references: the hub's field holds the id of customer"),
    ("{ref: part}", OF_CUSTOMER, OPTIONAL, "write ref: customer"),
    ("{}", PHONE, OPTIONAL, "forms: the hub wants a phone and the remote has any text"),
    ("{max: 3}", TEXT, {**OPTIONAL, "maxLength": 9}, "cuts: max is 3, and the remote holds 9 characters"),
    ("{max: 3}", TEXT, OPTIONAL, "cuts: max is 3, and the remote holds any length"),
]


@pytest.mark.parametrize(("options", "hub", "remote", "hint"), FIELDS)
def test_a_probable_mistake_in_a_field_is_told(
    told: Told, options: str, hub: dict[str, Any], remote: dict[str, Any], hint: str | None
) -> None:
    found = told(f"  a <-> x: {options}\n", {"a": hub}, {"x": remote}, examples=20)
    assert bool(found) == (hint is not None), found
    assert hint is None or any(hint in line for line in found)


@pytest.mark.parametrize(
    ("rules", "hub", "remote", "hint"),
    [
        ("  net <- tax_sum:\n  tax <- gross_sum:\n", TWO, SUMS, "names: this rule and 'net <- tax_sum' look exchanged"),
        ("  net <- net_sum:\n  tax <- tax_sum:\n", TWO, SUMS, None),
        ("  l[sku] <-> m[sku]:\n    id <-> id:\n", {"l": LINES}, {"m": LINES}, "members of l are told apart by 'id'"),
        ("  a -> x:\n", {"a": PHONE}, {"x": OPTIONAL}, None),
        ("  a <-> rows[kind=c, first].value:\n", {"a": TEXT}, {"rows": ROWS}, "no member can have kind=c"),
    ],
)
def test_a_probable_mistake_is_told(
    told: Told, rules: str, hub: dict[str, Any], remote: dict[str, Any], hint: str | None
) -> None:
    found = told(rules, hub, remote, examples=20)
    assert bool(found) == (hint is not None), found
    assert hint is None or any(hint in line for line in found)


@pytest.mark.parametrize(
    ("table", "arrow", "hint"),
    [
        ("{open: [fresh, open], shut: closed}", "<->", "writes 'fresh' for open: the first value is written"),
        ("{open: [fresh, open], shut: closed}", "<-", None),
        ("{open: shut, shut: open}", "<->", "reads 'shut' as open, though another row is named so"),
        ("{open: OPEN, shut: SHUT}", "<->", None),
    ],
)
def test_rows_that_look_exchanged_are_told(told: Told, table: str, arrow: str, hint: str | None) -> None:
    found = told(f"  a {arrow} x: {{map: t}}\n", {"a": TEXT}, {"x": OPTIONAL}, f"values: {{t: {table}}}\n", examples=20)
    assert bool(found) == (hint is not None), found
    assert hint is None or hint in found[0]


def waived(told: Told, waiver: str) -> list[str]:
    more = f"waivers: [{{{waiver}, reason: it is meant so}}]\n"
    return told("  a <-> x: {max: 3}\n", {"a": TEXT}, {"x": OPTIONAL}, more, examples=20)


def test_a_waived_hint_is_not_told(told: Told) -> None:
    assert waived(told, "law: cuts, path: a") == []


@pytest.mark.parametrize(
    ("waiver", "problem"),
    [
        ("law: cut, path: a", "there is no law 'cut': L0, L1, L2, L3, L4, L5, L6, names, places"),
        ("law: cuts, path: b", "no rule has the path 'b'"),
        ("law: names, path: a", "names is kept by a without the waiver: take it away"),
        ("law: L1, path: a", "L1 is kept by a without the waiver: take it away"),
    ],
)
def test_a_wrong_waiver_is_told(told: Told, waiver: str, problem: str) -> None:
    assert any(problem in line and "thing.yaml:7: waivers" in line for line in waived(told, waiver))
