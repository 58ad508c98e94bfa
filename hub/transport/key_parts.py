"""The parts of an id that is made of several values, with a stroke between them."""

from urllib.parse import quote


def quoted(value: str) -> str:
    """A value as a part of an id."""
    return value if value.isalnum() and value.isascii() else quote(value, safe="")
