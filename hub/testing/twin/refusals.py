"""A twin says no."""

from collections.abc import Mapping


class RefusedError(Exception):
    """A request that the product does not accept: its status and code, and what it says to people."""

    def __init__(
        self,
        status: int,
        code: str,
        reason: str = "",
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {reason}")
        self.status = status
        self.code = code
        self.reason = reason
        self.field = field
        self.headers = headers or {}
