"""T19, T09, T10: answers that drip, break off, lie, are bombs or a log-in page are never taken as success."""

import json
from typing import Any

import pytest

from connectors.tryton.series import Series, series_of
from connectors.tryton.wire import Wire
from hub.domain.errors import RetryableError
from hub.testing.hostile_answers import HostileAnswers
from hub.testing.hostile_server import PATIENCE, HostileServer, drips_its_body, drips_its_head
from hub.transport.auth.fixed import FixedAuth
from hub.transport.bodies import BrokenAnswerError, json_of, xml_of
from hub.transport.caller import Caller
from hub.transport.guard import guard_of
from hub.transport.http import Answer, HttpClient, Limits, Request
from hub.transport.outcomes import Outcomes


def client(url: str) -> HttpClient:
    return HttpClient("erp", Limits(read=0.5, total=1), guard_of("erp", [url]))


class TestTryton(HostileAnswers):
    good = b'{"result": {"id": 7}}'

    def connect(self, url: str) -> Wire:
        wire = Wire(client(url), url, "db", ("u", "p"), series=series_of({}), one_at_a_time=False)
        wire._session, wire._found = "logged in", Series("8.0")
        return wire

    def read(self, connector: Wire) -> object:
        return connector.read("party.party.read", [7])

    def write(self, connector: Wire) -> object:
        return connector.write("party.party.write", [7], {})


def need_a_document(read: Any) -> Any:
    """As a driver reads: an answer without a document is not what was asked for."""

    def reading(answer: Answer) -> Any:
        doc = read(answer)
        if doc is None:
            raise BrokenAnswerError("empty")
        return doc

    return reading


class CallerAnswers(HostileAnswers):
    read_as: Any

    def connect(self, url: str) -> tuple[Caller, str]:
        return Caller(client(url), FixedAuth(), Outcomes(), read=need_a_document(type(self).read_as)), url

    def read(self, connector: tuple[Caller, str]) -> object:
        caller, url = connector
        return caller.call(Request("GET", url), write=False).doc

    def write(self, connector: tuple[Caller, str]) -> object:
        caller, url = connector
        return caller.call(Request("POST", url, body=b"{}"), write=True).doc


class TestJson(CallerAnswers):
    good = b'{"result": {"id": 7}}'
    read_as = staticmethod(json_of)


class TestXml(CallerAnswers):
    good = b'<?xml version="1.0"?><order><id>7</id></order>'
    content_type = "text/xml; charset=utf-8"
    read_as = staticmethod(xml_of)


@pytest.mark.parametrize("act", [drips_its_head, drips_its_body], ids=lambda act: act.__name__)
def test_the_limit_is_on_the_whole_request_and_ends_that_one_alone(act: Any) -> None:
    dripping, good = HostileServer(b"", "a/b"), HostileServer(b"{}", "application/json")
    dripping.act = act
    try:
        slow = HttpClient("erp", Limits(read=PATIENCE, total=0.3), guard_of("erp", [dripping.url]))
        with pytest.raises(RetryableError):
            slow.post_json(dripping.url, {}, headers={}, write=False)
        answer = HttpClient("crm", guard=guard_of("crm", [good.url])).post_json(good.url, {}, headers={}, write=False)
        assert json.loads(answer.body) == {}
    finally:
        dripping.close()
        good.close()
