"""Credentials that never change: none, a user's password, a token, a key."""

from base64 import b64encode
from dataclasses import dataclass, field, replace

from hub.transport.http import Request


@dataclass(frozen=True)
class FixedAuth:
    """Puts the same headers and query into every request; there is nothing to renew."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    def sign(self, request: Request) -> Request:
        """The request with them."""
        query = (*request.query, *self.query.items())
        return replace(request, headers={**request.headers, **self.headers}, query=query)

    def renew(self, stale: Request) -> bool:  # noqa: ARG002 - of the port
        """Never: the same credentials would be refused again."""
        return False


def basic(user: str, password: str) -> str:
    """The header of a user and a password (RFC 7617, in UTF-8)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
