"""Expressions as Python source: from their checked tree, over names that are looked up in a document.

Operators and functions are those of the language, so that both back ends mean the same; a comparison of a field with a
text, which is what most conditions are, is written out.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.domain.documents import Doc
from hub.domain.expression import WORDS, Expression, exact
from hub.domain.expression_values import BINARY, COMPARE, FUNCTIONS, compared, negative, seen
from hub.files.compiling.writer import Writer

_TEXTUAL: dict[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in"}
_NAMES: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Mod: "remainder",
    ast.Eq: "equal", ast.NotEq: "unequal", ast.Lt: "less", ast.LtE: "less_or_equal", ast.Gt: "greater",
    ast.GtE: "greater_or_equal", ast.In: "within", ast.NotIn: "not_within",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Where the names of an expression are looked up: a document, and for a member the record around it."""

    doc: str
    root: str

    def path(self, node: ast.expr) -> tuple[str, list[str]]:
        """The document and the steps that a dotted name means."""
        steps: list[str] = []
        while isinstance(node, ast.Attribute):
            steps.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            raise TypeError(ast.dump(node))
        if self.doc != self.root and node.id == "record":
            return self.root, steps
        return self.doc, [node.id, *steps]


def written(value: Any) -> Any:
    """A computed value as documents hold it: a number is a decimal string."""
    return format(value, "f") if isinstance(value, Decimal) else value


def lifted(operation: Callable[..., Any], *, takes_null: bool = False) -> Callable[..., Any]:
    """An operation that gives nothing when it is given nothing."""
    if takes_null:
        return operation
    return lambda *values: None if None in values else operation(*values)


def source(expression: Expression, names: Names, w: Writer) -> str:
    """The Python expression, for a value as the language has it."""
    return _Source(names, w).of(ast.parse(expression.text.strip(), mode="eval").body, expression.text.strip())


RUNTIME: Doc = {
    "seen": seen,
    "written": written,
    "negative": negative,
    "compared": compared,
    "Decimal": Decimal,
    **{_NAMES[kind]: lifted(run) for kind, run in BINARY.items()},
    **{_NAMES[kind]: run for kind, run in COMPARE.items()},
    **{f"{name}_of": lifted(each.call, takes_null=each.takes_null) for name, each in FUNCTIONS.items()},
}
"""What the generated expressions call."""


class _Source:
    def __init__(self, names: Names, w: Writer) -> None:
        self.names = names
        self.w = w
        self.text = ""

    def of(self, node: ast.AST, text: str) -> str:
        self.text = text
        return self._of(node)

    def _of(self, node: ast.AST) -> str:
        write: Callable[[Any], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return write(node)

    def _constant(self, node: ast.Constant) -> str:
        value = exact(node, self.text)
        return self.w.let("number", f"Decimal({str(value)!r})") if isinstance(value, Decimal) else repr(value)

    def _name(self, node: ast.Name) -> str:
        return repr(WORDS[node.id]) if node.id in WORDS else f"seen({self._raw(node)})"

    def _attribute(self, node: ast.Attribute) -> str:
        return f"seen({self._raw(node)})"

    def _raw(self, node: ast.expr) -> str:
        found, steps = self.names.path(node)
        for depth, step in enumerate(steps):
            if depth == 0:
                found = f"{found}.get({step!r})"
            else:
                holder = self.w.name("object")
                found = f"({holder}.get({step!r}) if isinstance({holder} := {found}, dict) else None)"
        return found

    def _binop(self, node: ast.BinOp) -> str:
        return f"{_NAMES[type(node.op)]}({self._of(node.left)}, {self._of(node.right)})"

    def _unaryop(self, node: ast.UnaryOp) -> str:
        operand = self._of(node.operand)
        return f"(not {operand})" if isinstance(node.op, ast.Not) else f"negative({operand})"

    def _boolop(self, node: ast.BoolOp) -> str:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return f"bool({word.join(map(self._of, node.values))})"

    def _compare(self, node: ast.Compare) -> str:
        operands = [node.left, *node.comparators]
        if len(operands) == 2:  # noqa: PLR2004 - all but a chain such as 1 < a < 5
            return self._textual(node) or f"{_NAMES[type(node.ops[0])]}({', '.join(map(self._of, operands))})"
        steps = ", ".join(_NAMES[type(op)] for op in node.ops)
        return f"compared(({steps},), [{', '.join(map(self._of, operands))}])"

    def _textual(self, node: ast.Compare) -> str | None:
        """A field against a text, or against a list of texts."""
        left, op, right = node.left, node.ops[0], node.comparators[0]
        texts = [right] if isinstance(op, ast.Eq | ast.NotEq) else getattr(right, "elts", [])
        known = all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in texts)
        if type(op) not in _TEXTUAL or not texts or not known or not self._is_field(left):
            return None
        name = self.w.name("field")
        literal = self._of(right) if len(texts) == 1 and texts[0] is right else f"({self._joined(right)},)"
        quick = f"{name} {_TEXTUAL[type(op)]} {literal}"
        slow = f"{_NAMES[type(op)]}(seen({name}), {self._of(right)})"
        return f"({quick} if ({name} := {self._raw(left)}).__class__ is str else {slow})"

    def _is_field(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in WORDS)

    def _ifexp(self, node: ast.IfExp) -> str:
        return f"({self._of(node.body)} if {self._of(node.test)} else {self._of(node.orelse)})"

    def _joined(self, node: Any) -> str:
        return ", ".join(map(self._of, node.elts))

    def _list(self, node: ast.List | ast.Tuple) -> str:
        return f"[{self._joined(node)}]"

    _tuple = _list

    def _call(self, node: Any) -> str:
        return f"{node.func.id}_of({', '.join(map(self._of, node.args))})"
