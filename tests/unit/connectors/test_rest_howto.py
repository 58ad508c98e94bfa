"""The example of docs/howto/connect-any-rest-api.md is a connector file that works."""

import re
from pathlib import Path
from typing import Any

from connectors.rest import connected
from hub.files.connectors import load_connector
from hub.ports.connector import Setup
from tests.unit.connectors.rest_system import BASE, NOW, Asked, FakeHttp, at, iso

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "connect-any-rest-api.md"
TICKET = {
    "id": 7, "subject": "Leak", "status": "open", "account": {"id": 3}, "priority": {"code": "P1"}, "due": iso(0),
    "cost": 12.5, "updated_at": iso(1), "custom": [{"name": "hub_id", "value": "h1"}],
}  # fmt: skip


def say(asked: Asked) -> Any:
    if asked.path.endswith("/comments"):
        return []
    if asked.method == "GET" and asked.path.endswith("/tickets"):
        return {"items": [TICKET]}
    return (200, {"ETag": '"1"'}, TICKET) if asked.method == "GET" else {"id": 7}


def test_the_example_reads_and_writes(tmp_path: Path) -> None:
    text = re.search(r"```yaml\n(connector:.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert text is not None
    path = tmp_path / "acme_desk.yaml"
    path.write_text(text[1], "utf-8")
    file = load_connector(path)
    http = FakeHttp(say)
    settings = {"url": BASE, "token": "t"}
    desk = connected(Setup("desk", settings, file.objects, file.remote, file.connection, now=lambda: NOW), http)
    listed = desk.changes("ticket", since=at(0), until=at(5)).records[0]
    assert listed.doc == {
        "subject": "Leak", "status": "open", "customer": "3", "priority": "P1", "due": "2026-03-02T01:00:00+00:00",
        "cost": "12.5", "hub_id": "h1", "comments": [],
    }  # fmt: skip
    assert [one.id for one in desk.find("ticket", "hub_id", "h1")] == ["7"]
    assert http.asked[-2].query == {"custom_hub_id": "h1"}
    desk.create("ticket", {"subject": "Leak", "cost": "12.50", "hub_id": "h1"})
    assert http.asked[-3].text == '{"subject":"Leak","cost":12.50,"custom":{"hub_id":"h1"}}'
    assert http.asked[-3].headers["authorization"] == "Bearer t"
