"""Values that are made of settings before anything is signed: parts of them, masked ones, several in base64."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from itertools import cycle
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.transport.templates import filled


def made_of(told: Mapping[str, Doc], settings: Mapping[str, Any]) -> dict[str, str]:
    """The declared values by name; InvalidError names the one that cannot be made of these settings."""
    made: dict[str, str] = {}
    for name, one in told.items():
        text = _part(name, one, filled(one["of"], {**settings, **made}))
        if "xor" in one:
            text = _unmasked(name, text, one["xor"].encode())
        made[name] = b64encode(text.encode()).decode() if one.get("encoding") == "base64" else text
    return made


def _part(name: str, told: Doc, text: str) -> str:
    """The text, or the part of it that is meant."""
    if "matches" not in told:
        return text
    found = re.search(told["matches"], text)
    if found is None:
        raise InvalidError("{name} cannot be made of the settings: they are in another form", name=name)
    return found[1]


def _unmasked(name: str, text: str, key: bytes) -> str:
    """Base64 of the bytes that are in the text, each XORed with the one of the key at its place."""
    try:
        masked = b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidError("{name} cannot be made of the settings: no base64", name=name) from error
    return b64encode(bytes(byte ^ mask for byte, mask in zip(masked, cycle(key), strict=False))).decode()
