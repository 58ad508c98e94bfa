"""What every kind of authentication does."""

from typing import Protocol

from hub.transport.http import Request


class Auth(Protocol):
    """Signs requests to one system; threads may share it."""

    def sign(self, request: Request) -> Request:
        """The request with our credentials; may log in first, and raises what that raises."""
        ...

    def renew(self, stale: Request) -> bool:
        """After the system refused this signed request: whether another signature may be accepted."""
        ...
