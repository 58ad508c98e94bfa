"""T46: pictures and PDFs come in under their hash, and go out so that no browser runs them; sessions over the API."""

import hashlib
from collections.abc import Callable

import orjson
import pytest
from flask.testing import FlaskClient

from hub.ports.accounts import User
from hub.services import accounts
from hub.services.context import Hub
from tests.unit.web import world
from tests.unit.web.clients import PASSWORD, Api, Browser

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
KINDS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0 jpeg",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP",
    "application/pdf": b"%PDF-1.7",
}


@pytest.fixture
def full(hub: Hub, people: dict[str, User]) -> Hub:
    world.fill(hub)
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t1")
    return hub


@pytest.fixture
def field(api: Callable[..., Api]) -> Api:
    return api("visits:write", "visits:read", "evidence:write", "evidence:read")


def put(api: Api, data: bytes, digest: str = "") -> int:
    return api.send("PUT", f"/files/{digest or hashlib.sha256(data).hexdigest()}", data).status_code


@pytest.mark.parametrize("mime", KINDS)
def test_bytes_are_kept_under_their_own_hash(field: Api, hub: Hub, mime: str) -> None:
    assert put(field, KINDS[mime]) == put(field, KINDS[mime]) == 201
    assert hub.blobs.get(hashlib.sha256(KINDS[mime]).hexdigest()) == KINDS[mime]


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='x'><script>1</script></svg>", b"<html>", b"GIF89a", b"MZ\x90", b"PK\x03\x04", b" " + PNG],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(field: Api, data: bytes) -> None:
    assert put(field, data) == 422


def test_a_hash_of_other_bytes_or_a_path_is_refused(field: Api) -> None:
    assert put(field, PNG, "0" * 64) == 422
    assert put(field, PNG, "..%2F..%2Fetc%2Fpasswd") in {404, 422}


def test_a_photo_may_be_larger_than_a_document_but_not_huge(field: Api) -> None:
    assert put(field, PNG + bytes(2 * 1024 * 1024)) == 201
    assert put(field, PNG + bytes(13 * 1024 * 1024)) == 413


def test_evidence_is_added_in_one_call_once_and_shown_harmlessly(full: Hub, field: Api) -> None:
    path = "/visits/v1/evidence?kind=photo&step=before_photo&file_name=a.png"
    first = field.post(path, PNG, **{"Idempotency-Key": "p1", "Content-Type": "image/png"})
    again = field.post(path, PNG, **{"Idempotency-Key": "p1", "Content-Type": "image/png"})
    other = field.post(path, PNG, **{"Idempotency-Key": "p2", "Content-Type": "image/png"})
    assert first.status_code == 201
    assert {answer.get_json()["id"] for answer in (first, again, other)} == {first.get_json()["id"]}
    assert first.get_json()["step"] == "before_photo"
    with field.get(f"/evidence/{first.get_json()['id']}/content") as shown:
        assert shown.data == PNG
        assert shown.content_type == "image/png"
        assert shown.headers["Content-Disposition"].startswith("attachment")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["kind=video", "colour=red", "kind=photo&step=" + "x" * 300])
def test_wrong_facts_of_evidence_are_named(full: Hub, field: Api, query: str) -> None:
    answer = field.post(f"/visits/v1/evidence?{query}", PNG, **{"Content-Type": "image/png"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_a_technician_adds_nothing_to_anothers_visit(
    full: Hub, browser: Callable[[str], Browser], people: dict[str, User]
) -> None:
    zhang = browser("zhang")
    headers = {"X-CSRF-Token": zhang.csrf, "Content-Type": "image/png"}
    at = "/api/v1/visits/v1/evidence"
    assert zhang.client.post(at, data=PNG, headers={**headers, "Idempotency-Key": "1"}).status_code == 201
    accounts.change_user(full, full.actor("setup"), people["zhang"].id, technician_id="t2")
    assert zhang.client.post(at, data=PNG, headers={**headers, "Idempotency-Key": "2"}).status_code == 404


def test_a_program_acts_as_a_person_until_it_signs_out(full: Hub, client: FlaskClient) -> None:
    given = {"login": "li", "password": PASSWORD}
    opened = client.post("/api/v1/session", data=orjson.dumps(given), content_type="application/json")
    assert opened.status_code == 201
    assert opened.get_json()["roles"] == ["agent"]
    headers = {"X-CSRF-Token": opened.get_json()["csrf"], "Idempotency-Key": "1"}
    chased = client.post("/api/v1/tickets/tk1/chase", headers=headers)
    assert chased.get_json()["chase_count"] == 2
    entries = full.store.read(lambda tx: tx.audit.of_record("ticket", "tk1"))
    assert entries[-1].actor == "li"
    assert client.delete("/api/v1/session", headers=headers).status_code == 204
    assert client.get("/api/v1/tickets/tk1").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [({"login": "li", "password": "wrong"}, 401), ({"login": "li"}, 422), ({"login": 7, "password": "x"}, 422)],
)
def test_a_program_that_does_not_know_the_password_is_refused(
    full: Hub, client: FlaskClient, body: dict[str, object], status: int
) -> None:
    answer = client.post("/api/v1/session", data=orjson.dumps(body), content_type="application/json")
    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
