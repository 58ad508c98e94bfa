"""T40: who may call what, walked over the route table; and T50: forged requests, fixed sessions, foreign hosts."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.ports.accounts import User
from hub.services.context import Hub
from hub.services.signing_in import SESSION_FOR
from hub.testing.clock import FakeClock
from hub.web.auth import OPEN, Rule, guarded, rule_of
from tests.unit.web.clients import PASSWORD, Api, Browser

OPEN_ROUTES = {
    "health",
    "static",
    "api.openapi",
    "api.session-open",
    "webhooks.call",
    "webhooks.system",
    "account.sign_in",
    "account.open_session",
    "account.language",
}


def routes(app: Flask) -> list[tuple[str, str, Rule]]:
    """Each (method, path with ids filled in, rule) of the application."""
    found = []
    for rule in app.url_map.iter_rules():
        access = rule_of(app, rule.endpoint)
        assert access is not None, f"{rule.rule} has no rule: nobody could use it"
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        found += [(method, path, access) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


def test_every_route_has_a_rule_and_the_open_ones_are_known(app: Flask) -> None:
    assert routes(app)
    opened = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) == OPEN}
    assert opened <= OPEN_ROUTES


def test_a_route_without_a_rule_is_shut(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_nobody_comes_in_without_a_sign_in(app: Flask) -> None:
    client = app.test_client()
    for method, path, rule in routes(app):
        if not rule.is_open:
            answer = client.open(path, method=method)
            assert answer.status_code in {401, 302}, f"{method} {path} answered {answer.status_code}"
            assert answer.status_code == 401 or answer.location.startswith("/sign-in"), path


def test_a_key_comes_only_where_its_scopes_lead(app: Flask, api: Callable[..., Api]) -> None:
    powerless = api("nothing:here")
    client = app.test_client()
    for method, path, rule in routes(app):
        if not rule.is_open:
            answer = client.open(path, method=method, headers=powerless._headers)
            assert answer.status_code == 403, f"{method} {path} answered {answer.status_code}"


@pytest.mark.parametrize("login", ["li", "wang", "zhang", "zhao", "boss"])
def test_a_person_comes_only_where_the_roles_permit(
    app: Flask, browser: Callable[[str], Browser], hub: Hub, people: dict[str, User], login: str
) -> None:
    person = browser(login)
    granted = frozenset().union(*(hub.policies.roles[role].permissions for role in people[login].roles))
    headers = {"X-CSRF-Token": person.csrf}
    for method, path, rule in routes(app):
        if rule.is_open or path in {"/sign-out", "/language", "/api/v1/session"}:
            continue
        area = (rule.permission or "").partition(":")[0]
        may = rule.permission is not None and (
            rule.permission == "" or bool(granted & {"*", rule.permission, f"{area}:*"})
        )
        answer = person.client.open(path, method=method, headers=headers)
        assert (answer.status_code != 403) == may, f"{login}: {method} {path} answered {answer.status_code}"


def test_an_unknown_or_revoked_key_is_refused(client: FlaskClient) -> None:
    for text in ("Bearer th_x_y", "Basic abc", "Bearer", ""):
        answer = client.get("/api/v1/tickets", headers={"Authorization": text})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_person_without_a_session_is_led_to_the_sign_in_and_back(
    client: FlaskClient, people: dict[str, User]
) -> None:
    asked = client.get("/profile?x=1")
    assert asked.location == "/sign-in?next=/profile?x%3D1"
    typed = {"login": "li", "password": PASSWORD, "next": "/profile?x=1"}
    assert client.post("/sign-in", data=typed).location == "/profile?x=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/%09/evil", ""],
)
def test_nobody_is_sent_to_a_foreign_site_after_signing_in(
    client: FlaskClient, people: dict[str, User], target: str
) -> None:
    answer = client.post("/sign-in", data={"login": "li", "password": PASSWORD, "next": target})
    assert answer.location in {"/", "/%09/evil"}


def test_a_wrong_password_says_so_on_a_page(client: FlaskClient, people: dict[str, User]) -> None:
    answer = client.post("/sign-in", data={"login": "li", "password": "wrong"})
    assert answer.status_code == 401
    assert "Login or password is wrong" in answer.text


def test_too_many_attempts_are_told_how_long_to_wait(client: FlaskClient, people: dict[str, User]) -> None:
    for _ in range(5):
        client.post("/sign-in", data={"login": "li", "password": "wrong"})
    answer = client.post("/sign-in", data={"login": "li", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


def test_the_session_gets_a_new_token_at_sign_in_that_scripts_cannot_read(
    client: FlaskClient, people: dict[str, User]
) -> None:
    client.set_cookie("th_session", "fixed-by-somebody")
    answer = client.post("/sign-in", data={"login": "li", "password": PASSWORD})
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("th_session"))
    assert "fixed-by-somebody" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_is_refused(browser: Callable[[str], Browser]) -> None:
    li = browser("li")
    assert li.client.post("/sign-out").status_code == 403
    assert li.client.post("/sign-out", data={"csrf": "wrong"}).status_code == 403
    assert li.get("/profile").status_code == 200
    assert li.post("/sign-out").status_code == 302
    assert li.get("/profile").status_code == 302


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_foreign_page_can_neither_sign_in_nor_act(
    client: FlaskClient, browser: Callable[[str], Browser], headers: dict[str, str]
) -> None:
    typed = {"login": "li", "password": PASSWORD}
    li = browser("li")
    assert client.post("/sign-in", data=typed, headers=headers).status_code == 403
    assert li.post("/sign-out", None, **headers).status_code == 403


def test_a_session_ends_after_its_time(browser: Callable[[str], Browser], clock: FakeClock, hub: Hub) -> None:
    li = browser("li")
    clock.pass_by(SESSION_FOR)
    assert li.get("/profile").status_code == 302


def test_every_answer_forbids_foreign_code_and_guessing(client: FlaskClient) -> None:
    for path in ("/sign-in", "/api/v1/openapi.json", "/nowhere", "/static/console.css"):
        with client.get(path) as answer:
            headers = answer.headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with client.get("/static/console.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


def test_pages_have_no_inline_code(browser: Callable[[str], Browser]) -> None:
    for path in ("/sign-in", "/profile"):
        page = browser("boss").get(path).text
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|style=|javascript:", page)


@pytest.mark.parametrize("path", ["/static/../__init__.py", "/static/%2e%2e/auth.py", "/static//etc/passwd"])
def test_only_files_of_the_folder_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {404, 308}


def test_health_says_that_the_database_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_bug_tells_its_code_and_nothing_else(app: Flask) -> None:
    def broken() -> str:
        raise ValueError("the customer's secret")

    app.add_url_rule("/api/v1/broken", "broken", guarded(OPEN)(broken))
    answer = app.test_client().get("/api/v1/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Correlation-Id"] in answer.get_json()["detail"]
