"""Templates of calls: trees of texts with ``{name}``, filled with values that are quoted for where they stand.

What cannot be quoted is refused when the connector is made: a value amid other text of a query or body, where nobody
knows in which language that text is, unless ``$query`` says so.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from hub.domain.errors import RejectedError
from hub.transport.declared import languages
from hub.transport.declared.body import json_text
from hub.transport.templates import BRACES, PART

Values = Mapping[str, Any]
Filler = Callable[[Values], Any]
MISSING = object()
TRUSTED = frozenset({"settings", "own"})  # of the operator and of the connector file
OURS = frozenset({"since", "until", "at", "last_at", "size", "offset", "page", "fields", "field", "changed", "action"})
TIMES = frozenset({"since", "until", "at", "last_at"})
NAMES = frozenset({"fields", "field", "changed"})
OPERATORS = {"$if", "$each", "$merge", "$concat", "$json", "$text", "$query"}


class TemplateError(ValueError):
    """A template that cannot be filled, said in one sentence."""


def lookup(values: Values, name: str) -> Any:
    """The value of a dotted name; None where there is none."""
    node: Any = values
    for step in name.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def names_in(tree: Any) -> Iterator[str]:
    """Every name that a template needs, from outside of it."""
    if isinstance(tree, str):
        yield from (part[1] for part in PART.finditer(tree) if part[1])
    elif isinstance(tree, list):
        for part in tree:
            yield from names_in(part)
    elif isinstance(tree, dict):
        yield from (tree[word] for word in ("$if", "$each") if word in tree)
        inside = [name for word, part in tree.items() if word not in {"$if", "$each"} for name in names_in(part)]
        yield from (name for name in inside if "$each" not in tree or name.partition(".")[0] != "item")


def compiled(tree: Any, language: str = "plain") -> Filler:
    """What fills a body; MISSING where there is nothing to be sent. TemplateError when it cannot."""
    if isinstance(tree, str):
        return _text(tree)
    if isinstance(tree, list):
        parts = [compiled(part, language) for part in tree]
        return lambda values: [told for part in parts if (told := part(values)) is not MISSING]
    if not isinstance(tree, dict):
        return lambda _: tree
    if word := next(iter(OPERATORS & tree.keys()), None):
        return BUILDERS[word](tree, language)
    if wrong := [key for key in tree if key.startswith("$")]:
        raise TemplateError(f"there is no {wrong[0]}: {', '.join(sorted(OPERATORS))}")
    members = {key.replace("{{", "{").replace("}}", "}"): compiled(part, language) for key, part in tree.items()}
    return lambda values: {key: told for key, part in members.items() if (told := part(values)) is not MISSING}


def text_of(tree: Any, language: str = "plain") -> Callable[[Values], str | None]:
    """What fills the value of a query or header: one text; None where there is nothing to be sent."""
    filler = compiled(tree, language)
    return lambda values: _as_text(filler(values))


def path_of(template: str) -> Callable[[Values], str]:
    """What fills a path: each value is one segment, which can be neither empty nor lead upwards."""

    def value(name: str, values: Values) -> str:
        told = _as_text(lookup(values, name))
        if name.partition(".")[0] in TRUSTED:
            return quote(told or "", safe="/")
        if told in {None, "", ".", ".."}:
            raise RejectedError("{name} cannot stand in an address: it is empty, or leads upwards", name=name)
        return quote(str(told), safe="")

    return lambda values: _replaced(template, lambda name: value(name, values))


def _replaced(template: str, value: Callable[[str], str]) -> str:
    return PART.sub(lambda part: BRACES[part[0]] if part[0] in BRACES else value(part[1]), template)


def _text(template: str) -> Filler:
    whole = PART.fullmatch(template)
    if whole and whole[1]:
        name = whole[1]
        return lambda values: lookup(values, name)
    names = list(names_in(template))
    if wrong := [name for name in names if name.partition(".")[0] not in TRUSTED | OURS]:
        raise TemplateError(f"{{{wrong[0]}}} stands amid text: say $query and in which $language")
    if not names:
        fixed = _replaced(template, str)
        return lambda _: fixed
    return lambda values: _replaced(template, lambda name: _as_text(lookup(values, name)) or "")


def _as_text(told: Any) -> str | None:
    if told is None or told is MISSING:
        return None
    if isinstance(told, str):
        return told
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, (int, Decimal)):
        return str(told)
    if isinstance(told, list):
        return ",".join(_as_text(one) or "" for one in told)
    raise RejectedError("An object cannot stand in a text: say $json")


def _if(tree: dict[str, Any], language: str) -> Filler:
    name = tree["$if"]
    then, other = (compiled(tree[word], language) if word in tree else None for word in ("$then", "$else"))

    def fill(values: Values) -> Any:
        chosen = other if lookup(values, name) in (None, "", [], {}) else then
        return MISSING if chosen is None else chosen(values)

    return fill


def _each(tree: dict[str, Any], language: str) -> Filler:
    name, part = tree["$each"], compiled(tree["$as"], language)
    return lambda values: [part({**values, "item": item}) for item in lookup(values, name) or ()]


def _merge(tree: dict[str, Any], language: str) -> Filler:
    parts = [compiled(part, language) for part in tree["$merge"]]
    return lambda values: {
        key: told for part in parts if (one := part(values)) is not MISSING for key, told in (one or {}).items()
    }


def _concat(tree: dict[str, Any], language: str) -> Filler:
    parts = [compiled(part, language) for part in tree["$concat"]]
    return lambda values: [told for part in parts if (one := part(values)) is not MISSING for told in one or ()]


def _plain_text(tree: dict[str, Any], language: str) -> Filler:
    text = text_of(tree["$text"], language)
    return lambda values: text(values) or ""


def _json(tree: dict[str, Any], language: str) -> Filler:
    part = compiled(tree["$json"], language)
    return lambda values: json_text(part(values))


def _query(tree: dict[str, Any], language: str) -> Filler:
    language, parts = tree.get("$language", language), tree["$query"]
    texts = [parts] if isinstance(parts, str) else parts
    pieces = [part if isinstance(part, dict) else {"$text": part} for part in texts]
    fillers = [_piece(piece, language) for piece in pieces]
    return lambda values: "".join(filler(values) for filler in fillers)


def _piece(piece: dict[str, Any], language: str) -> Callable[[Values], str]:
    """A text of a query, or one that stands there only if something is told."""
    if "$text" in piece:
        return lambda values: _replaced(piece["$text"], lambda name: _literal(language, name, lookup(values, name)))
    then, other = ({"$text": piece.get(word, "")} for word in ("$then", "$else"))

    def fill(values: Values) -> str:
        chosen = other if lookup(values, piece["$if"]) in (None, "", [], {}) else then
        return _piece(chosen, language)(values)

    return fill


def _literal(language: str, name: str, value: Any) -> str:
    base = name.partition(".")[0]
    if base in TRUSTED:
        return _as_text(value) or ""
    if base in NAMES:
        return languages.name(value)
    if base in TIMES and language in languages.BARE_TIMES:
        return str(value)
    return languages.literal(language, value)


BUILDERS: Mapping[str, Callable[[dict[str, Any], str], Filler]] = {
    "$if": _if,
    "$each": _each,
    "$merge": _merge,
    "$concat": _concat,
    "$text": _plain_text,
    "$json": _json,
    "$query": _query,
}
