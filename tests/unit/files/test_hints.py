"""Hints and waivers: what is most often a mistake is told, unless the file says why it is meant so."""

from typing import Any

import pytest

from tests.unit.laws.conftest import Told, told

__all__ = ["told"]

TEXT: dict[str, Any] = {"type": "string"}
OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
DECIMAL: dict[str, Any] = {"type": "string", "format": "decimal"}
NUMBER: dict[str, Any] = {"type": ["number", "null"], "minimum": 0, "maximum": 1000}
ROWS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "value": OPTIONAL}},
}
LINES: dict[str, Any] = {
    "type": "array",
    "x-key": "id",
    "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "sku": TEXT}},
}


@pytest.mark.parametrize(
    ("rules", "hub", "remote", "hint"),
    [
        ("  net <- tax_sum:\n  tax <- gross_sum:\n", {"net": TEXT, "tax": TEXT}, {"tax_sum": TEXT, "gross_sum": TEXT}, "names: this rule and 'net <- tax_sum' look exchanged"),
        ("  net <- net_sum:\n  tax <- tax_sum:\n", {"net": TEXT, "tax": TEXT}, {"tax_sum": TEXT, "net_sum": TEXT}, None),
        ("  a <-> x: {as: decimal(1)}\n", {"a": {**DECIMAL, "x-money": "currency"}}, {"x": OPTIONAL}, "places: decimal rounds money to 1 places"),
        ("  a <-> x: {as: number}\n", {"a": DECIMAL}, {"x": {"type": ["number", "null"]}}, "places: number rounds to whole numbers"),
        ("  a <-> x: {as: number}\n", {"a": DECIMAL}, {"x": {"type": ["integer", "null"]}}, None),
        ("  a <-> x: {as: 'scale(10, 2)'}\n", {"a": {**DECIMAL, "x-unit": "fraction"}}, {"x": {"type": ["number", "null"], "x-unit": "percent"}}, "units: fraction to percent is times 100: scale(100, n)"),
        ("  a <-> x: {as: number(2)}\n", {"a": {**DECIMAL, "x-unit": "hour"}}, {"x": {"type": ["number", "null"], "x-unit": "percent"}}, "units: hour in the hub is percent over there"),
        ("  a <-> x: {as: 'scale(60, 2)'}\n", {"a": {**DECIMAL, "x-unit": "hour"}}, {"x": {"type": ["number", "null"], "x-unit": "minute"}}, None),
        ("  a <-> x: {as: epoch(s)}\n", {"a": {**TEXT, "format": "date-time"}}, {"x": {"type": ["integer", "null"], "x-unit": "millisecond"}}, "units: the remote's schema says epoch(ms)"),
        ("  a <-> x: {as: datetime, tz: Europe/Berlin}\n", {"a": {**TEXT, "format": "date-time"}}, {"x": OPTIONAL}, "zones: Europe/Berlin goes through one hour twice"),
        ("  a <-> x: {as: datetime, tz: Asia/Shanghai}\n", {"a": {**TEXT, "format": "date-time"}}, {"x": OPTIONAL}, None),
        ("  a <-> x: {as: datetime, tz: Asia/Tokyo}\n", {"a": {**TEXT, "format": "date-time"}}, {"x": {**OPTIONAL, "x-zone": "Asia/Shanghai"}}, "zones: the remote's schema says Asia/Shanghai, the rule Asia/Tokyo"),
        ("  a <-> x:\n", {"a": {**TEXT, "x-ref": "customer"}}, {"x": OPTIONAL}, "references: the hub's field holds the id of customer"),
        ("  a <-> x: {ref: part}\n", {"a": {**TEXT, "x-ref": "customer"}}, {"x": OPTIONAL}, "write ref: customer"),
        ("  l[sku] <-> m[sku]:\n    id <-> id:\n", {"l": LINES}, {"m": LINES}, "keys: members of l are told apart by 'id'"),
        ("  a <-> x:\n", {"a": {**TEXT, "format": "phone"}}, {"x": OPTIONAL}, "forms: the hub wants a phone and the remote has any text"),
        ("  a -> x:\n", {"a": {**TEXT, "format": "phone"}}, {"x": OPTIONAL}, None),
        ("  a <-> x: {max: 3}\n", {"a": TEXT}, {"x": {**OPTIONAL, "maxLength": 9}}, "cuts: max is 3, and the remote holds 9 characters"),
        ("  a <-> x: {max: 3}\n", {"a": TEXT}, {"x": OPTIONAL}, "cuts: max is 3, and the remote holds any length"),
        ("  a <-> rows[kind=c, first].value:\n", {"a": TEXT}, {"rows": ROWS}, "no member can have kind=c"),
    ],
)  # fmt: skip
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
