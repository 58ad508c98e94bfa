"""What may be written to Salesforce: records one by one, by our key, or up to 200 in a call."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.salesforce.objects import (
    BASE,
    EXTERNAL,
    NUMBERED,
    PARENTS,
    PREFIXES,
    REFERENCES,
    fields_of,
    is_id,
    taken,
    told_of,
    whole_id,
)
from hub.testing.twins.salesforce.reading import stamp

COLLECTION = 200
USER = "hub@acme.example"


class Writing:
    """Writes.

    ``locked`` are ids that somebody else is writing; with ``blocks_duplicates`` a second account of a name is refused.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.locked: set[str] = set()
        self.blocks_duplicates = False

    def create(self, kind: str) -> tuple[Doc, int]:
        """A new record."""
        return result(self._made(kind, sent_of(kind, self._body())).id), 201

    def update(self, kind: str, row_id: str) -> tuple[str, int]:
        """Other values for a known one."""
        self._change(kind, row_id, sent_of(kind, self._body()))
        return "", 204

    def upsert(self, kind: str, field: str, value: str) -> Any:
        """A new record or other values for the one with this value; 300 where there are several."""
        sent = sent_of(kind, self._body())
        if {"Id", field} & sent.keys():
            raise RefusedError(400, "INVALID_FIELD", f"The external id {field} should not be specified in the body")
        found = self._matching(kind, field, value)
        if len(found) > 1:
            return jsonify([f"{BASE}/sobjects/{kind}/{row.id}" for row in found]), 300
        told, status = self._upserted(kind, sent | {field: value}, found)
        return told, status

    def _upserted(self, kind: str, doc: Doc, found: list[Row]) -> tuple[Doc, int]:
        if not found:
            return result(self._made(kind, doc).id) | {"created": True}, 201
        self._change(kind, found[0].id, doc)
        return result(found[0].id) | {"created": False}, 200

    def update_many(self) -> Response:
        """Other values for up to 200."""

        def update(record: Doc) -> Doc:
            kind = record.get("attributes", {}).get("type", "")
            row_id = record.pop("id", None) or record.pop("Id", None)
            if not row_id:
                raise RefusedError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
            self._change(kind, str(row_id), sent_of(kind, record))
            return result(whole_id(str(row_id)))

        return self._collected(update)

    def upsert_many(self, kind: str, field: str) -> Response:
        """Up to 200 new or known ones."""

        def upsert(record: Doc) -> Doc:
            if record.get("attributes", {}).get("type") != kind:
                raise RefusedError(400, "INVALID_INPUT", f"Only objects of type {kind}")
            doc = sent_of(kind, record)
            value = str(doc.get(field) or "")
            if not value:
                raise RefusedError(400, "MISSING_ARGUMENT", f"{field} not specified")
            found = self._matching(kind, field, value)
            if len(found) > 1:
                raise RefusedError(400, "DUPLICATE_EXTERNAL_ID", f"{field}: more than one record found")
            return self._upserted(kind, doc, found)[0]

        return self._collected(upsert)

    def _collected(self, write: Callable[[Doc], Doc]) -> Response:
        told = self._body()
        records = told.get("records")
        if told.keys() - {"allOrNone", "records"} or not isinstance(records, list) or told.get("allOrNone") is True:
            raise RefusedError(400, "INVALID_INPUT", "allOrNone (false, to this twin) and records are expected")
        if len(records) > COLLECTION:
            raise RefusedError(400, "EXCEEDED_MAX_RECORDS", f"record limit reached: {COLLECTION}")
        results: list[Doc] = []
        for record in records:
            try:
                results.append(write(dict(record)))
            except RefusedError as error:
                wrong = told_of(error)
                wrong["statusCode"] = wrong.pop("errorCode")
                results.append({"success": False, "errors": [wrong]})
        return jsonify(results)

    @staticmethod
    def _body() -> Doc:
        if request.mimetype != "application/json":
            raise RefusedError(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request")
        told = request.get_json(silent=True)
        if not isinstance(told, dict):
            raise RefusedError(400, "JSON_PARSER_ERROR", "Unexpected character")
        return told

    def _matching(self, kind: str, field: str, value: str) -> list[Row]:
        fields_of(kind)
        if EXTERNAL.get(kind) != field:
            reason = f"Provided external ID field does not exist or is not accessible: {field}"
            raise RefusedError(404, "NOT_FOUND", reason)
        return [row for row in self.rows.of(kind) if str(row.doc.get(field) or "").casefold() == value.casefold()]

    def _made(self, kind: str, sent: Doc) -> Row:
        doc = taken(kind, sent, making=True)
        if doc.get("Status") == "Closed - Converted":
            raise RefusedError(400, "INVALID_STATUS", "invalid convertedStatus: a lead is converted by convertLead")
        self._refer(kind, doc)
        self._alone(kind, doc, None)
        same = [row for row in self.rows.of(kind) if kind == "Account" and row.doc.get("Name") == doc.get("Name")]
        if self.blocks_duplicates and same:
            raise RefusedError(400, "DUPLICATES_DETECTED", "Use one of these records?")
        return self.add(kind, {**doc, **({"CreatedById": self.me} if "CreatedById" in fields_of(kind) else {})})

    @property
    def me(self) -> str:
        """The user that the app runs as."""
        known = (row.id for row in self.rows.of("User") if row.doc["Username"] == USER)
        return next(known, None) or self.add("User", {"Username": USER, "Name": "TicketHub"}).id

    def add(self, kind: str, doc: Doc) -> Row:
        """A record, as it is."""
        number = next(self.rows.numbers)
        numbered = {NUMBERED[kind]: f"{number:08}"} if kind in NUMBERED else {}
        return self.rows.add(kind, self._closed(kind, {**doc, **numbered}), whole_id(f"{PREFIXES[kind]}5g{number:010}"))

    def _change(self, kind: str, row_id: str, sent: Doc) -> None:
        fields_of(kind)
        if not is_id(row_id) or not row_id.startswith(PREFIXES[kind]):
            raise RefusedError(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        row_id = whole_id(row_id)
        if row_id in self.rows.deleted.get(kind, {}):
            raise RefusedError(404, "ENTITY_IS_DELETED", "entity is deleted")
        row = self.rows.get(kind, row_id)
        if row is None:
            raise RefusedError(404, "NOT_FOUND", "The requested resource does not exist")
        doc = taken(kind, sent, making=False)
        if row.doc.get("IsPersonAccount") and "Name" in doc:
            reason = "Account: bad field names on insert/update call: Name"
            raise RefusedError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", reason, field="Name")
        if row_id in self.locked:
            raise RefusedError(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        if doc.get("Status") == "Closed - Converted":
            raise RefusedError(400, "INVALID_STATUS", "invalid convertedStatus: a lead is converted by convertLead")
        if row.doc.get("IsConverted"):
            raise RefusedError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        self._refer(kind, doc)
        self._alone(kind, doc, row)
        self.rows.change(kind, row_id, self._closed(kind, doc))

    def _refer(self, kind: str, doc: Doc) -> None:
        for name, usual in REFERENCES.items():
            kinds = (PARENTS[kind],) if name == "ParentId" and kind in PARENTS else usual
            if doc.get(name) is None:
                continue
            doc[name] = whole_id(doc[name])
            if not any(self.rows.get(one, doc[name]) for one in kinds):
                raise RefusedError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field=name)

    def _alone(self, kind: str, doc: Doc, row: Row | None) -> None:
        """Our field is unique, where it is an external id; so it is not upon the task."""
        field = EXTERNAL.get(kind)
        if field is None or doc.get(field) is None:
            return
        if any(one is not row for one in self._matching(kind, field, doc[field])):
            raise RefusedError(400, "DUPLICATE_VALUE", f"duplicate value found: {field}", field=field)

    def _closed(self, kind: str, doc: Doc) -> Doc:
        if kind == "Task" and "Status" in doc:
            is_done = doc["Status"] == "Completed"
            at = stamp(self.rows.clock()) if is_done else None
            return {**doc, "IsClosed": is_done, "CompletedDateTime": at}
        if kind != "Case" or "Status" not in doc:
            return doc
        is_closed = doc["Status"] == "Closed"
        return {**doc, "IsClosed": is_closed, "ClosedDate": stamp(self.rows.clock()) if is_closed else None}


def sent_of(kind: str, told: Doc) -> Doc:
    """The fields of a record that was sent; RefusedError where it is of another object."""
    named = told.pop("attributes", {"type": kind})
    if named.get("type") != kind:
        raise RefusedError(400, "INVALID_INPUT", "the type of the record is another one")
    return told


def result(row_id: str) -> Doc:
    """That a record was written."""
    return {"id": row_id, "success": True, "errors": []}
