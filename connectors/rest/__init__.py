"""Any JSON API, wholly by a connector file. ``connect`` makes a connector of settings and of what the file declares."""

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from connectors.rest.calls import Shared
from connectors.rest.clock import Clock
from connectors.rest.connector import RestConnector
from connectors.rest.instants import Instants, instants_of
from connectors.rest.making import Maker
from connectors.rest.objects import shape_of
from connectors.rest.probing import Prober
from hub.domain.errors import InvalidError
from hub.ports.connector import Connector, Setup
from hub.transport.auth import auth_of
from hub.transport.caller import Caller
from hub.transport.http import HttpClient, http_of
from hub.transport.outcomes import Outcomes
from hub.transport.templates import filled

__all__ = ["connect", "connected"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet. InvalidError names every template that is wrong."""
    return connected(setup, http_of(setup, base_of(setup.connection, setup)))


def connected(setup: Setup, http: HttpClient) -> RestConnector:
    """The connector of one system over an HTTP of its own."""
    told = setup.connection
    base = base_of(told, setup)
    auth = auth_of(told.get("auth", {}), setup, http)
    turn = threading.Lock()
    shared = Shared(base, {"settings": setup.settings}, (lambda: turn) if told.get("one_at_a_time") else nullcontext)

    def caller(outcomes: Outcomes) -> Caller:
        return Caller(http, auth, outcomes)

    maker = Maker(shared, told, caller, setup.settings)
    shapes = {name: shape_of(maker, spec, setup.remote[name]) for name, spec in setup.objects.items()}
    prober = prober_of(maker, told, setup.now)
    if maker.wrong:
        raise InvalidError("The connector file of {system} is wrong", system=setup.system, fields=tuple(maker.wrong))
    return RestConnector(setup.system, shapes, prober)


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


def prober_of(maker: Maker, told: Mapping[str, Any], now: Callable[[], datetime]) -> Prober:
    """What asks the product who it is."""
    asked = told.get("probe")
    clock = Clock(told.get("clock", "header.Date"), instants_of(told.get("instants"), Instants()))
    if asked is None:
        return Prober(now, clock)
    call = maker.call(asked, "probe", "probe", {}, method="GET")
    return Prober(now, clock, call, asked.get("version"), asked.get("expect"))
