"""What Salesforce tells: rows of a query page by page, and what an object is."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import request

from hub.domain.documents import Doc
from hub.testing.twin.fields import Field
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.salesforce.objects import AT, BASE, LONG, MAIL, OBJECTS, REFERENCES, fields_of, related
from hub.testing.twins.salesforce.soql import Query, comparable, parsed

LOCATORS = timedelta(days=2)
UPWARDS: Mapping[str, Callable[[Doc], str | None]] = {
    "Order": lambda doc: "Draft" if doc.get("Status") == "Draft" else "Activated",
    "Contract": lambda doc: {"Draft": "Draft", "In Approval Process": "InApproval"}.get(doc["Status"], "Activated"),
}


class Reading:
    """Reads; ``page`` is how many rows a query tells at a time, ``locators`` are the listings that may go on."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.page = 2000
        self.locators: dict[str, tuple[datetime, Query, list[str]]] = {}

    @staticmethod
    def resources() -> Doc:
        """What there is below a version."""
        return {name: f"{BASE}/{name}" for name in ("sobjects", "query", "queryAll", "composite", "limits")}

    def describe(self, kind: str) -> Doc:
        """What an object is."""
        fields = [
            {
                "name": name,
                "label": name.removesuffix("__c").replace("_", " "),
                "type": type_of(name, one),
                "length": one.most or 0,
                "nillable": not one.required,
                "createable": not one.read_only,
                "updateable": not one.read_only,
                "picklistValues": [
                    {"value": value, "label": value, "active": True} for value in sorted(one.values or ())
                ],
                "referenceTo": list(REFERENCES.get(name, ())),
            }
            for name, one in fields_of(kind).items()
        ]
        return {"name": kind, "label": kind, "fields": fields}

    def queried(self, *, bin_too: bool) -> Doc:
        """The first page of a query; ``bin_too``: with what lies in the recycle bin."""
        query = parsed(request.args.get("q", ""))
        rows = self.rows.of(query.kind)
        if bin_too:
            rows = [*rows, *self.rows.deleted.get(query.kind, {}).values()]
        found = [row for row in rows if query.meets(lambda name, row=row: self._value(query.kind, row, name))]  # type: ignore[misc] # bound now
        for name, downwards in reversed(query.order):
            found.sort(key=lambda row, name=name: self._ordered(query.kind, row, name), reverse=downwards)  # type: ignore[misc] # bound now
        return self._page(query, [row.id for row in found], 0, f"01g{secrets.token_hex(8)}")

    def more(self, locator: str) -> Doc:
        """The page at a locator."""
        mark, _, at = locator.rpartition("-")
        begun, query, ids = self.locators.get(mark, (None, None, []))
        if begun is None or query is None or begun + LOCATORS < self.rows.clock() or not at.isdecimal():
            raise RefusedError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(query, ids, int(at), mark)

    def _page(self, query: Query, ids: list[str], at: int, mark: str) -> Doc:
        end = at + self.page
        records = [self._told(query, row) for one in ids[at:end] if (row := self._any(query.kind, one)) is not None]
        told: Doc = {"totalSize": len(ids), "done": end >= len(ids), "records": records}
        if end < len(ids):
            self.locators.setdefault(mark, (self.rows.clock(), query, ids))
            told["nextRecordsUrl"] = f"{BASE}/query/{mark}-{end}"
        return told

    def _any(self, kind: str, row_id: str) -> Row | None:
        return self.rows.get(kind, row_id) or self.rows.deleted.get(kind, {}).get(row_id)

    def _told(self, query: Query, row: Row) -> Doc:
        told: Doc = {"attributes": attributes(query.kind, row.id)}
        for name in query.fields:
            relation, _, there = name.rpartition(".")
            if not relation:
                told[name] = self._value(query.kind, row, name)
                continue
            field, kind = related(query.kind, relation)
            other = self._any(kind, str(row.doc.get(field)))
            if other is None:
                told[relation] = None
            else:
                told.setdefault(relation, {"attributes": attributes(kind, other.id)})[there] = other.doc.get(there)
        return told

    def _value(self, kind: str, row: Row, name: str) -> Any:
        system: dict[str, Callable[[], Any]] = {
            "Id": lambda: row.id,
            "IsDeleted": lambda: row.id in self.rows.deleted.get(kind, {}),
            "CreatedDate": lambda: stamp(row.created_at),
            "SystemModstamp": lambda: stamp(row.changed_at),
            "TotalAmount": lambda: sum(
                one.doc["Quantity"] * one.doc["UnitPrice"]
                for one in self.rows.of("OrderItem")
                if one.doc["OrderId"] == row.id
            ),
            "StatusCode": lambda: UPWARDS[kind](row.doc),
            **({"AccountId": lambda: self._account_of(row.doc)} if kind == "Task" else {}),
        }
        if kind == "Contact" and name == "Name":
            return " ".join(filter(None, (row.doc.get("FirstName"), row.doc["LastName"])))
        if kind == "Account" and row.doc.get("IsPersonAccount") and name == "Name":
            return f"{row.doc['FirstName']} {row.doc['LastName']}"
        value = system[name]() if name in system else row.doc.get(name)
        return float(value) if isinstance(value, int) and OBJECTS[kind][name].form == "number" else value

    def _account_of(self, task: Doc) -> str | None:
        """The account that a task is about, else that of the contact that it is with."""
        about, contact = str(task.get("WhatId")), self._any("Contact", str(task.get("WhoId")))
        if self._any("Account", about) is not None:
            return about
        contract = self._any("Contract", about)
        found = contract.doc if contract is not None else contact.doc if contact is not None else {}
        return found.get("AccountId")

    def _ordered(self, kind: str, row: Row, name: str) -> tuple[bool, Any]:
        value = self._value(kind, row, name)
        return value is not None, comparable(value) if value is not None else 0


def attributes(kind: str, row_id: str) -> Doc:
    """What every record says of itself."""
    return {"type": kind, "url": f"{BASE}/sobjects/{kind}/{row_id}"}


def stamp(at: datetime) -> str:
    """A time as it is told: whole seconds, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def type_of(name: str, one: Field) -> str:
    """The kind of a field, as a describe calls it."""
    if name == "Id":
        return "id"
    if name in REFERENCES:
        return "reference"
    if one.values:
        return "picklist"
    if one.form != "text":
        return {"number": "currency", "bool": "boolean"}.get(one.form, one.form)
    return {AT: "datetime", MAIL: "email"}.get(one.pattern or "", "textarea" if one.most == LONG else "string")
