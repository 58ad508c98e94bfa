"""A server on loopback that answers as no server should: it breaks off, drips, lies, sends bombs and other things."""

import gzip
import io
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

PATIENCE = 30.0
HEAD = b"HTTP/1.1 200 OK\r\n"
BIG = 50_000_000
PART = b"x" * 65536


class HostileServer:
    """Reads a request, then does with the bare socket what it is told; ``seen`` are the paths that were asked for."""

    def __init__(self, good: bytes, content_type: str) -> None:
        self.good = good
        self.content_type = content_type.encode()
        self.act: Act = is_good
        self.ended = threading.Event()
        self.seen: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End every answer that is under way."""
        self.ended.set()
        for one in (self._socket, *self._connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def answer(self, connection: socket.socket, body: bytes, *headers: bytes, status: bytes = HEAD) -> None:
        """Send a whole answer."""
        length = f"Content-Length: {len(body)}".encode()
        kind = b"Content-Type: " + self.content_type
        told = [kind, *headers] if not any(header.startswith(b"Content-Type") for header in headers) else list(headers)
        connection.sendall(status + b"\r\n".join([*told, length]) + b"\r\n\r\n" + body)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            while self._take(connection):
                self.act(self, connection)
                if self.act not in KEEP_ON:
                    return

    def _take(self, connection: socket.socket) -> bool:
        """Take one request off the connection, whole."""
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = connection.recv(65536)
            if not more:
                return False
            asked += more
        head, _, body = asked.partition(b"\r\n\r\n")
        self.seen.append(head.split(b" ")[1].decode())
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        left = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
        while left > 0:
            left -= len(connection.recv(65536))
        return True


Act = Callable[[HostileServer, socket.socket], None]


def is_good(server: HostileServer, connection: socket.socket) -> None:
    """As it should be."""
    server.answer(connection, server.good)


def drips_its_head(server: HostileServer, connection: socket.socket) -> None:
    """One byte now and then, without end."""
    connection.sendall(HEAD + b"X-Slow: ")
    while not server.ended.wait(0.01):
        connection.sendall(b"x")


def drips_its_body(server: HostileServer, connection: socket.socket) -> None:
    """The same behind a whole head."""
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while not server.ended.wait(0.01):
        connection.sendall(b" ")


def says_nothing(server: HostileServer, _connection: socket.socket) -> None:
    """Takes the request and is silent."""
    server.ended.wait(PATIENCE)


def hangs_up(_server: HostileServer, _connection: socket.socket) -> None:
    """Takes the request and goes."""


def resets_in_the_body(server: HostileServer, connection: socket.socket) -> None:
    """A connection that is reset."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + server.good)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def promises_more_than_it_sends(server: HostileServer, connection: socket.socket) -> None:
    """A body that ends too early, and would be whole but for its length."""
    connection.sendall(HEAD + f"Content-Length: {len(server.good) + 9}\r\n\r\n".encode() + server.good)


def sends_more_than_it_promises(server: HostileServer, connection: socket.socket) -> None:
    """What is too much would begin the next answer on this connection."""
    promised = f"Content-Length: {len(server.good) - 4}\r\n\r\n".encode()
    connection.sendall(HEAD + b"Content-Type: " + server.content_type + b"\r\n" + promised + server.good)


def breaks_off_a_chunk(server: HostileServer, connection: socket.socket) -> None:
    """A chunk that is shorter than it says."""
    size = f"{len(server.good) + 9:x}".encode()
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\n" + server.good)


def breaks_off_its_gzip(server: HostileServer, connection: socket.socket) -> None:
    """Packed, and without its end."""
    server.answer(connection, gzip.compress(server.good * 100)[:-12], b"Content-Encoding: gzip")


def is_no_gzip(server: HostileServer, connection: socket.socket) -> None:
    """Says that it is packed and is not."""
    server.answer(connection, server.good, b"Content-Encoding: gzip")


def is_a_gzip_bomb(server: HostileServer, connection: socket.socket) -> None:
    """Little on the wire, much in memory."""
    server.answer(connection, bomb(BIG), b"Content-Encoding: gzip")


def is_a_bomb_within_a_bomb(server: HostileServer, connection: socket.socket) -> None:
    """Packed twice."""
    server.answer(connection, gzip.compress(bomb(BIG)), b"Content-Encoding: gzip, gzip")


