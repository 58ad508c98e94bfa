"""A small service of OData 4 for tests: versions, links to the next page, delta links, batches, and what goes wrong."""

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests

ROOT = "http://things.example/odata/v4"
METADATA = """<?xml version="1.0"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices><Schema Namespace="things" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="Base" Abstract="true"><Key><PropertyRef Name="Id"/></Key>
<Property Name="Id" Type="Edm.String"/></EntityType>
<EntityType Name="Thing" BaseType="things.Base"><Property Name="Name" Type="Edm.String" MaxLength="20"/>
<Property Name="Price" Type="Edm.Decimal"/><Property Name="Modified" Type="Edm.DateTimeOffset"/>
<NavigationProperty Name="Parts" Type="Collection(things.Part)"/></EntityType>
<EntityType Name="Part"><Key><PropertyRef Name="No"/></Key><Property Name="No" Type="Edm.Int32" Nullable="false"/>
<Property Name="Label" Type="Edm.String"/></EntityType>
<Action Name="Close" IsBound="true"><Parameter Name="it" Type="things.Thing"/></Action>
<EntityContainer Name="C"><EntitySet Name="Things" EntityType="things.Thing"/>
<EntitySet Name="Parts" EntityType="things.Part"/>
</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"""
Answer = tuple[int, dict[str, str], str]
KEY = re.compile(r"Things\('([^']*)'\)(?:/(.*))?")


class Things:
    """What the service keeps; ``links`` are the delta links that it still knows."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[int, str]] = []  # version and id of every change, removed ones too
        self.size = 2
        self.links_hold = True
        self.elsewhere = False
        self.asked: list[str] = []
        self._versions = count(1)
        self._numbers = count(1)

    def __call__(self, request: requests.PreparedRequest) -> Answer:
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        return self.answer(str(request.method), str(request.url), dict(request.headers), body)

    def answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(url)
        path = unquote(parts.path).partition("/v4/")[2]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(f"{method} {path}")
        if path == "$metadata":
            return 200, {"Content-Type": "application/xml"}, METADATA
        if path == "$batch":
            return self._batch(json.loads(body))
        if path == "":
            return 200, {}, "{}"
        if method == "GET":
            return self._read(path, query, headers)
        return self._write(method, path, headers, json.loads(body) if body else {})

    def put(self, name: str, **values: Any) -> str:
        """Somebody over there makes or changes a thing."""
        version = next(self._versions)
        stamp = {"@odata.etag": f'W/"{version}"', "Modified": f"2026-01-31T08:00:{version:02}Z"}
        self.rows[name] = {"Id": name, "Parts": [], **self.rows.get(name, {}), **values, **stamp}
        self.log.append((version, name))
        return name

    def remove(self, name: str) -> None:
        """Somebody over there deletes one."""
        del self.rows[name]
        self.log.append((next(self._versions), name))

    def _read(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        one = KEY.fullmatch(path)
        if one:
            row = self.rows.get(one[1])
            return (200, {}, json.dumps(row)) if row else refused(404, "no such thing")
        if "$deltatoken" in query:
            return self._delta(int(query["$deltatoken"]))
        rows = sorted(self.rows.values(), key=lambda row: str(row["Id"]))
        if "$filter" in query:
            wanted = re.search(r"Name eq '((?:[^']|'')*)'", query["$filter"])
            rows = [row for row in rows if wanted is None or row.get("Name") == wanted[1].replace("''", "'")]
        first = int(query.get("$skiptoken", 0))
        doc: dict[str, Any] = {"value": rows[first : first + self.size]}
        if first + self.size < len(rows):
            host = "http://evil.example/odata/v4/" if self.elsewhere else ""
            doc["@odata.nextLink"] = f"{host}Things?$skiptoken={first + self.size}"
        elif "track-changes" in headers.get("Prefer", "") or first:
            doc["@odata.deltaLink"] = f"Things?$deltatoken={self.log[-1][0] if self.log else 0}"
        return 200, {}, json.dumps(doc)

    def _delta(self, since: int) -> Answer:
        if not self.links_hold:
            return refused(410, "the link has expired")
        changed = dict.fromkeys(name for version, name in self.log if version > since)
        rows = [
            {"Id": name, "Name": self.rows[name].get("Name")}
            if name in self.rows
            else {"@removed": {"reason": "deleted"}, "@id": f"Things('{name}')"}
            for name in changed
        ]
        last = self.log[-1][0] if self.log else 0
        return 200, {}, json.dumps({"value": rows, "@odata.deltaLink": f"Things?$deltatoken={last}"})

    def _write(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        if path == "Things":
            if len(body.get("Name", "")) > 20:
                return refused(400, "the name 'Geheim' is too long")
            name = self.put(str(next(self._numbers)), **body)
            return 201, {}, json.dumps(self.rows[name])
        one = KEY.fullmatch(path)
        if one is None or one[1] not in self.rows:
            return refused(404, "no such thing")
        if headers.get("If-Match") != self.rows[one[1]]["@odata.etag"]:
            return refused(412 if "If-Match" in headers else 428, "another version")
        values = {"Name": "closed"} if one[2] == "things.Close" else body
        self.put(one[1], **values)
        return 204, {}, ""

    def _batch(self, told: dict[str, Any]) -> Answer:
        responses = []
        for each in told["requests"]:
            body = json.dumps(each.get("body", {})).encode()
            status, _, text = self.answer(each["method"], f"{ROOT}/{each['url']}", each["headers"], body)
            responses.append({"id": each["id"], "status": status, "body": json.loads(text) if text else None})
        return 200, {"Content-Type": "application/json"}, json.dumps({"responses": responses})


def refused(status: int, message: str) -> Answer:
    return status, {}, json.dumps({"error": {"code": "things/1", "message": message}})


def always(status: int, headers: dict[str, str], body: str | bytes) -> Callable[[requests.PreparedRequest], Any]:
    """The metadata as it is, and one answer to everything else."""
    things = Things()

    def answer(request: requests.PreparedRequest) -> Any:
        if str(request.url).partition("?")[0].endswith("$metadata"):
            return things(request)
        return status, headers, body

    return answer
