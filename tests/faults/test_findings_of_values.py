"""FINDINGS sync 27, 28 and 30: nothing in three forms, a fake that refuses what the real one refuses, exact numbers."""

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.errors import RejectedError
from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import queue
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, INVOICE, MOVES, SPECS, Bench, as_the_erp_writes, bench

PHONE = "+8613800138000"


def with_null(policy: str) -> str:
    rule = "phone <-> phone: {as: phone(CN), owner: remote, sensitive: true"
    return CUSTOMER.replace(rule, f'{rule}, "null": {policy}')


@pytest.mark.parametrize("nothing", [None, "", "absent"])
@pytest.mark.parametrize(("policy", "left"), [("clear", None), ("keep", PHONE), ("omit", None)])
def test_nothing_over_there_clears_ours_only_where_the_rule_says_so(
    store: Store, clock: FakeClock, nothing: str | None, policy: str, left: str | None
) -> None:
    """b2c-crm-sync#276 (not cleared), MinnPost#331 (wrongly cleared), SFDX-Data-Move-Utility#857."""
    b = bench(store, clock, customer=with_null(policy))
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    (remote,) = b.erp.records("party")
    if nothing == "absent":
        del b.erp.store["party", remote.id].doc["phone"]
        b.erp.edit("party", remote.id)
    else:
        b.erp.edit("party", remote.id, phone=nothing)
    writes = len(b.erp.calls)
    b.settle()
    said_empty = nothing == ""  # an empty text is said, and no silence: the rule's null is about null and absent
    assert b.get(record).get("phone") == (None if said_empty else left)
    assert len(b.erp.calls) == writes


@pytest.mark.parametrize(("policy", "left"), [("clear", None), ("keep", PHONE), ("omit", None)])
def test_what_is_cleared_here_is_cleared_there_only_where_the_rule_says_so(
    store: Store, clock: FakeClock, policy: str, left: str | None
) -> None:
    b = bench(store, clock, customer=with_null(policy))
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    b.change(record, phone=None)
    b.settle()
    assert b.erp.records("party")[0].doc.get("phone") == left
    writes = len(b.erp.calls)
    b.settle()
    assert len(b.erp.calls) == writes


class Strict(FakeSystem):
    """Takes amounts as decimal text alone, as its vendor documents."""

    def create(self, name: str, doc: dict[str, Any], *, key: str = "") -> Remote:
        amount = doc.get("total")
        if amount is not None and not isinstance(amount, str):
            raise RejectedError("{kind} is no amount: send decimal text.", kind=type(amount).__name__)
        return super().create(name, doc, key=key)


@pytest.fixture
def strict(store: Store, clock: FakeClock) -> Bench:
    text = INVOICE.replace(
        "  number <- number:\n", "  number <- number:\n  total_amount <-> total: {as: decimal(2), owner: hub}\n"
    )
    return bench(store, clock, erp=Strict(clock, SPECS, as_the_erp_writes, MOVES), invoice=text)


@pytest.mark.parametrize("amount", ["0.10", "1234567890123.45", "0.07"])
def test_an_amount_crosses_to_the_cent_and_never_as_a_float(strict: Bench, amount: str) -> None:
    """rustledger/rustfava#205, #215; and margince/margince#247: the fake refuses what the real system refuses."""
    customer = strict.add("customer", name="A")
    strict.run(3)
    record = strict.add("invoice", customer_id=customer.id, currency="CNY", total_amount=amount)
    strict.settle()
    assert queue.listing(strict.hub, state="dead") == []
    (bill,) = strict.erp.records("bill")
    assert isinstance(bill.doc["total"], str)
    assert Decimal(bill.doc["total"]) == Decimal(amount)
    assert strict.get(record)["total_amount"] == amount


def test_a_fake_that_is_strict_shows_a_mistake_of_ours_as_a_dead_letter(strict: Bench) -> None:
    """margince/margince#247: a lenient fake had hidden four such mistakes."""
    with pytest.raises(RejectedError, match="float is no amount"):
        strict.erp.create("bill", {"total": 0.1})
