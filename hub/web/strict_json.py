"""JSON read strictly: what two parsers could understand differently is refused with the reason."""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError

DEEPEST = 40  # canonical documents are at most six deep


class MalformedError(InvalidError):
    """The request cannot be read at all."""


def read_object(raw: bytes, content_type: str) -> Doc:
    """A JSON object; MalformedError says why the bytes are none."""
    check_type(content_type)
    value = read(raw)
    if not isinstance(value, dict):
        raise MalformedError("The body must be a JSON object.")
    return value


def check_type(content_type: str) -> None:
    """MalformedError unless the content type is JSON in UTF-8."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if kind not in {"application/json", "application/merge-patch+json"}:
        raise MalformedError("Send JSON with Content-Type: application/json.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') != "utf-8":
            raise MalformedError("JSON is UTF-8: the charset {charset} is not read.", charset=value)


def read(raw: bytes) -> Any:
    """Any JSON value; refuses NaN and infinities, duplicate names, lone surrogates, NUL, BOM, UTF-16 and depth."""
    value = checked(raw)
    json.loads(raw, object_pairs_hook=unique)
    return value


def read_exact(raw: bytes) -> Any:
    """The same with fractions as texts, digit by digit as they were written."""
    checked(raw)
    return json.loads(raw, object_pairs_hook=unique, parse_float=str)


def checked(raw: bytes) -> Any:
    """What the parser makes of it; MalformedError for all but duplicate names."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedError(
            "The body is not valid JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
        ) from None
    for depth, text in strings(value) if may_be_odd(raw) else ():
        if depth > DEEPEST:
            raise MalformedError("The JSON is nested deeper than {depth} levels.", depth=DEEPEST)
        if "\x00" in text:
            raise MalformedError("The JSON has a NUL character in a text.")
    return value


def may_be_odd(raw: bytes) -> bool:
    """Whether the text could be too deep, or hold a NUL: looking at each value costs more than parsing them did."""
    return raw.count(b"{") + raw.count(b"[") >= DEEPEST or b"\\u0000" in raw


def strings(value: Any) -> Iterator[tuple[int, str]]:
    """Every text of a value, names included, with its depth; a container counts as an empty text."""
    waiting = [(1, value)]
    while waiting:
        depth, node = waiting.pop()
        if isinstance(node, str):
            yield depth, node
        elif isinstance(node, dict | list):
            yield depth, ""
            if depth <= DEEPEST:
                waiting += [(depth + 1, child) for child in node]
                waiting += [(depth + 1, child) for child in node.values()] if isinstance(node, dict) else []


def unique(pairs: list[tuple[str, Any]]) -> Doc:
    """An object whose names are all different."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError("The JSON has the name {name} twice in one object.", name=twice[:80])
    return found
