"""Personal data kept from those whose roles do not see it."""

from collections.abc import Mapping
from typing import Any


def masked(schema: Mapping[str, Any], value: Any) -> Any:
    """The value without anything that its schema marks as personal."""
    if isinstance(value, list):
        return [masked(schema.get("items", {}), one) for one in value]
    if not isinstance(value, dict):
        return value
    nodes = schema.get("properties", {})
    return {
        name: masked(nodes.get(name, {}), one)
        for name, one in value.items()
        if not nodes.get(name, {}).get("x-sensitive")
    }
