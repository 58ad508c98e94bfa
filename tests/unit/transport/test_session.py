"""The lean way of a session is the way of requests, only shorter."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from hub.transport.session import KNOWN, LeanSession

URL = "http://erp.example/rpc?b=1&a=ä b"
HEADERS = {"Content-Type": "application/json", "user-agent": "hub"}
PLAIN: dict[str, Any] = {"stream": True, "allow_redirects": False}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post("http://erp.example/rpc", body=b"{}")
        mock.post("http://u:p@erp.example/rpc", body=b"{}")
        mock.post("http://erp.example/old", status=302, headers={"Location": "http://erp.example/rpc"})
        mock.get("http://erp.example/rpc", body=b"{}")
        yield mock


def sent(wire: responses.RequestsMock) -> requests.PreparedRequest:
    """The last request."""
    request: requests.PreparedRequest = wire.calls[-1].request
    return request


@pytest.mark.parametrize("way", [PLAIN, {"allow_redirects": False}, {}])
def test_what_is_sent_is_what_requests_sends(wire: responses.RequestsMock, way: dict[str, Any]) -> None:
    asked = (requests.Session(), LeanSession(), LeanSession())
    for session in asked:
        session.trust_env = False
        assert session.post(URL, data=b'{"a": 1}', headers=HEADERS, **way).content == b"{}"
    first, *others = [call.request for call in wire.calls]
    for other in others:
        assert (other.method, other.url, other.body) == (first.method, first.url, first.body)
        assert dict(other.headers.lower_items()) == dict(first.headers.lower_items())


def test_a_redirect_is_not_followed_unless_it_is_asked_for(wire: responses.RequestsMock) -> None:
    session = LeanSession()
    assert session.post("http://erp.example/old", data=b"", **PLAIN).status_code == 302
    assert session.post("http://erp.example/old", data=b"").status_code == 200


def test_cookies_are_kept_and_sent(wire: responses.RequestsMock) -> None:
    session = LeanSession()
    session.cookies.set("who", "me")
    session.post(URL, data=b"", **PLAIN)
    assert sent(wire).headers["Cookie"] == "who=me"


def test_a_password_in_an_address_goes_where_requests_puts_it(wire: responses.RequestsMock) -> None:
    LeanSession().post("http://u:p@erp.example/rpc", data=b"", **PLAIN)
    assert sent(wire).headers["Authorization"].startswith("Basic ")


def test_an_address_that_is_none_is_refused_each_time(wire: responses.RequestsMock) -> None:
    session = LeanSession()
    for _ in range(2):
        with pytest.raises(requests.exceptions.MissingSchema):
            session.post("erp.example", data=b"", **PLAIN)


def test_only_so_many_addresses_are_remembered(wire: responses.RequestsMock) -> None:
    session = LeanSession()
    for number in range(KNOWN + 5):
        session._address("POST", f"http://erp.example/{number}")
    assert len(session._addresses) <= KNOWN
