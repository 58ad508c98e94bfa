"""Bodies of actions, checked against their JSON Schema, each wrong field named."""

from collections.abc import Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.schemas import field_errors
from hub.files.validation import validation


class Body:
    """The schema of an action's body."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._validation = validation(schema)

    def check(self, values: Doc) -> None:
        """InvalidError names every field that the schema refuses."""
        wrong = tuple(one for refusal in self._validation.refusals(values) for one in field_errors(refusal))
        if wrong:
            raise InvalidError("The body does not fit this action.", fields=wrong)
