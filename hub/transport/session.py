"""A session that sends plain requests with little ado: what requests works out anew for each is worked out once.

Plain is a request with a body of bytes and headers of its own, which follows no redirect, on a session without cookies,
credentials, parameters and hooks. Everything else goes the way of requests.
"""

from collections.abc import Mapping
from typing import Any

import requests
from requests import PreparedRequest, Request, Response
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict

KNOWN = 1000  # addresses that are remembered: some have a record's id in them
PLAIN = frozenset({"data", "headers", "timeout", "stream", "allow_redirects"})


class LeanSession(requests.Session):
    """Threads may share it.

    It asks neither for proxies nor for passwords (``trust_env``): this machine has no say in where our credentials go.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self._addresses: dict[str, str] = {}

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Response:  # type: ignore[override] # it hands on what it does not name
        """As every session does."""
        asked = {name: value for name, value in named.items() if value is not None and (name, value) != ("params", [])}
        if given or not self._is_plain(asked):
            return super().request(method, url, *given, **named)
        address = self._addresses.get(url) or self._address(method, url)
        if "@" in address:  # perhaps with a user and a password in it
            return super().request(method, url, **named)
        request = self._filled(method.upper(), address, asked["data"], asked.get("headers", {}))
        stream = asked.get("stream", False)
        answer = self.get_adapter(address).send(
            request,
            stream=stream,
            timeout=asked.get("timeout"),
            verify=True if self.verify is None else self.verify,
            cert=self.cert,
            proxies={},
        )
        if "Set-Cookie" in answer.headers:
            extract_cookies_to_jar(self.cookies, request, answer.raw)  # type: ignore[no-untyped-call] # requests' own
        if not stream:
            _ = answer.content  # who asks for it reads it
        return answer

    def _is_plain(self, asked: Mapping[str, Any]) -> bool:
        if not asked.keys() <= PLAIN or asked.get("allow_redirects", True) or not isinstance(asked.get("data"), bytes):
            return False
        mine = (self.cookies, self.auth, self.params, self.proxies, self.hooks["response"])
        return not any(mine) and not self.stream

    def _address(self, method: str, url: str) -> str:
        """An address as it is sent; fails as requests does where it is none."""
        prepared = self.prepare_request(Request(method, url))
        address = str(prepared.url)
        if len(self._addresses) >= KNOWN:
            self._addresses.clear()
        self._addresses[url] = address
        return address

    def _filled(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> PreparedRequest:
        request = PreparedRequest()
        request.method, request.url, request.body, request.hooks = method, address, body, {}
        request.headers = CaseInsensitiveDict({**self.headers, "Content-Length": str(len(body)), **headers})  # type: ignore[arg-type] # nobody sets bytes
        request._cookies = RequestsCookieJar()  # type: ignore[attr-defined] # noqa: SLF001 - as its own preparation leaves it
        return request
