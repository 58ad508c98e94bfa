"""What the rules make fits the canonical schemas: a story from the ring to the charges, each document validated."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types, and its stubs are not in the lock file

from hub.domain.call_events import Dialing, from_zammad
from hub.domain.calls import Hit, expire, match, take_event
from hub.domain.charge_basis import DoneWork
from hub.domain.charge_revisions import credit_of, waive_charge
from hub.domain.charges import work_out
from hub.domain.dispatch import choose
from hub.domain.dispatch_case import Job, Worker
from hub.domain.documents import Doc
from hub.domain.gates import with_evidence, with_follow_ups, with_settlement
from hub.domain.policies import Policies
from hub.domain.sla import mark_told, read_ticket, select_policy, sla_document
from hub.domain.stock import Movements, correct, draw, request_part
from hub.domain.stock_levels import consume_from_own_stock
from hub.domain.stock_reports import decide_request, reported
from hub.domain.ticket import draft_of_call, refused, waiting_for
from hub.domain.visit import move_visit, plan_visit, with_answer
from hub.domain.workflow import Command, apply, follow_visit

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
ROLES = frozenset({"agent", "dispatcher", "manager"})
TECHNICIAN: Doc = {
    "id": "E1",
    "name": "Wang",
    "time_zone": "Asia/Shanghai",
    "skills": [{"id": "1", "skill": "cooling", "level": 3}],
    "shifts": [{"id": "1", "weekday": "tue", "from": "09:00", "to": "18:00"}],
    "home": {"lat": 31.2, "lon": 121.4},
}
CONFIRMED = {
    "customer_id": "C1",
    "asset_ids": ["A1"],
    "fault": {"symptom": "leak"},
    "required_skills": [{"id": "1", "skill": "cooling", "level": 2}],
}


def fits(entity: str, document: Doc) -> Doc:
    schema = json.loads((ROOT / "schemas" / "canonical" / f"{entity}.json").read_text("utf-8"))
    errors = [
        f"{each.json_path}: {each.message}" for each in jsonschema.Draft202012Validator(schema).iter_errors(document)
    ]
    assert errors == []
    return document


def test_call_ticket_visit_and_charges_fit_their_schemas(policies: Policies) -> None:
    hook = {"from": "13812345678", "to": "02188886666", "direction": "in", "callId": "c-1", "queue": "service"}
    call: Doc = {}
    for event, more in (
        ("newCall", {}),
        ("answer", {"answeringNumber": "801", "user[]": ["Ann"]}),
        ("hangup", {"cause": "x"}),
    ):
        read = from_zammad({**hook, "event": event, **more}, system="pbx", received_at=NOW, dialing=Dialing("CN"))
        call = fits("call", take_event(call or None, read, call_record_id="K1").call)
    fits("call", match(call, [Hit("C1"), Hit("C1", "P1")]))
    late = expire(
        {**call, "state": "answered"}, now=NOW + timedelta(days=1), ringing_for=timedelta(1), talking_for=timedelta(0)
    )
    assert late is not None
    fits("call", late.call)

    workflow = policies.workflow("repair")
    ticket = fits("ticket", {"id": "T1", **draft_of_call(call, number="R-1", by="ann", now=NOW, subject="call")})

    def do(name: str, **params: Any) -> Doc:
        return fits("ticket", apply(workflow, ticket, Command(name, "ann", ROLES, params), now=NOW).ticket)

    ticket = do("confirm", **CONFIRMED)
    policy = select_policy(policies.sla, {"ticket": ticket})
    assert policy is not None
    readings = read_ticket(ticket, policy, policies.hours, now=NOW + timedelta(days=2))
    sla = sla_document(policy, policies.sla.version, readings)
    ticket = fits("ticket", {**ticket, "sla": mark_told(sla, "resolution", "warn", readings[3].alarms)})
    ticket = do("hold", reason="customer", note="no key")
    ticket = do("resume")
    choice = choose(Job(ticket), [Worker(TECHNICIAN)], policies.dispatch, now=NOW)
    assert choice.best is not None
    ticket = do("assign", technician_id="E1", explanation=choice.explanation(), policy_version=choice.policy_version)
    ticket = do("agree_appointment", **{"from": NOW.isoformat(), "to": NOW.isoformat()})
    problem = {"id": "1", "system": "erp", "what": "invoice", "message": "credit hold", "role": "finance"}
    fits("ticket", refused(waiting_for(ticket, "erp", "reservation", now=NOW), problem, now=NOW))

    visit = fits("visit", {"id": "V1", **plan_visit(ticket, "E1", sequence=1, now=NOW)})
    moves: tuple[tuple[str, Doc], ...] = (
        ("accept", {}),
        ("depart", {}),
        ("check_in", {"place": {"lat": 31.2, "lon": 121.4}}),
        ("finish", {"travel_km": "32.5"}),
    )
    ticket = {**ticket, "fault": {"symptom": "leak", "remedy": "sealed"}}
    for name, params in moves:
        visit = fits("visit", move_visit(visit, name, params, technician_id="E1", now=NOW + timedelta(hours=1)))
        followed = follow_visit(workflow, ticket, visit, by="E1", now=NOW, visits=[visit])
        assert followed is not None
        assert followed.reviews == ()
        ticket = fits("ticket", followed.ticket)
    fits("visit", with_answer(visit, {"step": "safety", "value": True, "at": NOW.isoformat(), "by": "E1"}))
    work = DoneWork(ticket, [visit], assets=[{"id": "A1"}])
    long = {**visit, "finished_at": (NOW + timedelta(hours=3)).isoformat()}
    for line in work_out(replace(work, visits=[long]), policies.charges, policies.hours["standard"].calendar):
        charge = fits("charge", {"id": "H1", **line})
        fits("charge", {**credit_of(charge, 2), "id": "H2"})
        fits("charge", waive_charge(charge, "late", by="bo"))
    ticket = fits("ticket", with_settlement(ticket, "confirmed", now=NOW))
    ticket = fits("ticket", with_evidence(ticket, [], now=NOW))
    answer = {"at": NOW.isoformat(), "outcome": "answered"}
    ticket = fits("ticket", with_follow_ups(ticket, [answer], workflow.follow_up, zone="Asia/Shanghai", now=NOW))
    ticket = do("close")
    assert ticket["status"] == "closed"


def test_parts_documents_fit_their_schemas() -> None:
    part = {"id": "P1", "sku": "SEAL-8"}
    request = request_part({"id": "T1"}, part, "2", by="bo", now=NOW, from_warehouse_id="MAIN", issue_kind="billable")
    request = fits("part_request", {"id": "Q1", **decide_request(request, approved=True, by="li", reason="yes")})
    reservation = draw(Movements({}), "reservation", request, by="li", now=NOW, to_warehouse_id="VAN")
    reservation = fits("reservation", {"id": "R1", **reservation})
    documents: dict[str, list[Doc]] = {"part_request": [request], "reservation": [reservation]}
    for entity, source, quantity in (("issue", reservation, "1"), ("release", reservation, "0.5")):
        made = {"id": entity, **draw(Movements(documents), entity, source, by="li", now=NOW, quantity=quantity)}
        documents[entity] = [fits(entity, reported(fits(entity, made), "done", now=NOW, number="9"))]
    issue = documents["issue"][0]
    for entity in ("consumption", "return"):
        made = {"id": entity, **draw(Movements(documents), entity, issue, by="bo", now=NOW, quantity="0.5")}
        documents[entity] = [fits(entity, reported(made, "refused", now=NOW, error="too little stock"))]
    fits("issue", {"id": "I2", **correct(Movements(documents), "issue", issue, by="li", now=NOW)})
    level = {"warehouse_id": "VAN", "on_hand": "3"}
    own = consume_from_own_stock(level, [], ticket={"id": "T1"}, part=part, quantity="1", by="bo", now=NOW)
    fits("consumption", {"id": "U9", **own})
