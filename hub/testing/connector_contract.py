# ruff: noqa: S101 - a suite of tests that lives in the package, so that plug-in authors can inherit it
"""What every connector must do, as one suite that its tests inherit.

A subclass gives a connector and a few documents in its system's words::

    class TestAcmeCustomer(ConnectorContract):
        name = "customer"

        @pytest.fixture
        def connector(self) -> Connector: ...

        def document(self, key: str) -> Doc: ...
"""

import json
from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from ulid import ULID

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError, RetryableError, StaleError
from hub.ports.connector import Connector, Remote
from hub.services.listing import ids_of

AROUND = timedelta(seconds=5)  # clocks that are told in whole seconds, and records that take a moment


class ConnectorContract:
    """The promises of ``hub.ports.connector`` for one object that can be created and changed."""

    name: ClassVar[str]
    missing_id: ClassVar[str] = "99999999"

    @abstractmethod
    def document(self, key: str) -> Doc:
        """A document that can be created; our key stands in the object's look-up field."""

    @abstractmethod
    def changed(self, doc: Doc) -> Doc:
        """The document with one field changed."""

    @abstractmethod
    def refused(self, key: str) -> Doc:
        """A document that the system refuses for good."""

    @pytest.fixture
    def connector(self) -> Connector:
        """A connector to the system under test."""
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self) -> Connector:
        """The same connector with an address where nobody listens."""
        raise NotImplementedError

    @pytest.fixture
    def locked_out(self) -> Connector:
        """The same connector with a wrong password."""
        raise NotImplementedError

    @pytest.fixture
    def key(self) -> str:
        """A key that no other test uses."""
        return str(ULID())

    @pytest.fixture
    def created(self, connector: Connector, key: str) -> Remote:
        """A record of this test's own."""
        return connector.create(self.name, self.document(key))

    def test_it_tells_version_and_clock_and_finds_no_problem(self, connector: Connector) -> None:
        """``doctor`` shows it."""
        probe = connector.probe()
        assert probe.version
        assert probe.now is not None
        assert probe.now.tzinfo is not None
        assert probe.problems == ()

    def test_what_was_created_is_read_back_the_same(self, connector: Connector, created: Remote) -> None:
        """The answer to create is what get tells."""
        assert connector.get(self.name, created.id) == created

    def test_what_we_wrote_stands_in_the_record(self, created: Remote, key: str) -> None:
        """Every plain field of the document; rows may have got ids and defaults."""
        sent = self.document(key)
        assert {name: created.doc[name] for name in sent if not isinstance(sent[name], list)} == {
            name: value for name, value in sent.items() if not isinstance(value, list)
        }

    def test_documents_are_plain_json_without_floats(self, created: Remote) -> None:
        """Money and quantities are decimal strings."""
        assert json.loads(json.dumps(created.doc)) == created.doc
        assert not [value for value in _leaves(created.doc) if isinstance(value, float)]

    def test_a_record_that_is_not_there_is_none(self, connector: Connector) -> None:
        """Neither an error nor an empty document."""
        assert connector.get(self.name, self.missing_id) is None

    def test_an_unknown_object_is_refused(self, connector: Connector) -> None:
        """A mapping for an object that nobody declared."""
        with pytest.raises(RejectedError):
            connector.get("no_such_object", "1")

    def test_a_record_is_found_by_our_key_and_by_no_other(
        self, connector: Connector, created: Remote, key: str
    ) -> None:
        """After a lost answer this decides whether to write again."""
        by = self._lookup_by(connector)
        assert [found.id for found in connector.find(self.name, by, key)] == [created.id]
        assert list(connector.find(self.name, by, f"{key}0")) == []

    def test_a_new_record_is_among_the_changes(self, connector: Connector, created: Remote) -> None:
        """Although nobody has written to it since it was created."""
        since, until = self._around(connector)
        assert created.id in [record.id for record in _listed(connector, self.name, since, until)]

    def test_every_record_is_among_the_ids(self, connector: Connector, created: Remote) -> None:
        """A sweep concludes from this listing what was deleted."""
        until, after, found = datetime(2199, 12, 31, tzinfo=UTC), None, list[str]()
        while True:
            page = ids_of(connector, self.name, until=until, after=after)
            found += page.ids
            after = page.after
            if after is None:
                break
        assert created.id in found
        assert len(found) == len(set(found))

    def test_changes_are_listed_once_each_in_their_order(self, connector: Connector, key: str) -> None:
        """The interval is closed: a record changed at its very edge belongs to it."""
        made = [connector.create(self.name, self.document(f"{key[:-2]}{place:02}")) for place in range(3)]
        edges = [record.changed_at for record in made]
        assert edges[0] is not None
        assert edges[2] is not None
        listed = [record.id for record in _listed(connector, self.name, edges[0], edges[2])]
        assert [found for found in listed if found in {record.id for record in made}] == [r.id for r in made]
        assert len(listed) == len(set(listed))

    def test_an_update_changes_what_differs_and_nothing_else(self, connector: Connector, created: Remote) -> None:
        """Read back, and read again."""
        wanted = self.changed(created.doc)
        updated = connector.update(self.name, created, wanted)
        assert updated.doc == wanted
        assert connector.get(self.name, created.id) == updated
        assert updated.version != created.version or created.version is None  # it has no optimistic lock

    def test_an_update_without_difference_writes_nothing(self, connector: Connector, created: Remote) -> None:
        """Its version stays, so no echo comes back."""
        assert connector.update(self.name, created, created.doc) == created

    def test_a_stale_update_is_refused_and_overwrites_nothing(self, connector: Connector, created: Remote) -> None:
        """Somebody was faster."""
        faster = connector.update(self.name, created, self.changed(created.doc))
        with pytest.raises(StaleError):
            connector.update(self.name, created, created.doc)
        assert connector.get(self.name, created.id) == faster

    def test_a_refusal_is_final_and_leaves_nothing(self, connector: Connector, key: str) -> None:
        """With the system's own reason in it."""
        with pytest.raises(RejectedError):
            connector.create(self.name, self.refused(key))
        assert list(connector.find(self.name, self._lookup_by(connector), key)) == []

    def test_a_system_that_cannot_be_reached_is_tried_again_later(self, unreachable: Connector, key: str) -> None:
        """Nothing was sent, so the same call may be made again, even a write."""
        with pytest.raises(RetryableError):
            unreachable.create(self.name, self.document(key))

    def test_wrong_credentials_pause_the_system(self, locked_out: Connector) -> None:
        """Not the hub, and not only this record."""
        with pytest.raises(AuthError):
            locked_out.get(self.name, "1")

    def test_declared_steps_lead_from_state_to_state(self, connector: Connector, created: Remote) -> None:
        """A document tells its state, and from there every goal can be reached by the table."""
        spec = connector.objects()[self.name]
        for goal, steps in spec.goals.items():
            state = created.doc[str(spec.state)]
            for _ in steps:
                state = next((step.then for step in steps if step.when == state), state)
            assert state == goal

    def _lookup_by(self, connector: Connector) -> str:
        spec = connector.objects()[self.name]
        assert spec.lookup_by is not None
        return spec.lookup_by

    @staticmethod
    def _around(connector: Connector) -> tuple[datetime, datetime]:
        now = connector.probe().now
        assert now is not None
        return now - AROUND, now + AROUND


def _listed(connector: Connector, name: str, since: datetime, until: datetime) -> Iterator[Remote]:
    after: str | None = None
    while True:
        page = connector.changes(name, since=since, until=until, after=after)
        yield from page.records
        after = page.after
        if after is None:
            return


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    else:
        yield value
