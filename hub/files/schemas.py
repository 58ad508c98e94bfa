"""The canonical schemas: read once, compiled, and each refusal told in words of our own, field by field."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError, NotFoundError
from hub.files.schema_tree import schema_files
from hub.files.validation import Refusal, Validation, validation

Facts = Callable[[Any], dict[str, object]]


def limit(asked: Any) -> dict[str, object]:
    """The limit that was passed."""
    return {"limit": asked}


def nothing(_asked: Any) -> dict[str, object]:
    """No parameters."""
    return {}


WORDS: Mapping[str, tuple[str, Facts]] = {
    "required": ("This field is required.", nothing),
    "additionalProperties": ("There is no such field here.", nothing),
    "enum": ("Choose one of {choices}.", lambda asked: {"choices": ", ".join(map(str, asked))}),
    "type": ("This value has the wrong type.", nothing),
    "format": ("This value has the wrong form.", nothing),
    "pattern": ("This value has the wrong form.", nothing),
    "maxLength": ("Use at most {limit} characters.", limit),
    "minLength": ("Use at least {limit} characters.", limit),
    "maximum": ("The largest value is {limit}.", limit),
    "minimum": ("The smallest value is {limit}.", limit),
    "maxItems": ("Give at most {limit} entries.", limit),
    "minItems": ("Give at least {limit} entries.", limit),
}
OTHERWISE: tuple[str, Facts] = ("This value is not accepted.", nothing)


class CanonicalSchemas:
    """The schemas of a folder, by entity: the name of the file; an operator's folder adds fields of its own."""

    def __init__(self, folder: Path, own: Path | None = None) -> None:
        files = schema_files(folder, own)
        self._schemas: dict[str, Mapping[str, Any]] = {Path(name).stem: files[name] for name in sorted(files)}
        self._validators = {entity: validation(schema) for entity, schema in self._schemas.items()}
        self._partial = {entity: validation({**schema, "required": []}) for entity, schema in self._schemas.items()}
        self._searched = {
            entity: tuple(".".join(path) for path in searched_below(schema)) for entity, schema in self._schemas.items()
        }

    def check(self, entity: str, doc: Doc) -> None:
        """InvalidError names every field of the document that its schema refuses."""
        self.schema(entity)
        refuse(entity, self._validators[entity], doc)

    def check_given(self, entity: str, values: Doc) -> None:
        """InvalidError names every given field that the schema refuses; what is missing does not matter yet."""
        self.schema(entity)
        refuse(entity, self._partial[entity], values)

    def schema(self, entity: str) -> Mapping[str, Any]:
        """The JSON Schema of an entity; NotFoundError when there is none."""
        if entity not in self._schemas:
            raise NotFoundError("There are no records of the kind {entity}.", entity=entity)
        return self._schemas[entity]

    def searched(self, entity: str) -> tuple[str, ...]:
        """The paths of the texts that full-text search covers (``x-search``)."""
        return self._searched[entity]

    def entities(self) -> tuple[str, ...]:
        """The entities, sorted."""
        return tuple(self._schemas)


def refuse(entity: str, checking: Validation, doc: Doc) -> None:
    """InvalidError names every field that a compiled schema refuses."""
    wrong = tuple(one for refusal in checking.refusals(doc) for one in field_errors(refusal))
    if wrong:
        raise InvalidError("The {entity} cannot be saved so.", entity=entity, fields=wrong)


def searched_below(node: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths below a schema node that are searched."""
    if node.get("x-search"):
        yield ()
    for name, child in node.get("properties", {}).items():
        for path in searched_below(child):
            yield (name, *path)


def field_errors(refusal: Refusal) -> Iterator[FieldError]:
    """A refusal as wrong fields: the missing or surplus names of an object, else its own place."""
    place = [str(step) for step in refusal.place]
    template, facts = WORDS.get(refusal.keyword, OTHERWISE)
    for names in [[name] for name in refusal.names] or [[]]:
        yield FieldError(".".join([*place, *names]), template, facts(refusal.asked))
