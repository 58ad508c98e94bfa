"""XML-RPC on the wire: what goes out as another implementation reads it, and what comes in, however broken."""

import xmlrpc.client
from decimal import Decimal
from typing import Any

import pytest

from connectors.xmlrpc.marshalling import answer_of, call_of
from hub.domain.errors import RejectedError
from hub.transport.bodies import BrokenAnswerError
from hub.transport.http import Answer

HEAD = "<methodResponse><params><param><value>"
TAIL = "</value></param></params></methodResponse>"


def told(body: str | bytes) -> Any:
    return answer_of(Answer(200, {"Content-Type": "text/xml"}, body if isinstance(body, bytes) else body.encode()))


def value(text: str) -> Any:
    return told(f"{HEAD}{text}{TAIL}")["result"]


@pytest.mark.parametrize(
    "sent",
    [
        "a < b & c > d ]]> 上门",
        "line\nfeed\ttab",
        "",
        0,
        -(2**31),
        2**31,
        True,
        False,
        None,
        [1, ["two", []], {}],
        {"a": {"b": [None]}, "<&>": 1},
    ],
)
def test_another_implementation_reads_what_we_send(sent: Any) -> None:
    params, method = xmlrpc.client.loads(call_of("object.execute_kw", [sent, "end"]))
    assert method == "object.execute_kw"
    assert list(params) == [sent, "end"]


def test_a_decimal_goes_out_digit_by_digit() -> None:
    assert b"<double>180.10</double>" in call_of("m", [Decimal("180.10")])
    assert b"<double>0.0000001</double>" in call_of("m", [Decimal("1E-7")])


@pytest.mark.parametrize("sent", ["nul \x00", "bell \x07", "half \ud800", 1.5, object()])
def test_what_xml_cannot_hold_is_refused_before_it_is_sent(sent: object) -> None:
    with pytest.raises(RejectedError):
        call_of("m", [sent])


@pytest.mark.parametrize(
    "answered", ["text <&>", 12, -5, True, None, [1, "a", [True]], {"a": 1, "b": {"c": [None]}}, "", []]
)
def test_what_another_implementation_sends_is_read(answered: Any) -> None:
    body = xmlrpc.client.dumps((answered,), methodresponse=True, allow_none=True)
    assert told(body) == {"result": answered}


def test_a_double_is_a_text_and_never_a_float() -> None:
    assert [value(f"<double>{text}</double>") for text in ("180.10", "-1e-3", ".5")] == ["180.10", "-0.001", "0.5"]


def test_a_value_without_type_is_a_text() -> None:
    assert value("plain") == "plain"
    assert value("") == ""


def test_a_fault_is_told_whole() -> None:
    body = xmlrpc.client.dumps(xmlrpc.client.Fault(2, "no"))
    assert told(body) == {"fault": {"faultCode": 2, "faultString": "no"}}


BOMB = f'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>{HEAD}<string>&b;</string>{TAIL}'
OUTSIDE = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>{HEAD}<string>&x;</string>{TAIL}'
DEEP = f"{HEAD}{'<array><data><value>' * 50_000}"


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        f'<!DOCTYPE methodResponse SYSTEM "http://127.0.0.1:9/x.dtd">{HEAD}1{TAIL}',
        DEEP,
        "<html><body>Please log in</body></html>",
        "",
        "{}",
        HEAD,
        "<methodResponse/>",
        "<methodCall><methodName>m</methodName></methodCall>",
        f"<methodResponse><params>{'<param><value>1</value></param>' * 2}</params></methodResponse>",
        f"{HEAD}<int>1</int><int>2</int>{TAIL}",
        f"{HEAD}<int>many</int>{TAIL}",
        f"{HEAD}<int>{'9' * 5000}</int>{TAIL}",
        f"{HEAD}<double>NaN</double>{TAIL}",
        f"{HEAD}<double>1e999999999</double>{TAIL}",
        f"{HEAD}<boolean>perhaps</boolean>{TAIL}",
        f"{HEAD}<pickle>x</pickle>{TAIL}",
        f"{HEAD}<struct><member><name>a</name></member></struct>{TAIL}",
        f"{HEAD}<struct>{'<member><name>a</name><value>1</value></member>' * 2}</struct>{TAIL}",
        f"{HEAD}<string>\x01</string>{TAIL}",
        b"\xff\xfe\x00\x00",
    ],
)
def test_what_is_no_answer_is_named_and_not_believed(body: str | bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        told(body)
