"""The driver of OData services, version 2 and 4: ``connect`` makes a connector out of a connector file."""

from collections.abc import Mapping
from typing import Any

from connectors.odata.connector import ODataConnector
from connectors.odata.shapes import shape_of
from connectors.odata.wire import Wire
from hub.ports.connector import Connector, Setup
from hub.transport.templates import filled

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet."""
    version = int(setup.connection.get("version", 2))
    shapes = {name: shape_of(name, with_settings(told, setup.settings), version) for name, told in setup.remote.items()}
    return ODataConnector(Wire(setup), setup.objects, shapes, setup.now)


def with_settings(told: Any, settings: Mapping[str, Any]) -> Any:
    """A declaration with the settings in its texts; a default that becomes empty is nothing."""
    if isinstance(told, str):
        return filled(told, settings)
    if isinstance(told, list):
        return [with_settings(each, settings) for each in told]
    if isinstance(told, dict):
        return {name: with_settings(each, settings) for name, each in told.items()}
    return told
