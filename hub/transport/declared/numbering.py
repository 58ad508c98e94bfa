"""Requests that must bear a number which no other one bears, where the token of the log-in says who we are.

``auth.query`` of such a connection names ``{nonce}``. A call that is made again with another token gets another number.
"""

import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.transport.auth import Auth
from hub.transport.auth.base import parts_of
from hub.transport.http import Request

NONCE = "{nonce}"
OWN = frozenset({"signed"})  # kinds that fill it in themselves


@dataclass(frozen=True)
class Numbered:
    """Signs as ``auth`` does, and numbers each request before."""

    auth: Auth
    query: Mapping[str, str]
    number: Callable[[], str] = lambda: str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))

    def sign(self, request: Request) -> Request:
        """The request with a number and our credentials."""
        return self.auth.sign(parts_of({"query": self.query}, {"nonce": self.number()}).put(request))

    def renew(self, stale: Request) -> bool:
        """As ``auth`` does: its credentials are not in the number."""
        return self.auth.renew(stale)


def numbering_in(told: Doc) -> tuple[Doc, Mapping[str, str]]:
    """What is declared of credentials, and what of numbers."""
    if told.get("kind") in OWN:
        return told, {}
    numbers = {name: text for name, text in told.get("query", {}).items() if text == NONCE}
    kept = {name: text for name, text in told.get("query", {}).items() if name not in numbers}
    return {
        **{word: part for word, part in told.items() if word != "query"},
        **({"query": kept} if kept else {}),
    }, numbers
