"""The field audit and the reconciliation report, on both databases (T30: money equal to the cent)."""

from datetime import timedelta

import pytest

from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports.reports import Report
from hub.ports.store import Store
from hub.services import auditing, reconciliation
from hub.services.levels import levels
from hub.services.period import period_of
from hub.testing.clock import FakeClock
from tests.sync_bench import INVOICE, Bench, bench

MARCH = period_of("2026-03-01", "2026-03-31")
WITH_TOTALS = INVOICE.replace(
    "  number <- number:\n",
    "  number <- number:\n  totals.gross <- total: {as: decimal(2)}\n  payment.open_amount <- open: {as: decimal(2)}\n",
)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, invoice=WITH_TOTALS)


def customers(b: Bench, count: int) -> None:
    for number in range(count):
        b.add("customer", name=f"C{number}", code=f"c-{number}", phone="+8613800138000")
    b.run(3)


def billed(b: Bench, gross: str, *, currency: str = "CNY", charges: tuple[str, ...] = ()) -> str:
    """An invoice of charges, issued by the ERP, which says its total itself; its remote id."""
    customer = b.add("customer", name="A", code="a")
    invoice = b.add("invoice", customer_id=customer.id, currency=currency, reference="T-1")
    for amount in charges:
        b.add("charge", invoice_id=invoice.id, currency=currency, gross=amount)
    b.run(4)
    remote = b.erp.records("bill")[-1].id
    b.erp.edit("bill", remote, total=gross, open=gross)
    b.run(4)
    return remote


def reported(b: Bench) -> Report:
    return reconciliation.reconcile(b.hub, b.hub.actor("li"), "erp", MARCH)


def objects(run: Report) -> dict[str, dict[str, int]]:
    return {one["entity"]: one for one in run.detail["figures"]["objects"]}


# The field audit


def test_an_audit_of_what_agrees_finds_no_drift_and_tells_normalised_fields_apart(b: Bench) -> None:
    customers(b, 3)
    (run,) = auditing.audit(b.hub, "erp", ["customer"])
    assert (run.state, run.counts["read"], run.counts["fields"], run.counts["agreed"]) == ("done", 3, 0, 3)


def test_a_field_that_was_changed_without_a_trace_is_drift(b: Bench) -> None:
    customers(b, 3)
    edited = b.erp.records("party")[1]
    b.erp.edit("party", edited.id, phone="+8613900139000", name="other")
    (run,) = auditing.audit(b.hub, "erp", ["customer"])
    assert (run.counts["fields"], run.counts["records"]) == (2, 1)
    assert run.detail["differing"][0]["paths"] == ["name", "phone"]
    assert run.detail["differing"][0]["external_id"] == edited.id
    drift = {one.labels["entity"]: one.value for one in levels(b.hub, {}) if one.name == "drift_fields"}
    assert drift == {"customer": 2}


def test_what_is_gone_over_there_is_missing_and_what_is_being_delivered_is_not_drift(b: Bench) -> None:
    customers(b, 2)
    first, second = b.hub.store.read(lambda tx: tx.records.all("customer"))
    link = b.hub.store.read(lambda tx: tx.links.of_record("erp", "customer", first.id))
    assert link is not None
    del b.erp.store["party", link.external_id]
    b.change(second, name="new")
    (run,) = auditing.audit(b.hub, "erp", ["customer"])
    assert (run.counts.get("missing"), run.counts.get("moving"), run.counts.get("fields", 0)) == (1, 1, 0)


def test_each_audit_goes_on_where_the_last_one_ended_until_every_record_had_its_turn(b: Bench) -> None:
    customers(b, 5)
    seen: list[str] = []
    for _ in range(3):
        for remote in b.erp.records("party"):
            b.erp.edit("party", remote.id, name="moved")
        (run,) = auditing.audit(b.hub, "erp", ["customer"], sample=2)
        seen += [one["external_id"] for one in run.detail["differing"]]
    assert seen == ["1", "2", "3", "4", "5", "1"]


def test_a_system_that_is_down_ends_the_audit_as_failed_and_the_next_one_begins_there_again(b: Bench) -> None:
    customers(b, 2)
    b.erp.down = True
    (run,) = auditing.audit(b.hub, "erp", ["customer"])
    assert (run.state, run.detail["error"], run.position) == ("failed", "RetryableError", None)
    assert [one for one in levels(b.hub, {}) if one.name == "drift_fields"] == []


def test_an_audit_is_due_an_hour_after_the_start_and_then_every_week(b: Bench) -> None:
    customers(b, 2)
    started, system = b.clock.now(), b.hub.systems["erp"]
    assert auditing.audit_due(b.hub, system, started) == 0
    b.clock.pass_by(timedelta(hours=1))
    assert auditing.audit_due(b.hub, system, started) == 1
    b.clock.pass_by(timedelta(days=6))
    assert auditing.audit_due(b.hub, system, started) == 0
    b.clock.pass_by(timedelta(days=1))
    assert auditing.audit_due(b.hub, system, started) == 1


def test_nothing_linked_is_nothing_to_audit(b: Bench) -> None:
    assert auditing.audit(b.hub, "erp") == []


# The report


