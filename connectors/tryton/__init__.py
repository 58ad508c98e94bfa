"""Tryton, the ERP, over JSON-RPC. ``connect`` makes a connector out of settings and ``connectors/tryton.yaml``."""

from collections.abc import Mapping
from typing import Any

from connectors.tryton.connector import TrytonConnector
from connectors.tryton.shapes import shape_of
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.ports.connector import Connector, ObjectSpec
from hub.transport.http import HttpClient, Limits

__all__ = ["connect"]


def connect(
    system: str, settings: Mapping[str, Any], objects: Mapping[str, ObjectSpec], remote: Mapping[str, Doc]
) -> Connector:
    """Make the connector of one system; nothing is called yet."""
    seconds = float(settings.get("request_seconds", 60))
    wire = Wire(
        HttpClient(system, Limits(read=seconds, total=seconds)),
        settings["url"],
        settings["database"],
        (settings["user"], settings["password"]),
        one_at_a_time=bool(settings.get("one_at_a_time", True)),
    )
    return TrytonConnector(wire, objects, {name: shape_of(name, told) for name, told in remote.items()})
