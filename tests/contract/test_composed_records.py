"""One record of the hub that is several objects over there: read, written and polled as one."""

from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.ports.connector import ObjectSpec, Remote
from hub.ports.store import Store
from hub.services import reconciling
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import SPECS, Bench, bench

PRODUCT = """
map: customer/erp.product
version: 1
hub: {entity: customer}
remote:
  system: erp
  object: product
  objects:
    template: {id: product.template}
    category: {id: template.category}
    barcode: {parent: product}
identity:
  remote_id: product.id
  external_id: id -> product.hub_id
fields:
  id -> template.hub_ref:
  code <-> product.code: {owner: hub}
  name <-> template.name: {owner: remote}
  kind <- category.name:
  addresses[id] <- barcode[id]:
    members: remote
    line1 <- number:
sync: {default_owner: hub}
"""
PARTS = (
    ObjectSpec("product", idempotency="lookup", lookup_by="hub_id"),
    ObjectSpec("template", lookup_by="hub_ref"),
    ObjectSpec("category"),
    ObjectSpec("barcode"),
)


def tidy(_name: str, doc: Doc) -> Doc:
    return {field: value for field, value in doc.items() if value is not None}


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, erp=FakeSystem(clock, (*SPECS, *PARTS), tidy), customer=PRODUCT)


def only(b: Bench, name: str) -> Remote:
    (remote,) = b.erp.records(name)
    return remote


def made_there(b: Bench) -> tuple[str, str, str]:
    """A product with its template, category and a bar code, all made over there."""
    category = b.erp.create("category", {"name": "filters"}).id
    template = b.erp.create("template", {"name": "Air filter", "category": category}).id
    product = b.erp.create("product", {"code": "F-1", "template": template}).id
    b.erp.create("barcode", {"product": product, "number": "690001"})
    return product, template, category


def test_a_record_of_ours_is_made_as_several_objects_that_refer_to_one_another(b: Bench) -> None:
    record = b.add("customer", name="Air filter", code="F-1")
    b.run(4)
    template, product = only(b, "template"), only(b, "product")
    assert template.doc == {"name": "Air filter", "hub_ref": record.id}
    assert product.doc == {"code": "F-1", "hub_id": record.id, "template": template.id}
    assert [call[:2] for call in b.erp.calls] == [("create", "template"), ("create", "product")]
    assert b.open_count() == 0


def test_only_the_object_that_differs_is_written(b: Bench) -> None:
    record = b.add("customer", name="Air filter", code="F-1")
    b.run(4)
    b.change(record, name="Oil filter")
    b.run(4)
    b.change(record, code="F-2")
    b.run(4)
    assert [call[:2] for call in b.erp.calls[2:]] == [("update", "template"), ("update", "product")]
    assert (only(b, "template").doc["name"], only(b, "product").doc["code"]) == ("Oil filter", "F-2")


def test_several_objects_over_there_become_one_record_of_ours(b: Bench) -> None:
    made_there(b)
    b.run(4)
    doc = b.only("customer").doc
    assert (doc["code"], doc["name"], doc["kind"]) == ("F-1", "Air filter", "filters")
    assert [row["line1"] for row in doc["addresses"]] == ["690001"]


def test_a_change_of_any_object_or_row_is_a_change_of_the_record(b: Bench) -> None:
    """A child's edit leaves the date of its parent alone: each object is listed by itself."""
    product, template, category = made_there(b)
    b.run(4)
    record = b.only("customer")
    b.erp.edit("template", template, name="Cabin filter")
    b.run(3)
    assert b.get(record)["name"] == "Cabin filter"
    b.erp.edit("category", category, name="consumables")
    b.run(3)
    assert b.get(record)["kind"] == "consumables"
    b.erp.create("barcode", {"product": product, "number": "690002"})
    b.run(3)
    assert [row["line1"] for row in b.get(record)["addresses"]] == ["690001", "690002"]
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1


def test_both_sides_change_different_objects_and_both_changes_survive(b: Bench) -> None:
    _, template, _ = made_there(b)
    b.run(4)
    record = b.only("customer")
    b.change(record, code="F-9")
    b.erp.edit("template", template, name="Cabin filter")
    b.run(6)
    assert (b.get(record)["name"], b.get(record)["code"]) == ("Cabin filter", "F-9")
    assert (only(b, "template").doc["name"], only(b, "product").doc["code"]) == ("Cabin filter", "F-9")


