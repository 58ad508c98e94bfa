"""Tryton, the ERP, over JSON-RPC. ``connect`` makes a connector out of settings and ``connectors/tryton.yaml``."""

from connectors.tryton.connector import TrytonConnector
from connectors.tryton.series import series_of
from connectors.tryton.shapes import shape_of
from connectors.tryton.wire import Wire
from hub.ports.connector import Connector, Setup
from hub.transport.http import http_of

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet."""
    settings = setup.settings
    wire = Wire(
        http_of(setup, settings["url"]),
        settings["url"],
        settings["database"],
        (settings["user"], settings["password"]),
        series=series_of(setup.connection),
        one_at_a_time=bool(settings.get("one_at_a_time", True)),
    )
    return TrytonConnector(wire, setup.objects, {name: shape_of(name, told) for name, told in setup.remote.items()})
