"""waitress in a thread of its own: bound at once, started when there is something to answer with, drained on stop."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import orjson
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from hub.domain.errors import ConflictError, InvalidError
from hub.files.settings import Listen
from hub.web.i18n import catalog
from hub.web.problems import HTTP, JSON, REASONS

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ANSWER_WITHIN = 8.0  # seconds that requests in hand may still take when the hub is stopped
LAST_WORDS = 1.0  # seconds for its threads to end once there is nothing left to answer
LONGEST_BODY = 16 * 1024 * 1024  # above every limit of the application, which answers with the reason
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - where to find a server that listens everywhere


class Refusal(ErrorTask):  # type: ignore[misc] # waitress has no types
    """What is refused before the application sees it (far too large, no HTTP), told as the application would."""

    def execute(self) -> None:
        """Answer, and close the connection, on which nobody knows where the next request begins."""
        code = self.request.error.code if self.request.error.code in HTTP else 400
        words = catalog("zh" if self.request.headers.get("ACCEPT_LANGUAGE", "").lower().startswith("zh") else "en")
        title = HTTP[code].title
        detail = REASONS[code] if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else title
        kind = f"urn:tickethub:problem:{HTTP[code].name}"
        problem = {"title": words.get(title, title), "status": code, "detail": words.get(detail, detail)}
        body = orjson.dumps({"type": kind, **problem})
        self.status = f"{code} {self.request.error.reason if code == self.request.error.code else 'Bad Request'}"
        self.response_headers.append(("Content-Type", JSON))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """One connection."""

    error_task_class = Refusal


class WebServer:
    """Answers on one address."""

    def __init__(self, listen: Listen) -> None:
        bound = bind(listen)
        host = EVERYWHERE.get(listen.host, f"[{listen.host}]" if ":" in listen.host else listen.host)
        self.url = f"http://{host}:{bound.getsockname()[1]}"
        self._application: Application | None = None
        self._server: Any = create_server(
            self._answer,
            sockets=[bound],
            threads=listen.threads,
            ident=None,
            max_request_body_size=LONGEST_BODY,
            clear_untrusted_proxy_headers=listen.proxies == 0,
        )
        self._server.channel_class = Channel
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self, application: Application) -> None:
        """Begin to answer; who connected before has waited."""
        self._application = application
        self._thread.start()

    def stop(self, within: float = ANSWER_WITHIN) -> None:
        """Take no new connections, finish the requests in hand, then close."""
        if self._thread.is_alive():
            self._server.trigger.pull_trigger(self._server.del_channel)
            self._server.trigger.pull_trigger(self._server.socket.close)
            until = time.monotonic() + within
            while self._is_busy() and time.monotonic() < until:
                time.sleep(0.02)
            self._server.trigger.pull_trigger(self._close)
            self._thread.join(LAST_WORDS)
        else:
            self._server.close()
        self._server.task_dispatcher.shutdown(timeout=LAST_WORDS)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._application is None:
            raise AssertionError
        return self._application(environ, start_response)

    def _is_busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _close(self) -> None:
        """In waitress's own thread, whose loop ends when no socket is left."""
        self._server.asyncore.close_all(self._server._map)  # noqa: SLF001 - it has no public way from another thread


def bind(listen: Listen) -> socket.socket:
    """A listening socket; ConflictError when the port is taken, InvalidError when the address is not ours."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        return socket.create_server((listen.host, listen.port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConflictError(
                "Port {port} of {host} is taken by another program: stop that one, or set listen.port in hub.yaml.",
                port=listen.port,
                host=listen.host,
            ) from error
        raise InvalidError(
            "{host}:{port} cannot be listened on ({reason}): correct listen in hub.yaml.",
            host=listen.host,
            port=listen.port,
            reason=error.strerror or type(error).__name__,
        ) from error
