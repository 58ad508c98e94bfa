"""The books of an ERP over SOAP: customers, invoices, payments. The example service of ``connectors/soap_erp.wsdl``.

It is strict where such services are: a token of WS-Security in each message, each nonce once; times without offset, of
its own zone; fields as the WSDL says, to the last letter; the revision that was read, with each change. Its invoices
have no unique reference: whoever creates one twice has two.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import Flask, Response, request

from hub.bootstrap.systems import shipped_connectors
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.soap import Application, Wsdl, told
from hub.testing.twin.twin import Clock, Twin

WSDL = Wsdl(shipped_connectors() / "soap_erp.wsdl")
ZONE = ZoneInfo("Asia/Shanghai")
CAP = 50  # records of a page, whatever is asked for
CENT = Decimal("0.01")
RATES = frozenset({Decimal(0), Decimal(6), Decimal(9), Decimal(13)})
CURRENCIES = frozenset({"CNY", "EUR", "USD"})
TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "customer": ("name",),
    "invoice": ("customerId", "currency", "lines"),
    "line": ("lineId", "item", "quantity", "unit", "price", "taxPercent"),
}
MANY = {"customer": "customers", "invoice": "invoices", "payment": "payments"}
LISTS = frozenset({"line"})
SEARCHED = ("externalRef", "taxNumber", "number")
Record = dict[str, Any]


class SoapErp(Twin):
    """One set of books."""

    connector = "soap_erp"
    settings: ClassVar[Mapping[str, Any]] = {"user": "hub"}
    secrets: ClassVar[Mapping[str, str]] = {"password": "only-for-trying"}

    def __init__(self, clock: Clock | None = None) -> None:
        self.service = Application(WSDL, self._answer, {self.settings["user"]: self.secrets["password"]})
        super().__init__(clock)
        self.app.wsgi_app = by_operation(self.app.wsgi_app)  # type: ignore[method-assign] # as Flask says

    def routes(self, app: Flask) -> None:
        """One address takes all messages; within the twin each operation has a path, for planned faults."""
        app.add_url_rule("/<operation>", view_func=self._serve, methods=["POST"])

    def refusal(self, error: RefusedError) -> Response:
        """Never an answer by itself: what is refused stands in the answer of an operation."""
        return Response(error.reason, status=error.status, mimetype="text/plain")

    def pay(self, invoice: str, amount: str) -> str:
        """A person books money that came for an invoice; gives the payment's id."""
        with self.rows.lock:
            row = self.rows.by_kind["invoice"][invoice]
            made = self.rows.add(
                "payment",
                {
                    "invoiceId": invoice,
                    "customerId": row.doc["customerId"],
                    "amount": amount,
                    "currency": row.doc["currency"],
                    "method": "BANK",
                    "status": "BOOKED",
                    "receivedAt": self._told(self.clock()),
                },
            )
            made.doc["number"] = f"RC-{int(made.id):06}"
            left = Decimal(row.doc["openAmount"]) - Decimal(amount)
            self.rows.change("invoice", invoice, {"openAmount": str(left)})
            return made.id

    def _serve(self, operation: str) -> Response:
        del operation  # soapbar finds it by itself
        status, kind, body = self.service.handle_request(
            request.get_data(), request.headers.get("SOAPAction", ""), request.content_type or ""
        )
        return Response(body, status=status, content_type=kind)

    def _answer(self, operation: str, given: Record) -> Record:
        verb, kind = re.fullmatch(r"([A-Z][a-z]+)([A-Z][a-z]+?)s?", operation).groups()  # type: ignore[union-attr] # of the WSDL
        try:
            with self.rows.lock:
                return {"resultCode": "OK", **getattr(self, f"_{verb.lower()}")(kind.lower(), given)}
        except RefusedError as error:
            return {"resultCode": error.code, "resultText": error.reason}

    def _server(self, _kind: str, _given: Record) -> Record:
        return {"product": "Books", "version": "3.2", "time": self._told(self.clock())}

    def _list(self, kind: str, given: Record) -> Record:
        since, until = (self._understood(given.get(name), name) for name in ("changedFrom", "changedTo"))
        if int(given.get("pageSize") or 0) < 1:
            raise RefusedError(200, "INVALID", "pageSize is required")
        found = self.rows.changed(kind, since, until)
        if (token := given.get("pageToken")) is not None:
            found = [row for row in found if (row.changed_at.isoformat(), int(row.id)) > self._position(token)]
        page = found[: min(CAP, int(given["pageSize"]))]
        more = {"nextPageToken": _token(page[-1])} if len(found) > len(page) else {}
        return {MANY[kind]: {kind: [self._record(row) for row in page]}, **more}

    def _get(self, kind: str, given: Record) -> Record:
        return {kind: self._record(self._row(kind, given))}

    def _find(self, kind: str, given: Record) -> Record:
        asked = {name: given[name] for name in SEARCHED if given.get(name)}
        if len(asked) != 1:
            raise RefusedError(200, "INVALID", "exactly one criterion is required")
        found = [row for row in self.rows.of(kind) if asked.items() <= row.doc.items()]
        return {MANY[kind]: {kind: [self._record(row) for row in found[:CAP]]}}

    def _create(self, kind: str, given: Record) -> Record:
        doc = told(given[kind], LISTS) if given.get(kind) else {}
        self._check(kind, doc)
        for name in REQUIRED[kind]:
            if not doc.get(name):
                raise RefusedError(200, "INVALID", f"{name} is required")
        row = self.rows.add(kind, {name: value for name, value in doc.items() if value is not None})
        if kind == "customer":
            row.doc["number"] = f"C{int(row.id):05}"
        else:
            row.doc |= {"status": "DRAFT", **self._totals(row.doc)}
        return {"id": row.id}

    def _update(self, kind: str, given: Record) -> Record:
        row = self._row(kind, given)
        if given.get("revision") != str(row.revision):
            raise RefusedError(200, "REVISION", "the record was changed meanwhile")
        doc = told(given[kind], LISTS) if given.get(kind) else {}
        if kind == "invoice" and row.doc["status"] != "DRAFT":
            raise RefusedError(200, "STATE", "only a draft can be changed")
        self._check(kind, doc)
        if any(doc.get(name, "told") in (None, "") for name in REQUIRED[kind]):
            raise RefusedError(200, "INVALID", "a required field cannot be cleared")
        changed = self.rows.change(kind, row.id, doc)
        if kind == "invoice":
            changed.doc |= self._totals(changed.doc)
        return {"revision": str(changed.revision)}

    def _post(self, kind: str, given: Record) -> Record:
        row = self._draft(kind, given)
        day = self.clock().astimezone(ZONE).date().isoformat()
        self.rows.change(kind, row.id, {"status": "POSTED", "number": f"IN-{int(row.id):06}", "invoiceDate": day})
        return {}

    def _cancel(self, kind: str, given: Record) -> Record:
        self.rows.change(kind, self._draft(kind, given).id, {"status": "CANCELLED", "openAmount": "0.00"})
        return {}

    def _draft(self, kind: str, given: Record) -> Row:
        row = self._row(kind, given)
        if row.doc["status"] != "DRAFT":
            raise RefusedError(200, "STATE", "it is not a draft")
        return row

    def _row(self, kind: str, given: Record) -> Row:
        row = self.rows.get(kind, given.get("id") or "")
        if row is None:
            raise RefusedError(200, "NOT_FOUND", "there is no such record")
        return row

    def _check(self, kind: str, doc: Record) -> None:
        """What the schema cannot say."""
        if doc.get("taxNumber") and not TAX_NUMBER.fullmatch(doc["taxNumber"]):
            raise RefusedError(200, "INVALID", "taxNumber is not one")
        for name in ("mobile", "telephone"):  # kept without blanks, whoever wrote them
            if doc.get(name):
                doc[name] = doc[name].replace(" ", "")
        if kind == "invoice":
            self._check_invoice(doc)

    def _check_invoice(self, doc: Record) -> None:
        if "customerId" in doc and self.rows.get("customer", doc["customerId"] or "") is None:
            raise RefusedError(200, "INVALID", "there is no such customer")
        if doc.get("currency", "CNY") not in CURRENCIES:
            raise RefusedError(200, "INVALID", "currency is not one of ours")
        lines = _lines(doc)
        if "lines" in doc and not lines:
            raise RefusedError(200, "INVALID", "an invoice without lines")
        if len({line.get("lineId") for line in lines}) < len(lines):
            raise RefusedError(200, "INVALID", "a lineId stands twice")
        for line in lines:
            if any(not line.get(name) for name in REQUIRED["line"]) or Decimal(line["taxPercent"]) not in RATES:
                raise RefusedError(200, "INVALID", "a line is not complete, or its tax rate is not ours")

    def _totals(self, doc: Record) -> Record:
        net = tax = Decimal(0)
        for line in _lines(doc):
            amount = (Decimal(line["quantity"]) * Decimal(line["price"])).quantize(CENT, ROUND_HALF_UP)
            line["amount"] = str(amount)
            net += amount
            tax += (amount * Decimal(line["taxPercent"]) / 100).quantize(CENT, ROUND_HALF_UP)
        gross = str((net + tax).quantize(CENT))
        return {
            "netTotal": str(net.quantize(CENT)),
            "taxTotal": str(tax.quantize(CENT)),
            "grossTotal": gross,
            "openAmount": gross,
        }

    def _record(self, row: Row) -> Record:
        return {**row.doc, "id": row.id, "revision": str(row.revision), "changedAt": self._told(row.changed_at)}

    def _told(self, at: datetime) -> str:
        return at.astimezone(ZONE).replace(tzinfo=None, microsecond=0).isoformat()

    def _understood(self, text: str | None, name: str) -> datetime:
        at = datetime.fromisoformat(text) if text else None
        if at is None or at.tzinfo is not None:
            raise RefusedError(200, "INVALID", f"{name} is a local time, without offset")
        return at.replace(tzinfo=ZONE)

    def _position(self, token: str) -> tuple[str, int]:
        try:
            at, _, number = base64.urlsafe_b64decode(token).decode().partition("|")
            return at, int(number)
        except ValueError as error:
            raise RefusedError(200, "TOKEN", "the page token is not one") from error


def by_operation(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application with the operation of a message as its path."""

    def served(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        operation = environ.get("HTTP_SOAPACTION", "").strip('"').rpartition("/")[2]
        return app({**environ, "PATH_INFO": f"/{operation or 'nothing'}"}, start)

    return served


def _lines(doc: Record) -> list[Record]:
    found = doc.get("lines")
    return found.get("line", []) if isinstance(found, dict) else []


def _token(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row.changed_at.isoformat()}|{row.id}".encode()).decode()


TWIN = SoapErp
