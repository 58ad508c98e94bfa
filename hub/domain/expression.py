"""Expressions: a small, typed, total language for conditions and one-way values.

Names and dotted paths look up documents; numbers are Decimals; comparisons, and/or/not, arithmetic, ``a if c else b``,
lists for ``in``, and the functions below. Nothing else exists: no attributes, loops, powers, indexes or calls of other
things. Nothing (null, or a name that is not there) passes through: arithmetic and functions with it give nothing, an
order comparison with it is false. Text and number do not mix: ``number(qty) * 2``, never ``qty * 2`` on text.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import Any, TypeAlias

from hub.domain.errors import InvalidError
from hub.domain.expression_values import BINARY, COMPARE, EXACT, FUNCTIONS, TypeClashError, compared, negative, seen

MAX_TEXT = 1000
MAX_NODES = 200
MAX_DEPTH = 30
Names: TypeAlias = Mapping[str, Any]
_Run: TypeAlias = Callable[[Names], Any]


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
        except TypeClashError as error:
            raise InvalidError(error.template, fields=(), text=self.text, **error.params) from error

    def names(self) -> tuple[str, ...]:
        """The dotted paths that it reads, each once."""
        return self._names

    def __str__(self) -> str:
        return self.text


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


def exact(node: ast.Constant, text: str) -> Any:
    """What a literal means, every number a Decimal; fails on what is none of the language."""
    value: Any = node.value
    if isinstance(value, float):
        literal = ast.get_source_segment(text.strip(), node) or ""
        value = Decimal(literal)
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        number = Decimal(value)
        if abs(number.adjusted()) > EXACT.prec:
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
