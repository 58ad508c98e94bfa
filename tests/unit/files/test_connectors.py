"""Connector files: read as they are meant, and every mistake named at once."""

from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema_rs import ValidationError

from hub.domain.errors import InvalidError
from hub.files import connector_drivers
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


AUTH = "{kind: oauth2, grant: client_credentials, url: 'https://x.example/{tenant}/token'}"
TOKEN = "{kind: token, call: {url: u}, token: body.t, keep: {corp: body.c}, headers: {T: '{token}', C: '{token.corp}'}}"


@pytest.fixture
def with_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver of the small file has the auth and errors that all drivers share."""
    shared = {name: {"$ref": f"common.json#/$defs/{name}"} for name in ("auth", "errors")}
    told = {**shared, "url": {"type": "string"}}
    connection = {"type": "object", "properties": told, "additionalProperties": False}
    schema = {"$id": "drivers/tryton.json", "x-names": ["page"], "$defs": {"connection": connection, "remote": {}}}
    truly = connector_drivers.driver_schema
    monkeypatch.setattr(
        connector_drivers, "driver_schema", lambda name: truly(name) if name == "common" else deepcopy(schema)
    )


def connected(tmp_path: Path, connection: str) -> Path:
    return write(tmp_path, SMALL.replace("driver: tryton\n", f"driver: tryton\nconnection: {connection}\n"))


@pytest.mark.usefixtures("with_auth")
@pytest.mark.parametrize(
    "connection",
    [
        "{auth: {kind: none}}",
        "{auth: {kind: basic, password: '{url}'}}",
        "{auth: " + AUTH.replace("tenant", "url") + "}",
        "{auth: " + TOKEN + "}",
        "{auth: {kind: session, call: {url: u, form: {a: b}}}}",
        "{auth: {kind: signed, signatures: {s: {over: '{body}', key: '{url}'}}, headers: {S: '{s}'}}}",
        "{url: '{url}/{page}/{{braces}}/a{2}'}",
        "{errors: [{status: [401, 5xx], at: body.a.0.b, is: [null, 0, x], do: fail, reason: body.m}]}",
    ],
)
def test_what_drivers_share_is_known(tmp_path: Path, connection: str) -> None:
    assert load_connector(connected(tmp_path, connection)).connection


@pytest.mark.usefixtures("with_auth")
@pytest.mark.parametrize(
    ("connection", "path"),
    [
        ("{auth: {kind: morse}}", "connection.auth.kind"),
        ("{auth: {user: li}}", "connection.auth"),
        ("{auth: {kind: basic, scope: all}}", "connection.auth"),
        ("{auth: {kind: oauth2, grant: client_credentials}}", "connection.auth"),
        ("{auth: {kind: oauth2, grant: jwt_bearer, url: u}}", "connection.auth"),
        ("{auth: {kind: token, call: {url: u}, token: t}}", "connection.auth.token"),
        ("{auth: {kind: key}}", "connection.auth"),
        ("{auth: {kind: signed, signatures: {s: {over: x}}, query: {s: '{s}'}}}", "connection.auth.signatures.s"),
        ("{auth: " + AUTH + "}", "connection.auth.url"),
        ("{auth: " + TOKEN.replace("token.corp", "token.crop") + "}", "connection.auth.headers.C"),
        ("{url: '{host}'}", "connection.url"),
        ("{errors: [{status: 401, do: panic}]}", "connection.errors.0.do"),
        ("{errors: [{do: fail}]}", "connection.errors.0"),
        ("{errors: [{is: 1, do: fail}]}", "connection.errors.0"),
        ("{errors: [{at: code, do: fail}]}", "connection.errors.0.at"),
        ("{errors: [{status: 6xx, do: fail}]}", "connection.errors.0.status"),
    ],
)
def test_a_mistake_in_what_drivers_share_is_found_where_it_stands(tmp_path: Path, connection: str, path: str) -> None:
    with pytest.raises(InvalidError) as error:
        load_connector(connected(tmp_path, connection))
    assert {field.path for field in error.value.fields} == {path}


@pytest.mark.parametrize("name", ["common", *connector_drivers.drivers()])
def test_every_schema_of_a_driver_compiles_with_all_that_it_refers_to(name: str) -> None:
    schema = connector_drivers.driver_schema(name)
    for part in schema["$defs"]:
        list(connector_drivers.against(schema | {"$ref": f"#/$defs/{part}"}, {}, ""))


def test_what_drivers_share_is_no_driver(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"there is no driver common: .*tryton"):
        load_connector(write(tmp_path, SMALL.replace("driver: tryton", "driver: common")))


def test_no_other_schema_is_fetched() -> None:
    schema = {"$id": "drivers/tryton.json", "$ref": "https://schemas.example/x.json"}
    with pytest.raises(ValidationError, match="not present"):
        list(connector_drivers.against(schema, {}, ""))


def test_trytons_file_is_right_and_every_refusal_says_who_must_act() -> None:
    read = load_connector(TRYTON)
    assert {"customer", "product", "stock_level", "invoice", "reservation", "issue", "release"} <= read.objects.keys()
    reserve = [
        s for spec in read.objects.values() for steps in spec.goals.values() for s in steps if s.action == "reserve"
    ]
    assert reserve
    assert all("warehouse" in step.refused for step in reserve)
