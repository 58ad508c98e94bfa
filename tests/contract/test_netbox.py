"""NetBox against its strict twin: the contract of every connector, and NetBox's own ways.

With TICKETHUB_NETBOX_URL and TICKETHUB_NETBOX_TOKEN the contract is run against a real one instead, which has to have a
site, a device type and a role; see docs/howto/connect-netbox.md.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError, StaleError, UnknownOutcomeError
from hub.domain.hooks import read_events
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.twin.twin import serving
from hub.testing.twins.netbox import NetBox
from hub.transport import signatures
from hub.transport.webhooks import SignatureError

pytestmark = pytest.mark.proves(product="netbox", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "netbox.yaml")
REAL = os.environ.get("TICKETHUB_NETBOX_URL")
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


def connected(url: str, **other: Any) -> Connector:
    token = os.environ["TICKETHUB_NETBOX_TOKEN"] if url == REAL else NetBox.secrets["token"]
    settings = {"url": url, "token": token, "scheme": "Bearer", "request_seconds": 10, **other}
    return connect(Setup("inventory", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


@pytest.fixture
def twin() -> NetBox:
    return NetBox()


@pytest.fixture
def netbox(url: str) -> Connector:
    return connected(url)


def device(like: Doc, tag: str) -> Doc:
    """A device of the same type, role and site as another one."""
    same = {name: like[name] for name in ("device_type", "role", "site", "tenant")}
    words = {"name": f"Li & Söhne {tag}", "description": None, "comments": "冷水机 \"7\" <b> 'x'"}
    return {"asset_tag": tag, "serial": f"S-{tag}", "status": "active", **words, **same}


def some_device(netbox: Connector) -> Doc:
    return next(iter(changed_since(netbox, "device")[0].values())).doc


class TestDevice(ConnectorContract):
    name: ClassVar[str] = "device"

    @pytest.fixture(autouse=True)
    def known(self, connector: Connector) -> None:
        self.like = some_device(connector)

    @pytest.fixture
    def url(self, twin: NetBox) -> Iterator[str]:
        if REAL:
            yield REAL
            return
        with serving(twin) as address:
            yield address

    @pytest.fixture
    def connector(self, url: str) -> Connector:
        return connected(url)

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, token="nbt_another.token")

    def document(self, key: str) -> Doc:
        return device(self.like, key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "serial": None, "status": "decommissioning", "comments": "Visit: fan replaced 已更换风扇"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "site": "999999"}


class TestJournalEntry(TestDevice):
    """On a device; with a real NetBox the custom field tickethub_key has to be there."""

    name: ClassVar[str] = "journal_entry"

    @pytest.fixture(autouse=True)
    def known(self, connector: Connector) -> None:
        self.device = next(iter(changed_since(connector, "device")[0]))

    def document(self, key: str) -> Doc:
        return {"device": self.device, "kind": "success", "comments": 'T-1 "Alarm": 更换压缩机', "key": key}

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "comments": "T-1: replaced twice", "kind": "warning"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "device": "999999"}


class TestDeviceBeforeEtags(TestDevice):
    """NetBox before 4.6."""

    @pytest.fixture
    def twin(self) -> NetBox:
        return NetBox(locks=False)


def changed_since(netbox: Connector, name: str, since: datetime = ALWAYS) -> tuple[dict[str, Remote], set[str]]:
    found: dict[str, Remote] = {}
    gone: set[str] = set()
    after: str | None = None
    while True:
        page = netbox.changes(name, since=since, until=datetime.now(UTC) + timedelta(seconds=5), after=after)
        found |= {record.id: record for record in page.records}
        gone |= set(page.gone)
        if (after := page.after) is None:
            return found, gone


@pytest.fixture
def made(netbox: Connector) -> Remote:
    return netbox.create("device", device(some_device(netbox), "T-1"))


@pytest.mark.proves(reads=("device", "device_type", "site", "tenant"))
@pytest.mark.parametrize(("name", "count"), [("device", 2), ("device_type", 2), ("site", 1), ("tenant", 2)])
def test_every_record_is_a_change(netbox: Connector, name: str, count: int) -> None:
    assert len(changed_since(netbox, name)[0]) == count


def test_references_are_ids_and_choices_their_values(netbox: Connector) -> None:
    (chiller,) = netbox.find("device", "serial", "CH-7001")
    assert chiller.doc["status"] == "active"
    assert chiller.doc["warranty_ends_on"] == "2028-01-31"
    types = changed_since(netbox, "device_type")[0]
    assert types[chiller.doc["device_type"]].doc["part_number"] == "CH-200"


def test_a_deleted_device_is_told_by_the_change_log(netbox: Connector, twin: NetBox, made: Remote) -> None:
    twin.delete("dcim/devices", made.id)
    found, gone = changed_since(netbox, "device", made.changed_at or ALWAYS)
    assert (made.id in found, gone) == (False, {made.id})
    assert netbox.get("device", made.id) is None
    assert changed_since(netbox, "site")[1] == set()


def test_listings_go_on_beyond_the_cap_and_follow_no_address_of_another_host(netbox: Connector, twin: NetBox) -> None:
    like = twin.rows.of("dcim/devices")[0].doc
    for number in range(1001):
        twin.rows.add("dcim/devices", {**like, "name": f"N{number}", "asset_tag": f"N{number}"})
    assert len(changed_since(netbox, "device")[0]) == 1003
    assert len(netbox.ids("device", None).ids) == 500  # type: ignore[attr-defined] # it lists ids


def test_a_person_who_is_faster_by_a_moment_wins(netbox: Connector, twin: NetBox, made: Remote) -> None:
    """Although nobody reads between: NetBox compares the ETag."""
    twin.rows.change("dcim/devices", made.id, {"serial": "Faster"})
    calls = len(twin.faults.calls)
    with pytest.raises(StaleError):
        netbox.update("device", made, {**made.doc, "serial": "Ours"})
    assert [method for method, _ in twin.faults.calls[calls:]] == ["PATCH"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"asset_tag": "A-0001"}, "already exists"),
        ({"status": "flying"}, "not a valid choice"),
        ({"name": "x" * 65}, "no more than 64"),
        ({"role": "999999"}, "numeric ID: 999999"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_which_field(netbox: Connector, wrong: Doc, words: str) -> None:
    with pytest.raises(RejectedError, match=words):
        netbox.create("device", {**device(some_device(netbox), "T-2"), **wrong})


def test_a_token_that_may_only_read_is_a_refusal_and_no_lock_out(netbox: Connector, twin: NetBox, made: Remote) -> None:
    twin.may_write = False
    with pytest.raises(RejectedError, match="do not have permission"):
        netbox.update("device", made, {**made.doc, "serial": "Ours"})


def test_what_netbox_passes_over_is_a_refusal(netbox: Connector, made: Remote) -> None:
    with pytest.raises(RejectedError, match="no field"):
        netbox.update("device", made, {**made.doc, "height": "2"})


def test_a_hook_is_a_hint_that_is_signed_over_its_body() -> None:
    body = json.dumps({"event": "updated", "model": "devicetype", "request_id": "x", "data": {"id": 7}}).encode()
    given = {"x-hook-signature": [hmac.new(b"key", body, hashlib.sha512).hexdigest()]}
    told = DECLARED.hooks
    assert told is not None
    assert told.signature is not None
    signatures.check(told.signature, ["key"], given, body, now=ALWAYS)
    with pytest.raises(SignatureError):
        signatures.check(told.signature, ["key"], given, body.replace(b"7", b"8"), now=ALWAYS)
    (event,) = read_events(told, json.loads(body))
    assert event.told is not None
    assert (event.told.object, event.ids, event.key) == ("device_type", ("7",), None)


@pytest.mark.parametrize("how", ["lost", "broken", "error", "late"])
def test_a_lost_answer_leaves_one_device_to_be_found(netbox: Connector, twin: NetBox, how: str) -> None:
    doc = device(some_device(netbox), "L-1")
    twin.faults.plan(how)
    with pytest.raises(UnknownOutcomeError):
        netbox.create("device", doc)
    twin.faults.go_on()
    assert len(netbox.find("device", "asset_tag", "L-1")) == 1


def test_a_log_in_page_is_no_record(netbox: Connector, twin: NetBox) -> None:
    twin.faults.plan("page", "GET")
    with pytest.raises(RetryableError):
        netbox.get("device", "1")
