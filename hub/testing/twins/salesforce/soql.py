"""SOQL, as far as it is asked here: one object, conditions joined by AND, an order; what is wrong is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from hub.testing.twin.fields import Field
from hub.testing.twin.refusals import RefusedError
from hub.testing.twins.salesforce.objects import AT, LONG, OBJECTS, REFERENCES, RELATIONS, is_id, related

TOKEN = re.compile(
    rf"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<at>{AT})|(?P<date>\d{{4}}-\d\d-\d\d)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|[=<>(),]))"
)
ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda told, value: told == value,
    "!=": lambda told, value: told != value,
    "<": lambda told, value: told is not None and told < value,
    "<=": lambda told, value: told is not None and told <= value,
    ">": lambda told, value: told is not None and told > value,
    ">=": lambda told, value: told is not None and told >= value,
    "IN": lambda told, value: told in value,
}


@dataclass
class Query:
    """What is asked for; conditions have comparable values."""

    kind: str
    fields: list[str]
    conditions: list[tuple[str, str, Any]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)  # whether downwards

    def meets(self, told: Callable[[str], Any]) -> bool:
        """Whether a record meets the conditions."""
        return all(COMPARED[sign](comparable(told(name)), value) for name, sign, value in self.conditions)


def comparable(value: Any) -> Any:
    """Texts are compared without regard to capitals, instants as such."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if re.fullmatch(AT, value) else value.casefold()
    return value


def parsed(text: str) -> Query:
    """The query; RefusedError where it is none."""
    return Parser(text).query()


@dataclass
class Parser:
    """Reads a query from its beginning to its end."""

    text: str
    at: int = 0

    def query(self) -> Query:
        """SELECT .. FROM .. [WHERE ..] [ORDER BY ..]."""
        self.word("SELECT")
        names = self.names()
        self.word("FROM")
        kind = self.take("name")
        if kind not in OBJECTS:
            raise RefusedError(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        query = Query(kind, names)
        for name in names:
            field_of(kind, name)
        if len(set(names)) < len(names):
            raise RefusedError(400, "INVALID_FIELD", "duplicate field selected")
        if self.is_word("WHERE"):
            query.conditions.append(self.condition(kind))
            while self.is_word("AND"):
                query.conditions.append(self.condition(kind))
        if self.is_word("ORDER"):
            self.word("BY")
            query.order = self.order(kind)
        if self.text[self.at :].strip():
            self.wrong()
        return query

    def names(self) -> list[str]:
        """Names with commas between."""
        names = [self.take("name")]
        while self.is_sign(","):
            names.append(self.take("name"))
        return names

    def order(self, kind: str) -> list[tuple[str, bool]]:
        """Names with ASC or DESC behind them."""
        order: list[tuple[str, bool]] = []
        while not order or self.is_sign(","):
            name = self.take("name")
            compare(kind, name, "sorted")
            order.append((name, self.is_word("DESC") and not self.is_word("ASC")))
            self.is_word("ASC")
        return order

    def condition(self, kind: str) -> tuple[str, str, Any]:
        """A name, a sign, and a value or a list of values."""
        name = self.take("name")
        one = compare(kind, name, "filtered in a query call")
        if self.is_word("IN"):
            self.take("sign", "(")
            values = [self.value(name, one)]
            while self.is_sign(","):
                values.append(self.value(name, one))
            self.take("sign", ")")
            return name, "IN", values
        sign = self.take("sign")
        if sign not in COMPARED:
            self.wrong()
        return name, sign, self.value(name, one)

    def value(self, name: str, one: Field) -> Any:
        """A literal of the kind of the field."""
        found = self.next()
        if found["name"] and found["name"].lower() == "null":
            return None
        kind = "at" if one.pattern == AT else KINDS[one.form]
        if not found[kind]:
            is_text = " and should not be enclosed in quotes" if found["text"] else ""
            reason = f"value of filter criterion for field '{name}' must be of type {kind}{is_text}"
            raise RefusedError(400, "INVALID_FIELD", reason)
        told = found[kind]
        if kind == "text" and (name == "Id" or name in REFERENCES) and not is_id(unquoted(told)):
            raise RefusedError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {unquoted(told)}")
        return READ[kind](told)

    # --- words

    def next(self) -> re.Match[str]:
        """The next token."""
        found = TOKEN.match(self.text, self.at)
        if found is None:
            self.wrong()
        self.at = found.end()
        return found

    def take(self, kind: str, text: str | None = None) -> str:
        """The next token, which has to be of this kind."""
        found = self.next()
        if not found[kind] or text not in (None, found[kind]):
            self.wrong()
        return str(found[kind])

    def word(self, word: str) -> None:
        """The next token has to be this word."""
        if self.take("name").upper() != word:
            self.wrong()

    def is_word(self, word: str) -> bool:
        """Whether the next token is this word, which is taken then."""
        return self._is("name", word)

    def is_sign(self, sign: str) -> bool:
        """Whether the next token is this sign, which is taken then."""
        return self._is("sign", sign)

    def _is(self, kind: str, text: str) -> bool:
        found = TOKEN.match(self.text, self.at)
        if found is None or (found[kind] or "").upper() != text:
            return False
        self.at = found.end()
        return True

    def wrong(self) -> NoReturn:
        """It is no query."""
        raise RefusedError(
            400, "MALFORMED_QUERY", f"unexpected token at {self.at}: {self.text[self.at : self.at + 20]}"
        )


def field_of(kind: str, name: str) -> Field:
    """A field of an object, or of one that it refers to."""
    relation, _, there = name.rpartition(".")
    if relation in RELATIONS and related(kind, relation)[0] in OBJECTS[kind]:
        return field_of(related(kind, relation)[1], there)
    if name not in OBJECTS[kind]:
        raise RefusedError(400, "INVALID_FIELD", f"No such column '{name}' on entity '{kind}'")
    return OBJECTS[kind][name]


def compare(kind: str, name: str, how: str) -> Field:
    """A field that may be compared: long texts may not."""
    one = field_of(kind, name)
    if one.most == LONG:
        raise RefusedError(400, "INVALID_FIELD", f"field '{name}' can not be {how}")
    return one


def unquoted(text: str) -> str:
    """What a literal says."""

    def plain(found: re.Match[str]) -> str:
        told = found[1]
        if told[0] == "u" and len(told) > 1:
            return chr(int(told[1:], 16))
        if told not in ESCAPES:
            raise RefusedError(400, "MALFORMED_QUERY", f"Illegal character sequence '\\{told}' in string literal")
        return ESCAPES[told]

    return ESCAPED.sub(plain, text[1:-1])


KINDS: Mapping[str, str] = {"text": "text", "number": "number", "bool": "name", "date": "date"}
READ: Mapping[str, Callable[[str], Any]] = {
    "text": lambda told: comparable(unquoted(told)),
    "at": datetime.fromisoformat,
    "date": str,
    "number": float,
    "name": lambda told: told.lower() == "true",
}