def test_a_report_counts_both_sides_and_what_only_one_has(b: Bench) -> None:
    customers(b, 2)
    b.erp.create("party", {"name": "there", "code": "X"})
    b.add("customer", name="here", pending=True)
    found = objects(reported(b))["customer"]
    assert (found["hub"], found["system"], found["linked"]) == (3, 3, 2)
    assert (found["only_hub"], found["only_system"], found["fields"]) == (1, 1, 0)


def test_fields_that_differ_are_named_without_their_values(b: Bench) -> None:
    customers(b, 2)
    b.erp.edit("party", "1", phone="+8613900139000")
    run = reported(b)
    assert objects(run)["customer"]["fields"] == 1
    (one,) = run.detail["figures"]["differences"]
    assert (one["paths"], one["remote_id"]) == (["phone"], "1")
    assert "13900139000" not in str(run.detail)


def test_conflicts_and_dead_letters_are_counted(b: Bench) -> None:
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    b.change(record, email="b@example.com")
    b.erp.edit("party", "1", mail="c@example.com")
    b.run(4)
    b.erp.fail("create", "refuse")
    b.add("customer", name="B")
    b.run(2)
    found = objects(reported(b))["customer"]
    assert (found["conflicts"], found["dead"]) == (1, 1)


def test_money_that_agrees_sums_to_no_difference(b: Bench) -> None:
    billed(b, "113.00", charges=("100.00", "13.00"))
    figures = reported(b).detail["figures"]
    sums = {(one["kind"], one["figure"]): (one["hub"], one["system"], one["difference"]) for one in figures["money"]}
    assert sums["charge", "gross"] == ("113.00", "113.00", "0.00")
    assert sums["invoice", "gross"] == ("113.00", "113.00", "0.00")
    assert (figures["documents"], figures["documents_differing"]) == ([], 0)


def test_one_cent_too_much_is_found_in_the_document_and_in_the_sum(b: Bench) -> None:
    billed(b, "113.01", charges=("100.00", "13.00"))
    figures = reported(b).detail["figures"]
    (odd,) = figures["documents"]
    assert (odd["kind"], odd["hub"], odd["system"]) == ("charge", {"gross": "113.00"}, {"gross": "113.01"})
    assert [one["difference"] for one in figures["money"] if one["kind"] == "charge"] == ["-0.01"]


def test_a_document_that_only_one_side_has_counts_on_that_side_alone(b: Bench) -> None:
    billed(b, "50.00", charges=("50.00",))
    b.erp.create("bill", {"currency": "CNY", "total": "7.00", "state": "posted"})
    run = reported(b)
    assert objects(run)["invoice"]["only_system"] == 1


def test_currencies_are_never_added_to_one_another(b: Bench) -> None:
    billed(b, "10.00", charges=("10.00",))
    billed(b, "20.00", currency="USD", charges=("20.00",))
    money = reported(b).detail["figures"]["money"]
    assert [(one["currency"], one["hub"]) for one in money if one["kind"] == "charge"] == [
        ("CNY", "10.00"),
        ("USD", "20.00"),
    ]


def test_documents_of_other_days_are_left_out_of_the_money(b: Bench) -> None:
    billed(b, "113.01", charges=("113.00",))
    april = period_of("2026-04-01", "2026-04-30")
    figures = reconciliation.reconcile(b.hub, b.hub.actor("li"), "erp", april).detail["figures"]
    assert (figures["money"], figures["documents"]) == ([], [])


def test_equal_figures_have_an_equal_digest_and_a_changed_one_another(b: Bench) -> None:
    customers(b, 2)
    first, second = reported(b), reported(b)
    assert first.id != second.id
    assert first.detail["digest"] == second.detail["digest"]
    b.add("customer", name="new", pending=True)
    assert reported(b).detail["digest"] != first.detail["digest"]


def test_a_report_is_signed_off_once_as_it_was_read_and_the_audit_trail_keeps_it(b: Bench) -> None:
    customers(b, 1)
    run, actor = reported(b), b.hub.actor("li")
    with pytest.raises(ConflictError, match="not those that you have read"):
        reconciliation.sign(b.hub, actor, run.id, "other", "Li Lei")
    signed = reconciliation.sign(b.hub, actor, run.id, run.detail["digest"], "Li Lei")
    assert (signed.state, signed.detail["signed"]["name"]) == ("signed", "Li Lei")
    with pytest.raises(ConflictError, match="by Li Lei already"):
        reconciliation.sign(b.hub, actor, run.id, run.detail["digest"], "Han Meimei")
    kept = b.hub.store.read(lambda tx: tx.audit.of_record("reconciliation", run.id))
    assert [(one.action, (one.payload or {})["digest"]) for one in kept] == [
        ("reconcile", run.detail["digest"]),
        ("sign_off", run.detail["digest"]),
    ]
    assert reconciliation.report(b.hub, run.id).detail["signed"] == signed.detail["signed"]


@pytest.mark.parametrize(
    ("first", "last"), [("x", "2026-01-31"), ("2026-01-01", "31.1."), ("2026-02-01", "2026-01-31")]
)
def test_a_period_that_is_none_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidError):
        period_of(first, last)


def test_an_unknown_system_or_report_is_told(b: Bench) -> None:
    with pytest.raises(NotFoundError):
        reconciliation.reconcile(b.hub, b.hub.actor("li"), "crm", MARCH)
    with pytest.raises(NotFoundError):
        reconciliation.report(b.hub, "none")
