"""The connector of one system, of what its connector file declares and of how its driver makes a call."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.ports.connector import Setup
from hub.transport.auth import auth_of
from hub.transport.bodies import json_of
from hub.transport.caller import Caller
from hub.transport.declared.call import CallerOf, Style
from hub.transport.declared.clock import Clock
from hub.transport.declared.connector import DeclaredConnector
from hub.transport.declared.instants import Instants, instants_of
from hub.transport.declared.making import Maker
from hub.transport.declared.numbering import Numbered, numbering_in
from hub.transport.declared.objects import shape_of
from hub.transport.declared.probing import Prober
from hub.transport.http import Answer, HttpClient
from hub.transport.outcomes import Outcomes

Turn = Callable[[], AbstractContextManager[Any]]


def connected(
    setup: Setup, http: HttpClient, style: Callable[[CallerOf], Style], *, read: Callable[[Answer], Any] = json_of
) -> DeclaredConnector:
    """The connector; nothing is called yet. InvalidError names every template that is wrong."""
    told = setup.connection
    credentials, numbers = numbering_in(told.get("auth", {}))
    signer = auth_of(credentials, setup, http)
    auth = Numbered(signer, numbers) if numbers else signer

    def caller(outcomes: Outcomes) -> Caller:
        return Caller(http, auth, outcomes, read=read)

    maker = Maker(style(caller), told, caller, setup.settings)
    shapes = {name: shape_of(maker, spec, setup.remote[name]) for name, spec in setup.objects.items()}
    prober = prober_of(maker, told, setup.now)
    if maker.wrong:
        raise InvalidError("The connector file of {system} is wrong", system=setup.system, fields=tuple(maker.wrong))
    return DeclaredConnector(setup.system, shapes, prober)


def turn_of(connection: Doc) -> Turn:
    """What a call holds where a system takes one call at a time."""
    turn = threading.Lock()
    return (lambda: turn) if connection.get("one_at_a_time") else nullcontext


def prober_of(maker: Maker, told: Doc, now: Callable[[], datetime]) -> Prober:
    """What asks the product who it is."""
    asked = told.get("probe")
    clock = Clock(told.get("clock", "header.Date"), instants_of(told.get("instants"), Instants()))
    if asked is None:
        return Prober(now, clock)
    call = maker.call(asked, "probe", "probe", {}, method="GET")
    return Prober(now, clock, call, asked.get("version"), asked.get("expect"))
