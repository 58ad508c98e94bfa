"""Recorded documents, which lie beside a mapping: ``records/<file>/*.json`` in the folder of ``<file>.yaml``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from hub.domain.errors import InvalidError

KNOWN = frozenset({"note", "hub", "remote", "links"})
"""What a file may hold: a word on its origin, both documents of a pair, and the crosswalk of its references."""


def recorded_documents(mapping_file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and contents of every recorded pair of a mapping file; InvalidError names one that cannot be used."""
    folder = mapping_file.parent / "records" / mapping_file.stem
    for path in sorted(folder.glob("*.json")):
        try:
            found = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError as error:
            raise InvalidError("{file} is no JSON: {reason}", file=path.name, reason=str(error)) from error
        if not isinstance(found, dict) or set(found) - KNOWN or not {"hub", "remote"} <= set(found):
            raise InvalidError("{file} holds no recorded pair: write hub, remote, and links", file=path.name)
        yield path.stem, found
