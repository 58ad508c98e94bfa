"""Any system that speaks XML-RPC, wholly by a connector file: ``connect`` makes a connector of it."""

from collections.abc import Sequence
from typing import Any

from connectors.xmlrpc.marshalling import answer_of, call_of
from hub.domain.documents import Doc
from hub.ports.connector import Connector, Setup
from hub.transport.declared.assembling import connected, turn_of
from hub.transport.declared.rpc import OverRpc
from hub.transport.http import http_of
from hub.transport.templates import filled

__all__ = ["connect"]


class XmlRpc:
    """The specification, and the nil and 64 bit integers that most systems add to it."""

    content = "text/xml"
    failed: Sequence[Doc] = ({"at": "body.fault", "do": "fail", "reason": "body.fault.faultString"},)

    def body(self, number: int, method: str, params: Any) -> bytes:  # noqa: ARG002 - such calls have no numbers
        """A call."""
        return call_of(method, params if isinstance(params, list) else [params])

    def is_answer(self, doc: Doc, number: int) -> bool:  # noqa: ARG002 - as above
        """Whether it tells a result or a fault."""
        return "result" in doc or "fault" in doc


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet. InvalidError names every template that is wrong."""
    told = setup.connection
    base = filled(told.get("url", "{url}"), setup.settings).rstrip("/")
    return connected(
        setup,
        http_of(setup, base),
        lambda caller: OverRpc(XmlRpc(), base, told, setup.settings, turn_of(told), caller),
        read=answer_of,
    )
