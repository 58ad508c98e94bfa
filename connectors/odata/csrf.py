"""The token against forged requests: fetched before a write, and sent together with the cookies that came with it.

A token is good for one session alone, which the cookies name: neither is ever used without the other.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.transport.auth import Auth
from hub.transport.http import Answer, Request

TOKEN = "X-CSRF-Token"  # noqa: S105 - the name of a header
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Session:
    """A token and its cookies."""

    token: str
    cookies: str

    @property
    def headers(self) -> dict[str, str]:
        """What a write is sent with."""
        told = {TOKEN: self.token, "Cookie": self.cookies}
        return {name: value for name, value in told.items() if value}


Fetch = Callable[[Request], Answer]


class CsrfAuth:
    """Signs writes with a token of their service, over another kind of authentication; threads may share it.

    ``root_of`` gives the address of the service that an address belongs to, ``fetch`` gives the answer
    to a read of it.
    """

    def __init__(self, auth: Auth, fetch: Fetch, root_of: Callable[[str], str]) -> None:
        self._auth = auth
        self._fetch = fetch
        self._root_of = root_of
        self._sessions: dict[str, Session] = {}
        self._fetching = threading.Lock()

    def sign(self, request: Request) -> Request:
        """The request as the other kind signs it; a write with token and cookies too, which may be fetched first."""
        signed = self._auth.sign(request)
        if request.method in READING:
            return signed
        root = self._root_of(request.url)
        with self._fetching:
            session = self._sessions.get(root)
            if session is None:
                session = self._sessions[root] = self._begin(root, request)
        return replace(signed, headers={**signed.headers, **session.headers})

    def renew(self, stale: Request) -> bool:
        """As the other kind says; of a write, drop the session that it was sent with too, once however many were."""
        renewed, sent = self._auth.renew(stale), stale.headers.get(TOKEN)
        if sent is None:
            return renewed
        root = self._root_of(stale.url)
        with self._fetching:
            known = self._sessions.get(root)
            if known is not None and known.token == sent:
                del self._sessions[root]
        return True

    def _begin(self, root: str, write: Request) -> Session:
        asked = Request("GET", root, {"Accept": "application/json", TOKEN: "Fetch"}, write.query)
        answer = self._fetch(asked)
        cookies = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        return Session(answer.headers.get(TOKEN, ""), cookies)
