"""Checks of what expressions reckon with: the types of the fields that they read, and of the field that they fill."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.expression import Expression
from hub.domain.mapping.codecs import Plain
from hub.domain.mapping.rules import Const, FieldRule, Formula, MappingSpec, Members
from hub.files.lint.blocks import Block, Missing, dotted, field_rules, follow, node_of
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaNode

ANY = "any"
KINDS: Mapping[str, str] = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
}
"""What expressions call the JSON types."""
WRITTEN: Mapping[str, frozenset[str]] = {
    "text": frozenset({"string"}),
    "number": frozenset({"string"}),  # a number is a decimal string, as in every document of ours
    "boolean": frozenset({"boolean"}),
    "list": frozenset({"array"}),
    "object": frozenset({"object"}),
}
"""As which JSON type the result of an expression is written."""
_TEXTS = ("text",)
_NUMBERS = ("number",)
FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "abs": (_NUMBERS, "number"),
    "coalesce": ((), ANY),
    "contains": (_TEXTS, "boolean"),
    "ends_with": (_TEXTS, "boolean"),
    "first": (("list",), ANY),
    "length": (("text", "list"), "number"),
    "lower": (_TEXTS, "text"),
    "max": (_NUMBERS, "number"),
    "min": (_NUMBERS, "number"),
    "number": (("text", "number"), "number"),
    "round": (_NUMBERS, "number"),
    "starts_with": (_TEXTS, "boolean"),
    "strip": (_TEXTS, "text"),
    "text": (("text", "number", "boolean"), "text"),
    "upper": (_TEXTS, "text"),
}
"""What each function takes, none meaning everything, and what it gives."""


def expression_types(block: Block) -> Iterator[Problem]:
    """An expression that mixes types, or whose result its target does not take; a fixed value likewise."""
    for rule in field_rules(block):
        for of_hub in (True, False):
            operand = rule.hub if of_hub else rule.remote
            if isinstance(operand, Formula):
                kind, problems = _judged(block, rule, operand.expression, of_hub=of_hub)
                yield from problems
                yield from _result(block, rule, kind, of_hub=of_hub)
            elif isinstance(operand, Const):
                yield from _fixed(block, rule, operand, of_hub=of_hub)
        if rule.when is not None:
            yield from _judged(block, rule, rule.when, of_hub=True)[1]


def conditions(spec: MappingSpec, hub: SchemaNode | None, remote: SchemaNode | None) -> Iterator[Problem]:
    """What is wrong with the conditions of ``sync``: a name that the schema lacks, types that do not go together."""
    sync = spec.sync
    yield from _condition(spec, "creates_when", sync.creates_when, hub)
    yield from _condition(spec, "takes_when", sync.takes_when, remote)
    yield from _condition(spec, "waits_when", sync.waits_when, remote)
    if sync.creates is Members.HUB and sync.takes_when is not None:
        yield _of_condition(spec, "takes_when", "nothing comes into being here, as 'creates' says", None)


def _condition(
    spec: MappingSpec, name: str, expression: Expression | None, side: SchemaNode | None
) -> Iterator[Problem]:
    if expression is None or side is None:
        return
    missing = [found for path in expression.names() if isinstance(found := follow(side, dotted(path)), Missing)]
    for one in missing:
        meant = closest(one.name, one.known)
        yield _of_condition(spec, name, "'{name}' is not in the schema", meant, name=one.name)
    typing = _Typing(side)
    typing.of(ast.parse(expression.text.strip(), mode="eval").body)
    yield from (_of_condition(spec, name, template, None, **params) for template, params in typing.clashes)


def _of_condition(spec: MappingSpec, at: str, template: str, meant: str | None, **params: object) -> Problem:
    return Problem(spec.file, spec.identity.line, f"sync: {at}", template, params, meant)


def _judged(block: Block, rule: FieldRule, expression: Expression, *, of_hub: bool) -> tuple[str, list[Problem]]:
    typing = _Typing(block.side(of_hub=of_hub))
    kind = typing.of(ast.parse(expression.text.strip(), mode="eval").body)
    return kind, [block.problem(rule, template, meant=None, **params) for template, params in typing.clashes]


def _result(block: Block, rule: FieldRule, kind: str, *, of_hub: bool) -> Iterator[Problem]:
    target = node_of(block, rule, of_hub=not of_hub)
    known = target.types if target is not None and isinstance(rule.codec, Plain) else frozenset()
    if known and kind in WRITTEN and not (WRITTEN[kind] & known):
        types = " or ".join(sorted(known))
        template = "the expression gives a {kind} and the field holds {types}: use 'as'"
        yield block.problem(rule, template, kind=kind, types=types)


def _fixed(block: Block, rule: FieldRule, const: Const, *, of_hub: bool) -> Iterator[Problem]:
    target = node_of(block, rule, of_hub=not of_hub)
    if target is None or const.value is None or not isinstance(rule.codec, Plain):
        return
    wanted = {"str": {"string"}, "int": {"integer", "number"}, "bool": {"boolean"}}[type(const.value).__name__]
    if target.choices is not None and const.value not in target.choices:
        known = ", ".join(map(str, target.choices))
        yield block.problem(rule, "{value} is not one of {choices}", value=repr(const.value), choices=known)
    elif target.types and not (wanted & target.types):
        types = " or ".join(sorted(target.types))
        yield block.problem(rule, "{value} is fixed and the field holds {types}", value=repr(const.value), types=types)


@dataclass
class _Typing:
    """Works out the type of every part of an expression; what is not known fits everything."""

    node: SchemaNode | None
    clashes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def of(self, node: ast.expr) -> str:
        """The type of one part."""
        handle = _HANDLERS.get(type(node))
        return ANY if handle is None else handle(self, node)

    def of_literal(self, node: ast.Constant) -> str:
        """Text, number, true and false."""
        if isinstance(node.value, bool) or node.value is None:
            return "boolean" if isinstance(node.value, bool) else ANY
        return "text" if isinstance(node.value, str) else "number"

    def of_reckoning(self, node: ast.BinOp) -> str:
        """Numbers, or two texts that are added."""
        return self.of_operator(node, self.of(node.left), self.of(node.right), adds=isinstance(node.op, ast.Add))

    def of_sign(self, node: ast.UnaryOp) -> str:
        """A negative number, or what is not so."""
        kind = self.of(node.operand)
        return self.wants(node, kind, _NUMBERS, "number") if isinstance(node.op, ast.USub) else "boolean"

    def of_chain(self, node: ast.Compare) -> str:
        """Comparisons of neighbours."""
        kinds = [self.of(each) for each in (node.left, *node.comparators)]
        for operator, one, other in zip(node.ops, kinds, kinds[1:], strict=False):
            self.of_comparison(node, operator, one, other)
        return "boolean"

    def of_call(self, node: ast.Call) -> str:
        """What a function gives."""
        takes, gives = FUNCTIONS.get(ast.unparse(node.func), ((), ANY))
        for argument in node.args:
            self.wants(node, self.of(argument), takes, gives)
        return gives

    def of_choice(self, node: ast.IfExp) -> str:
        """What both branches give."""
        self.of(node.test)
        one, other = self.of(node.body), self.of(node.orelse)
        return one if one == other else ANY

    def of_logic(self, node: ast.BoolOp) -> str:
        """True or false."""
        for value in node.values:
            self.of(value)
        return "boolean"

    def of_name(self, node: ast.expr) -> str:
        """What the schema says of a field."""
        name = ast.unparse(node)
        if name in ("true", "false"):
            return "boolean"
        found = None if self.node is None or name == "null" else follow(self.node, dotted(name))
        kinds = {KINDS[each] for each in found.types} if isinstance(found, SchemaNode) else set()
        return kinds.pop() if len(kinds) == 1 else ANY

    def of_operator(self, node: ast.expr, left: str, right: str, *, adds: bool) -> str:
        """The type that both sides have."""
        takes = ("number", "text") if adds else _NUMBERS
        for kind in (left, right):
            self.wants(node, kind, takes, ANY)
        if adds and {left, right} == {"number", "text"}:
            self.clash(node, left, right)
        known = [kind for kind in (left, right) if kind != ANY]
        return known[0] if known else ANY

    def of_comparison(self, node: ast.expr, op: ast.cmpop, left: str, right: str) -> None:
        """One pair that is compared."""
        if isinstance(op, ast.In | ast.NotIn):
            self.wants(node, right, ("list",), "boolean")
        elif left != right and ANY not in (left, right) and (_orders(op) or {left, right} == {"number", "text"}):
            self.clash(node, left, right)

    def wants(self, node: ast.expr, kind: str, takes: tuple[str, ...], gives: str) -> str:
        """Note what is given another type than it takes."""
        if takes and kind not in (ANY, *takes):
            params: dict[str, object] = {"part": ast.unparse(node), "kind": kind, "wanted": " or ".join(takes)}
            self.clashes.append(("'{part}' is given a {kind} and wants a {wanted}", params))
        return gives

    def clash(self, node: ast.expr, left: str, right: str) -> None:
        """Note two types that do not go together."""
        params: dict[str, object] = {"part": ast.unparse(node), "left": left, "right": right}
        self.clashes.append(("'{part}' puts a {left} and a {right} together: use number() or text()", params))


def _orders(operator: ast.cmpop) -> bool:
    return not isinstance(operator, ast.Eq | ast.NotEq)


_HANDLERS: Mapping[type[ast.expr], Callable[[_Typing, Any], str]] = {
    ast.Constant: _Typing.of_literal,
    ast.Name: _Typing.of_name,
    ast.Attribute: _Typing.of_name,
    ast.BinOp: _Typing.of_reckoning,
    ast.UnaryOp: _Typing.of_sign,
    ast.Compare: _Typing.of_chain,
    ast.Call: _Typing.of_call,
    ast.IfExp: _Typing.of_choice,
    ast.BoolOp: _Typing.of_logic,
    ast.List: lambda *_: "list",
    ast.Tuple: lambda *_: "list",
}
