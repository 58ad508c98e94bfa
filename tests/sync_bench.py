"""A hub with one in-memory system, for the tests of the sync engine."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub.domain.documents import Doc
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.connector import ObjectSpec, Step
from hub.ports.crash import CrashPoints, NoCrash
from hub.ports.records import Record
from hub.ports.store import Store
from hub.services import inbound, outbound, records
from hub.services.composing import composed
from hub.services.context import Actor, Hub, System
from hub.testing.clock import FakeClock, SerialIds
from hub.testing.fake_system import FakeSystem

CUSTOMER = """
map: customer/erp.party
version: 1
hub: {entity: customer, schema: canonical/customer.json}
remote: {system: erp, object: party, schema: remote/erp/party.json}
identity:
  remote_id: id
  external_id: id -> hub_id
  adopt_if: [[tax_id], [code, name]]
fields:
  code <-> code:
  name <-> name: {owner: hub}
  phone <-> phone: {as: phone(CN), owner: remote, sensitive: true}
  email <-> mail: {owner: review, sensitive: true}
  tax_id <-> tax: {owner: hub, sensitive: true}
sync:
  default_owner: hub
  guard: {max_changed: 20%, max_deleted: 10, floor: 1}
"""

KINDS = CUSTOMER.replace(
    "fields:\n",
    "values:\n  kind: {company: C, person: P}\nfields:\n  kind <-> type: {map: kind, other: review}\n",
)  # a person is asked about a kind that is none of these

INVOICE = """
map: invoice/erp.bill
version: 1
hub: {entity: invoice, schema: canonical/invoice.json}
remote: {system: erp, object: bill, schema: remote/erp/bill.json}
identity:
  remote_id: id
  external_id: id -> reference
values:
  state: {draft: [draft, validated], issued: [posted, paid], void: cancelled}
fields:
  customer_id <-> party: {ref: customer, owner: hub}
  currency -> currency:
  state <- state: {map: state}
  number <- number:
sync:
  default_owner: remote
"""

SPECS = (
    ObjectSpec("party", idempotency="lookup", lookup_by="hub_id", settle=timedelta(seconds=30)),
    ObjectSpec(
        "bill",
        idempotency="lookup",
        lookup_by="reference",
        settle=timedelta(seconds=30),
        state="state",
        goals={
            "posted": (
                Step("draft", "validate", "validated", "{system} did not validate the bill."),
                Step("validated", "post", "posted", "{system} did not post the bill: the period may be closed."),
            )
        },
    ),
)
MOVES = {("draft", "validate"): "validated", ("validated", "post"): "posted", ("posted", "pay"): "paid"}


def as_the_erp_writes(name: str, doc: Doc) -> Doc:
    """Codes in capitals, mail addresses in small letters, bills with a state and, once posted, a number."""
    doc = {field: value for field, value in doc.items() if value is not None}
    if name == "bill":
        doc = {"state": "draft", **doc}
        return doc | ({"number": "B-1"} if doc["state"] in {"posted", "paid"} else {})
    return doc | {field: turn(doc[field]) for field, turn in (("code", str.upper), ("mail", str.lower)) if field in doc}


class EveryDocument:
    """Schemas that accept everything: these tests are about the engine."""

    def check(self, entity: str, doc: Doc) -> None:
        """Accept."""

    def check_given(self, entity: str, doc: Doc) -> None:
        """Accept."""

    def schema(self, entity: str) -> dict[str, Any]:
        """What the engine reads of a schema."""
        blind = {name: {"x-blind": True} for name in ("phone", "email", "tax_id")}
        return {"properties": {**blind, **({"error": {}} if entity == "invoice" else {})}}

    def searched(self, _entity: str) -> tuple[str, ...]:
        return ()

    def entities(self) -> tuple[str, ...]:
        """The mapped entities."""
        return ("customer", "invoice")


@dataclass
class Bench:
    """A hub, its clock, and the system that it is connected to."""

    hub: Hub
    clock: FakeClock
    erp: FakeSystem

    def add(self, entity: str, **values: Any) -> Record:
        """A person adds a record."""
        return self.hub.store.run(
            lambda tx: records.create(self.hub, tx, Actor("li", self.hub.ids.new()), entity, values)
        )

    def change(self, record: Record, **values: Any) -> Record:
        """A person changes a record."""
        actor = Actor("li", self.hub.ids.new())
        return self.hub.store.run(
            lambda tx: records.change(self.hub, tx, actor, tx.records.need(record.entity, record.id), values)
        )

    def get(self, record: Record) -> Doc:
        """The record as it is now."""
        return self.hub.store.read(lambda tx: tx.records.need(record.entity, record.id)).doc

    def only(self, entity: str) -> Record:
        """The one record of an entity."""
        (record,) = self.hub.store.read(lambda tx: tx.records.all(entity))
        return record

    def run(self, rounds: int = 1, passing: timedelta = timedelta(seconds=1)) -> None:
        """Let the hub work: poll, take in, deliver, while time goes by."""
        for _ in range(rounds):
            self.clock.pass_by(passing)
            if not self.erp.down:
                inbound.poll(self.hub, self.hub.systems["erp"])
            while inbound.process(self.hub):
                pass
            while outbound.deliver(self.hub, "erp"):
                pass

    def settle(self) -> None:
        """Let all waiting and doubt run out."""
        self.run(rounds=40, passing=timedelta(seconds=20))

    def open_count(self) -> int:
        """Deliveries that are neither done nor dead."""
        return self.hub.store.read(lambda tx: tx.outbox.open_count())


def bench(
    store: Store,
    clock: FakeClock,
    points: CrashPoints | None = None,
    erp: FakeSystem | None = None,
    customer: str = CUSTOMER,
    invoice: str = INVOICE,
) -> Bench:
    """A hub with a customer and an invoice mapping to an in-memory ERP."""
    erp = erp or FakeSystem(clock, SPECS, as_the_erp_writes, MOVES)
    mappings = [
        compile_mapping(parse_mapping(text, name))
        for name, text in (("customer.yaml", customer), ("invoice.yaml", invoice))
    ]
    system = System("erp", composed(erp, mappings), erp.objects(), {mapping.entity: mapping for mapping in mappings})
    hub = Hub(store, clock, SerialIds(), EveryDocument(), None, None, {"erp": system})  # type: ignore[arg-type] # no blobs, no policies here
    return Bench(replace(hub, points=points or NoCrash()), clock, erp)
