"""A wire that loses answers: it carries requests to a server, and drops what comes back when it is told to."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

CHUNK = 65_536


class LossyProxy:
    """Listens on a free port of this machine and carries each connection to another port, while the ``with`` lasts."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._losing: bytes | None = None
        self.port: int = self._listening.getsockname()[1]
        self.lost = threading.Event()

    def lose_answer_to(self, words: bytes) -> None:
        """Drop the answer to the next request that contains the words; the server has answered it by then."""
        self._losing = words

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._to)) as server:
            request = _whole_request(client)
            server.sendall(request)
            answer = b"".join(iter(lambda: server.recv(CHUNK), b""))
            if self._losing is not None and self._losing in request:
                self._losing = None
                self.lost.set()
                return
            with contextlib.suppress(OSError):
                client.sendall(answer)


def _whole_request(client: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += client.recv(CHUNK)
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
    while missing > 0:
        part = client.recv(CHUNK)
        read, missing = read + part, missing - len(part)
    return read
