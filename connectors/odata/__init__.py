"""The driver of OData services, version 2 and 4: ``connect`` makes a connector out of a connector file."""

from connectors.odata.connector import ODataConnector
from connectors.odata.shapes import shape_of
from connectors.odata.wire import Wire
from hub.ports.connector import Connector, Setup

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet."""
    version = int(setup.connection.get("version", 2))
    shapes = {name: shape_of(name, told, version) for name, told in setup.remote.items()}
    return ODataConnector(Wire(setup), setup.objects, shapes, setup.now)
