"""The ERP: numbers as ids, epoch milliseconds to the second, native idempotency keys, revisions, documents with steps.

It trims and upper-cases codes, lower-cases mail addresses, rounds money to two places, and works out sums itself.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from tests.flagship.rules import Doc, RefusedError, Rule, Rules
from tests.flagship.twin import Clock, Request, Row, Twin

CENT = Decimal("0.01")
MONEY = r"-?\d+(\.\d+)?"


def cents(value: str) -> str:
    """Rounded to two places, half up."""
    return str(Decimal(value).quantize(CENT, ROUND_HALF_UP))


class Erp(Twin):
    """Partners, items, and bills that are confirmed, posted and paid."""

    name = "erp"
    key = "hub_key"
    skew = timedelta(seconds=-40)
    grain = timedelta(seconds=1)
    headers = frozenset({"Authorization", "Idempotency-Key", "Revision"})
    objects: ClassVar[Mapping[str, Rules]] = {
        "partner": {
            "title": Rule(required=True, longest=60),
            "code": Rule(longest=20, keeps=lambda text: text.strip().upper()),
            "mail": Rule(longest=100, shape=r"[^@ ]+@[^@ ]+", keeps=str.lower),
            "vat": Rule(longest=32),
            "hub_key": Rule(longest=40),
        },
        "item": {
            "sku": Rule(required=True, longest=40, keeps=lambda text: text.strip().upper()),
            "label": Rule(required=True, longest=60),
            "price": Rule(shape=MONEY, keeps=cents),
            "unit": Rule(required=True, choices=("EA", "M", "KG", "L")),
            "hub_key": Rule(longest=40),
        },
        "bill": {
            "partner": Rule(kind=int, required=True, refers="partner"),
            "currency": Rule(required=True, choices=("CNY",)),
            "hub_key": Rule(longest=40, required=True),
            "lines": Rule(
                kind=list,
                required=True,
                rows={
                    "key": Rule(required=True, longest=40),
                    "text": Rule(required=True, longest=80),
                    "qty": Rule(required=True, shape=MONEY),
                    "price": Rule(required=True, shape=MONEY),
                    "vat": Rule(required=True, shape=MONEY),
                },
            ),
            "state": Rule(computed=True),
            "number": Rule(computed=True),
            "net": Rule(computed=True),
            "tax": Rule(computed=True),
            "total": Rule(computed=True),
            "open": Rule(computed=True),
        },
    }
    moves: ClassVar[Mapping[tuple[str, str], str]] = {
        ("draft", "confirm"): "confirmed",
        ("confirmed", "post"): "posted",
        ("posted", "pay"): "paid",
    }

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._keys: dict[str, tuple[str, str]] = {}

    def credential(self) -> str:
        """An API key that is rotated."""
        return f"ApiKey erp-{self.token}"

    def op_create(self, request: Request) -> Doc:
        """Once per idempotency key; the same key with another body is refused."""
        key = request["headers"].get("Idempotency-Key")
        if not key:
            raise RefusedError(400, "Idempotency-Key is required")
        body = json.dumps(request["body"], sort_keys=True)
        if key in self._keys:
            told, row_id = self._keys[key]
            if told != body:
                raise RefusedError(422, "this key was used with another body")
            if (request["object"], row_id) not in self.rows:
                raise RefusedError(422, "what this key has made is deleted")
            return self.shown(request["object"], self.rows[request["object"], row_id])
        made = super().op_create(request)
        self._keys[key] = (body, self.read_id(made["id"]))
        return made

    def check_version(self, request: Request, row: Row) -> None:
        """The revision is required, and must be the present one; a bill is not edited once it is confirmed."""
        if request["headers"].get("Revision") != str(row.revision):
            raise RefusedError(412, "the record was changed")
        if row.doc.get("state", "draft") != "draft":
            raise RefusedError(422, "a confirmed bill cannot be changed")

    def op_act(self, request: Request) -> Doc:
        """Confirm or post; only the present state's action is allowed."""
        name, action = request["object"], request["body"]["action"]
        row = self.need(name, self.read_id(request["id"]))
        if action not in {"confirm", "post"} or (row.doc.get("state"), action) not in self.moves:
            raise RefusedError(409, f"{action} is not possible in state {row.doc.get('state')}")
        self.move(row, action)
        self.note_write(action, name, row, {})
        return self.shown(name, row)

    def move(self, row: Row, action: str) -> None:
        """Move a bill on."""
        state = self.moves[row.doc["state"], action]
        row.doc["state"] = state
        self.put("bill", row, {})

    def complete(self, name: str, doc: Doc) -> Doc:
        """Sums, number and state of a bill: each line is rounded by itself."""
        if name != "bill":
            return doc
        nets = [Decimal(cents(str(Decimal(line["qty"]) * Decimal(line["price"])))) for line in doc["lines"]]
        taxes = [Decimal(cents(str(net * Decimal(line["vat"])))) for net, line in zip(nets, doc["lines"], strict=True)]
        net, tax = sum(nets, Decimal(0)), sum(taxes, Decimal(0))
        state = doc.get("state", "draft")
        number = {"number": f"B{doc['hub_key'][:6]}"} if state in {"posted", "paid"} else {}
        left = Decimal(0) if state == "paid" else net + tax
        return {
            **doc, "state": state, **number,
            "net": str(net), "tax": str(tax), "total": str(net + tax), "open": cents(str(left)),
        }  # fmt: skip

    def write_id(self, row_id: str) -> int:
        """Ids are numbers."""
        return int(row_id)

    def read_id(self, told: Any) -> str:
        """Ids are numbers, and nothing else."""
        if type(told) is not int:
            raise RefusedError(400, "id: a number is expected")
        return str(told)

    def write_instant(self, at: datetime) -> int:
        """Milliseconds since 1970, to the second."""
        return int(at.timestamp()) * 1000

    def read_instant(self, told: Any) -> datetime:
        """Milliseconds since 1970, and nothing else."""
        if type(told) is not int or told < 0:
            raise RefusedError(400, "milliseconds since 1970 are expected")
        return datetime.fromtimestamp(told / 1000, UTC)
