"""What goes wrong between a hub and a twin, planned request by request.

``before``: 503, and nothing happened. ``drop``: the connection ends before anything happened. ``lost``: it happens,
and the connection ends without an answer. ``broken``: it happens, and half of the answer comes. ``error``: it happens,
and a 502 comes. ``page``: 200 and the log-in page of something in between. ``late``: it happens when ``go_on`` is
called; the connection ends at once. ``twice``: it happens twice, as where a server repeats a method by itself.
"""

import io
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from werkzeug.test import run_wsgi_app

Wsgi = Callable[..., Iterable[bytes]]
Environ = dict[str, Any]
MOST = 64 * 1024 * 1024  # bytes of a request: far above what any product takes
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
WITHOUT_EFFECT: Mapping[str, tuple[str, bytes]] = {
    "before": ("503 Service Unavailable", b""),
    "page": ("200 OK", LOGIN_PAGE),
}


@dataclass
class Fault:
    """One planned fault: of the ``nth`` coming request of this method whose path contains the text."""

    how: str
    method: str
    path: str
    nth: int


class Faults:
    """The plan of one twin, and the calls that still run after their callers gave up."""

    def __init__(self) -> None:
        self._plan: list[Fault] = []
        self._running: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self.calls: list[tuple[str, str]] = []  # method and path of every request that came

    def plan(self, how: str, method: str = "POST", path: str = "", *, nth: int = 1) -> None:
        """Have a coming request go wrong."""
        self._plan.append(Fault(how, method, path, nth))

    def go_on(self) -> None:
        """Let the late calls take effect."""
        with self._lock:
            running, self._running = self._running, []
        for call in running:
            call()

    def around(self, app: Wsgi) -> Wsgi:
        """The application with its faults."""

        def served(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
            self.calls.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            how = self._due(environ)
            if how is None:
                return app(environ, start)
            if how in WITHOUT_EFFECT:
                status, body = WITHOUT_EFFECT[how]
                start(status, [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
                return [body]
            return self._faulty(how, app, environ, start)

        return served

    def _due(self, environ: Environ) -> str | None:
        """The fault of this request, if it has one; each plan counts the requests that fit it."""
        with self._lock:
            fitting = [
                fault
                for fault in self._plan
                if fault.method == environ["REQUEST_METHOD"] and fault.path in environ["PATH_INFO"]
            ]
            for fault in fitting:
                fault.nth -= 1
            due = next((fault for fault in fitting if fault.nth <= 0), None)
            if due is None:
                return None
            self._plan.remove(due)
            return due.how

    def _faulty(self, how: str, app: Wsgi, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Do what was asked, or not, and answer wrongly."""
        again = repeatable(environ)
        if how == "late":
            with self._lock:
                self._running.append(lambda: run_wsgi_app(app, again()))
        if how in {"drop", "late"}:
            return hung_up(environ)
        told, status, headers = run_wsgi_app(app, again())
        body = b"".join(told)
        if how == "twice":
            told, status, headers = run_wsgi_app(app, again())
            body = b"".join(told)
        if how == "lost":
            return hung_up(environ)
        if how == "error":
            start("502 Bad Gateway", [("Content-Length", "0")])
            return [b""]
        start(status, headers.to_wsgi_list())
        return half(environ, body) if how == "broken" else [body]


def repeatable(environ: Environ) -> Callable[[], Environ]:
    """The request, to be made as often as one likes."""
    told = str(environ.get("CONTENT_LENGTH") or "")
    body = environ["wsgi.input"].read(min(int(told), MOST) if told.isdecimal() else 0)
    return lambda: {**environ, "wsgi.input": io.BytesIO(body)}


def hung_up(environ: Environ) -> Iterable[bytes]:
    """No answer: the connection is gone."""
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def half(environ: Environ, body: bytes) -> Iterable[bytes]:
    """An answer that breaks off."""
    yield body[: len(body) // 2]
    yield from hung_up(environ)