@pytest.mark.parametrize("how", ["before", "after", "lost"])
@pytest.mark.parametrize("which", [0, 1])
def test_nothing_is_doubled_when_a_call_between_two_objects_is_lost(b: Bench, how: str, which: int) -> None:
    if which:
        b.erp.fail_at("create", how, nth=2)
    else:
        b.erp.fail("create", how)
    b.add("customer", name="Air filter", code="F-1")
    b.settle()
    assert only(b, "product").doc["template"] == only(b, "template").id
    assert b.open_count() == 0


def test_what_cannot_be_found_again_is_left_to_a_person(b: Bench) -> None:
    b.erp._specs["template"] = ObjectSpec("template")
    b.erp.fail_at("create", "refuse", nth=2)
    b.add("customer", name="Air filter", code="F-1")
    b.run(4)
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    assert f"template {only(b, 'template').id} was written, but not product" in str(dead.error)


def test_an_object_whose_answer_was_lost_and_that_cannot_be_found_is_never_made_twice(b: Bench) -> None:
    b.erp._specs["template"] = ObjectSpec("template")
    b.erp.fail("create", "after")
    b.add("customer", name="Air filter", code="F-1")
    b.settle()
    assert len(b.erp.records("template")) == 1
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    assert "template (its answer was lost) was written" in str(dead.error)


def test_a_whole_whose_answer_was_lost_does_not_double_what_it_was_made_of(b: Bench) -> None:
    b.erp._specs["template"] = ObjectSpec("template")
    b.erp.fail_at("create", "after", nth=2)
    b.add("customer", name="Air filter", code="F-1")
    b.settle()
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    b.hub.store.run(lambda tx: tx.outbox.replay(dead.id))
    b.settle()
    assert only(b, "product").doc["template"] == only(b, "template").id
    assert b.open_count() == 0


def test_a_stale_object_is_merged_first(b: Bench) -> None:
    record = b.add("customer", name="Air filter", code="F-1")
    b.run(4)
    template = only(b, "template")
    b.change(record, name="Oil filter", code="F-2")
    b.erp.edit("template", template.id, origin="CN")
    b.run(8)
    assert only(b, "template").doc == {**template.doc, "name": "Oil filter", "origin": "CN"}
    assert only(b, "product").doc["code"] == "F-2"
    assert b.open_count() == 0


def test_rows_are_only_read(b: Bench) -> None:
    product, _, _ = made_there(b)
    connector = b.hub.systems["erp"].connector
    seen = connector.get("product", product)
    assert seen is not None
    with pytest.raises(RejectedError, match="rows of barcode are only read"):
        connector.update("product", seen, {**seen.doc, "barcode": []})


def test_a_whole_that_is_gone_or_lacks_an_object_is_told_so(b: Bench) -> None:
    product, template, _ = made_there(b)
    connector = b.hub.systems["erp"].connector
    del b.erp.store["template", template]
    seen = connector.get("product", product)
    assert seen is not None
    assert sorted(seen.doc) == ["barcode", "product"]
    del b.erp.store["product", product]
    assert connector.get("product", product) is None
    with pytest.raises(StaleError, match="is gone"):
        connector.update("product", seen, seen.doc)


def test_a_plan_lists_a_whole_once_and_what_is_not_composed_as_it_was(b: Bench) -> None:
    product, _, _ = made_there(b)
    b.clock.pass_by(b.hub.systems["erp"].overlap)
    items = reconciling.plan(b.hub, "erp", ["customer"])
    assert {(item.action, item.remote_id) for item in items} == {("create", product)}
    bill: dict[str, Any] = {"currency": "CNY"}
    connector = b.hub.systems["erp"].connector
    made = connector.create("bill", bill)
    assert connector.update("bill", made, {"currency": "EUR"}).doc == {"currency": "EUR"}
    assert [one.id for one in connector.find("bill", "currency", "EUR")] == [made.id]
    assert connector.probe().version == "fake 1"
