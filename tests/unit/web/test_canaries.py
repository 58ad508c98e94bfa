"""FINDINGS sync 24: nothing secret or personal leaves by a log, a metric, an error text, a trace or an address.

Canaries are planted in every field of every kind of record, and in passwords, keys and tokens; then everything is made
to fail in every way; then all output is searched.
"""

import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy.exc import OperationalError

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, UnknownOutcomeError
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.connector import Remote
from hub.process import logs
from hub.process.meter import PrometheusMeter
from hub.services import api_keys, auditing, calls, inbound, outbound, queue, records
from hub.services.composing import composed
from hub.services.context import Actor, Hub, System
from hub.services.levels import levels
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from hub.web import create_app
from hub.web.entities import ENTITIES
from hub.web.options import Options
from tests.sync_bench import CUSTOMER, SPECS
from tests.unit.web.clients import HOOKS, Api, Browser

WORD = "canary"
NUMBER = "1388765"  # begins every telephone number that is planted
SIGHTED = re.compile(rf"{WORD}|{NUMBER}|87 ?65 ?\d\d|\+86 ?138", re.IGNORECASE)
FORMS = {"phone": "+861388765{:04}", "email": "canary{:04}@canary.example", "uri": "https://canary.example/{:04}",
         "date": "2026-03-02", "date-time": "2026-03-02T01:00:00+00:00", "decimal": "12.50"}  # fmt: skip
HOOK = "/webhooks/calls/pbx/hook-token-of-the-pbx"


class Leaky(FakeSystem):
    """A system whose connector is a bad one: its errors repeat what was sent, in every class of error."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock, SPECS)
        self.errors: Iterator[Callable[[str], Exception]] = iter(())

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """Fail with the next class of error, which has the document in its text."""
        make = next(self.errors, None)
        if make is not None:
            raise make(json.dumps(doc, ensure_ascii=False))
        return super().create(name, doc, key=key)


ERRORS: tuple[Callable[[str], Exception], ...] = (
    ValueError,
    KeyError,
    requests.ConnectionError,
    lambda text: OperationalError(text, {"phone": text}, sqlite3.OperationalError(text)),
    lambda text: RejectedError("{system} refused it: status {status}", system="erp", status=422, body=text),
    lambda text: UnknownOutcomeError("{system} gave no answer ({kind})", system="erp", kind="Timeout", body=text),
)


@pytest.fixture
def erp(clock: FakeClock) -> Leaky:
    return Leaky(clock)


@pytest.fixture
def hub(hub: Hub, erp: Leaky) -> Hub:
    mapping = compile_mapping(parse_mapping(CUSTOMER, "customer.yaml"))
    system = System("erp", composed(erp, [mapping]), erp.objects(), {"customer": mapping})
    return replace(hub, systems={"erp": system}, meter=PrometheusMeter())


@pytest.fixture
def app(hub: Hub) -> Flask:
    app = create_app(hub, Options(hooks=HOOKS, receive_call=calls.receive, troubles=dict))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """Everything that anybody logs, at the lowest level, as the hub would write it."""
    root, level = logging.getLogger(), logging.getLogger().level
    logs.configure("json", logging.DEBUG)
    yield
    for handler in [one for one in root.handlers if isinstance(one, logs.Handler)]:
        root.removeHandler(handler)
    root.setLevel(level)


def planted(schema: Mapping[str, Any], number: int = 0) -> Any:
    """A value of a schema with a canary wherever text may stand."""
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        known = enumerate(schema.get("properties", {}).items())
        fields = {name: planted(node, number + place) for place, (name, node) in known}
        return {name: value for name, value in fields.items() if value is not None}
    if kind == "array":
        return [planted(schema.get("items", {}), number)]
    plain = {"integer": schema.get("minimum", 1), "number": 1, "boolean": False}
    return plain.get(str(kind), text(schema, number))


def text(schema: Mapping[str, Any], number: int) -> str | None:
    """A canary of a schema's format; None where only others may write."""
    if "const" in schema or "enum" in schema:
        return str(schema.get("const", (schema.get("enum") or [None])[0]))
    if "x-ref" in schema or schema.get("readOnly"):
        return None
    return FORMS.get(schema.get("format", ""), "canary-{}").format(number)


def sightings(text: str) -> list[str]:
    """Where a canary is, with a little around it."""
    return [text[max(found.start() - 60, 0) : found.end() + 30] for found in SIGHTED.finditer(text)]


@pytest.fixture
def busy(hub: Hub, erp: Leaky, api: Callable[..., Api], app: Flask, browser: Callable[[str], Browser]) -> Hub:
    """A hub that has been through everything."""
    program = api("admin")
    for entity, facts in ENTITIES.items():
        body = planted(hub.schemas.schema(entity))
        program.post(f"/{facts.plural}", body)
        program.post(f"/{facts.plural}", b'{"name": "canary')
        program.get(f"/{facts.plural}?q=canary&phone=%2B8613887650001")
        program.get(f"/{facts.plural}/canary-id?phone=13887650001")
    outward(hub, erp)
    inward(hub, erp)
    doors(app, browser("boss"))
    hub.store.run(lambda tx: tx.audit.seal(1000))
    auditing.audit(hub, "erp")
    return hub


