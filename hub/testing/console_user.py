"""A person at the console, by HTTP: signs in, reads records, gives commands as the pages do."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from hub.domain.documents import Doc

# Seconds that a person waits for something that another system has to do: a delivery of unknown outcome rests for the
# longest request, the wait for its turn and the time to settle, 100 s with Tryton, and that may happen to it twice.
PATIENCE = 280.0
LOOKS, STALE = 5, 412
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class ConsoleError(Exception):
    """The hub refused what a person wanted; the message is the hub's own."""


class ConsoleUser:
    """One signed-in person."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url, self.login = url, login
        self._http = requests.Session()
        self._http.trust_env = False
        self._send("POST", f"{url}/sign-in", data={"login": login, "password": password}).raise_for_status()
        found = CSRF.search(self._send("GET", f"{url}/profile").text)
        if found is None:
            raise ConsoleError(f"{login} could not sign in at {url}")
        self._http.headers["X-CSRF-Token"] = found.group(1)

    def get(self, path: str, **query: str) -> Doc:
        """A record, or a listing."""
        return self._answer(self._send("GET", f"{self.url}/api/v1/{path}", params=query))

    def one(self, plural: str, **query: str) -> Doc:
        """The first record that matches; ConsoleError when there is none."""
        items = self.items(plural, **query)
        if not items:
            raise ConsoleError(f"there is no record in {plural} with {query}")
        return items[0]

    def items(self, plural: str, **query: str) -> list[Doc]:
        """The records that match, on one page."""
        found: list[Doc] = self.get(plural, **query)["items"]
        return found

    def post(self, path: str, key: str | None = None, **body: Any) -> Doc:
        """Create a record or give a command, under an idempotency key of its own."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self._answer(self._send("POST", f"{self.url}/api/v1/{path}", json=body, headers=headers))

    def patch(self, path: str, **body: Any) -> Doc:
        """Change fields of a record as it is now; look again when it is another by then, if only by our own hand."""
        for _ in range(LOOKS):
            headers = {"If-Match": self._send("GET", f"{self.url}/api/v1/{path}").headers["ETag"]}
            answer = self._send("PATCH", f"{self.url}/api/v1/{path}", json=body, headers=headers)
            if answer.status_code != STALE:
                break
        return self._answer(answer)

    def upload(self, data: bytes) -> Doc:
        """Keep a photo under its hash; what comes back goes into add_evidence."""
        digest = hashlib.sha256(data).hexdigest()
        return self._answer(self._send("PUT", f"{self.url}/api/v1/files/{digest}", data=data))

    def hook(self, url: str, facts: Mapping[str, str]) -> None:
        """The telephone system at the desk reports; it does so until it is heard."""
        self._send("POST", url, data=dict(facts)).raise_for_status()

    def wait(self, what: str, look: Callable[[], Doc | None]) -> Doc:
        """Look again until something is there; ConsoleError when it takes too long."""
        until = time.monotonic() + PATIENCE
        while (found := look()) is None:
            if time.monotonic() > until:
                raise ConsoleError(f"{self.login} waited {PATIENCE:.0f} s for {what}, in vain")
            time.sleep(0.2)
        return found

    def until(self, what: str, path: str, holds: Callable[[Doc], bool]) -> Doc:
        """Wait until a record is as it should be."""

        def look() -> Doc | None:
            record = self.get(path)
            return record if holds(record) else None

        return self.wait(f"{path} to be {what}", look)

    def _send(self, method: str, url: str, **what: Any) -> requests.Response:
        """Ask, and ask the same again when the hub went away meanwhile: that must be the same as asking once."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._http.request(method, url, timeout=60, **what)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def _answer(self, response: requests.Response) -> Doc:
        try:
            body: Doc = response.json()
        except ValueError:
            body = {"detail": f"status {response.status_code}"}
        if response.ok:
            return body
        fields = "; ".join(f"{error['field']}: {error['detail']}" for error in body.get("errors", ()))
        raise ConsoleError(f"{response.request.path_url}: {body.get('detail', body)} {fields}".strip())
