"""Charges as a service: once each, confirmed, invoiced once, and what the ERP says of it."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, HubError
from hub.domain.money import Money, total
from hub.ports.records import Record
from hub.services import billing, billing_report, tickets
from hub.services.follow_ups import record_follow_up
from tests.unit.services.world import World


def charges(world: World, ticket: Record, **where: Any) -> dict[str, Doc]:
    """The charges of a ticket that count, by code."""
    found = world.all("charge", ticket_id=ticket.id, **where)
    return {each["code"]: each for each in found if each["state"] not in {"withdrawn", "credited"}}


def invoiced(world: World, ticket: Record) -> Record:
    world.do(billing.confirm_charges, ticket.id)
    return world.do(billing.invoice_charges, ticket.id)


def issue(world: World, invoice: Record, **more: Any) -> Record:
    """The ERP has posted the invoice."""
    return world.erp_says(invoice, state="issued", number="INV-2026-0007", **more)


def paid(world: World, invoice: Record, status: str = "paid") -> Record:
    return world.erp_says(invoice, payment={"status": status, "open_amount": "0.00" if status == "paid" else "10.00"})


def settlement(world: World, ticket: Record) -> tuple[str, str]:
    """The state of the settlement, and of its gate."""
    doc = world.get("ticket", ticket.id)
    gate = next(each["state"] for each in doc["gates"] if each["gate"] == "settlement")
    return doc["settlement"]["state"], gate


def test_a_completed_ticket_has_its_charges_worked_out(world: World) -> None:
    ticket = world.completed(minutes=90, km="30")
    found = charges(world, ticket)
    assert {code: (each["quantity"], each["net"], each["state"]) for code, each in found.items()} == {
        "callout": ("1", "150.00", "draft"),
        "labour": ("1.5", "270.00", "draft"),
        "travel": ("30", "75.00", "draft"),
    }
    assert found["labour"]["obligation"].startswith(f"{ticket.id}/visit:")
    assert found["labour"]["explanation"][0]["params"]["minutes"] == "90"
    assert settlement(world, ticket) == ("open", "open")


def test_working_out_again_changes_nothing(world: World) -> None:
    ticket = world.completed()
    before = world.all("charge")
    world.do(billing.work_out_charges, ticket.id)
    assert world.all("charge") == before


def test_what_changed_before_the_invoice_is_changed_in_place_and_is_a_draft_again(world: World) -> None:
    ticket = world.completed(km="30")
    world.do(billing.confirm_charges, ticket.id)
    visit = world.read(lambda tx: tx.records.all("visit", {"ticket_id": ticket.id}))[0]
    world.change(visit, travel_km="40")
    world.do(billing.work_out_charges, ticket.id)
    found = charges(world, ticket)
    assert (found["travel"]["net"], found["travel"]["state"], found["travel"]["revision"]) == ("100.00", "draft", 1)
    assert found["labour"]["state"] == "approved"
    assert settlement(world, ticket) == ("open", "open")


def test_what_is_no_longer_due_is_withdrawn_and_may_come_back(world: World) -> None:
    ticket = world.completed(km="30")
    visit = world.read(lambda tx: tx.records.all("visit", {"ticket_id": ticket.id}))[0]
    world.change(visit, travel_km=None)
    world.do(billing.work_out_charges, ticket.id)
    assert "travel" not in charges(world, ticket)
    world.change(visit, travel_km="30")
    world.do(billing.work_out_charges, ticket.id)
    assert charges(world, ticket)["travel"]["state"] == "draft"
    assert len(world.all("charge")) == 3


def test_confirming_meets_the_gate_of_a_repair(world: World) -> None:
    ticket = world.completed()
    world.do(billing.confirm_charges, ticket.id)
    assert {each["state"] for each in world.all("charge")} == {"approved"}
    assert settlement(world, ticket) == ("confirmed", "met")


def test_a_large_sum_waits_for_an_approval(world: World) -> None:
    ticket = world.completed(minutes=600, km="2000")
    world.do(billing.confirm_charges, ticket.id)
    assert {each["state"] for each in world.all("charge")} == {"reviewed"}
    assert settlement(world, ticket)[0] == "open"
    assert any(to == "manager" and "need your approval" in text for to, text in world.notices())
    for charge in world.all("charge"):
        world.do(billing.approve, charge["id"])
    assert settlement(world, ticket) == ("confirmed", "met")


def test_lines_are_reviewed_one_by_one(world: World) -> None:
    ticket = world.completed()
    line = charges(world, ticket)["labour"]
    assert world.do(billing.review, line["id"]).doc["state"] == "reviewed"
    with pytest.raises(ConflictError, match="'Labour' is reviewed and cannot become reviewed"):
        world.do(billing.review, line["id"])


def test_a_waived_line_costs_nothing_and_stays_so(world: World) -> None:
    ticket = world.completed()
    line = charges(world, ticket)["callout"]
    after = world.do(billing.waive, line["id"], reason="we came late")
    assert (after.doc["net"], after.doc["coverage"]["by"], after.doc["coverage"]["list_net"]) == (
        "0.00",
        "goodwill",
        "150.00",
    )
    assert after.doc["coverage"]["why"]["params"] == {"by": "mei", "reason": "we came late"}
    world.do(billing.work_out_charges, ticket.id)
    assert charges(world, ticket)["callout"]["net"] == "0.00"


def test_an_invoice_carries_every_line_and_the_sums_are_exact(world: World) -> None:
    ticket = world.completed(minutes=80, km="37.3")
    invoice = invoiced(world, ticket).doc
    lines = charges(world, ticket)
    assert {line["charge_id"] for line in invoice["lines"]} == {each["id"] for each in lines.values()}
    assert {(each["state"], each["invoice_id"]) for each in lines.values()} == {("invoiced", invoice["id"])}
    for name in ("net", "tax", "gross"):
        assert invoice["totals"][name] == total((Money.of(each[name], "CNY") for each in lines.values()), "CNY").text()
    for line in invoice["lines"]:
        assert Decimal(line["quantity"]) * Decimal(line["rate"]) == Decimal(line["net"])
    assert (invoice["kind"], invoice["state"], invoice["reference"]) == (
        "invoice",
        "draft",
        f"{ticket.doc['number']}-1",
    )


def test_lines_that_nobody_approved_are_not_invoiced(world: World) -> None:
    with pytest.raises(ConflictError, match="Call-out, Labour, Travel are not approved yet: confirm the charges first"):
        world.do(billing.invoice_charges, world.completed().id)


def test_invoicing_twice_gives_one_invoice(world: World) -> None:
    """OCA/field-service#393, langfuse/langfuse#15917, metasfresh/metasfresh#251: billed twice by two requests."""
    ticket = world.completed()
    first = invoiced(world, ticket)
    assert world.do(billing.invoice_charges, ticket.id).id == first.id
    assert len(world.all("invoice")) == 1


