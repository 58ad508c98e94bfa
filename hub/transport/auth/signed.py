"""Requests that are signed one by one: a hash or HMAC over a declared text of the request, a time stamp and a nonce."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.transport.auth.base import Parts, parts_of
from hub.transport.auth.made import made_of
from hub.transport.http import Request
from hub.transport.templates import filled, names_in

STAMPS: Mapping[str, Callable[[datetime], str]] = {
    "s": lambda now: str(int(now.timestamp())),
    "ms": lambda now: str(int(now.timestamp() * 1000)),
    "iso": lambda now: now.strftime("%Y-%m-%dT%H:%M:%SZ"),
}
WRITTEN: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "upper_hex": lambda digest: digest.hex().upper(),
    "base64": lambda digest: b64encode(digest).decode(),
    "base64_of_hex": lambda digest: b64encode(digest.hex().encode()).decode(),
}


class SignedAuth:
    """Signs each request anew; a refused signature is refused again."""

    def __init__(self, told: Doc, setup: Setup, nonce: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._told = told
        self._setup = setup
        self._nonce = nonce
        self._made = made_of(told.get("values", {}), setup.settings)

    def sign(self, request: Request) -> Request:
        """The request with its signatures, each made over what the ones before it and the settings say."""
        values: dict[str, Any] = {
            **self._setup.settings,
            **self._made,
            "timestamp": STAMPS[self._told.get("time", "s")](self._setup.now()),
            "nonce": self._nonce(),
        }
        values |= facts_of(request, self._told_query(values))
        for name, signature in self._told["signatures"].items():
            values[name] = signed(signature, values)
        return parts_of(self._told, values).put(request)

    def renew(self, stale: Request) -> bool:  # noqa: ARG002 - of the port
        """Never: the key is the same."""
        return False

    def _told_query(self, values: Mapping[str, Any]) -> Parts:
        """What goes into the query beside the signatures, and is signed with the rest of it."""
        made = set(self._told["signatures"])
        query = {n: text for n, text in self._told.get("query", {}).items() if not made & set(names_in(text))}
        return parts_of({"query": query}, values)


def facts_of(request: Request, more: Parts) -> dict[str, str]:
    """What a signature may be made over."""
    path = urlsplit(request.url).path
    body = request.body or b""
    query = sorted(more.put(request).query)
    return {
        "method": request.method.upper(),
        "host": urlsplit(request.url).netloc,
        "path": path,
        "quoted_path": quote(path, safe=""),
        "query": joined((quote(name, safe=""), quote(value, safe="")) for name, value in query),
        "plain_query": joined(query),
        "body": body.decode("utf-8", "surrogateescape"),
        "body_md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "body_sha256": hashlib.sha256(body).hexdigest(),
    }


def joined(pairs: Iterable[tuple[str, str]]) -> str:
    """A query."""
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(told: Doc, values: Mapping[str, Any]) -> str:
    """One signature, as it is written."""
    over = filled(told["over"], values).encode("utf-8", "surrogateescape")
    kind, _, name = told.get("algorithm", "hmac-sha256").rpartition("-")
    if kind == "hmac":
        digest = hmac.digest(filled(told["key"], values).encode(), over, name)
    else:
        digest = hashlib.new(name, over).digest()
    return WRITTEN[told.get("encoding", "hex")](digest)
