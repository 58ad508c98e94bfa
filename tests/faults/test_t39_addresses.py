"""T39: what an answer names is never an address inside: not by number, by name, by redirect or by a name that flips."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hub.domain.errors import AuthError, HubError, RetryableError
from hub.ports.connector import Setup
from hub.transport.guard import guard_of, is_public
from hub.transport.http import HttpClient, Limits, Request, http_of

Lookup = Callable[..., list[Any]]


class Trap:
    """A server that writes down who came."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.seen.append((self.path, dict(self.headers)))
                status, headers = trap.answers.get(self.path, (200, {}))
                self.send_response(status)
                for name, value in {"Content-Length": "2", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"{}")

            do_POST = do_GET  # noqa: N815 - the name that the server calls

            def log_message(self, *given: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture
def home() -> Iterator[Trap]:
    home = Trap()
    yield home
    home.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; the first address is taken away with each look-up until one is left."""
    told: dict[str, list[str]] = {}
    truly: Lookup = socket.getaddrinfo

    def look_up(host: str, port: int, *given: Any, **named: Any) -> list[Any]:
        known = told.get(host)
        if known is None:
            return truly(host, port, *given, **named)
        return truly(known.pop(0) if len(known) > 1 else known[0], port, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


def fetch(client: HttpClient, url: str) -> object:
    try:
        return client.send(Request("GET", url, {"Authorization": "Bearer T", "Accept": "a/b"}), write=False).status
    except HubError as error:
        return error


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "0.0.0.0", "localhost", "[::ffff:127.0.0.1]"],  # noqa: S104 - not bound to
)
def test_no_spelling_of_our_own_machine_is_connected_to(trap: Trap, host: str) -> None:
    assert type(fetch(HttpClient("erp"), f"http://{host}:{trap.port}/")) is AuthError
    assert trap.seen == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::1", False),
        ("::", False),
        ("10.1.2.3", False),
        ("172.31.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:0a00:0001::", False),  # 6to4 of 10.0.0.1
        ("64:ff9b::a9fe:a9fe", False),  # NAT64 of 169.254.169.254
        ("64:ff9b:1::a00:1", False),  # NAT64 of an operator's own
        ("::127.0.0.1", False),  # an IPv4 address as it was once carried
        ("::8.8.8.8", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:  # noqa: FBT001 - a case
    assert is_public(address) is public


def test_the_operators_own_address_may_be_inside(trap: Trap) -> None:
    setup = Setup("erp", {}, {}, {})
    assert fetch(http_of(setup, trap.url), trap.url) == 200
    assert fetch(http_of(setup, trap.url + "api/v1"), trap.url + "other") == 200


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{port}"])
def test_the_operator_may_allow_a_further_host(trap: Trap, allowed: str) -> None:
    setup = Setup("erp", {}, {}, {}, private_hosts=frozenset({allowed.format(port=trap.port)}))
    assert fetch(http_of(setup, "https://erp.example"), trap.url) == 200


def test_another_port_of_the_systems_own_host_is_not_its_address(trap: Trap, home: Trap) -> None:
    assert type(fetch(http_of(Setup("erp", {}, {}, {}), home.url), trap.url)) is AuthError
    assert trap.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_refused(trap: Trap, home: Trap, status: int) -> None:
    home.answers["/file"] = (status, {"Location": trap.url})
    assert type(fetch(http_of(Setup("erp", {}, {}, {}), home.url), f"{home.url}file")) is AuthError
    assert trap.seen == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x/", "ftp://x/", "http://[bad", "//", ""])
def test_a_redirect_to_no_web_address_is_not_followed(home: Trap, target: str) -> None:
    home.answers["/file"] = (302, {"Location": target})
    client = HttpClient("erp", Limits(redirects=1), guard_of("erp", [home.url]))
    assert fetch(client, f"{home.url}file") == 302


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"])
def test_nothing_but_http_is_spoken(url: str) -> None:
    assert type(fetch(HttpClient("erp"), url)) is AuthError


def test_credentials_go_along_within_the_origin_and_never_to_another(trap: Trap, home: Trap) -> None:
    home.answers["/file"] = (302, {"Location": "/moved"})
    home.answers["/moved"] = (302, {"Location": trap.url})
    setup = Setup("erp", {}, {}, {}, private_hosts=frozenset({"127.0.0.1"}))
    assert fetch(http_of(setup, home.url), f"{home.url}file") == 200
    assert [headers.get("Authorization") for _, headers in home.seen] == ["Bearer T"] * 2
    ((_, headers),) = trap.seen
    assert "Authorization" not in headers
    assert headers["Accept"] == "a/b"


def test_a_circle_of_redirects_ends(home: Trap) -> None:
    home.answers["/file"] = (302, {"Location": "/file"})
    assert fetch(http_of(Setup("erp", {}, {}, {}), home.url), f"{home.url}file") == 302
    assert len(home.seen) == 4


def test_a_write_is_never_led_on(home: Trap) -> None:
    home.answers["/file"] = (307, {"Location": "/other"})
    client = http_of(Setup("erp", {}, {}, {}), home.url)
    assert client.send(Request("POST", f"{home.url}file", body=b"{}"), write=True).status == 307
    assert [path for path, _ in home.seen] == ["/file"]


def test_a_name_that_flips_is_connected_to_where_it_was_checked(
    trap: Trap, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, inside when it is asked again."""
    monkeypatch.setattr("hub.transport.guard.is_public", lambda address: address == "127.0.0.2")
    names["rebound.example"] = ["127.0.0.2", "127.0.0.1"]
    assert type(fetch(HttpClient("erp"), f"http://rebound.example:{trap.port}/")) is RetryableError
    assert trap.seen == []
    assert type(fetch(HttpClient("erp"), f"http://rebound.example:{trap.port}/")) is AuthError


def test_a_name_that_resolves_inside_is_refused(trap: Trap, names: dict[str, list[str]]) -> None:
    names["inside.example"] = ["127.0.0.1"]
    refused = fetch(HttpClient("erp"), f"http://inside.example:{trap.port}/")
    assert type(refused) is AuthError
    assert "private_hosts" in str(refused)
    assert trap.seen == []


def test_not_even_the_operators_own_name_leads_to_a_metadata_service(names: dict[str, list[str]]) -> None:
    names["erp.example"] = ["169.254.169.254"]
    assert type(fetch(http_of(Setup("erp", {}, {}, {}), "http://erp.example"), "http://erp.example/")) is AuthError


def test_a_name_that_is_none_is_later_perhaps(names: dict[str, list[str]]) -> None:
    assert type(fetch(HttpClient("erp"), "http://no-such-host.invalid/")) is RetryableError
    assert type(fetch(HttpClient("erp"), f"http://{'x' * 70}.example/")) in {RetryableError, AuthError}


def test_proxies_of_the_machine_are_not_asked(trap: Trap, home: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", trap.url)
    monkeypatch.setenv("http_proxy", trap.url)
    assert fetch(http_of(Setup("erp", {}, {}, {}), home.url), home.url) == 200
    assert trap.seen == []


def test_what_was_asked_is_not_in_the_error(trap: Trap) -> None:
    assert "canary" not in str(fetch(HttpClient("erp"), f"{trap.url}?access_token=canary"))
