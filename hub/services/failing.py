"""What is kept of an error when a message or a delivery is given up."""

from hub.domain.errors import (
    AuthError,
    ConflictError,
    HubError,
    InvalidError,
    NotFoundError,
    RejectedError,
    RetryableError,
)
from hub.domain.mapping import Mapping
from hub.ports.failure import Failure

PATHS = 300  # characters of field paths that are kept
STAGES_IN: tuple[tuple[type[HubError], str], ...] = (
    (InvalidError, "applied"),
    (ConflictError, "merged"),
    (NotFoundError, "merged"),
    (RejectedError, "fetched"),
    (AuthError, "fetched"),
    (RetryableError, "fetched"),
)
"""Where a message fails, by what went wrong; a value that the mapping cannot carry over fails where it is pulled."""


def of_message(error: HubError, mapping: Mapping | None) -> Failure:
    """The failure of a received message."""
    stage = next((stage for kind, stage in STAGES_IN if isinstance(error, kind)), "pulled")
    return failure(error, "pulled" if is_of_mapping(error) else stage, mapping)


def of_delivery(error: Exception, mapping: Mapping) -> Failure:
    """The failure of a delivery: at the translation, or at the other side."""
    return failure(error, "pulled" if is_of_mapping(error) else "delivered", mapping)


def is_of_mapping(error: Exception) -> bool:
    """Whether the mapping could not carry a value over."""
    return isinstance(error, InvalidError) and "mapping" in error.params


def failure(error: Exception, stage: str, mapping: Mapping | None) -> Failure:
    """What is kept: no value, only where it stood."""
    named = ", ".join(field.path for field in getattr(error, "fields", ()))[:PATHS]
    told = error.params.get("kind") if isinstance(error, HubError) else None
    kind = str(told or type(error).__name__)
    if mapping is None:
        return Failure(kind, stage, path=named)
    return Failure(kind, stage, mapping.entity, named, mapping.name, mapping.version, mapping.mark)
