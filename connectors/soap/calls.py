"""Calls of declared operations: written, signed, sent, read, and judged by the declared table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from connectors.soap.arguments import filled_in
from connectors.soap.objects import Operation
from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError, RetryableError, StaleError, UnknownOutcomeError
from hub.ports.connector import Setup
from hub.transport.auth import auth_of
from hub.transport.caller import Caller, Reply
from hub.transport.http import http_of
from hub.transport.soap import Service
from hub.transport.templates import filled

T = TypeVar("T")
SECURITY = "Authentication|Authorization|FailedAuthentication|InvalidSecurity|InvalidSecurityToken|FailedCheck"
STANDARD: list[Doc] = [
    {"at": "body.fault.kind", "matches": rf"(^|[ .])({SECURITY})\b", "do": "locked_out", "reason": "body.fault.kind"},
    {
        "at": "body.fault.code",
        "matches": r"^(Client|Sender|MustUnderstand|VersionMismatch|DataEncodingUnknown)\b",
        "do": "fail",
        "reason": "body.fault.kind",
    },
    {"at": "body.fault", "do": "unknown", "reason": "body.fault.kind"},
    {"status": [404, 405, 410], "do": "locked_out"},
]
"""What faults mean where a connector file says nothing. A status of not found is about the address, not a record."""


class Calls:
    """Makes the calls of one system; threads may share it."""

    def __init__(self, service: Service, setup: Setup) -> None:
        self.service = service
        self.system = setup.system
        self._settings = setup.settings
        self._errors: list[Doc] = [*setup.connection.get("errors", []), *STANDARD]
        self._http = http_of(setup, filled(setup.connection.get("address", "{url}"), setup.settings))
        self._auth = auth_of(setup.connection.get("auth", {}), setup, self._http)
        self._headers = setup.connection.get("headers", {})

    def read(self, operation: Operation, **values: Any) -> Reply:
        """The answer of an operation that changes nothing."""
        return self._call(operation, values, write=False)

    def write(self, operation: Operation, **values: Any) -> Reply:
        """The answer of an operation that changes something."""
        return self._call(operation, values, write=True)

    def lost(self, kind: str) -> Exception:
        """The error of a write whose answer does not tell what became of it."""
        return self._http.lost(kind, write=True)

    def after_write(self, work: Callable[[], T]) -> T:
        """Do what follows a write that has happened: a failure now leaves the outcome to be looked up."""
        try:
            return work()
        except (RetryableError, RejectedError, AuthError, StaleError) as error:
            raise UnknownOutcomeError(
                "{system}: written, but not read back: {error}", system=self.system, error=str(error)
            ) from error

    def _call(self, operation: Operation, values: Mapping[str, Any], *, write: bool) -> Reply:
        known = {**self._settings, **values}
        request = self.service.request(operation.call, filled_in(operation.arguments, known))
        extra = {name: filled(told, known) for name, told in {**self._headers, **operation.headers}.items()}
        reader = self.service.reader(operation.call, operation.raw)
        caller = Caller(self._http, self._auth, operation.outcomes(self._errors), read=reader)
        return caller.call(replace(request, headers={**request.headers, **extra}), write=write)