def outward(hub: Hub, erp: Leaky) -> None:
    """Deliveries that fail in every class of error."""
    erp.errors = iter(ERRORS)
    for number in range(len(ERRORS)):
        values = planted(hub.schemas.schema("customer"), 100 * number) | {"code": f"canary-code-{number}"}
        values = {name: value for name, value in values.items() if name in CUSTOMER}
        hub.store.run(lambda tx, v=values: records.create(hub, tx, Actor("li", hub.ids.new()), "customer", v))  # type: ignore[misc] # a default binds the loop's value
    for _ in range(3):
        outbound.deliver(hub, "erp", 32)
        hub.clock.pass_by(timedelta(minutes=2))  # type: ignore[attr-defined] # a test's clock


def inward(hub: Hub, erp: Leaky) -> None:
    """Records over there whose fields are wrong, with the wrong values in them."""
    wrong: tuple[Doc, ...] = (
        {"phone": "canary is no number 13887650001"},
        {"mail": 17, "phone": ["+8613887650001"]},
        {"name": {"a": WORD}},
    )
    for number, fields in enumerate(wrong):
        FakeSystem.create(erp, "party", {"name": f"canary-there-{number}", "code": str(number), "tax": WORD, **fields})
    for _ in range(3):
        inbound.poll(hub, hub.systems["erp"])
        inbound.process(hub)
        hub.clock.pass_by(timedelta(minutes=2))  # type: ignore[attr-defined] # a test's clock


def doors(app: Flask, boss: Browser) -> None:
    """Hooks with and without a right to come in, sign-ins that fail, every page of the console."""
    client = app.test_client()
    event = {
        "event": "newCall",
        "callId": "canary-1",
        "from": "8613887650001",
        "to": "8613887650002",
        "direction": "in",
    }
    client.post(HOOK, data=event)
    client.post(HOOK, json={**event, "event": "canary", "from": "canary"})
    client.post("/webhooks/calls/pbx/canary-token", data=event)
    client.post(
        "/webhooks/calls/cloud/hook-token-of-the-cloud", data=b"canary", headers={"webhook-signature": "v1,canary"}
    )
    client.post("/sign-in", data={"login": "canary-login", "password": "canary-password"})
    client.get("/api/v1/tickets", headers={"Authorization": "Bearer th_canary0123456789"})
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            boss.get(f"{rule.rule}?id=canary&q=canary&phone=13887650001&next=canary")


def errors_kept(hub: Hub) -> str:
    """What stands in the queues as the reason of a failure."""
    return json.dumps([row["error"] for row in queue.listing(hub, limit=1000)], ensure_ascii=False)


def test_no_log_line_has_a_canary(capsys: pytest.CaptureFixture[str], busy: Hub) -> None:
    """ragflow#17587, unstructured-ingest#749, OneUptime#3228, eventflux#148: locals, texts of errors, bodies."""
    told = capsys.readouterr()
    assert len(told.err.splitlines()) > 100
    assert "not delivered" in told.err
    assert sightings(told.err + told.out) == []


def test_no_metric_has_a_canary(busy: Hub) -> None:
    told = busy.meter.text(levels(busy, {})).decode()
    assert 'tickethub_errors_total{direction="out",error="ValueError"' in told
    names = "\n".join(line.rpartition(" ")[0] for line in told.splitlines())  # figures may look like a canary by chance
    assert sightings(names) == []


def test_no_reason_in_the_queues_has_a_canary(busy: Hub) -> None:
    kept = errors_kept(busy)
    assert "RejectedError" in kept or "refused" in kept
    assert sightings(kept) == []


def test_no_trace_has_a_canary(busy: Hub) -> None:
    stops = [
        stop
        for one in busy.store.read(lambda tx: tx.trace.recent(limit=1000))
        for stop in busy.store.read(lambda tx, k=one.correlation: tx.trace.of_correlation(k))  # type: ignore[misc] # a default binds the loop's value
    ]
    assert len(stops) > 5
    assert sightings(" | ".join(stop.template.format(**stop.params) for stop in stops)) == []


def test_no_file_of_the_database_has_a_telephone_number_in_the_clear(busy: Hub, tmp_path: Path) -> None:
    files = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert len(files) > 100_000
    assert NUMBER.encode() not in files


def test_who_may_not_see_a_record_learns_nothing_of_it_from_a_refusal(
    busy: Hub, api: Callable[..., Api], browser: Callable[[str], Browser]
) -> None:
    stranger = browser("zhang")
    (customer, *_) = busy.store.read(lambda tx: tx.records.all("customer"))
    for path in (f"/customers/{customer.id}", f"/sync/trace/{customer.id}", "/sync", "/metrics", "/people"):
        answer = stranger.get(path)
        assert answer.status_code in {403, 404}, path
        assert sightings(answer.text) == []


def test_a_key_is_never_told_again(capsys: pytest.CaptureFixture[str], busy: Hub) -> None:
    _, key = api_keys.add_key(busy, busy.actor("setup"), name="n", scopes=["tickets:read"], secret="canary" * 8)
    shown = repr(api_keys.keys(busy)) + json.dumps([one.name for one in api_keys.keys(busy)])
    assert key not in shown
    assert key not in capsys.readouterr().err


def test_the_search_finds_what_is_there() -> None:
    assert sightings("a canary") == ["a canary"]
    assert sightings("138 8765 0001") == ["138 8765 0001"]
