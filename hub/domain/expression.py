"""Expressions: a small, typed, total language for conditions and one-way values.

Names and dotted paths look up documents; numbers are Decimals; comparisons, and/or/not, arithmetic, ``a if c else b``,
lists for ``in``, and the functions below. Nothing else exists: no attributes, loops, powers, indexes or calls of other
things. Nothing (null, or a name that is not there) passes through: arithmetic and functions with it give nothing, an
order comparison with it is false. Text and number do not mix: ``number(qty) * 2``, never ``qty * 2`` on text.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any, TypeAlias

from hub.domain.errors import HubError, InvalidError

MAX_TEXT = 1000
MAX_NODES = 200
MAX_DEPTH = 30
MAX_RESULT = 10_000  # characters of a text that concatenation may build

Names: TypeAlias = Mapping[str, Any]
_Run: TypeAlias = Callable[[Names], Any]
_EXACT = Context(prec=50, rounding=ROUND_HALF_UP, Emax=999, Emin=-999)


@dataclass(frozen=True)
class Expression:
    """A parsed expression; equal when the text is."""

    text: str
    _run: _Run = field(compare=False, repr=False)
    _names: tuple[str, ...] = field(compare=False, repr=False)

    def evaluate(self, names: Names) -> Any:
        """The value: None, bool, Decimal, str or list; fails with an InvalidError when the types do not fit."""
        try:
            return self._run(names)
        except DecimalException as error:
            raise InvalidError("{text}: a number divided by zero, or out of range", text=self.text) from error
        except _TypeClashError as error:
            raise InvalidError(error.template, fields=(), text=self.text, **error.params) from error

    def names(self) -> tuple[str, ...]:
        """The dotted paths that it reads, each once."""
        return self._names

    def __str__(self) -> str:
        return self.text


class _TypeClashError(HubError):
    """Values do not go together; ``text`` in the template is the expression."""


def parse(text: str) -> Expression:
    """Read an expression; an InvalidError says what is not allowed."""
    tree = _tree(text)
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES or _depth(tree) > MAX_DEPTH:
        raise InvalidError("expression {text} is too long or too deep: split it", text=repr(text))
    return Expression(text, _build(tree, text), tuple(dict.fromkeys(_names(tree, text))))


def _tree(text: str) -> ast.expr:
    if len(text) > MAX_TEXT:
        raise InvalidError(
            "expression {text} has more than {most} characters: split it", text=repr(text[:40] + "..."), most=MAX_TEXT
        )
    if "\\" in text:
        raise InvalidError("expression {text} has a backslash, which means nothing here", text=repr(text))
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidError("expression {text} cannot be read", text=repr(text)) from error


def _depth(tree: ast.expr) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]  # ast.AST is enough here
    return depth


# --- names and literals


def _path(node: ast.expr, text: str) -> tuple[str, ...]:
    """The dotted path of a name; fails on an attribute of anything else."""
    if isinstance(node, ast.Name) and not node.id.startswith("__"):
        return (node.id,)
    if isinstance(node, ast.Attribute) and not node.attr.startswith("__"):
        return (*_path(node.value, text), node.attr)
    raise InvalidError("expression {text}: '{part}' is no name of a field", text=repr(text), part=ast.unparse(node))


def _names(tree: ast.expr, text: str) -> Iterator[str]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name) and node.id in WORDS:
            continue
        if isinstance(node, ast.Name | ast.Attribute):
            yield ".".join(_path(node, text))
        elif isinstance(node, ast.Call):
            waiting[:0] = node.args
        else:
            waiting[:0] = ast.iter_child_nodes(node)


def _lookup(path: tuple[str, ...]) -> _Run:
    def run(names: Names) -> Any:
        value: Any = names
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return seen(value)

    return run


def seen(value: Any) -> Any:
    """A document's value as expressions see it: every number a Decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(repr(value) if isinstance(value, float) else value)


def exact(node: ast.Constant, text: str) -> Any:
    """What a literal means, every number a Decimal; fails on what is none of the language."""
    value: Any = node.value
    if isinstance(value, float):
        literal = ast.get_source_segment(text.strip(), node) or ""
        value = Decimal(literal)
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        number = Decimal(value)
        if abs(number.adjusted()) > _EXACT.prec:
            raise InvalidError("expression {text} holds a number out of range", text=repr(text))
        value = number
    if value is not None and not isinstance(value, bool | str | Decimal):
        raise InvalidError(
            "expression {text}: '{part}' is neither number, text, true, false nor null",
            text=repr(text),
            part=ast.unparse(node),
        )
    return value


