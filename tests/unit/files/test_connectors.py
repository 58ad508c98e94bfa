"""Connector files: read as they are meant, and every mistake named at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.files.connectors import load_connector
from hub.ports.connector import Feed, Step

TRYTON = Path(__file__).parents[3] / "connectors" / "tryton.yaml"
SMALL = """\
connector: acme
title: {en: Acme, zh: 极致}
product: Acme 1
driver: tryton
settings: {url: {title: {en: Address, zh: 地址}}}
objects:
  bill:
    title: {en: Bill, zh: 账单}
    cursor: {tz: Asia/Shanghai, granularity: 1 d, cap: 10000}
    idempotency: lookup
    lookup: {by: reference, settle: 2 min}
    state: state
    goals: {sent: [{when: draft, action: send, then: sent, refused: Somebody looks.}]}
    remote: {model: acme.bill}
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "acme.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_tells_the_sync_engine_what_it_must_know(tmp_path: Path) -> None:
    read = load_connector(write(tmp_path, SMALL))
    bill = read.objects["bill"]
    assert (bill.idempotency, bill.lookup_by, bill.settle) == ("lookup", "reference", timedelta(minutes=2))
    assert bill.goals == {"sent": (Step("draft", "send", "sent", "Somebody looks."),)}
    assert bill.feed == Feed("Asia/Shanghai", timedelta(days=1), 10000)
    assert read.remote["bill"] == {"model": "acme.bill"}


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    wrong = SMALL.replace("settle: 2 min", "settle: soon").replace("idempotency: lookup", "idempotency: maybe")
    with pytest.raises(InvalidError) as error:
        load_connector(write(tmp_path, wrong))
    assert {field.path for field in error.value.fields} == {"objects.bill.lookup.settle", "objects.bill.idempotency"}


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("title: {en: Bill, zh: 账单}", "title: {en: Bill}", "objects.bill.title"),
        ("    state: state\n", "", "objects.bill"),
        ("driver: tryton", "driver: morse", "driver"),
        ("driver: tryton\n", "", ""),
        ("driver: tryton\n", "driver: tryton\nmodule: acme.link\n", ""),
        ("driver: tryton\n", "driver: tryton\nconnection: {wire: red}\n", "connection"),
        ("remote: {model: acme.bill}", "remote: {model: acme.bill, colour: red}", "objects.bill.remote"),
        ("driver: tryton", "module: os", "module"),
        ("    cursor: {tz: Asia/Shanghai, granularity: 1 d, cap: 10000}\n", "", "objects.bill.cursor"),
        ("tz: Asia/Shanghai, ", "", "objects.bill.cursor"),
        ("granularity: 1 d, ", "", "objects.bill.cursor"),
        ("Asia/Shanghai", "Asia/Atlantis", "objects.bill.cursor.tz"),
        ("    title: {en: Bill, zh: 账单}\n", "    title: {en: Bill, zh: 账单}\n    of: cash\n", "objects.bill.of"),
    ],
)
def test_a_mistake_is_found_where_it_stands(tmp_path: Path, old: str, new: str, path: str) -> None:
    assert old in SMALL
    with pytest.raises(InvalidError) as error:
        load_connector(write(tmp_path, SMALL.replace(old, new)))
    assert [field.path for field in error.value.fields] == [path]


@pytest.mark.parametrize("text", ["objects: [", "just words", f"{SMALL}title: {{en: A, zh: B}}\n"])
def test_what_is_no_file_of_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidError, match=r"acme\.yaml"):
        load_connector(write(tmp_path, text))


def test_trytons_file_is_right_and_every_refusal_says_who_must_act() -> None:
    read = load_connector(TRYTON)
    assert {"customer", "product", "stock_level", "invoice", "reservation", "issue", "release"} <= read.objects.keys()
    reserve = [
        s for spec in read.objects.values() for steps in spec.goals.values() for s in steps if s.action == "reserve"
    ]
    assert reserve
    assert all("warehouse" in step.refused for step in reserve)
