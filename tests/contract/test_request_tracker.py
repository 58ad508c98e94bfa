"""A real Request Tracker 5, connected by YAML alone: the contract of every connector, and its own ways."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
from ulid import ULID

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError, UnknownOutcomeError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Listing, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.lossy_proxy import LossyProxy
from hub.testing.rt.server import CATALOG, QUEUE, RtServer

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "request_tracker.yaml")
pytestmark = [pytest.mark.rt, pytest.mark.proves(product="request_tracker", against="real", version="5")]


def connected(rt: RtServer, **other: Any) -> Connector:
    settings = {"url": rt.url, "token": rt.token, "queue": QUEUE, "catalog": CATALOG, "request_seconds": 10, **other}
    return connect(Setup("desk", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


def by_hand(rt: RtServer, method: str, path: str, **doc: Any) -> Any:
    """A person over there, at the same API."""
    with requests.Session() as http:
        http.trust_env = False
        answer = http.request(
            method, f"{rt.url}/REST/2.0/{path}", json=doc or None, auth=("root", "password"), timeout=10
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


@pytest.fixture(scope="session")
def desk(rt: RtServer) -> Connector:
    return connected(rt)


@pytest.fixture
def key() -> str:
    return str(ULID())


def ticket(key: str) -> Doc:
    return {
        "subject": "Alarm E17 呼吸机 <b> 'quoted' \\ & \"so\"",
        "status": "new",
        "priority": 50,
        "report": None,
        "hub_id": key,
    }


def asset(key: str) -> Doc:
    return {
        "name": "Chiller 1 冷水机",
        "description": None,
        "status": "in-use",
        "serial": f"S'{key}",
        "warranty_ends_on": "2028-01-31",
        "hub_id": key,
    }


class OfTheDesk(ConnectorContract):
    @pytest.fixture
    def connector(self, desk: Connector) -> Connector:
        return desk

    @pytest.fixture
    def unreachable(self, rt: RtServer) -> Connector:
        return connected(rt, url="http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, rt: RtServer) -> Connector:
        return connected(rt, token="1-2-wrong")


class TestTicket(OfTheDesk):
    name: ClassVar[str] = "ticket"

    def document(self, key: str) -> Doc:
        return ticket(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "status": "resolved", "report": "Replaced the sensor\n已更换流量传感器 'so'"}

    def refused(self, key: str) -> Doc:
        return {**ticket(key), "status": "flying"}


class TestAsset(OfTheDesk):
    name: ClassVar[str] = "asset"

    def document(self, key: str) -> Doc:
        return asset(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "serial": f"{doc['serial']}-2", "warranty_ends_on": None, "description": 'Hall 3 "A"'}

    def refused(self, key: str) -> Doc:
        return {**asset(key), "status": "flying"}


# --- its own ways


@pytest.fixture
def made(desk: Connector, key: str) -> Remote:
    return desk.create("ticket", ticket(key))


def changed_since(desk: Connector, name: str, since: datetime) -> tuple[dict[str, Remote], set[str]]:
    found: dict[str, Remote] = {}
    gone: set[str] = set()
    after: str | None = None
    while True:
        page = desk.changes(name, since=since, until=datetime.now(UTC) + timedelta(seconds=5), after=after)
        found |= {record.id: record for record in page.records}
        gone |= set(page.gone)
        if (after := page.after) is None:
            return found, gone


def test_a_listing_asks_in_utc_although_the_server_lives_in_another_zone(desk: Connector, made: Remote) -> None:
    """TicketSQL reads times in the zone of the user, which is UTC; the server's own is eight hours on."""
    assert made.changed_at is not None
    assert abs(made.changed_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert made.id in changed_since(desk, "ticket", made.changed_at)[0]
    assert changed_since(desk, "ticket", made.changed_at + timedelta(minutes=1))[0] == {}


def test_what_a_listing_tells_is_what_get_tells(desk: Connector, made: Remote) -> None:
    assert made.changed_at is not None
    assert changed_since(desk, "ticket", made.changed_at)[0][made.id].doc == made.doc


def test_somebody_who_writes_between_our_read_and_our_write_is_never_overwritten(
    rt: RtServer, desk: Connector, made: Remote
) -> None:
    """Request Tracker itself says so: 412."""
    by_hand(rt, "PUT", f"ticket/{made.id}", Subject="Faster 更快")
    with pytest.raises(StaleError):
        desk.update("ticket", made, {**made.doc, "subject": "Ours"})
    there = desk.get("ticket", made.id)
    assert there is not None
    assert there.doc["subject"] == "Faster 更快"


def test_a_status_that_is_passed_over_with_a_200_is_a_refusal_with_its_reason(desk: Connector, made: Remote) -> None:
    with pytest.raises(RejectedError, match=r"not its status: .*isn't a valid status") as refused:
        desk.update("ticket", made, {**made.doc, "status": "flying", "subject": "Other"})
    assert "flying" not in str(refused.value)


def test_a_custom_field_that_the_queue_has_not_is_a_refusal(rt: RtServer, key: str) -> None:
    """Else a ticket without our key would be made again after each lost answer."""
    with pytest.raises(RejectedError, match="not its hub_id"):
        connected(rt, queue="Fields missing").create("ticket", ticket(key))


def test_a_queue_that_nobody_has_is_refused_with_the_reason(rt: RtServer, key: str) -> None:
    with pytest.raises(RejectedError, match="No permission to create tickets"):
        connected(rt, queue="Nowhere").create("ticket", ticket(key))


@pytest.mark.parametrize("name", ["ticket", "asset"])
def test_a_deleted_record_is_gone_although_no_search_tells_it(
    rt: RtServer, desk: Connector, name: str, key: str
) -> None:
    made = desk.create(name, {"ticket": ticket, "asset": asset}[name](key))
    assert made.changed_at is not None
    by_hand(rt, "PUT", f"{name}/{made.id}", Status="deleted")
    found, gone = changed_since(desk, name, made.changed_at)
    assert made.id not in found
    assert made.id in gone
    assert desk.get(name, made.id) is None


def test_a_ticket_that_was_merged_away_is_no_longer_there(rt: RtServer, desk: Connector, made: Remote) -> None:
    survivor = desk.create("ticket", ticket(f"{made.doc['hub_id']}S"))
    by_hand(rt, "PUT", f"ticket/{made.id}", MergeInto=int(survivor.id))
    assert desk.get("ticket", made.id) is None
    assert desk.get("ticket", survivor.id) is not None


def test_our_words_cannot_end_a_query(desk: Connector, made: Remote) -> None:
    for value in ("' OR id > 0 OR Subject = '", "\\' OR id > 0 OR Subject = '", "\\", "x\\'"):
        assert desk.find("ticket", "hub_id", value) == []


def test_a_description_is_written_with_a_new_ticket(rt: RtServer, desk: Connector, key: str) -> None:
    made = desk.create("ticket", {**ticket(key), "content": "Since this morning.\n早上开始"})
    told = by_hand(rt, "GET", f"ticket/{made.id}/attachments?fields=Content")
    assert told["total"] != 0
    assert made.doc["content"] is None


def test_a_ticket_is_in_the_history_of_its_asset(rt: RtServer, desk: Connector, key: str) -> None:
    chiller = desk.create("asset", asset(key))
    made = desk.create("ticket", {**ticket(key), "asset": chiller.id})
    assert made.doc["asset"] == chiller.id
    assert made.changed_at is not None
    assert changed_since(desk, "ticket", made.changed_at)[0][made.id].doc == made.doc
    links = by_hand(rt, "GET", f"asset/{chiller.id}")["_hyperlinks"]
    assert [link["id"] for link in links if link["ref"] == "referred-to-by"] == [made.id]


def test_a_lost_answer_leaves_one_ticket_to_be_found(rt: RtServer, key: str) -> None:
    with LossyProxy(rt.port) as proxy:
        desk = connected(rt, url=f"http://127.0.0.1:{proxy.port}")
        proxy.lose_answer_to(b"POST /REST/2.0/ticket")
        with pytest.raises(UnknownOutcomeError):
            desk.create("ticket", ticket(key))
        assert len(desk.find("ticket", "hub_id", key)) == 1


def written_on(desk: Connector, ticket: Remote) -> list[Remote]:
    """The comments of one ticket."""
    assert ticket.changed_at is not None
    told, _ = changed_since(desk, "comment", ticket.changed_at)
    return [one for one in told.values() if one.doc["ticket"] == ticket.id]


@pytest.mark.proves(reads="comment", writes="comment")
@pytest.mark.parametrize(("way", "kind"), [("correspond", "Correspond"), ("comment", "Comment")])
def test_what_is_written_on_a_ticket_is_read_back_listed_and_found_by_our_key(
    desk: Connector, made: Remote, key: str, way: str, kind: str
) -> None:
    text = 'It\'s <b> 备注 \\ "so"\n\n -- \nend'
    written = desk.create("comment", {"ticket": made.id, "way": way, "content": text, "hub_id": f"{key}1"})
    assert (written.doc["ticket"], written.doc["type"], written.doc["hub_id"]) == (made.id, kind, f"{key}1")
    assert [one["text"] for one in written.doc["texts"]] == [text]
    assert written.doc["login"] == "hub"
    assert desk.get("comment", written.id) == written
    assert [one.id for one in desk.find("comment", "hub_id", f"{key}1")] == [written.id]
    assert list(desk.find("comment", "hub_id", f"{key}2")) == []
    now = written.changed_at
    assert now is not None
    told, _ = changed_since(desk, "comment", now)
    assert told[written.id] == written
    assert isinstance(desk, Listing)
    assert written.id in desk.ids("comment").ids


def test_html_of_people_is_read_as_plain_text(rt: RtServer, desk: Connector, made: Remote) -> None:
    rich = "<p>It works <b>again</b></p><script>alert(1)</script><p>谢谢 &amp; bye</p>"
    by_hand(rt, "POST", f"ticket/{made.id}/correspond", Content=rich, ContentType="text/html")
    (told,) = written_on(desk, made)
    assert [(one["kind"], one["text"]) for one in told.doc["texts"]] == [("text/html", "It works again\n谢谢 & bye")]


def test_other_transactions_of_a_ticket_are_no_comments(desk: Connector, made: Remote) -> None:
    assert written_on(desk, made) == []
    assert desk.get("comment", "1") is None


def test_what_was_written_on_a_deleted_ticket_is_not_told(rt: RtServer, desk: Connector, made: Remote) -> None:
    by_hand(rt, "POST", f"ticket/{made.id}/comment", Content="Gone", ContentType="text/plain")
    assert len(written_on(desk, made)) == 1
    by_hand(rt, "DELETE", f"ticket/{made.id}")
    assert written_on(desk, made) == []


def test_a_comment_on_no_ticket_is_refused(desk: Connector, key: str) -> None:
    with pytest.raises(RejectedError):
        desk.create("comment", {"ticket": "999999", "way": "comment", "content": "Hi", "hub_id": key})
