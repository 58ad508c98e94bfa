"""What a codec or a path says when it cannot carry a value over; the rule adds mapping and path to it."""

from hub.domain.errors import HubError, InvalidError


class UnfitError(HubError):
    """A value has no counterpart on the other side."""


class UnsettledError(InvalidError):
    """The only values without counterpart are such as a person decides about (``other: review``)."""
