"""Credentials that never change: none, a user's password, a token, a key."""

from base64 import b64encode
from dataclasses import dataclass, field

from hub.transport.auth.base import Parts
from hub.transport.http import Request


@dataclass(frozen=True)
class FixedAuth:
    """Puts the same parts into every request; there is nothing to renew."""

    parts: Parts = field(default_factory=Parts)

    def sign(self, request: Request) -> Request:
        """The request with them."""
        return self.parts.put(request)

    def renew(self, stale: Request) -> bool:  # noqa: ARG002 - of the port
        """Never: the same credentials would be refused again."""
        return False


def basic(user: str, password: str) -> str:
    """The header of a user and a password (RFC 7617, in UTF-8)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
