"""The rest driver on the odd API: over loopback HTTP, or over the line of a flagship history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import urlencode

from werkzeug.serving import make_server
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from connectors.rest import connected
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Setup
from hub.transport.guard import guard_of
from hub.transport.http import Answer, HttpClient, Request
from tests.odd.api import SECRETS, OddApi

ADDRESS = "http://odd.example"
FILE = Path(__file__).with_name("odd.yaml")


def setup_of(url: str, now: Callable[[], datetime], *, secret: str = SECRETS["hub"]) -> Setup:
    """What a hub would know of the odd system."""
    file = load_connector(FILE)
    settings = {"url": url, "app": "hub", "secret": secret, "request_seconds": 10}
    return Setup("asset", settings, file.objects, file.remote, file.connection, now=now)


class LineHttp(HttpClient):
    """HTTP whose wire is the line to the parent of a history."""

    def __init__(self, system: str, send: Callable[[str, Any], Any]) -> None:
        super().__init__(system, guard=guard_of(system, [ADDRESS], frozenset()))
        self._line = send

    def send(self, request: Request, *, write: bool) -> Answer:
        """One request; no answer is one that is lost."""
        query = urlencode(request.query)
        url = f"{request.url}?{query}" if query else request.url
        body = None if request.body is None else request.body.decode()
        told = self._line(
            self.system, {"method": request.method, "url": url, "headers": dict(request.headers), "body": body}
        )
        if told is None:
            raise self.lost("no answer", write=write)
        return Answer(told["status"], told["headers"], told["body"].encode())


class OddConnector:
    """The connector of the odd system in the process of a history's hub."""

    system: ClassVar[str] = "asset"

    @staticmethod
    def over(send: Callable[[str, Any], Any], now: Callable[[], datetime]) -> Connector:
        """Made by the rest driver, of YAML alone."""
        return connected(setup_of(ADDRESS, now), LineHttp("asset", send))


@contextmanager
def serving(api: OddApi) -> Iterator[str]:
    """The odd API on the loopback address."""

    @HttpRequest.application
    def app(request: HttpRequest) -> Response:
        body = request.get_data(as_text=True) or None
        told = api.serve({"method": request.method, "url": request.url, "headers": dict(request.headers), "body": body})
        assert told is not None
        return Response(told["body"], told["status"], told["headers"])

    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
