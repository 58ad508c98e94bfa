from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.gates import (
    FollowUpRule,
    gates_are_met,
    loop_is_closed,
    open_gates,
    opened_gates,
    settlement_of,
    with_evidence,
    with_follow_ups,
    with_settlement,
)

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
RULE = FollowUpRule(timedelta(hours=24), timedelta(hours=72), 3)


def completed(required: str = "confirmed", **fields: Any) -> Doc:
    return {
        "status": "completed",
        "gates": opened_gates(["evidence", "settlement", "follow_up"], required, now=NOW),
        "settlement": {"required": required, "state": "open"},
        "follow_up": {"state": "not_due", "from": "2026-03-03T01:00:00+00:00", "attempts": 0},
        **fields,
    }


def charge(state: str = "approved", gross: str = "106.00", **fields: Any) -> Doc:
    return {"state": state, "kind": "charge", "gross": gross, **fields}


def invoice(state: str = "issued", payment: str = "unpaid") -> Doc:
    return {"state": state, "payment": {"status": payment}}


@pytest.mark.parametrize(
    ("charges", "invoices", "state"),
    [
        ([], {}, "open"),
        ([charge("draft")], {}, "open"),
        ([charge(), charge("reviewed")], {}, "open"),
        ([charge()], {}, "confirmed"),
        ([charge(gross="0.00")], {}, "none_due"),
        ([charge(gross="0.00"), charge()], {}, "confirmed"),
        ([charge("invoiced", invoice_id="I1")], {"I1": invoice("draft")}, "confirmed"),
        ([charge("invoiced", invoice_id="I1")], {"I1": invoice()}, "invoiced"),
        ([charge("invoiced", invoice_id="I1"), charge()], {"I1": invoice(payment="paid")}, "confirmed"),
        ([charge("invoiced", invoice_id="I1")], {"I1": invoice(payment="partial")}, "partly_paid"),
        ([charge("invoiced", invoice_id="I1")], {"I1": invoice(payment="paid")}, "paid"),
        ([charge("invoiced", invoice_id="I1")], {"I1": invoice(payment="credited")}, "none_due"),
        (
            [charge("invoiced", invoice_id="I1"), charge("invoiced", invoice_id="I2")],
            {"I1": invoice(payment="credited"), "I2": invoice()},
            "invoiced",
        ),
        ([charge("credited"), charge("draft", kind="credit"), charge(gross="0")], {}, "none_due"),
        ([charge("withdrawn"), charge()], {}, "confirmed"),
    ],
)
def test_settlement_is_worked_out_from_charges_and_invoices(
    charges: list[Doc], invoices: dict[str, Doc], state: str
) -> None:
    assert settlement_of(charges, invoices) == state


@pytest.mark.parametrize(
    ("required", "state", "is_met"),
    [
        ("confirmed", "open", False),
        ("confirmed", "confirmed", True),
        ("invoiced", "confirmed", False),
        ("invoiced", "partly_paid", True),
        ("paid", "partly_paid", False),
        ("paid", "paid", True),
        ("paid", "none_due", True),
    ],
)
def test_the_settlement_gate_is_met_at_what_the_type_requires(required: str, state: str, is_met: bool) -> None:  # noqa: FBT001  # a case of the table
    ticket = with_settlement(completed(required), state, now=NOW)
    assert ("settlement" not in open_gates(ticket)) is is_met


def test_a_type_without_settlement_has_that_gate_met() -> None:
    assert open_gates(completed("none")) == ("evidence", "follow_up")


def test_a_gate_opens_again_when_its_ground_falls_away_but_a_waiver_stays() -> None:
    met = with_settlement(completed(), "confirmed", now=NOW)
    assert "settlement" in open_gates(with_settlement(met, "open", now=NOW))
    waived = {**met, "gates": [{"gate": "settlement", "state": "waived", "by": "bo"}]}
    assert gates_are_met(with_settlement(waived, "open", now=NOW))


def test_evidence_is_a_gate() -> None:
    assert "evidence" in open_gates(with_evidence(completed(), ["photo"], now=NOW))
    assert "evidence" not in open_gates(with_evidence(completed(), [], now=NOW))


def attempt(day: int, outcome: str = "unanswered") -> Doc:
    return {"at": f"2026-03-{day:02}T02:00:00+00:00", "outcome": outcome}


@pytest.mark.parametrize(
    ("attempts", "state"),
    [
        ([], "due"),
        ([attempt(3, "answered")], "done"),
        ([attempt(3, "refused")], "done"),
        ([attempt(3), attempt(3), attempt(3)], "due"),
        ([attempt(3), attempt(4), attempt(5)], "waived"),
    ],
)
def test_a_follow_up_is_given_up_after_three_different_days(attempts: list[Doc], state: str) -> None:
    ticket = with_follow_ups(completed(), attempts, RULE, zone="Asia/Shanghai", now=NOW)
    assert ticket["follow_up"] == {**completed()["follow_up"], "state": state, "attempts": len(attempts)}
    assert ("follow_up" not in open_gates(ticket)) is (state in {"done", "waived"})


def test_days_are_those_of_the_zone_not_of_utc() -> None:
    late, early = {"at": "2026-03-03T15:30:00+00:00"}, {"at": "2026-03-03T16:30:00+00:00"}
    attempts = [{**each, "outcome": "unanswered"} for each in (late, early)]
    rule = FollowUpRule(RULE.after, RULE.before, 2)
    state = [
        with_follow_ups(completed(), attempts, rule, zone=zone, now=NOW)["follow_up"]["state"]
        for zone in ("UTC", "Asia/Shanghai")
    ]
    assert state == ["due", "waived"]


def test_a_follow_up_is_not_due_at_once() -> None:
    early = with_follow_ups(completed(), [], RULE, zone="UTC", now=datetime(2026, 3, 2, tzinfo=UTC))
    assert early["follow_up"]["state"] == "not_due"


def test_the_loop_is_closed_when_work_money_and_feedback_are_done() -> None:
    closed = completed(
        status="closed", settlement={"required": "confirmed", "state": "paid"}, follow_up={"state": "done"}
    )
    assert loop_is_closed(closed)
    assert not loop_is_closed({**closed, "status": "completed"})
    assert not loop_is_closed({**closed, "settlement": {"required": "confirmed", "state": "invoiced"}})
    assert not loop_is_closed({**closed, "follow_up": {"state": "due"}})
    assert loop_is_closed({**closed, "settlement": {"required": "none", "state": "open"}})
