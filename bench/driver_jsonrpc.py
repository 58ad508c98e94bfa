"""The jsonrpc driver against requests: ten fields a record, pages of 200 records; a create that is read back."""

from contextlib import AbstractContextManager
from typing import Any

import orjson
import requests

from bench.driver_rpc import PAGES, SIZE, case_of, plays, record
from bench.driver_server import Answer
from bench.drivers import Play, Work

ITEMS = [orjson.dumps(record(number)) for number in range(PAGES * SIZE)]


def answers(_method: str, path: str, body: bytes) -> Answer:
    """What the server says."""
    asked = orjson.loads(body)
    if path == "/list":
        offset = int(asked["params"][2])
        told = b"[" + b",".join(ITEMS[offset : offset + SIZE]) + b"]"
    else:
        told = ITEMS[7] if path == "/get" else b"7"
    return 200, {}, b'{"jsonrpc": "2.0", "id": %d, "result": %s}' % (asked["id"], told)


def bare(url: str) -> tuple[Play, Play]:
    """Pages until one is empty; and one record, and what became of it."""
    session = requests.Session()

    def call(path: str, method: str, *params: Any) -> Any:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = session.post(url + path, json=asked, timeout=30)
        answer.raise_for_status()
        return answer.json(parse_float=str)["result"]

    return plays(call)


def case() -> AbstractContextManager[tuple[Work, ...]]:
    """Both sides, on one server."""
    return case_of("jsonrpc", answers, bare)
