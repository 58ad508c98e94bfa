"""What a FilterString asks for: conditions of SQL with ``and`` between them; an apostrophe in a text is doubled."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.testing.twin.refusals import RefusedError
from hub.testing.twins.kingdee.forms import MISSING, WRONG, Form, Key

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><>|>=|<=|[=<>(),]))"
)
SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
}
STAMP = "%Y-%m-%d %H:%M:%S"
Condition = tuple[str, str, list[Any]]


def key_of(form: Form, name: str) -> Key:
    """The field that a key of a query means; RefusedError as the product words it."""
    base, _, rest = name.partition(".")
    if name not in form.head and name in {form.pk, f"{form.entry}_FEntryID"}:
        return Key("number")
    key = form.head.get(base) or form.rows.get(base)
    if key is None or (rest and (not key.is_reference or rest != "FNumber")):
        raise RefusedError(200, MISSING, f"元数据中标识为{name}的字段不存在", field=name)
    return key


def conditions_of(form: Form, text: Any) -> list[Condition]:
    """The conditions of a filter."""
    if not isinstance(text, str):
        raise RefusedError(200, WRONG, "FilterString 应为字符串")
    tokens = tokens_of(text)
    found: list[Condition] = []
    while tokens:
        if found and tokens.pop(0) != ("word", "and"):
            raise wrong(text)
        found.append(condition(form, tokens, text))
    return found


def tokens_of(text: str) -> list[tuple[str, Any]]:
    """Words, signs and literals."""
    found: list[tuple[str, Any]] = []
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise wrong(text)
        kind = str(match.lastgroup)
        said = match[kind]
        value = said[1:-1].replace("''", "'") if kind == "text" else int(said) if kind == "number" else said
        found.append((kind, value))
        at = match.end()
    return found


def condition(form: Form, tokens: list[tuple[str, Any]], text: str) -> Condition:
    """One condition off the front of the tokens."""
    try:
        (kind, name), (_, sign) = tokens.pop(0), tokens.pop(0)
        if kind != "word":
            raise wrong(text)
        key = key_of(form, name)
        if sign == "in":
            literals = listed(tokens)
        elif sign in SIGNS:
            literals = [tokens.pop(0)]
        else:
            raise wrong(text)
    except IndexError as error:
        raise wrong(text) from error
    if any(kind not in {"text", "number"} for kind, _ in literals):
        raise wrong(text)
    return name, sign, [literal(key, value, text) for _, value in literals]


def listed(tokens: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The literals of an ``in``."""
    found: list[tuple[str, Any]] = []
    while tokens.pop(0)[1] != ")":
        found.append(tokens.pop(0))
    return found


def literal(key: Key, value: Any, text: str) -> Any:
    """A literal as its field compares it; a time must be written to the second."""
    if key.kind == "time":
        try:
            return datetime.strptime(value, STAMP)  # noqa: DTZ007 - local over there
        except (TypeError, ValueError) as error:
            raise wrong(text) from error
    if key.kind == "number":
        if isinstance(value, str):
            raise wrong(text)
        return float(value)
    return str(value).rstrip().casefold()


def meets(key: Key, sign: str, wanted: list[Any], value: Any) -> bool:
    """Whether a value of a row meets a condition, as a database compares: nothing is neither like nor unlike."""
    if value is None:
        return False
    if key.kind == "number":
        value = float(value)
    elif key.kind != "time":
        value = str(value).rstrip().casefold()
    return value in wanted if sign == "in" else SIGNS[sign](value, wanted[0])


def order_of(form: Form, text: Any) -> list[str]:
    """The fields of an order, each ascending."""
    names: list[str] = []
    for part in filter(None, (one.strip() for one in str(text).split(","))):
        name, _, way = part.partition(" ")
        key_of(form, name)
        if way not in {"", "asc"}:
            raise RefusedError(200, WRONG, f"OrderString 不正确：{text}")
        names.append(name)
    return names


def wrong(text: str) -> RefusedError:
    """A filter that nobody understands."""
    return RefusedError(200, WRONG, f"过滤条件语法错误：{text}")