def is_too_large(_server: HostileServer, connection: socket.socket) -> None:
    """Much on the wire."""
    connection.sendall(HEAD + f"Content-Length: {BIG}\r\n\r\n".encode())
    for _ in range(BIG // len(PART)):
        connection.sendall(PART)


def has_headers_without_end(_server: HostileServer, connection: socket.socket) -> None:
    """More headers than anybody needs."""
    connection.sendall(HEAD + b"".join(b"X-%d: x\r\n" % number for number in range(10_000)) + b"\r\n")


def is_a_log_in_page(server: HostileServer, connection: socket.socket) -> None:
    """What a proxy or an ended session answers, as a success."""
    server.answer(connection, b"<html>Please sign in</html>", b"Content-Type: text/html")


def leads_in_circles(server: HostileServer, connection: socket.socket) -> None:
    """A redirect to itself."""
    server.answer(connection, b"", b"Location: /", status=b"HTTP/1.1 302 Found\r\n")


def speaks_something_else(_server: HostileServer, connection: socket.socket) -> None:
    """Another protocol."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


def is_empty(server: HostileServer, connection: socket.socket) -> None:
    """A success that says nothing."""
    server.answer(connection, b"")


def breaks_off_its_document(server: HostileServer, connection: socket.socket) -> None:
    """Half of a document, of the right length."""
    server.answer(connection, server.good[: len(server.good) // 2])


def is_in_another_charset(server: HostileServer, connection: socket.socket) -> None:
    """Bytes that are not in the charset that is told."""
    server.answer(connection, server.good[:-1] + b"\xff\xfe" + server.good[-1:])


def is_in_no_charset(server: HostileServer, connection: socket.socket) -> None:
    """A charset that there is not."""
    kind = server.content_type.partition(b";")[0]
    server.answer(connection, b"\xff\xfe" + server.good, b"Content-Type: " + kind + b"; charset=x-klingon")


def is_nested_without_end(server: HostileServer, connection: socket.socket) -> None:
    """Deeper than any document is."""
    server.answer(connection, NESTED[b"xml" in server.content_type])


def is_not_a_number(server: HostileServer, connection: socket.socket) -> None:
    """What JSON does not know and many write."""
    server.answer(connection, b'{"id": NaN, "total": Infinity}')


def has_a_dtd(server: HostileServer, connection: socket.socket) -> None:
    """XML with a document type, which may lead anywhere."""
    _with_dtd(server, connection, b'<!DOCTYPE a SYSTEM "' + server.url.encode() + b'trap.dtd">')


def has_an_external_entity(server: HostileServer, connection: socket.socket) -> None:
    """XML that wants us to read an address."""
    _with_dtd(server, connection, b'<!DOCTYPE a [<!ENTITY e SYSTEM "' + server.url.encode() + b'trap">]>')


def has_a_file_for_an_entity(server: HostileServer, connection: socket.socket) -> None:
    """XML that wants us to read a file."""
    _with_dtd(server, connection, b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>')


def laughs_a_billion_times(server: HostileServer, connection: socket.socket) -> None:
    """XML whose entities grow."""
    named = [b'<!ENTITY l%d "%s">' % (number + 1, b"&l%d;" % number * 10) for number in range(9)]
    laughing = b'<!DOCTYPE a [<!ENTITY l0 "ha">' + b"".join(named) + b'<!ENTITY e "&l9;">]>'
    _with_dtd(server, connection, laughing)


def _with_dtd(server: HostileServer, connection: socket.socket, dtd: bytes) -> None:
    head, mark, rest = server.good.partition(b"?>") if server.good.startswith(b"<?xml") else (b"", b"", server.good)
    tag_ends = rest.index(b">") + 1
    server.answer(connection, head + mark + dtd + rest[:tag_ends] + b"&e;" + rest[tag_ends:])


def bomb(size: int) -> bytes:
    """So many bytes, packed."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(size // len(PART)):
            file.write(PART)
    return packed.getvalue()


DEPTH = 100_000
NESTED = {False: b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, True: b"<a>" * DEPTH + b"</a>" * DEPTH}
KEEP_ON = frozenset({is_good, sends_more_than_it_promises})  # whose connections stay open
ON_THE_WIRE: tuple[Act, ...] = (
    drips_its_head,
    drips_its_body,
    says_nothing,
    hangs_up,
    resets_in_the_body,
    promises_more_than_it_sends,
    sends_more_than_it_promises,
    breaks_off_a_chunk,
    breaks_off_its_gzip,
    is_no_gzip,
    is_a_gzip_bomb,
    is_a_bomb_within_a_bomb,
    is_too_large,
    has_headers_without_end,
    is_a_log_in_page,
    leads_in_circles,
    speaks_something_else,
    is_empty,
    breaks_off_its_document,
    is_in_another_charset,
    is_in_no_charset,
    is_nested_without_end,
)
OF_JSON: tuple[Act, ...] = (*ON_THE_WIRE, is_not_a_number)
OF_XML: tuple[Act, ...] = (
    *ON_THE_WIRE,
    has_a_dtd,
    has_an_external_entity,
    has_a_file_for_an_entity,
    laughs_a_billion_times,
)
EVERY: tuple[Act, ...] = tuple(dict.fromkeys((*OF_JSON, *OF_XML)))
