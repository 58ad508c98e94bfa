"""A real Request Tracker and a hub: tickets and assets in both directions, whatever becomes of an answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.services import comments
from hub.testing.lossy_proxy import LossyProxy
from hub.testing.rt.fixture import rt
from hub.testing.rt.server import CATALOG, QUEUE, RtServer
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

__all__ = ["rt"]
pytestmark = pytest.mark.rt
SETTINGS = """
systems:
  desk:
    connector: request_tracker
    settings: {{url: "{url}", queue: "{queue}", catalog: "{catalog}"}}
    secrets: {{token: env/RT_TOKEN}}
    mappings: [request_tracker]
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the desk behind a wire that may lose answers."""

    system: ClassVar = "desk"
    rt: RtServer
    wire: LossyProxy

    def comment(self, text: str, visibility: str) -> None:
        """Somebody here comments on the ticket."""
        ticket, actor = self.only("ticket")["id"], self.hub.actor("li")
        given = {"text": text, "visibility": visibility}
        self.hub.store.run(lambda tx: comments.comment_on_ticket(self.hub, tx, actor, ticket, given))

    def texts(self) -> list[str]:
        found = self.hub.store.read(lambda tx: tx.records.all("comment"))
        return [one.doc["text"] for one in sorted(found, key=lambda one: one.doc["at"])]

    def written(self) -> list[tuple[str, str]]:
        """What is written on tickets over there: kind and text."""
        query = "Type = 'Correspond' OR Type = 'Comment'"
        told = self.by_hand("GET", f"transactions?query={query}&fields=Type&orderby=id")
        return [(one["Type"], self.text_of(one["id"])) for one in told["items"]]

    def text_of(self, transaction: str) -> str:
        query = f'[{{"field":"TransactionId","value":"{transaction}"}}]'
        (text,) = self.by_hand("GET", f"attachments?query={query}&fields=Content")["items"]
        return str(text["Content"])

    def by_hand(self, method: str, path: str, **doc: Any) -> Any:
        """A person over there."""
        with requests.Session() as http:
            http.trust_env = False
            url = f"{self.rt.url}/REST/2.0/{path}"
            answer = http.request(method, url, json=doc or None, auth=("root", "password"), timeout=10)
            answer.raise_for_status()
            return answer.json()

    def all(self, kind: str) -> list[Doc]:
        told = self.by_hand("GET", f"{kind}s?query=id>0&fields=Subject,Name,Status,Priority,CustomFields,LastUpdated")
        return [
            one | {field["name"]: next(iter(field["values"]), None) for field in one.pop("CustomFields") or ()}
            for one in told["items"]
        ]


METERS = """
map: asset/desk.asset
fields:
  meters[name=pressure].value -> pressure: {null: keep}