def test_four_who_invoice_at_once_make_one_invoice(any_world: World) -> None:
    """T30, BatchNepal/batch_projects#33: exactly once, on both databases."""
    world = any_world
    ticket = world.completed()
    world.do(billing.confirm_charges, ticket.id)

    def attempt(_number: int) -> str:
        try:
            return world.do(billing.invoice_charges, ticket.id).id
        except HubError as error:
            return type(error).__name__

    with ThreadPoolExecutor(4) as pool:
        outcomes = set(pool.map(attempt, range(4)))
    invoices = world.all("invoice")
    assert len(invoices) == 1
    assert outcomes - {invoices[0]["id"]} <= {"ConflictError", "StaleError"}
    assert {each["invoice_id"] for each in world.all("charge")} == {invoices[0]["id"]}


def test_charges_are_worked_out_once_even_at_the_same_time(any_world: World) -> None:
    world = any_world
    ticket = world.completed()

    def attempt(_number: int) -> None:
        world.do(billing.work_out_charges, ticket.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attempt, range(4)))
    obligations = [each["obligation"] for each in world.all("charge")]
    assert len(obligations) == len(set(obligations)) == 3


def test_number_state_and_payment_come_back_to_the_ticket(world: World) -> None:
    ticket = world.completed()
    invoice = invoiced(world, ticket)
    issue(world, invoice)
    assert settlement(world, ticket) == ("invoiced", "met")
    paid(world, invoice, "partial")
    assert settlement(world, ticket)[0] == "partly_paid"
    paid(world, invoice)
    paid(world, invoice)  # T30: the payment is told twice
    assert settlement(world, ticket)[0] == "paid"
    events = [each["event"] for each in world.get("ticket", ticket.id)["history"]]
    assert events[-3:] == ["invoice_recorded", "payment_recorded", "payment_recorded"]


