"""A hub with one system in memory, and one open question of each kind, as they come up in real work."""

from dataclasses import replace
from typing import Any

from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import inbound, outbound, records, suggesting
from hub.services.context import Actor, Hub, System
from hub.services.guarded import Guarded
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, SPECS

PARTY = CUSTOMER.replace("fields:\n", "values:\n  kind: {organisation: O, person: P}\nfields:\n", 1).replace(
    "fields:\n  code",
    "fields:\n  kind <-> type: {map: kind, other: review}\n  level <-> class: {owner: remote}\n  code",
    1,
)


def connect(hub: Hub, clock: FakeClock) -> Hub:
    """The hub with the system."""
    mapping = compile_mapping(parse_mapping(PARTY, "erp/customer.yaml"))
    fake = FakeSystem(clock, SPECS)
    return replace(hub, systems={"erp": System("erp", fake, fake.objects(), {"customer": mapping})})


def erp(hub: Hub) -> FakeSystem:
    """The system itself."""
    guarded = hub.systems["erp"].connector
    fake = guarded.connector if isinstance(guarded, Guarded) else guarded
    assert isinstance(fake, FakeSystem)
    return fake


def run(hub: Hub, rounds: int = 3) -> None:
    """Let the hub work."""
    for _ in range(rounds):
        inbound.poll(hub, hub.systems["erp"])
        while inbound.process(hub):
            pass
        while outbound.deliver(hub, "erp"):
            pass


def add(hub: Hub, **values: Any) -> Record:
    """A person adds a customer."""
    actor = Actor("li", hub.ids.new())
    return hub.store.run(lambda tx: records.create(hub, tx, actor, "customer", values))


def change(hub: Hub, record: Record, **values: Any) -> None:
    """A person changes a customer."""
    actor = Actor("li", hub.ids.new())
    hub.store.run(lambda tx: records.change(hub, tx, actor, tx.records.need("customer", record.id), values))


def fill(hub: Hub, clock: FakeClock) -> dict[str, str]:
    """Ask one question of each kind; gives the id of each by its name."""
    erp(hub).down = False
    conflict(hub)
    unknown(hub)
    adoption(hub)
    gone(hub)
    add(hub, name="深圳精密机械有限公司", phone="+8613700137000", code="SZ-7")
    add(hub, name="深圳市精密机械", phone="+8613700137000", level="gold")
    suggesting.find_duplicates(hub, hub.actor("hub"))
    hub.store.run(lambda tx: fact_and_dead(hub, tx))
    found = hub.store.read(lambda tx: tx.reviews.listing())
    return {"unknown" if one.detail.get("why") == "no_counterpart" else one.kind: one.id for one in reversed(found)}


def conflict(hub: Hub) -> None:
    """Both sides change the mail address of a customer."""
    record = add(hub, name="上海机电设备有限公司", code="SH-1", email="service@shjd.example", phone="+8613800138000")
    run(hub)
    (remote,) = erp(hub).records("party")
    change(hub, record, email="office@shjd.example")
    erp(hub).edit("party", remote.id, mail="finance@shjd.example", phone="139 0013 9000")
    run(hub)


def unknown(hub: Hub) -> None:
    """The other side has a value that the mapping does not know."""
    erp(hub).create("party", {"name": "杭州自动化研究所", "type": "G", "code": "HZ-3"})
    run(hub)


def adoption(hub: Hub) -> None:
    """A remote record might be one of two of ours."""
    with_tax = {"tax_id": "91310000MA1K35X"}
    for values in ({"name": "北京制冷有限公司", **with_tax}, {"name": "北京制冷（旧）", "level": "silver", **with_tax}):
        add(hub, **values)
    for delivery in hub.store.run(lambda tx: tx.outbox.claim("erp", **claim(hub))):
        hub.store.run(lambda tx, one=delivery: tx.outbox.done(one))  # type: ignore[misc] # bound at once
    erp(hub).create("party", {"name": "北京制冷有限责任公司", "tax": "91310000MA1K35X", "mail": "bj@cold.example"})
    run(hub)


def claim(hub: Hub) -> dict[str, Any]:
    """How the outbox is emptied by hand."""
    return {"now": hub.clock.now(), "lease_for": hub.systems["erp"].request_limit, "limit": 50}


def gone(hub: Hub) -> None:
    """A record is deleted over there."""
    add(hub, name="南京泵业", code="NJ-9")
    run(hub)
    lost = next(one for one in erp(hub).records("party") if one.doc["name"] == "南京泵业")
    del erp(hub).store["party", lost.id]
    hub.store.run(lambda tx: inbound.hint(hub, tx, "erp", "party", lost.id))
    run(hub)


def fact_and_dead(hub: Hub, tx: UnitOfWork) -> None:
    """Something happened that the rules did not expect; and a message that cannot be taken in."""
    detail = {"path": "TicketClosed", "template": "{system}: {reason}", "params": {"system": "ERP", "reason": "closed"}}
    first = tx.records.page("customer", limit=1).records[0]
    review = Review(hub.ids.new(), "fact", "customer", first.id, "erp", detail, hub.ids.new(), hub.clock.now())
    tx.reviews.open(review)
    tx.outbox.enqueue(Delivery(hub.ids.new(), "erp", "customer", first.id, hub.ids.new(), hub.clock.now()))
