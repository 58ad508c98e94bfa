"""Files in drop folders. ``connect`` makes a connector out of settings and a connector file with ``driver: files``."""

from urllib.parse import unquote, urlsplit

from connectors.files.connector import FilesConnector
from connectors.files.local import LocalPlace
from connectors.files.places import Place
from connectors.files.sftp import Host, SftpPlace
from connectors.files.shapes import shape_of
from hub.domain.errors import AuthError
from hub.ports.connector import Connector, Setup

__all__ = ["connect"]
SFTP_PORT = 22


def connect(setup: Setup) -> Connector:
    """Make the connector of one folder; nothing is looked at yet."""
    shapes = {name: shape_of(told, setup.connection) for name, told in setup.remote.items()}
    return FilesConnector(setup.system, place_of(setup), setup.objects, shapes)


def place_of(setup: Setup) -> Place:
    """Where the files lie; AuthError for an address that is none."""
    folder = str(setup.settings["folder"])
    if "://" not in folder:
        return LocalPlace(setup.system, folder)
    address = urlsplit(folder)
    if address.scheme != "sftp" or not address.hostname or not address.username:
        raise AuthError(
            "{system}: the folder in the settings is neither a path nor an sftp address", system=setup.system
        )
    host = Host(
        address.hostname,
        address.port or SFTP_PORT,
        unquote(address.username),
        str(setup.settings.get("host_key", "")),
        str(setup.settings.get("password", "")),
        str(setup.settings.get("private_key", "")),
    )
    return SftpPlace(
        setup.system, host, unquote(address.path), seconds=float(setup.settings.get("request_seconds", 60))
    )