def _constant(node: ast.Constant, text: str) -> _Run:
    value = exact(node, text)
    return lambda _: value


# --- operators


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal)


def _clash(left: Any, right: Any) -> _TypeClashError:
    if {type(left), type(right)} == {Decimal, str}:
        return _TypeClashError("{text}: a number and a text do not go together: use number() or text()")
    return _TypeClashError("{text}: a value that is neither number nor text cannot be reckoned with or put in order")


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _bounded(left + right)
    return _arithmetic(_EXACT.add)(left, right)


def _bounded(text: str) -> str:
    if len(text) > MAX_RESULT:
        raise _TypeClashError("{text}: the result has more than {most} characters", most=MAX_RESULT)
    return text


def _arithmetic(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if not (_is_number(left) and _is_number(right)):
            raise _clash(left, right)
        return operation(left, right)

    return run


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: _arithmetic(_EXACT.subtract),
    ast.Mult: _arithmetic(_EXACT.multiply),
    ast.Div: _arithmetic(_EXACT.divide),
    ast.Mod: _arithmetic(_EXACT.remainder),
}


def _equal(left: Any, right: Any) -> bool:
    if {type(left), type(right)} == {Decimal, str}:
        raise _clash(left, right)
    return _same_kind(left, right) and bool(left == right)