def test_a_payment_before_the_invoice_was_issued_is_recorded(world: World) -> None:
    """T30: payment before invoice."""
    ticket = world.completed()
    invoice = invoiced(world, ticket)
    paid(world, invoice)
    assert settlement(world, ticket)[0] == "confirmed"
    issue(world, invoice)
    assert settlement(world, ticket)[0] == "paid"


def test_the_loop_closes_when_closed_paid_and_asked(world: World) -> None:
    ticket = world.completed()
    invoice = issue(world, invoiced(world, ticket))
    world.do(record_follow_up, ticket.id, outcome="answered", channel="phone", score=5)
    world.do(tickets.close, ticket.id)
    assert "loop_closed_at" not in world.get("ticket", ticket.id)
    paid(world, invoice)
    assert world.get("ticket", ticket.id)["loop_closed_at"] == world.clock.now().isoformat()


def test_work_under_warranty_is_free_and_nothing_is_invoiced(world: World) -> None:
    asset = world.read(lambda tx: tx.records.need("asset", "chiller"))
    world.change(asset, warranty={"ends_on": "2026-12-31"})
    ticket = world.completed()
    world.do(billing.confirm_charges, ticket.id)
    assert settlement(world, ticket) == ("none_due", "met")
    assert {each["coverage"]["by"] for each in world.all("charge")} == {"warranty"}
    with pytest.raises(ConflictError, match="nothing is due"):
        world.do(billing.invoice_charges, ticket.id)


def test_a_ticket_solved_on_the_telephone_owes_nothing(world: World) -> None:
    fault = {"symptom": "no_cooling", "remedy": "reset", "remedy_text": "Switched off and on"}
    ticket = world.do(tickets.resolve_remotely, world.ticket().id, fault=fault)
    assert settlement(world, ticket) == ("none_due", "met")
    with pytest.raises(ConflictError, match="nothing is due"):
        world.do(billing.invoice_charges, ticket.id)


def test_what_changed_after_the_invoice_is_credited_and_replaced(world: World) -> None:
    ticket = world.completed(km="30")
    first = issue(world, invoiced(world, ticket))
    visit = world.read(lambda tx: tx.records.all("visit", {"ticket_id": ticket.id}))[0]
    world.change(visit, travel_km="40")
    world.do(billing.work_out_charges, ticket.id)
    drafts = [each for each in world.all("charge") if each["revision"] == 2]
    assert sorted((each["kind"], each["net"]) for each in drafts) == [("charge", "100.00"), ("credit", "-75.00")]
    assert settlement(world, ticket)[0] == "open"
    second = invoiced(world, ticket)
    assert (second.doc["kind"], second.doc["totals"]["net"], second.doc["reference"]) == (
        "invoice",
        "25.00",
        f"{ticket.doc['number']}-2",
    )
    assert world.get("invoice", first.id)["totals"] == first.doc["totals"]
    states = sorted((each["code"], each["kind"], each["revision"], each["state"]) for each in world.all("charge"))
    assert states == [
        ("callout", "charge", 1, "invoiced"),
        ("labour", "charge", 1, "invoiced"),
        ("travel", "charge", 1, "credited"),
        ("travel", "charge", 2, "invoiced"),
        ("travel", "credit", 2, "invoiced"),
    ]
    world.do(billing.work_out_charges, ticket.id)
    assert len(world.all("charge")) == 5


def test_money_to_give_back_makes_a_credit_note(world: World) -> None:
    ticket = world.completed(km="30")
    issue(world, invoiced(world, ticket))
    visit = world.read(lambda tx: tx.records.all("visit", {"ticket_id": ticket.id}))[0]
    world.change(visit, travel_km="10")
    world.do(billing.work_out_charges, ticket.id)
    note = invoiced(world, ticket)
    assert (note.doc["kind"], note.doc["totals"]["net"]) == ("credit_note", "-50.00")
    whole = total((Money.of(each["totals"]["net"], "CNY") for each in world.all("invoice")), "CNY")
    assert whole.text() == "445.00"


