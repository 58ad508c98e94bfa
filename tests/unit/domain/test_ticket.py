from datetime import UTC, datetime, timedelta

from hub.domain.documents import Doc
from hub.domain.ticket import answered, draft_of_call, duplicates, is_open, open_ticket, refused, waiting_for

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def ticket(number: str, **fields: object) -> Doc:
    request = {"type": "repair", "subject": "leak", **fields}
    return {"id": number, **open_ticket(request, number=number, by="ann", now=NOW)}


def test_a_new_ticket_counts_from_its_opening_or_from_earlier() -> None:
    assert ticket("R-1")["sla_start_at"] == NOW.isoformat()
    earlier = open_ticket({"type": "repair"}, number="R-1", by="x", now=NOW, sla_start_at=NOW - timedelta(hours=1))
    assert earlier["sla_start_at"] == "2026-03-02T00:00:00+00:00"
    assert is_open(earlier)


def test_a_draft_knows_whom_the_call_belonged_to() -> None:
    call = {"id": "K1", "started_at": "2026-03-02T00:58:00+00:00", "customer_id": "C1"}
    draft = draft_of_call(call, number="R-1", by="ann", now=NOW, subject="call")
    assert (draft["customer_id"], draft["call_id"], draft["channel"]) == ("C1", "K1", "phone")
    assert "contact_id" not in draft


def test_likely_duplicates_are_proposed_the_same_asset_first() -> None:
    """zammad/zammad-admin-documentation#235: duplicate detection at creation."""
    new = {"id": "new", "asset_ids": ["A1"], "contact_id": "P1", "customer_id": "C1"}
    others = [
        ticket("R-1", customer_id="C1"),
        ticket("R-2", asset_ids=["A1", "A2"]),
        ticket("R-3", contact_id="P1", customer_id="C1"),
        ticket("R-4", customer_id="C2"),
        {**ticket("R-5", asset_ids=["A1"]), "status": "closed"},
        {**ticket("R-6", asset_ids=["A1"]), "opened_at": "2025-01-01T00:00:00+00:00"},
    ]
    found = duplicates(new, others, now=NOW, within=timedelta(days=7))
    assert [each["number"] for each in found] == ["R-2", "R-3", "R-1"]


def test_a_wait_is_noted_once_and_ends_with_the_answer() -> None:
    waiting = waiting_for(ticket("R-1"), "erp", "invoice", now=NOW)
    assert waiting_for(waiting, "erp", "invoice", now=NOW + timedelta(hours=1)) == waiting
    both = waiting_for(waiting, "erp", "reservation", now=NOW)
    assert [wait["what"] for wait in answered(both, "erp", "invoice")["waiting_for"]] == ["reservation"]
    assert "waiting_for" not in answered(waiting, "erp", "invoice")


def test_a_refusal_says_what_and_who_must_act_and_goes_with_the_next_answer() -> None:
    problem = {"id": "1", "system": "erp", "what": "invoice", "message": "credit hold", "role": "finance"}
    ticket_with = refused(waiting_for(ticket("R-1"), "erp", "invoice", now=NOW), problem, now=NOW)
    assert "waiting_for" not in ticket_with
    assert ticket_with["problems"] == [{**problem, "since": NOW.isoformat()}]
    assert refused(ticket_with, problem, now=NOW)["problems"] == ticket_with["problems"]
    assert "problems" not in answered(ticket_with, "erp", "invoice")