def _ordered(operation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if not ((_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
            raise _clash(left, right)
        return operation(left, right)

    return run


def _within(value: Any, choices: Any) -> bool:
    if not isinstance(choices, list):
        raise _TypeClashError("{text}: 'in' wants a list on its right; use contains() for text")
    return any(_same_kind(value, each) and value == each for each in map(seen, choices))


def _same_kind(left: Any, right: Any) -> bool:
    return isinstance(left, bool) == isinstance(right, bool)


COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _within,
    ast.NotIn: lambda left, right: not _within(left, right),
}


def compared(operations: tuple[Callable[[Any, Any], bool], ...], values: list[Any]) -> bool:
    """A chain such as ``1 < a <= 5``: every neighbours' comparison holds."""
    return all(run(left, right) for run, left, right in zip(operations, values, values[1:], strict=False))


def negative(value: Any) -> Decimal | None:
    """The number with its sign turned; nothing stays nothing."""
    return None if value is None else _EXACT.minus(_decimal(value))


# --- functions


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    try:
        number = Decimal(value) if isinstance(value, str) and "_" not in value else Decimal("NaN")
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _EXACT.prec:
        raise _TypeClashError("{text}: number() is given what is no number")
    return number


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(_EXACT), "f")
    return str(value).lower() if isinstance(value, bool) else _string(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _TypeClashError("{text}: a text is wanted where a value of another kind stands")
    return value


def _length(value: Any) -> Decimal:
    if not isinstance(value, str | list):
        raise _TypeClashError("{text}: length() wants a text or a list")
    return Decimal(len(value))


_PLACES = tuple(map(Decimal, range(11)))  # more places than any currency or unit has


def _round(value: Any, places: Any = Decimal(0)) -> Decimal:
    if _decimal(places) not in _PLACES:
        raise _TypeClashError("{text}: round() wants 0 to 10 places")
    return _decimal(value).quantize(Decimal(1).scaleb(-int(places)), context=_EXACT)


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise _TypeClashError("{text}: a number is wanted where a value of another kind stands")
    return value


def _least(*values: Any) -> Decimal:
    return min(map(_decimal, values))


def _greatest(*values: Any) -> Decimal:
    return max(map(_decimal, values))


@dataclass(frozen=True)
class _Function:
    call: Callable[..., Any]
    least: int
    most: int
    takes_null: bool = False


FUNCTIONS: dict[str, _Function] = {
    "abs": _Function(lambda value: _EXACT.abs(_decimal(value)), 1, 1),
    "coalesce": _Function(
        lambda *values: next((each for each in values if each is not None), None), 1, 9, takes_null=True
    ),
    "contains": _Function(lambda text, part: _string(part) in _string(text), 2, 2),
    "ends_with": _Function(lambda text, part: _string(text).endswith(_string(part)), 2, 2),
    "length": _Function(_length, 1, 1),
    "lower": _Function(lambda text: _string(text).lower(), 1, 1),
    "max": _Function(_greatest, 1, 9),
    "min": _Function(_least, 1, 9),
    "number": _Function(_number, 1, 1),
    "round": _Function(_round, 1, 2),
    "starts_with": _Function(lambda text, part: _string(text).startswith(_string(part)), 2, 2),
    "strip": _Function(lambda text: _string(text).strip(), 1, 1),
    "text": _Function(_text, 1, 1),
    "upper": _Function(lambda text: _bounded(_string(text).upper()), 1, 1),
}
"""What may be called, with how many arguments; nothing in gives nothing out, except for coalesce."""


# --- building closures


def _build(node: ast.AST, text: str) -> _Run:
    builder = _BUILDERS.get(type(node))
    if builder is None:
        raise InvalidError("expression {text}: '{part}' is not allowed", text=repr(text), part=ast.unparse(node))
    return builder(node, text)


def _operator(node: ast.AST, text: str) -> InvalidError:
    return InvalidError(
        "expression {text}: '{part}' uses an operator that is not allowed", text=repr(text), part=ast.unparse(node)
    )


def _build_name(node: Any, text: str) -> _Run:
    if isinstance(node, ast.Name) and node.id in WORDS:
        word = WORDS[node.id]
        return lambda _: word
    return _lookup(_path(node, text))


def _build_binary(node: Any, text: str) -> _Run:
    operation = BINARY.get(type(node.op))
    if operation is None:
        raise _operator(node, text)
    left, right = _build(node.left, text), _build(node.right, text)

    def run(names: Names) -> Any:
        first, second = left(names), right(names)
        return None if first is None or second is None else operation(first, second)

    return run


def _build_unary(node: Any, text: str) -> _Run:
    operand = _build(node.operand, text)
    if isinstance(node.op, ast.Not):
        return lambda names: not operand(names)
    if not isinstance(node.op, ast.USub):
        raise _operator(node, text)

    return lambda names: negative(operand(names))


def _build_logic(node: Any, text: str) -> _Run:
    parts = tuple(_build(value, text) for value in node.values)
    judge = all if isinstance(node.op, ast.And) else any
    return lambda names: judge(bool(part(names)) for part in parts)


def _build_comparison(node: Any, text: str) -> _Run:
    operands = tuple(_build(each, text) for each in (node.left, *node.comparators))
    operations = tuple(COMPARE[type(each)] for each in node.ops if type(each) in COMPARE)
    if len(operations) < len(node.ops):
        raise _operator(node, text)

    return lambda names: compared(operations, [operand(names) for operand in operands])


def _build_choice(node: Any, text: str) -> _Run:
    test, chosen, other = _build(node.test, text), _build(node.body, text), _build(node.orelse, text)
    return lambda names: chosen(names) if test(names) else other(names)


def _build_list(node: Any, text: str) -> _Run:
    members = tuple(_build(each, text) for each in node.elts)
    return lambda names: [member(names) for member in members]


def _build_call(node: Any, text: str) -> _Run:
    function = FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if function is None or node.keywords:
        raise InvalidError(
            "expression {text}: '{part}' cannot be called: there are {functions}",
            text=repr(text),
            part=ast.unparse(node.func),
            functions=", ".join(FUNCTIONS),
        )
    if not function.least <= len(node.args) <= function.most:
        raise InvalidError(
            "expression {text}: {function}() is given {count} arguments and takes {least} to {most}",
            text=repr(text),
            function=node.func.id,
            count=len(node.args),
            least=function.least,
            most=function.most,
        )
    arguments = tuple(_build(each, text) for each in node.args)

    def run(names: Names) -> Any:
        values = [argument(names) for argument in arguments]
        return None if None in values and not function.takes_null else function.call(*values)

    return run


WORDS = {"true": True, "false": False, "null": None}
_BUILDERS: dict[type[ast.AST], Callable[[Any, str], _Run]] = {
    ast.Constant: _constant,
    ast.Name: _build_name,
    ast.Attribute: _build_name,
    ast.BinOp: _build_binary,
    ast.UnaryOp: _build_unary,
    ast.BoolOp: _build_logic,
    ast.Compare: _build_comparison,
    ast.IfExp: _build_choice,
    ast.List: _build_list,
    ast.Tuple: _build_list,
    ast.Call: _build_call,
}
