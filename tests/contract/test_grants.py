"""The shelf of tokens on both databases: one process at a time fetches, and whoever waits takes what was fetched."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.domain.errors import AuthError, RetryableError
from hub.ports.grants import Fetch, Grant, GrantsInMemory, Usable, _Flight
from hub.ports.store import Store
from hub.storage.shelf import PATIENCE, SharedGrants
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock

LEASE = timedelta(seconds=70)


class Tokens:
    """A system that grants numbered tokens, and sees when two are asked for at a time."""

    def __init__(self) -> None:
        self.asked: list[Grant | None] = []
        self.at_once = 0
        self._alone = threading.Lock()

    def fetch(self, lying: Grant | None) -> Grant:
        if not self._alone.acquire(blocking=False):
            self.at_once += 1
            raise AuthError("Two at a time.")
        try:
            self.asked.append(lying)
            return Grant(f"t{len(self.asked)}", extra={"refresh_token": f"r{len(self.asked)}"})
        finally:
            self._alone.release()


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def shelves(store: Store, clock: FakeClock) -> tuple[SharedGrants, SharedGrants]:
    """The shelf as two processes see it, whose waiting makes time go by."""

    def pause(seconds: float) -> None:
        clock.pass_by(timedelta(seconds=seconds))

    return SharedGrants(store, clock.now, LEASE, pause), SharedGrants(store, clock.now, LEASE, pause)


def other_than(token: str) -> Usable:
    return lambda grant: grant.token != token


def test_one_process_fetches_and_the_other_finds(shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens) -> None:
    ours, theirs = shelves
    assert ours.take("crm", other_than(""), tokens.fetch).token == "t1"
    found = theirs.take("crm", other_than(""), tokens.fetch)
    assert (found.token, found.extra) == ("t1", {"refresh_token": "r1"})
    assert tokens.asked == [None]


def test_what_lies_there_is_given_to_who_fetches_the_next(
    shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens
) -> None:
    ours, theirs = shelves
    first = ours.take("crm", other_than(""), tokens.fetch)
    assert theirs.take("crm", other_than("t1"), tokens.fetch).token == "t2"
    assert ours.take("crm", other_than("t1"), tokens.fetch).token == "t2"
    assert tokens.asked == [None, first]


def test_systems_do_not_share_a_token(shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens) -> None:
    ours, _ = shelves
    assert [ours.take(name, other_than(""), tokens.fetch).token for name in ("crm", "erp", "crm")] == ["t1", "t2", "t1"]


def test_the_end_of_a_grant_is_kept(shelves: tuple[SharedGrants, SharedGrants], clock: FakeClock) -> None:
    ours, theirs = shelves
    ends = clock.now() + timedelta(hours=1)
    ours.take("crm", other_than(""), lambda _: Grant("t1", ends))
    assert theirs.take("crm", other_than(""), lambda _: Grant("t2")) == Grant("t1", ends)


def test_threads_of_two_processes_fetch_once(shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens) -> None:
    """T20: 8 threads refresh once."""
    start = threading.Barrier(8)

    def take(shelf: SharedGrants) -> str:
        start.wait()
        return shelf.take("crm", other_than(""), tokens.fetch).token

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, shelves * 4)) == ["t1"] * 8
    assert (len(tokens.asked), tokens.at_once) == (1, 0)


def test_who_waits_takes_the_new_one(shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens) -> None:
    ours, theirs = shelves
    fetching, go_on = threading.Event(), threading.Event()

    def slowly(lying: Grant | None) -> Grant:
        fetching.set()
        go_on.wait(30)
        return tokens.fetch(lying)

    def waits(_seconds: float) -> None:
        go_on.set()

    theirs._pause = waits
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ours.take, "crm", other_than(""), slowly)
        fetching.wait(30)
        second = theirs.take("crm", other_than(""), tokens.fetch)
        assert (first.result().token, second.token) == ("t1", "t1")


def test_the_lease_of_a_process_that_died_ends(
    store: Store, shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens, clock: FakeClock
) -> None:
    now = clock.now()
    assert store.queue(lambda tx: tx.grants.lease("crm", now=now, until=now + LEASE)) == 1
    ours, _ = shelves
    with pytest.raises(RetryableError, match="another process"):
        ours.take("crm", other_than(""), tokens.fetch)
    assert PATIENCE <= clock.now() - now < LEASE
    clock.pass_by(LEASE)
    assert ours.take("crm", other_than(""), tokens.fetch).token == "t1"


def test_who_comes_back_too_late_puts_nothing_down(
    shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens, clock: FakeClock
) -> None:
    """A zombie's token is older than the one that was fetched after it."""
    ours, theirs = shelves

    def asleep(_lying: Grant | None) -> Grant:
        clock.pass_by(LEASE)
        assert theirs.take("crm", other_than(""), tokens.fetch).token == "t1"
        return Grant("old")

    assert ours.take("crm", other_than(""), asleep).token == "t1"
    assert theirs.take("crm", other_than(""), tokens.fetch).token == "t1"


def test_a_failed_log_in_gives_the_right_back(
    shelves: tuple[SharedGrants, SharedGrants], tokens: Tokens, clock: FakeClock
) -> None:
    ours, theirs = shelves
    before = clock.now()
    with pytest.raises(AuthError):
        ours.take("crm", other_than(""), refused([]))
    assert theirs.take("crm", other_than(""), tokens.fetch).token == "t1"
    assert clock.now() == before


def test_nothing_of_a_token_is_readable_in_the_database(sqlite_store: SqliteStore, clock: FakeClock) -> None:
    shelf = SharedGrants(sqlite_store, clock.now, LEASE)
    shelf.take("crm", other_than(""), lambda _: Grant("canary", extra={"refresh_token": "canary"}))
    with sqlite_store._engine.connect() as connection:
        rows = connection.exec_driver_sql('SELECT * FROM "grant"').all()
    assert len(rows) == 1
    assert "canary" not in str(rows)


def refused(times: list[int]) -> Fetch:
    def fetch(_lying: Grant | None) -> Grant:
        times.append(1)
        raise AuthError("Wrong password of {system}.", system="crm")

    return fetch


class Door:
    """A lock that counts who stands at it, and tells when so many do."""

    def __init__(self, expected: int) -> None:
        self._lock = threading.Lock()
        self._left = threading.Semaphore(0)
        self._expected = expected

    def __enter__(self) -> None:
        self._left.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def all_have_come(self) -> bool:
        return all(self._left.acquire(timeout=30) for _ in range(self._expected))


def test_threads_that_wait_for_a_log_in_that_is_refused_do_not_repeat_it() -> None:
    """Eight refusals in a row lock an account."""
    shelf, times, door = GrantsInMemory(), list[int](), Door(8)
    flight = shelf._flights._flights["crm"] = _Flight()
    flight.lock = door  # type: ignore[assignment] # as far as it is used

    def slowly(lying: Grant | None) -> Grant:
        assert times or door.all_have_come()
        return refused(times)(lying)

    def take() -> str:
        with pytest.raises(AuthError) as failure:
            shelf.take("crm", other_than(""), slowly)
        return str(failure.value)

    with ThreadPoolExecutor(8) as pool:
        assert {each.result() for each in [pool.submit(take) for _ in range(8)]} == {"Wrong password of crm."}
    assert len(times) == 1
    with pytest.raises(AuthError):
        shelf.take("crm", other_than(""), refused(times))
    assert len(times) == 2
