"""What every kind of authentication does, and how credentials are put into a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.http import Request
from hub.transport.templates import filled, filled_in


class Auth(Protocol):
    """Signs requests to one system; threads may share it."""

    def sign(self, request: Request) -> Request:
        """The request with our credentials; may log in first, and raises what that raises."""
        ...

    def renew(self, stale: Request) -> bool:
        """After the system refused this signed request: whether another signature may be accepted."""
        ...


@dataclass(frozen=True)
class Parts:
    """What goes into a request; ``body`` into its JSON document."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Doc = field(default_factory=dict)

    def put(self, request: Request) -> Request:
        """The request with the parts in place of what it has under the same names."""
        names = {name.lower() for name in self.headers}
        kept = {name: value for name, value in request.headers.items() if name.lower() not in names}
        query = [pair for pair in request.query if pair[0] not in self.query]
        return replace(
            request,
            headers={**kept, **self.headers},
            query=(*query, *self.query.items()),
            body=self._in_body(request.body),
        )

    def _in_body(self, body: bytes | None) -> bytes | None:
        if not self.body:
            return body
        try:
            doc = json.loads(body or b"{}")
        except ValueError:
            doc = None
        if not isinstance(doc, dict):
            raise RejectedError("Credentials go into the body of a request, which is no JSON object")
        return json.dumps({**doc, **self.body}, ensure_ascii=False).encode()


def parts_of(told: Doc, values: Mapping[str, Any]) -> Parts:
    """The declared ``headers``, ``query`` and ``body`` with the values in their templates."""
    return Parts(
        {name: filled(text, values) for name, text in told.get("headers", {}).items()},
        {name: filled(text, values) for name, text in told.get("query", {}).items()},
        filled_in(told.get("body", {}), values),
    )
