"""Instants: UTC ISO strings in documents, aware datetimes in arguments."""

from datetime import UTC, datetime

from hub.domain.errors import FieldError, InvalidError


def parse_instant(text: str, *, path: str = "at") -> datetime:
    """Read an ISO 8601 instant; an InvalidError names ``path`` where it has no offset or is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _invalid(path, "'{value}' is not an ISO 8601 instant", text) from error
    if instant.tzinfo is None:
        raise _invalid(path, "'{value}' has no offset from UTC: write it as 2026-01-31T08:00:00+00:00", text)
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise _invalid(path, "'{value}' is not an ISO 8601 instant", text) from error


def write_instant(instant: datetime) -> str:
    """Write an aware datetime the way documents carry it: ``2026-01-31T08:00:00+00:00``."""
    if instant.tzinfo is None:
        raise _invalid("at", "'{value}' has no zone: pass an aware datetime", instant.isoformat())
    return instant.astimezone(UTC).isoformat()


def _invalid(path: str, template: str, value: str) -> InvalidError:
    return InvalidError("The time cannot be read", fields=(FieldError(path, template, {"value": value}),))
