"""OpenAPI 3.0 and 3.1: component schemas, or what an operation answers; references within the document alone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.patterns import is_usable
from hub.files.schema_import.nodes import language_of
from hub.files.schema_import.source import DEEPEST, Count, Source

KEPT = ("description", "type", "format", "pattern", "maxLength", "minLength", "minimum", "maximum", "default")
"""Keywords that mean in OpenAPI what they mean in our schemas."""
FLAGS = {"readOnly": "readOnly", "writeOnly": "x-write-only"}
METHODS = ("get", "post", "put", "patch")


def read_openapi(source: Source) -> dict[str, Doc]:
    """Every component schema with fields; or the one asked for, also as ``GET /path`` for what an operation answers."""
    document = source.data()
    reader = _reader(document, source)
    named = _dict(_dict(document.get("components")).get("schemas"))
    if source.wanted is not None and source.wanted not in named:
        found = reader.answer(source.wanted)
        return {} if found is None else {source.wanted: found}
    told = {name: reader.component(name) for name in named if source.wanted in (None, name)}
    return {name: schema for name, schema in told.items() if "properties" in schema or source.wanted == name}


def answers(document: Any, source: Source) -> Callable[[str], Doc | None]:
    """What an operation, ``GET /path``, answers, by a document that was read already; None where it says nothing."""
    return _reader(document, source).answer


def _reader(document: Any, source: Source) -> "_Reader":
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise source.refusal("it does not say openapi: 3.x")
    return _Reader(document, source)


class _Reader:
    def __init__(self, document: Mapping[str, Any], source: Source) -> None:
        self._document = document
        self._source = source

    def object(self, schema: Any) -> Doc:
        """One schema, its references followed."""
        return self._read(schema, (), Count(self._source))

    def component(self, name: str) -> Doc:
        """The schema of that name."""
        return self.object({"$ref": f"#/components/schemas/{name.replace('~', '~0').replace('/', '~1')}"})

    def answer(self, wanted: str) -> Doc | None:
        """What ``GET /path`` answers, else what ``POST /path`` is told; a list stands for its members."""
        method, _, path = wanted.rpartition(" ")
        operations = _dict(_dict(self._document.get("paths")).get(path))
        names = (method.lower(),) if method else METHODS
        for operation in (_dict(operations.get(name)) for name in names):
            answers = _dict(operation.get("responses"))
            good = [answers[code] for code in sorted(answers, key=str) if str(code).startswith("2")]
            for holder in (*good, operation.get("requestBody")):
                schema = self._content(holder)
                if schema is not None:
                    made = self.object(schema)
                    return made.get("items", made) if made.get("type") == "array" else made
        return None

    def _content(self, holder: Any) -> Any:
        content = _dict(_dict(self._followed(holder)).get("content"))
        told = [_dict(value).get("schema") for name, value in content.items() if "json" in str(name)]
        return told[0] if told else None

    def _followed(self, node: Any) -> Any:
        """What a reference within the document stands for; one that goes elsewhere stands for anything."""
        for _ in range(DEEPEST):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                return node
            node = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        here: Any = self._document
        if not reference.startswith("#/"):
            return {}
        for part in reference[2:].split("/"):
            here = _dict(here).get(part.replace("~1", "/").replace("~0", "~"))
        return _dict(here)

    def _read(self, schema: Any, around: tuple[str, ...], count: Count) -> Doc:
        count.one(len(around))
        reference = str(_dict(schema).get("$ref", ""))
        if (reference and reference in around) or len(around) > DEEPEST:
            return {"type": "object"}
        inside = (*around, reference or "-")
        merged = self._merged(self._followed(schema), inside, count, 0)
        return self._shaped(merged, inside, count)

    def _merged(self, schema: Any, around: tuple[str, ...], count: Count, depth: int) -> Doc:
        """A schema with the parts of its allOf in it, and of the first branch of its anyOf and oneOf."""
        count.one(len(around))
        if not isinstance(schema, dict) or depth > DEEPEST:
            return {}
        whole: Doc = {"properties": {}, "required": []}
        others = [branch for key in ("anyOf", "oneOf") for branch in _list(schema.get(key))]
        real = [branch for branch in others if _dict(branch).get("type") != "null"]
        for part in (*_list(schema.get("allOf")), *real):
            inner = self._merged(self._followed(part), around, count, depth + 1)
            if part in real and len(real) > 1:
                inner["required"] = []
            _lay(whole, inner)
        _lay(whole, schema)
        if len(real) < len(others):
            whole["nullable"] = True
        return whole

    def _shaped(self, merged: Doc, around: tuple[str, ...], count: Count) -> Doc:
        types = [merged["type"]] if isinstance(merged.get("type"), str) else _list(merged.get("type"))
        nullable = merged.get("nullable") is True or "null" in types
        kinds = [kind for kind in types if kind != "null"] or (["object"] if merged["properties"] else [])
        made: Doc = dict(_labelled(merged))
        made.update({key: merged[key] for key in KEPT if key in merged and merged[key] is not None})
        made.pop("type", None)
        if isinstance(made.get("pattern"), str) and not is_usable(made["pattern"]):  # of a dialect that we do not read
            del made["pattern"]
        if kinds:
            made["type"] = [*kinds, "null"] if nullable else kinds[0] if len(kinds) == 1 else kinds
        made.update({name: True for key, name in FLAGS.items() if merged.get(key) is True})
        made.update(_choices(merged, nullable=nullable))
        if "array" in kinds:
            made["items"] = self._read(merged.get("items", {}), around, count)
        if merged["properties"]:
            made.update(self._fields(merged, around, count))
        return made

    def _fields(self, merged: Doc, around: tuple[str, ...], count: Count) -> Iterator[tuple[str, Any]]:
        fields = {str(name): self._read(schema, around, count) for name, schema in merged["properties"].items()}
        open_end = merged.get("additionalProperties")
        required = sorted(name for name in set(map(str, merged["required"])) & set(fields))
        yield from [("required", required)] if required else []
        yield "additionalProperties", bool(open_end) and open_end != {}
        yield "properties", fields


def _lay(whole: Doc, part: Mapping[str, Any]) -> None:
    """Lay one part of a schema over the others."""
    for key, value in part.items():
        if key == "properties":
            whole["properties"].update(_dict(value))
        elif key == "required":
            whole["required"] = [*whole["required"], *_list(value)]
        elif key not in ("allOf", "anyOf", "oneOf", "$ref"):
            whole[key] = value


def _labelled(merged: Doc) -> Iterator[tuple[str, Any]]:
    title = merged.get("title")
    if isinstance(title, str) and title.strip():
        yield "title", title.strip()
        yield "x-title", {language_of(title): title.strip()}


def _choices(merged: Doc, *, nullable: bool) -> Iterator[tuple[str, Any]]:
    """The listed values, with their names where the vendor's extensions give some."""
    values = [merged["const"]] if "const" in merged else _list(merged.get("enum"))
    values = [value for value in values if isinstance(value, str | int | bool)]
    if not values:
        return
    yield "enum", [*values, None] if nullable else values
    names = _list(merged.get("x-enum-varnames")) or _list(merged.get("x-enumNames"))
    pairs = {str(value): {language_of(str(name)): str(name)} for value, name in zip(values, names, strict=False)}
    yield from [("x-enum", pairs)] if pairs else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
