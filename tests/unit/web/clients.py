"""What the tests of the web layer share: stand-ins for ports, a program with a key, a person's browser."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.domain.errors import FieldError, InvalidError
from hub.services.context import Hub
from hub.web.options import CallHook

PASSWORD = "correct horse battery"
PEOPLE = {
    "li": ("agent",),
    "wang": ("dispatcher",),
    "zhang": ("technician",),
    "zhao": ("warehouse",),
    "boss": ("admin",),
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOKS = {
    "pbx": CallHook(token="hook-token-of-the-pbx"),
    "cloud": CallHook(token="hook-token-of-the-cloud", dialect="signed", secrets=(SECRET,)),
}


@dataclass
class Calls:
    """What the hook of the call centre handed on."""

    seen: list[tuple[str, bytes, Mapping[str, str], Mapping[str, Any]]] = field(default_factory=list)

    def __call__(
        self, hub: Hub, system: str, raw: bytes, headers: Mapping[str, str], values: Mapping[str, Any]
    ) -> None:
        if values.get("event") == "nonsense":
            raise InvalidError("Wrong.", fields=(FieldError("event", "Choose one of {choices}.", {"choices": "a"}),))
        self.seen.append((system, raw, headers, values))


class Quick:
    """A hasher for tests in which hashing is not the matter: argon2 takes a tenth of a second each time."""

    def hash(self, password: str) -> str:
        return f"quick:{password}"

    def verify(self, hashed: str, password: str) -> bool:
        return hashed == f"quick:{password}"


class Api:
    """A program with a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {key}"}
        self._numbers = itertools.count()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._client.get(f"/api/v1{path}", headers={**self._headers, **headers})

    def post(self, path: str, body: object = None, **headers: str) -> TestResponse:
        key = {"Idempotency-Key": f"k{next(self._numbers)}"}
        return self.send("POST", path, body, **{**key, **headers})

    def patch(self, path: str, body: object, version: int | None = None) -> TestResponse:
        return self.send("PATCH", path, body, **({"If-Match": f'"{version}"'} if version else {}))

    def send(self, method: str, path: str, body: object, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else orjson.dumps(body if body is not None else {})
        facts = {"Content-Type": "application/json", **self._headers, **headers}
        return self._client.open(f"/api/v1{path}", method=method, data=data, headers=facts)


class Browser:
    """A person's browser: keeps cookies and knows the page's token against forged requests."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.csrf = ""

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        answer = self.client.post("/sign-in", data={"login": login, "password": password})
        page = self.client.get("/profile").text
        self.csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, headers=headers)
