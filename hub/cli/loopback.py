"""Commands of another process on this machine, run by the hub that is up: it alone writes its SQLite file.

The hub leaves its address and a token of this run in a file that only its owner can read. The token is what lets a
command in; that the caller is on this machine is asked for as well.
"""

import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
import requests

from hub.cli.operations import OPERATIONS
from hub.cli.program import Failure, failure
from hub.cli.web_server import Application
from hub.domain.documents import Doc
from hub.domain.errors import HubError, RetryableError
from hub.services.context import Hub

PREFIX = "/_loopback/"
FILE = "loopback.json"
LOCAL = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
LONGEST = 1024 * 1024
PATIENCE = (3, 600)  # seconds: to connect; to wait for an answer, since a plan over many records takes its time


class Loopback:
    """Serves operations below ``/_loopback/`` and hands everything else to the web application."""

    def __init__(self, application: Application, hub: Hub, token: str) -> None:
        self._application = application
        self._hub = hub
        self._token = token

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PREFIX):
            return self._application(environ, start_response)
        status, answer = self._serve(path.removeprefix(PREFIX), environ)
        body = orjson.dumps(answer)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _serve(self, name: str, environ: dict[str, Any]) -> tuple[HTTPStatus, Doc]:
        operation = OPERATIONS.get(name)
        if not self._is_ours(environ) or operation is None or environ["REQUEST_METHOD"] != "POST":
            return HTTPStatus.NOT_FOUND, {}
        try:
            return HTTPStatus.OK, {"answer": operation.run(self._hub, arguments_of(environ))}
        except HubError as error:
            told = failure(error)
            return HTTPStatus.OK, {"failure": told.message, "code": told.exit_code}

    def _is_ours(self, environ: dict[str, Any]) -> bool:
        """Whether the caller is on this machine and knows the token; compared in constant time."""
        given = str(environ.get("HTTP_AUTHORIZATION", "")).removeprefix("Bearer ")
        is_known = hmac.compare_digest(given.encode(), self._token.encode())
        return is_known and environ.get("REMOTE_ADDR") in LOCAL and "HTTP_X_FORWARDED_FOR" not in environ


def arguments_of(environ: dict[str, Any]) -> Doc:
    """The JSON object that was posted."""
    size = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST)
    arguments: Doc = orjson.loads(environ["wsgi.input"].read(size) or b"{}")
    return arguments


def announce(directory: Path, url: str) -> str:
    """Leave address and a new token for commands; gives the token."""
    token = secrets.token_urlsafe(32)
    path = directory / FILE
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"url": url, "token": token}, file)
    return token


def withdraw(directory: Path) -> None:
    """Take the announcement back."""
    (directory / FILE).unlink(missing_ok=True)


def ask(directory: Path, name: str, arguments: Doc) -> Doc:
    """Have the hub that is up run an operation; RetryableError when it does not answer."""
    try:
        told = json.loads((directory / FILE).read_text("utf-8"))
        answer = post(told["url"], told["token"], name, arguments)
    except (OSError, ValueError, KeyError, requests.RequestException) as error:
        raise RetryableError(
            "Another tickethub process holds {directory} and does not answer ({reason}): "
            "wait until it is done, or stop it.",
            directory=directory,
            reason=type(error).__name__,
        ) from error
    if "failure" in answer:
        raise Failure(answer["failure"], answer["code"])
    result: Doc = answer["answer"]
    return result


def post(url: str, token: str, name: str, arguments: Doc) -> Doc:
    """One call to the hub on this machine, past any proxy of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {token}"}
        response = session.post(
            f"{url}{PREFIX}{name}", json=arguments, headers=headers, timeout=PATIENCE, allow_redirects=False
        )
        response.raise_for_status()
        answer: Doc = response.json()
        return answer
