"""YAML 1.2 files without regard to where things stand in them: connector files and policies."""

from copy import deepcopy
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML

KEPT = 64  # texts; a long one takes half a second to parse, and one command reads its connector file several times


def plain_yaml(text: str) -> Any:
    """The document in a text, the caller's own; ruamel's YAMLError and ValueError tell what is wrong."""
    return deepcopy(_parsed(text))


@lru_cache(maxsize=KEPT)
def _parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)
