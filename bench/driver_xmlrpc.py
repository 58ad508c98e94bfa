"""The xmlrpc driver against xmlrpc.client over requests: pages of 200 records; a create that is read back."""

import xmlrpc.client
from contextlib import AbstractContextManager
from typing import Any

import requests

from bench.driver_rpc import PAGES, SIZE, case_of, plays, record
from bench.driver_server import Answer
from bench.drivers import Play, Work


def value_of(value: Any) -> str:
    """A value as it stands in a call or an answer."""
    body = xmlrpc.client.dumps((value,))
    return body[body.index("<value>") : body.rindex("</value>") + len("</value>")]


ITEMS = [value_of(record(number)) for number in range(PAGES * SIZE)]
ADDED = value_of("7")


def answers(_method: str, path: str, body: bytes) -> Answer:
    """What the server says."""
    if path == "/list":
        offset = int(str(xmlrpc.client.loads(body)[0][2]))
        told = f"<value><array><data>{''.join(ITEMS[offset : offset + SIZE])}</data></array></value>"
    else:
        told = ITEMS[7] if path == "/get" else ADDED
    whole = f"<methodResponse><params><param>{told}</param></params></methodResponse>"
    return 200, {"Content-Type": "text/xml"}, whole.encode()


def bare(url: str) -> tuple[Play, Play]:
    """Pages until one is empty; and one record, and what became of it."""
    session = requests.Session()

    def call(path: str, method: str, *params: Any) -> Any:
        body = xmlrpc.client.dumps(params, method, encoding="utf-8").encode()
        answer = session.post(url + path, data=body, headers={"Content-Type": "text/xml"}, timeout=30)
        answer.raise_for_status()
        return xmlrpc.client.loads(answer.content)[0][0]

    return plays(call)


def case() -> AbstractContextManager[tuple[Work, ...]]:
    """Both sides, on one server."""
    return case_of("xmlrpc", answers, bare)
