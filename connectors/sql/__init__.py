"""Tables of a database. ``connect`` makes a connector out of settings and a connector file with ``driver: sql``."""

from connectors.sql.connector import SqlConnector
from connectors.sql.database import Database
from connectors.sql.shapes import shape_of
from hub.ports.connector import Connector, Setup

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one database; nothing is called yet."""
    database = Database(
        setup.system,
        setup.settings["url"],
        str(setup.settings.get("password", "")),
        seconds=float(setup.settings.get("request_seconds", 60)),
    )
    zones = {name: spec.feed.zone for name, spec in setup.objects.items()}
    shapes = {name: shape_of(told, zones[name], setup.connection) for name, told in setup.remote.items()}
    return SqlConnector(database, setup.objects, shapes)
