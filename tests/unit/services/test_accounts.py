"""Accounts: who may come in, and how often one may try."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from hub.ports.accounts import User
from hub.services import accounts, api_keys, digests, signing_in
from hub.services.context import Hub
from hub.services.signing_in import Attempt, SignInError
from hub.services.throttle import BY_LOGIN, Throttle
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds

GOOD = "correct horse battery"


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock) -> Hub:
    return Hub(sqlite_store, clock, SerialIds(), None, None, None)  # type: ignore[arg-type] # accounts need no schemas


@pytest.fixture
def user(hub: Hub) -> User:
    return accounts.add_user(hub, hub.actor("setup"), login="Li", name="Li Na", password=GOOD, roles=["agent"])


def attempt(password: str = GOOD, **facts: str) -> Attempt:
    given = {"login": "li", "address": "192.0.2.7", "token": "t", **facts}
    return Attempt(password=password, csrf="csrf", **given)


def fail(hub: Hub, times: int, **facts: str) -> None:
    for _ in range(times):
        with pytest.raises(SignInError):
            signing_in.sign_in(hub, attempt("wrong", **facts))


def test_a_person_signs_in_under_a_token_of_which_only_a_digest_is_kept(hub: Hub, user: User) -> None:
    assert signing_in.sign_in(hub, attempt(login=" LI ")) == user
    found = signing_in.signed_in(hub, "t")
    assert found is not None
    assert found[0].login == "li"
    assert found[1].digest != "t"
    assert signing_in.signed_in(hub, "another") is None


def test_a_password_is_kept_as_argon2_and_never_in_the_audit_trail(hub: Hub, user: User) -> None:
    assert user.password_hash.startswith("$argon2id$")
    accounts.set_password(hub, hub.actor("li"), user.id, "another long password")
    entries = hub.store.read(lambda tx: tx.audit.of_record("user", user.id))
    assert [entry.action for entry in entries] == ["create", "set_password"]
    assert not any("argon2" in str(entry.payload) or "password_hash" in str(entry.payload) for entry in entries)


@pytest.mark.parametrize("name", ["", " ", "Li\x00", "Li\nNa", "李" * 121])
def test_a_name_is_one_line_of_letters_that_can_be_seen(hub: Hub, user: User, name: str) -> None:
    with pytest.raises(InvalidError, match="name"):
        accounts.change_user(hub, hub.actor("boss"), user.id, name=name)
    with pytest.raises(InvalidError, match="name"):
        api_keys.add_key(hub, hub.actor("boss"), name=name, scopes=["tickets:read"], secret="s")


def test_an_account_belongs_to_a_technician_that_there_is(hub: Hub, user: User) -> None:
    with pytest.raises(InvalidError, match="There is no technician nobody"):
        accounts.change_user(hub, hub.actor("boss"), user.id, technician_id="nobody")


def test_what_was_typed_as_a_login_does_not_fill_the_audit_trail(hub: Hub) -> None:
    with pytest.raises(SignInError):
        signing_in.sign_in(hub, attempt(login="a" * 100_000))
    entries = hub.store.read(lambda tx: tx.audit.of_record("login", digests.name_of("a" * 100_000)))
    assert len(str(entries[0].payload)) < 300


def test_another_password_ends_every_session_but_the_one_it_was_set_in(hub: Hub, user: User) -> None:
    for token in ("here", "elsewhere"):
        signing_in.sign_in(hub, attempt(token=token))
    accounts.set_password(hub, hub.actor("li"), user.id, "another long password", keep="here")
    assert signing_in.signed_in(hub, "here") is not None
    assert signing_in.signed_in(hub, "elsewhere") is None
    accounts.set_password(hub, hub.actor("boss"), user.id, "a third long password")
    assert signing_in.signed_in(hub, "here") is None


def test_an_account_that_comes_back_does_not_bring_its_sessions_back(hub: Hub, user: User) -> None:
    signing_in.sign_in(hub, attempt())
    accounts.change_user(hub, hub.actor("boss"), user.id, disabled=True)
    accounts.change_user(hub, hub.actor("boss"), user.id, disabled=False)
    assert signing_in.signed_in(hub, "t") is None


def test_sessions_that_are_over_are_forgotten_at_the_next_sign_in(hub: Hub, user: User, clock: FakeClock) -> None:
    signing_in.sign_in(hub, attempt(token="old"))
    clock.pass_by(signing_in.SESSION_FOR)
    signing_in.sign_in(hub, attempt(token="new"))
    long_ago = clock.now() - 2 * signing_in.SESSION_FOR
    assert hub.store.read(lambda tx: tx.accounts.session(digests.digest("old"), now=long_ago)) is None


def test_a_session_ends_with_its_time_with_signing_out_and_with_the_account(
    hub: Hub, user: User, clock: FakeClock
) -> None:
    for token in ("one", "two", "three"):
        signing_in.sign_in(hub, attempt(token=token))
    signing_in.sign_out(hub, hub.actor("li"), "one")
    assert signing_in.signed_in(hub, "one") is None
    assert signing_in.signed_in(hub, "two") is not None
    accounts.change_user(hub, hub.actor("boss"), user.id, disabled=True)
    assert signing_in.signed_in(hub, "two") is None
    accounts.change_user(hub, hub.actor("boss"), user.id, disabled=False)
    clock.pass_by(signing_in.SESSION_FOR)
    assert signing_in.signed_in(hub, "three") is None


def test_wrong_password_unknown_login_and_disabled_account_get_the_same_answer(hub: Hub, user: User) -> None:
    messages = []
    for one in (attempt("wrong"), attempt(login="nobody")):
        with pytest.raises(SignInError) as caught:
            signing_in.sign_in(hub, one)
        messages.append(str(caught.value))
    accounts.change_user(hub, hub.actor("boss"), user.id, disabled=True)
    with pytest.raises(SignInError) as caught:
        signing_in.sign_in(hub, attempt())
    assert {*messages, str(caught.value)} == {messages[0]}


def test_after_five_failures_a_login_waits_longer_each_time_and_then_may_try_again(
    hub: Hub, user: User, clock: FakeClock
) -> None:
    fail(hub, 5)
    with pytest.raises(RateLimitedError) as caught:
        signing_in.sign_in(hub, attempt())
    assert caught.value.retry_after == 10
    clock.pass_by(timedelta(seconds=10))
    fail(hub, 1)
    clock.pass_by(timedelta(seconds=19))
    with pytest.raises(RateLimitedError):
        signing_in.sign_in(hub, attempt())
    clock.pass_by(timedelta(seconds=1))
    signing_in.sign_in(hub, attempt())
    fail(hub, 5)


def test_an_address_that_tries_many_logins_waits_while_others_come_in(hub: Hub, user: User) -> None:
    for number in range(30):
        fail(hub, 1, login=f"guess{number}", address="198.51.100.9")
    with pytest.raises(RateLimitedError):
        signing_in.sign_in(hub, attempt(address="198.51.100.9"))
    signing_in.sign_in(hub, attempt(address="192.0.2.7"))


def test_what_was_typed_as_login_stands_nowhere_in_the_clear(hub: Hub, user: User, tmp_path: object) -> None:
    fail(hub, 1, login="my-secret-typed-here-by-mistake")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))  # type: ignore[attr-defined]
    assert b"typed-here-by-mistake" not in files


def test_the_wait_forgets_old_failures_and_has_an_end(clock: FakeClock) -> None:
    start = clock.now()
    failures = [start + timedelta(seconds=n) for n in range(40)]
    assert BY_LOGIN.wait(failures, failures[-1]) == timedelta(minutes=5)
    assert BY_LOGIN.wait(failures, start + timedelta(minutes=16)) == timedelta()
    assert Throttle(free=1).wait([], start) == timedelta()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"login": "no spaces please"}, "login"),
        ({"name": " "}, "name"),
        ({"roles": []}, "roles"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_an_account_is_refused_with_the_field_named(hub: Hub, values: dict[str, object], field: str) -> None:
    facts = {"login": "wu", "name": "Wu", "password": GOOD, "roles": ["agent"], **values}
    with pytest.raises(InvalidError) as caught:
        accounts.add_user(hub, hub.actor("boss"), **facts)  # type: ignore[arg-type] # a test names what differs
    assert [error.path for error in caught.value.fields] == [field]


def test_a_login_is_taken_once(hub: Hub, user: User) -> None:
    with pytest.raises(ConflictError, match="li"):
        accounts.add_user(hub, hub.actor("boss"), login="li", name="B", password=GOOD, roles=["agent"])


def test_a_key_opens_until_it_is_revoked_and_its_text_is_not_kept(hub: Hub) -> None:
    key, text = api_keys.add_key(hub, hub.actor("boss"), name="crm", scopes=["tickets:read"], secret="s3cret")
    assert text == f"th_{key.id}_s3cret"
    assert api_keys.key_of(hub, text) == key
    assert api_keys.key_of(hub, text + "x") is None
    api_keys.revoke_key(hub, hub.actor("boss"), key.id)
    api_keys.revoke_key(hub, hub.actor("boss"), key.id)
    assert api_keys.key_of(hub, text) is None
    trail = hub.store.read(lambda tx: tx.audit.of_record("api_key", key.id))
    assert [entry.action for entry in trail] == ["create", "revoke"]
    assert "s3cret" not in str(trail)
    with pytest.raises(NotFoundError):
        api_keys.revoke_key(hub, hub.actor("boss"), "none")


@pytest.mark.parametrize(("name", "scopes"), [("", ["hooks"]), ("x", []), ("x", ["Tickets Read"])])
def test_a_key_needs_a_name_and_scopes(hub: Hub, name: str, scopes: list[str]) -> None:
    with pytest.raises(InvalidError):
        api_keys.add_key(hub, hub.actor("boss"), name=name, scopes=scopes, secret="s")


def test_a_change_of_language_is_kept_and_audited(hub: Hub, user: User) -> None:
    after = accounts.set_language(hub, hub.actor("li"), user.id, "zh")
    assert accounts.users(hub) == [replace(user, language="zh")] == [after]
    entry = hub.store.read(lambda tx: tx.audit.of_record("user", user.id))[-1]
    assert entry.payload == {"language": ["en", "zh"]}
