"""Bodies as documents: exact numbers, whole characters, and a name for whatever cannot be read."""

import json
import zlib

import pytest

from hub.transport.bodies import BrokenAnswerError, json_of, xml_of
from hub.transport.http import Answer


def answer(body: bytes, kind: str = "application/json") -> Answer:
    return Answer(200, {"Content-Type": kind}, body)


def test_numbers_with_a_point_stay_as_they_were_written() -> None:
    body = b'{"total": 12.30, "rate": 1e-7, "large": 1E999, "count": 3, "long": 12345678901234567890}'
    assert json_of(answer(body)) == {
        "total": "12.30", "rate": "1e-7", "large": "1E999", "count": 3, "long": 12345678901234567890
    }  # fmt: skip


def test_an_empty_body_is_no_document() -> None:
    assert json_of(answer(b" \r\n")) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "客户".encode()),
        ("application/json; charset=UTF-8", b"\xef\xbb\xbf" + "客户".encode()),
        ('application/json; charset="GBK"', "客户".encode("gbk")),
        ("text/plain;charset=gb18030", "客户".encode("gb18030")),
        ("text/plain;charset=GB2312", "客户".encode("gb2312")),
        ("application/json; charset=utf-16", "客户".encode("utf-16")),
    ],
)
def test_the_charset_that_is_told_is_read(kind: str, body: bytes) -> None:
    mark = '"'.encode("utf-16-le") if "utf-16" in kind else b'"'
    head = body[:2] if "utf-16" in kind else body[:3] if body.startswith(b"\xef") else b""
    assert json_of(answer(head + mark + body.removeprefix(head) + mark, kind)) == "客户"


def test_half_a_pair_of_surrogates_holds_no_record_up() -> None:
    """Systems that cut texts by units leave it behind; neither a database nor UTF-8 takes it."""
    doc = json_of(answer(b'{"name": "Li \\ud83d", "whole": "\\ud83d\\ude00", "\\uDC00": ["\\udfff"]}'))
    assert doc == {"name": "Li \ufffd", "whole": "😀", "\ufffd": ["\ufffd"]}
    json.dumps(doc, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "kind", "named"),
    [
        (b"{", "application/json", "not JSON"),
        (b"NaN", "application/json", "not JSON"),
        (b"1" * 5000, "application/json", "not JSON"),
        (b"  <!DOCTYPE HTML><html>", "application/json", "an HTML page"),
        (b"\xef\xbb\xbf<html>", "application/json", "an HTML page"),
        (b"[" * 101 + b"]" * 101, "application/json", "too deeply nested"),
        (b'{"a":' * 100_000, "application/json", "too deeply nested"),
        (b'"\xff"', "application/json", "wrong charset"),
        (b'"a"', "application/json; charset=x-klingon", "wrong charset"),
        (b'"a"', "application/json; charset=base64", "wrong charset"),
        (zlib.compress(b'"a"'), "application/json; charset=zlib", "wrong charset"),
        (b"a", "application/json; charset=punycode", "wrong charset"),
    ],
)
def test_what_cannot_be_read_is_named(body: bytes, kind: str, named: str) -> None:
    with pytest.raises(BrokenAnswerError) as broken:
        json_of(answer(body, kind))
    assert broken.value.kind == named


def test_a_hundred_levels_are_read() -> None:
    assert json_of(answer(b"[" * 100 + b"]" * 100))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"<a><b></a>", "not XML"),
        (b"", "not XML"),
        (b"<html><body/></html>", "an HTML page"),
        (b"<!DOCTYPE a><a/>", "XML with a DTD"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "XML with a DTD"),
        (b"<a>" * 1000 + b"</a>" * 1000, "not XML"),
    ],
)
def test_xml_that_cannot_be_read_is_named(body: bytes, named: str) -> None:
    with pytest.raises(BrokenAnswerError) as broken:
        xml_of(answer(body, "text/xml"))
    assert broken.value.kind == named


def test_xml_is_read_in_the_encoding_that_it_tells() -> None:
    root = xml_of(answer('<?xml version="1.0" encoding="GBK"?><a>客户</a>'.encode("gbk"), "text/xml"))
    assert root.text == "客户"


def test_what_is_called_gb2312_has_characters_that_are_not_in_it() -> None:
    assert json_of(answer('"喆"'.encode("gbk"), "application/json; charset=gb2312")) == "喆"