def test_the_invoice_goes_to_the_erp_once_and_the_ticket_waits_for_its_answer(world: World) -> None:
    ticket = world.completed()
    world.connect()
    invoice = invoiced(world, ticket)
    assert world.due("invoice") == [(invoice.id, "posted")]
    assert [each["system"] for each in world.get("ticket", ticket.id)["waiting_for"]] == ["erp"]
    issue(world, invoice)
    paid(world, invoice)
    assert world.due("invoice") == [(invoice.id, "posted")]
    assert "waiting_for" not in world.get("ticket", ticket.id)


def test_a_refused_invoice_stands_on_the_ticket_for_finance(world: World) -> None:
    ticket = world.completed()
    invoice = invoiced(world, ticket)
    world.erp_says(invoice, error="The party is on credit hold.")
    problem = world.get("ticket", ticket.id)["problems"][0]
    assert (problem["role"], problem["message"]) == ("finance", "The party is on credit hold.")
    issue(world, invoice, error=None)
    assert "problems" not in world.get("ticket", ticket.id)


def test_a_sum_that_differs_in_the_erp_is_shown_to_the_cent(world: World) -> None:
    ticket = world.completed()
    invoice = invoiced(world, ticket)
    totals = invoice.doc["totals"]
    issue(world, invoice, totals={**totals, "gross": "524.71"})
    problem = world.get("ticket", ticket.id)["problems"][0]
    assert problem["message"] == f"The ERP says 524.71 CNY, the charges come to {totals['gross']}."


def test_a_voided_invoice_is_told_to_finance(world: World) -> None:
    ticket = world.completed()
    world.erp_says(invoiced(world, ticket), state="void")
    assert world.notices()[-1][0] == "finance"
    assert settlement(world, ticket)[0] == "confirmed"


def used_part(world: World, ticket: Record, part: str = "filter") -> Record:
    return world.add(
        "consumption",
        ticket_id=ticket.id,
        part_id=part,
        quantity="1",
        warehouse_id="van-li",
        state="done",
        at=world.clock.now().isoformat(),
    )


def test_a_part_without_a_price_never_keeps_work_from_being_finished(world: World) -> None:
    part = world.read(lambda tx: tx.records.need("part", "filter"))
    price = part.doc["list_price"]
    ticket = world.completed()
    world.change(part, list_price=None)
    used_part(world, ticket)
    world.do(billing.work_out_charges, ticket.id)
    problem = world.get("ticket", ticket.id)["problems"][0]
    assert (problem["role"], problem["what"]) == ("finance", "charges")
    assert "The part P-FILTER has no list price" in problem["message"]
    assert [gap.kind for gap in billing_report.gaps(world.hub)] == ["not_worked_out"]
    world.change(part, list_price=price)
    world.do(billing.work_out_charges, ticket.id)
    assert "problems" not in world.get("ticket", ticket.id)
    assert charges(world, ticket)["part"]["net"] == "68.00"


def test_the_report_is_empty_until_work_or_charge_is_missing(world: World) -> None:
    ticket = world.completed()
    assert billing_report.gaps(world.hub) == ()
    used = used_part(world, ticket)
    found = billing_report.gaps(world.hub, ticket.id)
    assert [(gap.kind, gap.what) for gap in found] == [("work_without_charge", "Filter (P-FILTER)")]
    world.do(billing.work_out_charges, ticket.id)
    assert billing_report.gaps(world.hub) == ()
    world.change(used, state="cancelled")
    assert [gap.kind for gap in billing_report.gaps(world.hub)] == ["charge_without_work"]


def test_included_hours_are_counted_over_the_tickets_of_a_contract_year(world: World) -> None:
    world.add(
        "contract",
        id="k",
        number="SC-7",
        customer_id="huaxin",
        state="active",
        starts_on="2026-01-01",
        ends_on="2026-12-31",
        coverage=["labour"],
        included={"hours": "2"},
    )
    first = world.completed(minutes=90)
    assert charges(world, first)["labour"]["coverage"]["by"] == "contract"
    second = world.completed(minutes=60)
    lines = world.all("charge", ticket_id=second.id, code="labour")
    assert sorted((each["quantity"], each["net"], each["coverage"]["by"]) for each in lines) == [
        ("0.5", "0.00", "contract"),
        ("0.5", "90.00", "none"),
    ]
