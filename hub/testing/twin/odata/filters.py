"""$filter, as far as it goes: comparisons of a property with a literal of its type, and, or, brackets."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hub.testing.twin.odata.types import Kind
from hub.testing.twin.odata.wire import of_literal
from hub.testing.twin.refusals import RefusedError

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
TOKEN = re.compile(r"\s*(\(|\)|[a-z]*'(?:[^']|'')*'|[^\s()]+)")
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}


def filter_of(kind: Kind, text: str) -> Test:
    """Which rows are meant; RefusedError where the service would not understand."""
    parser = _Parser(kind, TOKEN.findall(text))
    test = parser.either()
    if parser.tokens:
        raise _wrong(text)
    return test


def _wrong(text: str) -> RefusedError:
    return RefusedError(400, "/IWFND/CM_MGW/031", f"Invalid filter: {text[:60]}")


class _Parser:
    def __init__(self, kind: Kind, tokens: list[str]) -> None:
        self.tokens = tokens
        self._kind = kind

    def either(self) -> Test:
        tests = [self.both()]
        while self._next_is("or"):
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.single()]
        while self._next_is("and"):
            tests.append(self.single())
        return lambda row: all(test(row) for test in tests)

    def single(self) -> Test:
        if self._next_is("("):
            inner = self.either()
            if not self._next_is(")"):
                raise _wrong("a bracket is missing")
            return inner
        name, how, literal = self._take(), self._take(), self._take()
        prop = self._kind.props.get(name)
        if prop is None or how not in COMPARE or "nofilter" in prop.flags:
            raise _wrong(f"{name} {how}")
        wanted, compare = of_literal(prop, literal), COMPARE[how]
        return lambda row: compare(row.get(name), wanted)

    def _take(self) -> str:
        if not self.tokens:
            raise _wrong("it ends too early")
        return self.tokens.pop(0)

    def _next_is(self, text: str) -> bool:
        if self.tokens and self.tokens[0] == text:
            self.tokens.pop(0)
            return True
        return False
