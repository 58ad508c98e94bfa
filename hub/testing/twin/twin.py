"""What all twins share: a clock, rows, planned faults, and a server on the loopback address.

A twin refuses whatever its vendor refuses. A subclass adds its routes to ``app`` and says in ``refusal`` how its vendor
words an error; ``settings`` and ``secrets`` are what a hub must know to be let in.
"""

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from hub.process.clock import SystemClock
from hub.testing.twin.faults import MOST, Faults
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Rows

Clock = Callable[[], datetime]
PATIENCE = 60  # seconds without a byte until a connection is given up
WAITING = 1024  # connections that may wait to be taken


class Twin(ABC):
    """One fake product; ``clock`` and the rows' ids are the only things in it that change by themselves."""

    connector: ClassVar[str]  # the connector file that it is a twin of
    settings: ClassVar[Mapping[str, Any]] = {}  # besides the address
    secrets: ClassVar[Mapping[str, str]] = {}
    wrong: ClassVar[str] = "malformed"  # the code of what cannot be understood at all

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock = clock or SystemClock().now
        self.rows = Rows(clock)
        self.faults = Faults()
        self.mistakes: list[Exception] = []  # what no rule of the twin refused: it fell over it
        self.app = Flask(type(self).__name__)
        self.app.json.sort_keys = False  # type: ignore[attr-defined] # of Flask's own JSON provider
        self.app.config["MAX_CONTENT_LENGTH"] = MOST
        self.app.register_error_handler(RefusedError, self.refusal)
        self.app.register_error_handler(HTTPException, self._not_served)
        self.app.register_error_handler(Exception, self._not_understood)
        self.app.wsgi_app = self.faults.around(self.app.wsgi_app)  # type: ignore[method-assign] # as Flask says
        self.routes(self.app)

    @abstractmethod
    def routes(self, app: Flask) -> None:
        """Add what the product answers to."""

    @abstractmethod
    def refusal(self, error: RefusedError) -> Response:
        """The answer that tells a refusal, in the vendor's own shape."""

    def fill(self) -> None:  # noqa: B027 - most begin with some records anyhow
        """Have the records in it that somebody who serves it by hand wants to find."""

    def _not_served(self, error: HTTPException) -> Response | HTTPException:
        """An address, method, length or body that the server does not take; a redirect stays one."""
        if error.response is not None or error.code is None:
            return error
        return self.refusal(RefusedError(error.code, self.wrong, error.name))

    def _not_understood(self, error: Exception) -> Response:
        """A request that is of quite another shape than the calls that there are: no product falls over that."""
        self.mistakes.append(error)
        return self.refusal(RefusedError(400, self.wrong, "The request is not understood."))


class Quiet(WSGIRequestHandler):
    """Says nothing of each request, and does not wait for ever for one."""

    timeout = PATIENCE

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Nothing."""


@contextmanager
def serving(twin: Twin) -> Iterator[str]:
    """Serve a twin to a test; gives its address. At the end the first request is told that the twin fell over."""
    with served(twin) as url:
        yield url
    if twin.mistakes:
        raise twin.mistakes[0]


@contextmanager
def served(twin: Twin, port: int = 0) -> Iterator[str]:
    """Serve a twin on the loopback address; gives its address. OSError where the port is taken or not ours to take."""
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", port))
        place.listen(WAITING)
        server = make_server("127.0.0.1", port, twin.app, threaded=True, request_handler=Quiet, fd=place.fileno())
    often = {"poll_interval": 0.02}  # seconds until it sees that it is to stop
    thread = threading.Thread(target=server.serve_forever, name=f"twin-{twin.connector}", kwargs=often, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
