"""A server on the loopback address, in a process of its own, that answers what it is told before and does no work."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

Answer = tuple[int, Mapping[str, str], bytes]
Answers = Callable[[str, str, bytes], Answer]  # method, path with its query, body


@contextmanager
def serving(answers: Answers) -> Iterator[str]:
    """Serve these answers; gives the address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=serve, args=(answers, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def serve(answers: Answers, line: Connection) -> None:
    """The life of the server's process."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answers(self.command, self.path, asked)
            head = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
            lines = "".join(f"{name}: {told}\r\n" for name, told in head.items())
            self.wfile.write(f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode() + body)

        do_GET = answer  # noqa: N815 - the names that the library calls
        do_POST = answer  # noqa: N815
        do_PATCH = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    line.send(server.server_port)
    server.serve_forever()
