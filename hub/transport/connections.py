"""Connections of a client: to addresses that its guard lets pass, and such that a deadline can end them."""

import socket
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from hub.transport.deadline import watched
from hub.transport.guard import Guard

CONNECTIONS = 64  # kept open to one system: as many as may deliver to it at once


class _Guarded:
    """A connection that asks its guard where to, and tells the deadline of its thread about itself."""

    guard = Guard()
    host: str
    port: int
    _dns_host: str

    def request(self, *given: Any, **named: Any) -> None:
        """Send, watched."""
        watched(self)
        super().request(*given, **named)  # type: ignore[misc] # mixed into a connection

    def _new_conn(self) -> socket.socket:
        """A socket to the first address of the host that answers, of those that may be connected to."""
        try:
            addresses = self.guard.addresses(self.host, self.port)
        except (socket.gaierror, UnicodeError) as error:  # UnicodeError: a label of the name is too long
            reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, reason) from error  # type: ignore[arg-type] # mixed in
        for address in addresses[:-1]:
            try:
                return self._connected(address)
            except (NewConnectionError, ConnectTimeoutError):
                continue
        return self._connected(addresses[-1])

    def _connected(self, address: str) -> socket.socket:
        """A socket to one address, without another look-up of the name."""
        name, self._dns_host = self._dns_host, address
        try:
            made: socket.socket = super()._new_conn()  # type: ignore[misc] # mixed into a connection
        finally:
            self._dns_host = name
        return made


class _Plain(_Guarded, HTTPConnection):
    pass


class _Encrypted(_Guarded, HTTPSConnection):
    pass


class _GuardedPool:
    """A pool whose connections have its guard."""

    def __init__(self, *given: Any, guard: Guard, **named: Any) -> None:
        self._guard = guard
        super().__init__(*given, **named)

    def _new_conn(self) -> Any:
        connection = super()._new_conn()  # type: ignore[misc] # mixed into a pool
        connection.guard = self._guard
        return connection


class _PlainPool(_GuardedPool, HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(_GuardedPool, HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class GuardedAdapter(HTTPAdapter):
    """How a session reaches a system."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """With pools of guarded connections."""
        super().init_poolmanager(*given, **named)
        kinds = {"http": _PlainPool, "https": _EncryptedPool}
        self.poolmanager.pool_classes_by_scheme = {
            scheme: partial(pool, guard=self._guard) for scheme, pool in kinds.items()
        }