"""


@pytest.fixture
def both(rt: RtServer, tmp_path: Path) -> Iterator[Both]:
    (tmp_path / "overlays/desk/request_tracker").mkdir(parents=True)
    (tmp_path / "overlays/desk/request_tracker/asset.yaml").write_text(METERS, encoding="utf-8")
    rt.stop()
    rt.start()  # on a fresh copy
    clock = RunningClock(timedelta())
    with LossyProxy(rt.port) as wire:
        told = SETTINGS.format(url=f"http://127.0.0.1:{wire.port}", queue=QUEUE, catalog=CATALOG)
        environment = {"RT_TOKEN": rt.token}
        with build(lay_out(tmp_path, told), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, rt, wire)


def test_a_ticket_of_the_desk_is_opened_here_and_its_end_goes_back(both: Both) -> None:
    made = both.by_hand("POST", "ticket", Queue=QUEUE, Subject="Chiller stands still 停机", Priority="75")
    both.settle()
    ticket = both.only("ticket")
    assert (ticket["type"], ticket["status"], ticket["priority"]) == ("repair", "new", "p2")
    assert ticket["number"].startswith("T-")
    assert [target["state"] for target in ticket["sla"]["targets"]] != []

    both.change("ticket", status="closed", fault={"remedy_text": "Replaced the compressor\n更换压缩机"})
    both.settle()
    (there,) = both.all("ticket")
    assert (there["id"], there["Status"]) == (made["id"], "resolved")
    assert there["Service Report"] == "Replaced the compressor\n更换压缩机"
    both.settle()
    assert both.all("ticket") == [there]
    assert both.in_peace()


def test_a_subject_crosses_both_ways_without_an_echo(both: Both) -> None:
    both.add("ticket", type="repair", status="new", subject="Alarm", priority="p1", description="Since this morning")
    both.settle()
    (there,) = both.all("ticket")
    assert (there["Subject"], there["Priority"], there["Status"]) == ("Alarm", "100", "new")
    assert there["Hub Id"] == both.only("ticket")["id"]

    both.by_hand("PUT", f"ticket/{there['id']}", Subject="Alarm E17 'so'", Status="stalled")
    both.settle()
    assert both.only("ticket")["subject"] == "Alarm E17 'so'"
    (settled,) = both.all("ticket")
    both.settle()
    both.settle()
    assert both.all("ticket") == [settled]


def test_a_ticket_stands_in_the_service_history_of_its_asset(both: Both) -> None:
    asset = both.add("asset", serial="CH-7001", name="Chiller 1", status="active").id
    both.add("ticket", type="repair", status="new", subject="Alarm", asset_ids=[asset])
    both.settle()
    (there,) = both.all("asset")
    links = both.by_hand("GET", f"asset/{there['id']}")["_hyperlinks"]
    assert [link["type"] for link in links if link["ref"] == "referred-to-by"] == ["ticket"]
    both.settle()
    assert both.in_peace()


@pytest.mark.parametrize("words", [b"POST /REST/2.0/asset", b"PUT /REST/2.0/asset"])
def test_one_asset_and_one_change_whatever_becomes_of_an_answer(both: Both, words: bytes) -> None:
    both.wire.lose_answer_to(words)
    both.add("asset", serial="CH-7001", name="Chiller 1 冷水机", status="active")
    both.settle()
    both.change("asset", serial="CH-7002")
    both.settle()
    both.settle()
    assert both.wire.lost.is_set()
    (there,) = both.all("asset")
    assert (there["Serial"], there["Status"], there["Name"]) == ("CH-7002", "in-use", "Chiller 1 冷水机")
    assert both.in_peace()


def test_an_asset_of_the_desk_is_known_here_and_its_replaced_serial_number_goes_back(both: Both) -> None:
    fields = {"Serial": "PU-1001", "Warranty Ends": "2028-01-31"}
    both.by_hand("POST", "asset", Catalog=CATALOG, Name="Pump 1", Status="allocated", CustomFields=fields)
    both.settle()
    asset = both.only("asset")
    assert (asset["serial"], asset["status"], asset["warranty"]) == ("PU-1001", "active", {"ends_on": "2028-01-31"})

    both.change("asset", serial="PU-1002")
    both.settle()
    (there,) = both.all("asset")
    assert (there["Serial"], there["Status"], there["Warranty Ends"]) == ("PU-1002", "allocated", "2028-01-31")
    assert datetime.fromisoformat(there["LastUpdated"]) <= datetime.now(UTC)
    assert both.in_peace()


def test_comments_cross_both_ways_once_each(both: Both) -> None:
    made = both.by_hand("POST", "ticket", Queue=QUEUE, Subject="Alarm")["id"]
    both.by_hand("POST", f"ticket/{made}/comment", Content="客户很着急\n<b>", ContentType="text/plain")
    rich = "<p>It works <b>again</b></p><p>谢谢</p>"
    both.by_hand("POST", f"ticket/{made}/correspond", Content=rich, ContentType="text/html")
    both.settle()
    told = both.hub.store.read(lambda tx: tx.records.all("comment"))
    assert {(one.doc["text"], one.doc["visibility"]) for one in told} == {
        ("客户很着急\n<b>", "internal"),
        ("It works again\n谢谢", "public"),
    }
    assert {(one.doc["author"], one.doc["system"]) for one in told} == {("Enoch Root", "desk")}
    assert {one.doc["ticket_id"] for one in told} == {both.only("ticket")["id"]}

    both.comment("明天上午到", "public")
    both.comment("<p>no HTML</p> 'quoted'", "internal")
    both.settle()
    assert set(both.written()[2:]) == {("Correspond", "明天上午到"), ("Comment", "<p>no HTML</p> 'quoted'")}
    for _ in range(2):
        both.settle()
    assert len(both.texts()) == len(both.written()) == 4
    assert both.in_peace()


def test_a_comment_on_a_closed_ticket_comes_and_reopens_nothing(both: Both) -> None:
    both.add("ticket", type="repair", status="new", subject="Alarm")
    both.settle()
    both.change("ticket", status="closed")
    both.settle()
    (there,) = both.all("ticket")
    both.by_hand("POST", f"ticket/{there['id']}/comment", Content="Thanks", ContentType="text/plain")
    both.settle()
    assert both.texts() == ["Thanks"]
    assert both.only("ticket")["status"] == "closed"
    assert both.in_peace()


def test_one_comment_though_the_answer_is_lost(both: Both) -> None:
    """Ours is known again by the custom field of its transaction."""
    both.add("ticket", type="repair", status="new", subject="Alarm")
    both.settle()
    both.comment("已联系客户", "public")
    both.wire.lose_answer_to(b"/correspond")
    both.settle()
    assert both.wire.lost.is_set()
    both.settle()
    assert [text for _, text in both.written()] == ["已联系客户"]
    assert both.texts() == ["已联系客户"]
    assert both.in_peace()


def test_a_meter_goes_into_the_custom_field_that_an_overlay_names(both: Both) -> None:
    both.add("asset", serial="CH-7001", name="Chiller 1", status="active")
    both.settle()
    meter = {"name": "pressure", "value": "0.72", "unit": "MPa", "at": "2026-03-02T04:00:00+00:00"}
    both.change("asset", meters=[meter])
    both.settle()
    both.settle()
    (there,) = both.all("asset")
    assert (there["Pressure"], there["Serial"]) == ("0.72", "CH-7001")
    assert both.only("asset")["meters"] == [meter]
    assert both.in_peace()
