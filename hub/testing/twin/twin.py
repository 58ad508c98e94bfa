"""What all twins share: a clock, rows, planned faults, and a server on the loopback address.

A twin refuses whatever its vendor refuses. A subclass adds its routes to ``app`` and says in ``refusal`` how its vendor
words an error; ``settings`` and ``secrets`` are what a hub must know to be let in.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from flask import Flask, Response
from werkzeug.serving import make_server

from hub.process.clock import SystemClock
from hub.testing.twin.faults import Faults
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Rows

Clock = Callable[[], datetime]


class Twin(ABC):
    """One fake product; ``clock`` and the rows' ids are the only things in it that change by themselves."""

    connector: ClassVar[str]  # the connector file that it is a twin of
    settings: ClassVar[Mapping[str, Any]] = {}  # besides the address
    secrets: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock = clock or SystemClock().now
        self.rows = Rows(clock)
        self.faults = Faults()
        self.app = Flask(type(self).__name__)
        self.app.json.sort_keys = False  # type: ignore[attr-defined] # of Flask's own JSON provider
        self.app.register_error_handler(RefusedError, self.refusal)
        self.app.wsgi_app = self.faults.around(self.app.wsgi_app)  # type: ignore[method-assign] # as Flask says
        self.routes(self.app)

    @abstractmethod
    def routes(self, app: Flask) -> None:
        """Add what the product answers to."""

    @abstractmethod
    def refusal(self, error: RefusedError) -> Response:
        """The answer that tells a refusal, in the vendor's own shape."""


@contextmanager
def serving(twin: Twin, port: int = 0) -> Iterator[str]:
    """Serve a twin on the loopback address; gives its address."""
    server = make_server("127.0.0.1", port, twin.app, threaded=True)
    often = {"poll_interval": 0.02}  # seconds until it sees that it is to stop
    thread = threading.Thread(target=server.serve_forever, name=f"twin-{twin.connector}", kwargs=often, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
