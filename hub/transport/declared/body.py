"""Bodies as they go out: JSON with decimals digit by digit, or a form."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode


def json_text(node: Any) -> str:
    """JSON; a decimal is written as it is, never by way of a float."""
    if _has_decimal(node):
        return _written(node)
    return json.dumps(node, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def form_text(node: dict[str, Any]) -> str:
    """A form; what is no text in it is JSON, and what is nothing is left out."""
    return urlencode(
        [(name, told if isinstance(told, str) else json_text(told)) for name, told in node.items() if told is not None]
    )


def _has_decimal(node: Any) -> bool:
    if isinstance(node, dict):
        return any(map(_has_decimal, node.values()))
    return any(map(_has_decimal, node)) if isinstance(node, list) else isinstance(node, Decimal)


def _written(node: Any) -> str:
    if isinstance(node, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_written(told)}" for name, told in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(_written, node)) + "]"
    return format(node, "f") if isinstance(node, Decimal) else json.dumps(node, ensure_ascii=False, allow_nan=False)
