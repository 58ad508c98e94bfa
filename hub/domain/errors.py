"""Errors named by what the caller does about them.

Every message is an English template with named parameters: ``str(error)`` is the English sentence, and the console
translates the template before it fills it in. A message says which record, what, and what to do now.

HubError
    InvalidError          the input is wrong: mend it (names the fields)
    NotFoundError         there is no such record
    ForbiddenError        this person or key may not do it
    ConflictError         the record's state does not allow it now
    StaleError            somebody was faster: read again, decide again
    RetryableError        later, the same call may work
        RateLimitedError  later, and not before ``retry_after``
    AuthError             the credentials of a system are refused: pause the system
    RejectedError         the other side refuses for good: a person must act
    PositionLostError     a system no longer tells what changed since then: read everything again
    UnknownOutcomeError   the call may or may not have happened: look before writing again
"""

from collections.abc import Mapping
from dataclasses import dataclass


class HubError(Exception):
    """Something that a person or a worker has to act on."""

    def __init__(self, template: str, /, **params: object) -> None:
        super().__init__(template)
        self.template = template
        self.params = params

    def __str__(self) -> str:
        return self.template.format(**self.params)


@dataclass(frozen=True)
class FieldError:
    """One wrong field: where (a dotted path), and what is wrong, as a template with parameters."""

    path: str
    template: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        return f"{self.path}: {self.template.format(**self.params)}"


class InvalidError(HubError):
    """The input is wrong; ``fields`` names each wrong field."""

    def __init__(self, template: str, /, *, fields: tuple[FieldError, ...] = (), **params: object) -> None:
        super().__init__(template, **params)
        self.fields = fields

    def __str__(self) -> str:
        return "; ".join((super().__str__(), *map(str, self.fields)))


class NotFoundError(HubError):
    """There is no such record."""


class ForbiddenError(HubError):
    """The caller may not do this."""


class ConflictError(HubError):
    """The state of the record does not allow this now."""


class StaleError(HubError):
    """Somebody changed the record meanwhile."""


class RetryableError(HubError):
    """The same call may work later."""


class RateLimitedError(RetryableError):
    """The system asks for patience; ``retry_after`` in seconds where it said how long."""

    def __init__(self, template: str, /, *, retry_after: float | None = None, **params: object) -> None:
        super().__init__(template, **params)
        self.retry_after = retry_after


class AuthError(HubError):
    """A system refuses our credentials."""


class RejectedError(HubError):
    """The other side refuses for good."""


class UnknownOutcomeError(HubError):
    """The call may or may not have taken effect."""


class PositionLostError(HubError):
    """A system can no longer say what changed since a position, or does not know the position."""
