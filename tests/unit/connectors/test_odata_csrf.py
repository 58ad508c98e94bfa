"""The token against forged requests, over another kind of authentication."""

from dataclasses import replace

from connectors.odata.csrf import CsrfAuth
from hub.transport.http import Answer, Request

ROOT = "http://erp.example/API/"


class Bearer:
    """A token that is renewed."""

    def __init__(self) -> None:
        self.renewals = 0

    def sign(self, request: Request) -> Request:
        return replace(request, headers={**request.headers, "Authorization": f"Bearer {self.renewals}"})

    def renew(self, stale: Request) -> bool:
        self.renewals += 1
        return True


class Service:
    """Begins a session whenever it is asked to."""

    def __init__(self) -> None:
        self.sessions = 0

    def __call__(self, asked: Request) -> Answer:
        assert (asked.method, asked.url, asked.headers["X-CSRF-Token"]) == ("GET", ROOT, "Fetch")
        self.sessions += 1
        return Answer(200, {"X-CSRF-Token": f"t{self.sessions}"}, b"", {"SESSION": f"s{self.sessions}"})


def auth() -> tuple[CsrfAuth, Bearer, Service]:
    bearer, service = Bearer(), Service()
    return CsrfAuth(bearer, service, lambda _: ROOT), bearer, service


def test_only_writes_are_sent_with_a_token_and_always_with_its_own_cookies() -> None:
    csrf, _, service = auth()
    assert "X-CSRF-Token" not in csrf.sign(Request("GET", f"{ROOT}A")).headers
    signed = [csrf.sign(Request(method, f"{ROOT}A")) for method in ("POST", "PATCH", "DELETE")]
    assert {(each.headers["X-CSRF-Token"], each.headers["Cookie"]) for each in signed} == {("t1", "SESSION=s1")}
    assert service.sessions == 1


def test_many_writes_that_were_refused_begin_one_new_session() -> None:
    csrf, _, service = auth()
    stale = [csrf.sign(Request("POST", f"{ROOT}A")) for _ in range(3)]
    assert all(csrf.renew(each) for each in stale)
    assert {csrf.sign(Request("POST", f"{ROOT}A")).headers["Cookie"] for _ in range(3)} == {"SESSION=s2"}
    assert service.sessions == 2


def test_a_refused_write_renews_the_credentials_too() -> None:
    """Which of the two was refused, the status alone does not say."""
    csrf, bearer, _ = auth()
    assert csrf.renew(csrf.sign(Request("POST", f"{ROOT}A")))
    assert csrf.renew(csrf.sign(Request("GET", f"{ROOT}A")))
    assert bearer.renewals == 2
