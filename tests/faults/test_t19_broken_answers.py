"""T19: answers that drip, break off, lie about their length or are a log-in page are never taken as success."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from connectors.tryton.wire import Wire
from hub.domain.errors import HubError, RetryableError, UnknownOutcomeError
from hub.transport.guard import guard_of
from hub.transport.http import HttpClient, Limits

PATIENCE = 30.0
GOOD = b'{"result": {"id": 7}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Act = Callable[[socket.socket, threading.Event], None]


class RawServer:
    """Reads a request, then does what the test says with the bare socket."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.ended = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = b""
            while not asked.endswith(b"}"):
                asked += connection.recv(65536)
            self._act(connection, self.ended)

    def close(self) -> None:
        self.ended.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(PATIENCE)


def drips_its_head(connection: socket.socket, ended: threading.Event) -> None:
    connection.sendall(HEAD + b"X-Slow: ")
    while not ended.wait(0.01):
        connection.sendall(b"x")


def drips_its_body(connection: socket.socket, ended: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while not ended.wait(0.01):
        connection.sendall(b" ")


def says_nothing(_connection: socket.socket, ended: threading.Event) -> None:
    ended.wait(PATIENCE)


def resets_in_the_body(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + GOOD)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def promises_more_than_it_sends(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + GOOD)


def sends_more_than_it_promises(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(HEAD + f"Content-Length: {len(GOOD) - 4}\r\n\r\n".encode() + GOOD)


def breaks_off_a_chunk(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + GOOD)


def breaks_off_its_gzip(connection: socket.socket, _ended: threading.Event) -> None:
    packed = gzip.compress(GOOD * 100)[:-12]
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    connection.sendall(head + packed)


def is_no_gzip(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(GOOD)}\r\n\r\n".encode() + GOOD)


def is_a_log_in_page(connection: socket.socket, _ended: threading.Event) -> None:
    page = b"<html>Please sign in</html>"
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n".encode() + page)


def speaks_something_else(connection: socket.socket, _ended: threading.Event) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


def hangs_up(_connection: socket.socket, _ended: threading.Event) -> None:
    pass


ACTS = (
    drips_its_head, drips_its_body, says_nothing, resets_in_the_body, promises_more_than_it_sends,
    sends_more_than_it_promises, breaks_off_a_chunk, breaks_off_its_gzip, is_no_gzip, is_a_log_in_page,
    speaks_something_else, hangs_up,
)  # fmt: skip


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[RawServer]:
    server = RawServer(request.param)
    yield server
    server.close()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("server", ACTS, indirect=True, ids=lambda act: act.__name__)
def test_a_broken_answer_is_doubt_after_a_write_and_asked_again_after_a_read(server: RawServer, write: bool) -> None:  # noqa: FBT001 - a case
    client = HttpClient("erp", Limits(read=0.5, total=1), guard_of("erp", [server.url]))
    wire = Wire(client, server.url, "db", ("u", "p"), series=(), one_at_a_time=False)
    with pytest.raises(HubError) as failure:
        wire._result(client.post_json(server.url, {"a": 1}, headers={}, write=write), write=write)
    assert type(failure.value) is (UnknownOutcomeError if write else RetryableError)
    assert "sign in" not in str(failure.value)


@pytest.mark.parametrize("server", [drips_its_head, drips_its_body], indirect=True, ids=lambda act: act.__name__)
def test_the_limit_is_on_the_whole_request_and_ends_that_one_alone(server: RawServer) -> None:
    good = RawServer(lambda connection, _: connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    try:
        slow = HttpClient("erp", Limits(read=PATIENCE, total=0.3), guard_of("erp", [server.url]))
        with pytest.raises(RetryableError):
            slow.post_json(server.url, {}, headers={}, write=False)
        answer = HttpClient("crm", guard=guard_of("crm", [good.url])).post_json(good.url, {}, headers={}, write=False)
        assert json.loads(answer.body) == {}
    finally:
        good.close()
