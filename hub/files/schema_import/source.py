"""What a schema is imported from: the text of a document, and how it is opened safely."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from hub.domain.errors import InvalidError
from hub.files.yaml import MAX_CHARACTERS, read_yaml

MOST = 20_000_000
"""Characters of a document; the largest descriptions of real systems have a few million."""
DEEPEST = 12
"""How far objects are followed into one another."""
NODES = 50_000
"""Fields of one object with all that is in it: beyond that nobody maps it."""


def nothing_beside(name: str) -> str | None:
    """A document that stands alone."""
    del name
    return None


@dataclass(frozen=True)
class Source:
    """One document; ``wanted`` is the object that is asked for, ``name`` what a document without names is called."""

    text: str
    kind: str
    name: str = "object"
    wanted: str | None = None
    beside: Callable[[str], str | None] = nothing_beside
    """The text of another file in the same folder, for documents that are made of several."""

    def data(self) -> Any:
        """The document as JSON, else YAML; InvalidError when it is neither."""
        try:
            return orjson.loads(self.text)
        except orjson.JSONDecodeError as error:
            if self.text.lstrip()[:1] in ("{", "["):
                raise self.refusal(str(error)) from error
        if len(self.text) > MAX_CHARACTERS:
            raise self.refusal("YAML of this length is read too slowly, make JSON of it")
        return read_yaml(self.text, self.name).data

    def refusal(self, reason: str) -> InvalidError:
        """The error of a document that is not of its kind."""
        return InvalidError("This is no document of the kind {kind}: {reason}.", kind=self.kind, reason=reason)

    def too_large(self) -> InvalidError:
        """The error of a document that holds more than can be read."""
        return InvalidError("The document of the kind {kind} is too large or too deep to be read.", kind=self.kind)


class Count:
    """Counts the fields of one object; fails when they are too many, as in types that hold one another many times."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = NODES

    def one(self, depth: int) -> None:
        """Another field, this deep."""
        self._left -= 1
        if self._left < 0 or depth > 4 * DEEPEST:
            raise self._source.too_large()
