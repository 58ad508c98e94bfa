"""The web server says clearly when it cannot listen, and answers what it has taken before it stops."""

import socket
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from hub.cli.web_server import WebServer
from hub.domain.errors import ConflictError, InvalidError
from hub.files.settings import Listen

PATIENCE = 10


def listen(port: int = 0, host: str = "127.0.0.1") -> Listen:
    return Listen(host, port, threads=2, proxies=0, https_only=False)


def hello(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_it_answers_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    server = WebServer(listen())
    server.start(hello)
    assert requests.get(server.url, timeout=PATIENCE).text == "hello"
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=PATIENCE)


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConflictError, match=f"Port {port} .* set listen.port in hub.yaml"):
            WebServer(listen(port))


def test_an_address_of_another_machine_is_one_clear_line() -> None:
    with pytest.raises(InvalidError, match=r"192\.0\.2\.1:0 cannot be listened on .* correct listen"):
        WebServer(listen(host="192.0.2.1"))


def test_a_request_in_hand_is_answered_before_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    begun, may_end = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun.set()
        may_end.wait(PATIENCE)
        return hello(environ, start_response)

    server = WebServer(listen())
    server.start(slow)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(requests.get, server.url, timeout=PATIENCE)
        assert begun.wait(PATIENCE)
        stopped = pool.submit(server.stop)
        may_end.set()
        assert answer.result(PATIENCE).text == "hello"
        stopped.result(PATIENCE)


def test_a_server_that_never_started_gives_its_port_back() -> None:
    server = WebServer(listen())
    port = int(server.url.rpartition(":")[2])
    server.stop()
    WebServer(listen(port)).stop()


@pytest.mark.parametrize(("tongue", "title"), [("en", "The request is too large"), ("zh-CN", "请求过大")])
def test_what_the_server_itself_refuses_is_told_like_every_refusal(
    monkeypatch: pytest.MonkeyPatch, tongue: str, title: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    server = WebServer(listen())
    server.start(hello)
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=PATIENCE) as caller:
        caller.sendall(
            f"POST / HTTP/1.1\r\nHost: x\r\nAccept-Language: {tongue}\r\nContent-Length: 99999999\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: caller.recv(4096), b"")).decode()
    server.stop()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "application/problem+json" in answer
    assert title in answer
