"""Keep-alive clients in a process of their own: ``python -m bench.clients`` reads a task from its standard input.

The task is JSON: ``urls``, ``clients``, ``seconds``, ``most`` (requests per client). Every request is a signed report
of an answered call of a known caller, written out before the clock starts. The answer is JSON: ``elapsed`` seconds and
the ``latencies`` of all requests in seconds; a request that is refused ends the round with its answer.
"""

import json
import socket
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from bench.installation import CALLERS, KEY, PATH
from hub.process.ids import Ulids
from hub.transport.webhooks import sign

END_OF_HEAD = b"\r\n\r\n"


def request(call_id: str, caller: str, timestamp: int) -> bytes:
    """One report of an answered call, as bytes for the wire."""
    report = {"event": "answer", "direction": "in", "call_id": call_id, "agent": "601", "queue": "night"}
    body = json.dumps({**report, "from": caller, "to": "+862150000000"}).encode()
    head = {
        "Host": "127.0.0.1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "webhook-id": call_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(KEY, call_id, timestamp, body),
    }
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


def read_answer(connection: socket.socket) -> bytes:
    """One whole answer with a Content-Length."""
    answer = b""
    while END_OF_HEAD not in answer:
        answer += received(connection)
    head, _, body = answer.partition(END_OF_HEAD)
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += received(connection)
    return head + END_OF_HEAD + body


def received(connection: socket.socket) -> bytes:
    """Some bytes; ConnectionError at the end."""
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


class Client(threading.Thread):
    """Sends its requests one after the other, until there are none left or time is up."""

    def __init__(self, url: str, requests: list[bytes], start: threading.Barrier, seconds: float) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self._connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=120)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests, self._start, self._seconds = requests, start, seconds
        self.latencies: list[float] = []
        self.sent: list[float] = []  # wall time
        self.refused = ""

    def run(self) -> None:
        self._start.wait()
        until = time.perf_counter() + self._seconds
        for one in self._requests:
            before = time.perf_counter()
            if before >= until:
                break
            self.sent.append(time.time())
            self._connection.sendall(one)
            answer = read_answer(self._connection)
            self.latencies.append(time.perf_counter() - before)
            if not answer.startswith(b"HTTP/1.1 20"):
                self.refused = answer.decode("utf-8", "replace")
                break
        self._connection.close()


def play(urls: list[str], clients: int, seconds: float, most: int) -> dict[str, Any]:
    """One round of load."""
    ids, timestamp = Ulids(), int(time.time())
    start = threading.Barrier(clients + 1)
    threads = [
        Client(urls[number % len(urls)], requests_of(ids, number, most, timestamp), start, seconds)
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    before = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - before
    refused = next((thread.refused for thread in threads if thread.refused), "")
    return {
        "elapsed": elapsed,
        "latencies": [one for thread in threads for one in thread.latencies],
        "refused": refused,
    }


def requests_of(ids: Ulids, client: int, most: int, timestamp: int) -> list[bytes]:
    """What one client will send."""
    return [request(ids.new(), CALLERS[(client + 7 * n) % len(CALLERS)], timestamp) for n in range(most)]


if __name__ == "__main__":
    print(json.dumps(play(**json.load(sys.stdin))))
