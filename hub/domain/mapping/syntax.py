"""The small grammars inside mapping files: paths, rule lines, codec calls."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.domain import expression
from hub.domain.errors import InvalidError
from hub.domain.mapping.codecs import CODECS, Codec
from hub.domain.mapping.paths import Condition, Key, ListPath, Path, Scalar, Select, Step
from hub.domain.mapping.rules import Const, Direction, Formula, Operand, Spread

_NAME = r'"[^"]+"|[^\s.\[\]"+,=<>()|]+'
_STEP = re.compile(rf"(?P<dot>\.?)(?P<name>{_NAME})|\[(?P<inside>[^\[\]]*)\]")
_CONDITION = re.compile(rf"(?P<name>{_NAME})\s*=\s*(?P<values>.+)")
_ARROW = re.compile(r"""((?:[^"']|"[^"]*"|'[^']*')*?)\s(<->|->|<-)\s(.+)""", re.DOTALL)
_CALL = re.compile(r"(\w+)\s*(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"""\s*(?:(\w+)\s*:\s*)?("[^"]*"|'[^']*'|[^,"']*?)\s*(?:,|$)""")
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def parse_scalar(text: str) -> Scalar:
    """Read true, false, null, an integer, a quoted or a bare text."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else _unquoted(text)


# --- paths


def parse_path(text: str) -> Path:
    """Read ``a.b`` or ``a[kind=x, first].b``; fails with what is wrong."""
    steps = tuple(_steps(text))
    if not steps or not isinstance(steps[0], Key):
        raise InvalidError("'{text}' is not a path: it starts with the name of a field", text=text)
    if isinstance(steps[-1], Select):
        raise InvalidError("'{text}' ends with a selector: say which field of the member is meant", text=text)
    return Path(steps)


def _steps(text: str) -> Iterator[Step]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (found["name"] and bool(at) != bool(found["dot"])):
            raise InvalidError("'{text}' is not a path: it cannot be read from '{rest}'", text=text, rest=text[at:])
        yield Key(_unquoted(found["name"])) if found["name"] else _select(found["inside"], text)
        at = found.end()


def _select(inside: str, text: str) -> Select:
    parts = [part.strip() for part in inside.split(",")]
    where = tuple(_condition(part, text) for part in parts if part != "first")
    if not where:
        raise InvalidError("'{text}': a selector names a field and a value, such as [type=phone, first]", text=text)
    return Select(where, first="first" in parts)


def _condition(part: str, text: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if found is None:
        raise InvalidError(
            "'{text}': '{part}' is no condition such as type=phone; a list aligned by key takes no field behind it",
            text=text,
            part=part,
        )
    return Condition(_unquoted(found["name"]), tuple(parse_scalar(value) for value in found["values"].split("|")))


def parse_list_path(text: str) -> ListPath:
    """Read ``lines[id]`` or ``items[line_id, kind=service]``: a list, its key fields, and which members count."""
    head, bracket, inside = text.strip().removesuffix("]").rpartition("[")
    parts = [part.strip() for part in inside.split(",")]
    keys = tuple(parse_path(part) for part in parts if "=" not in part)
    if not (bracket and head and text.strip().endswith("]") and keys) or "first" in parts:
        raise InvalidError("'{text}' is no list aligned by key, such as lines[id]", text=text)
    return ListPath(parse_path(head), keys, tuple(_condition(part, text) for part in parts if "=" in part))


# --- rule lines


def split_rule(text: str) -> tuple[str, Direction, str]:
    """Cut ``left <-> right`` at its arrow, which stands between spaces and outside quotes."""
    found = _ARROW.fullmatch(text.strip())
    if found is None:
        raise InvalidError("'{text}' is no rule: write 'hub.path <-> remote.path', or -> or <-", text=text)
    return found[1].strip(), Direction(found[2]), found[3].strip()


def is_list_rule(left: str, right: str) -> bool:
    """Say whether a rule aligns two lists: both sides end with a bracket."""
    return left.endswith("]") and right.endswith("]")


def parse_operand(text: str) -> Operand:
    """Read a path, several paths with +, ``const value`` or ``expr 'expression'``."""
    word, _, rest = text.partition(" ")
    if word == "const" and rest:
        return Const(parse_scalar(rest))
    if word == "expr" and rest:
        return Formula(expression.parse(_unquoted(rest.strip())))
    if " + " in text:
        return Spread(tuple(parse_path(part) for part in text.split(" + ")))
    return parse_path(text)


# --- codec calls


def parse_codec(text: str, **named: str) -> Codec:
    """Read ``phone(CN)``, ``scale(100, 2)``, ``money(by: currency)``; ``named`` are arguments given beside it."""
    found = _CALL.fullmatch(text.strip())
    kind = CODECS.get(found[1]) if found else None
    if found is None or kind is None:
        raise InvalidError("'{text}' is no codec: there are {codecs}", text=text, codecs=", ".join(CODECS))
    positional, by_name = _arguments(found[2] or "", text)
    names = _parameters(kind)
    given = dict(zip(names, positional, strict=False)) | by_name | named
    unknown = [*(name for name in given if name not in names), *positional[len(names) :]]
    if unknown:
        raise InvalidError("'{text}': {codec} takes no '{name}'", text=text, codec=found[1], name=unknown[0])
    return _make(kind, given, text)


def _parameters(kind: type[Codec]) -> dict[str, Any]:
    """Name and type of what a codec's call may hold, in order; what is set later is left out."""
    hidden = {"currency", "width", "refs"}
    return {each.name: each.type for each in fields(kind) if each.name not in hidden} if is_dataclass(kind) else {}


def _arguments(inside: str, text: str) -> tuple[list[str], dict[str, str]]:
    positional: list[str] = []
    by_name: dict[str, str] = {}
    at = 0
    while at < len(inside):
        found = _ARGUMENT.match(inside, at)
        if found is None or not found[2]:
            raise InvalidError("'{text}': the arguments cannot be read from '{rest}'", text=text, rest=inside[at:])
        if found[1]:
            by_name[found[1]] = found[2]
        else:
            positional.append(found[2])
        at = found.end()
    return positional, by_name


def _make(kind: type[Codec], given: dict[str, str], text: str) -> Codec:
    types = _parameters(kind)
    try:
        return kind(**{name: _argument(value, types[name]) for name, value in given.items()})
    except TypeError as error:
        raise InvalidError("'{text}': an argument is missing", text=text) from error
    except (InvalidOperation, ValueError) as error:
        raise InvalidError("'{text}': an argument is no number", text=text) from error


def _argument(value: str, kind: Any) -> Any:
    if kind is int:
        return _places(value)
    if kind is Decimal:
        return _factor(value)
    return parse_scalar(value) if kind == Scalar else _unquoted(value)


def _places(value: str) -> int:
    number = int(value)
    if not 0 <= number <= 20:  # noqa: PLR2004 - more places or members than any format has
        raise ValueError(value)
    return number


def _factor(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite() or number.is_zero():
        raise ValueError(value)
    return number
