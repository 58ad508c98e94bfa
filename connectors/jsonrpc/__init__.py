"""Any system that speaks JSON-RPC 2.0, wholly by a connector file: ``connect`` makes a connector of it."""

from collections.abc import Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.ports.connector import Connector, Setup
from hub.transport.declared.assembling import connected, turn_of
from hub.transport.declared.body import json_text
from hub.transport.declared.rpc import OverRpc
from hub.transport.http import http_of
from hub.transport.templates import filled

__all__ = ["connect"]

INTERNAL = "^-32(603|0[0-9][0-9])$"  # an error inside, or one of the server's own: nobody knows how far it came


class JsonRpc:
    """Version 2.0 of the specification, one call in a request."""

    content = "application/json"
    failed: Sequence[Doc] = (
        {"at": "body.error.code", "matches": INTERNAL, "do": "unknown", "reason": "body.error.message"},
        {"at": "body.error", "do": "fail", "reason": "body.error.message"},
    )

    def body(self, number: int, method: str, params: Any) -> bytes:
        """A call with its number."""
        return json_text({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()

    def is_answer(self, doc: Doc, number: int) -> bool:
        """Whether it has our number, and tells a result or an error."""
        return doc.get("id") == number and ("result" in doc or "error" in doc)


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet. InvalidError names every template that is wrong."""
    told = setup.connection
    base = filled(told.get("url", "{url}"), setup.settings).rstrip("/")
    return connected(
        setup,
        http_of(setup, base),
        lambda caller: OverRpc(JsonRpc(), base, told, setup.settings, turn_of(told), caller),
    )
