"""T09: hostile JSON is refused with the reason, in bounded time and memory."""

import pytest

from hub.web.strict_json import MalformedError, read_object

JSON = "application/json"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\ud800"}',
        b'{"a": "x\\u0000y"}',
        b'{"x\\u0000y": 1}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"a": 1} trailing',
        b"{'a': 1}",
        b'{"a": 01}',
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_what_is_no_plain_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_object(raw, JSON)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json; charset=utf-16", "application/json; charset=latin-1", "text/json"],
)
def test_another_content_type_or_charset_is_refused(content_type: str) -> None:
    with pytest.raises(MalformedError):
        read_object(b"{}", content_type)


@pytest.mark.parametrize(
    "content_type",
    [JSON, "application/json; charset=UTF-8", 'application/json;charset="utf-8"', "application/merge-patch+json"],
)
def test_json_in_utf8_is_read(content_type: str) -> None:
    assert read_object('{"a": ["中", 1, null]}'.encode(), content_type) == {"a": ["中", 1, None]}


def test_the_reason_names_the_place_and_the_doubled_name() -> None:
    with pytest.raises(MalformedError, match="line 2, column 1"):
        read_object(b'{"a": 1,\n', JSON)
    with pytest.raises(MalformedError, match="colour twice"):
        read_object(b'{"colour": 1, "colour": 2}', JSON)
