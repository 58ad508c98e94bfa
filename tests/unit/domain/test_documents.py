"""What the rules make fits the canonical schemas: a story from the ring to the closed ticket, each document checked."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from hub.domain.call_events import read_event
from hub.domain.call_source import CallSource
from hub.domain.calls import expire, take_event
from hub.domain.dispatch import choose
from hub.domain.dispatch_case import Job, Worker
from hub.domain.documents import Doc
from hub.domain.gates import with_evidence, with_follow_ups, with_settlement
from hub.domain.policies import Policies
from hub.domain.sla import mark_told, read_ticket, select_policy, sla_document
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


def test_call_ticket_and_visit_fit_their_schemas(policies: Policies) -> None:
    source = CallSource()
    call: Doc | None = None
    for event, more in (("newCall", {}), ("answer", {"answeringNumber": "801", "user[]": "王芳"}), ("hangup", {})):
        facts = {"from": "13812345678", "to": "02188886666", "direction": "in", "callId": "c-1", "cause": "x"}
        hook = {**facts, "queue": "hotline", "event": event, **more}
        call = fits("call", take_event(call, read_event(hook, source, system="pbx", now=NOW)).call)
    assert call is not None
    silent = expire({**call, "state": "answered"}, now=NOW + timedelta(days=1))
    assert silent is not None
    fits("call", silent.call)

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
    ticket = fits("ticket", with_settlement(ticket, "confirmed", now=NOW))
    ticket = fits("ticket", with_evidence(ticket, [], now=NOW))
    answer = {"at": NOW.isoformat(), "outcome": "answered"}
    ticket = fits("ticket", with_follow_ups(ticket, [answer], workflow.follow_up, zone="Asia/Shanghai", now=NOW))
    ticket = do("close")
    assert ticket["status"] == "closed"
