"""Any JSON API, wholly by a connector file. ``connect`` makes a connector of settings and of what the file declares."""

from collections.abc import Mapping
from typing import Any

from connectors.rest.calls import OverHttp, Shared
from hub.domain.errors import InvalidError
from hub.ports.connector import Connector, Setup
from hub.transport.declared import assembling
from hub.transport.declared.assembling import turn_of
from hub.transport.declared.connector import DeclaredConnector
from hub.transport.http import HttpClient, http_of
from hub.transport.templates import filled

__all__ = ["connect", "connected"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet. InvalidError names every template that is wrong."""
    return connected(setup, http_of(setup, base_of(setup.connection, setup)))


def connected(setup: Setup, http: HttpClient) -> DeclaredConnector:
    """The connector of one system over an HTTP of its own."""
    told = setup.connection
    shared = Shared(base_of(told, setup), {"settings": setup.settings}, turn_of(told))
    return assembling.connected(setup, http, lambda caller: OverHttp(shared, told, caller))


def base_of(told: Mapping[str, Any], setup: Setup) -> str:
    """The address that all paths begin with; InvalidError where a setting has no address."""
    values = dict(setup.settings)
    if "hosts" in told:
        chosen = str(setup.settings.get(told["hosts"]["by"]))
        if chosen not in told["hosts"]["are"]:
            raise InvalidError(
                "System {name}: {setting} is none of {known}",
                name=setup.system, setting=told["hosts"]["by"], known=", ".join(told["hosts"]["are"]),
            )  # fmt: skip
        values["host"] = filled(told["hosts"]["are"][chosen], values)
    return filled(told.get("url", "{url}"), values).rstrip("/")
