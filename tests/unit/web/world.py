"""A small service company: enough records for every page to show something."""

from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.ports.outbox import Delivery
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.ports.trace import STOPS, Stop
from hub.services.context import Hub


def at(now: datetime, minutes: float) -> str:
    return (now + timedelta(minutes=minutes)).isoformat()


def documents(now: datetime) -> dict[str, list[Doc]]:
    """Records by entity."""
    return {
        "customer": [
            {"id": "c1", "name": "华星制造有限公司", "code": "C-1001", "level": "gold", "kind": "organisation",
             "phone": "+8613800138000", "email": "service@example.com", "tax_id": "91310000MA1FL0",
             "addresses": [{"id": "a1", "kind": "main", "line1": "中山路 88 号", "city": "上海", "region": "上海市"}]},
            {"id": "c2", "name": "Bolt & Nut Ltd", "code": "C-1002", "level": "standard", "credit_hold": True,
             "phone": "+8613900139000"},
        ],
        "contact": [{"id": "k1", "customer_id": "c1", "name": "王建国", "position": "设备主管", "phone": "+8613800138001"}],
        "site": [{"id": "s1", "customer_id": "c1", "name": "一号厂房", "address": {"city": "上海", "district": "浦东新区", "line1": "金桥路 5 号"}}],
        "asset": [{"id": "as1", "serial": "SN-2024-0815", "name": "螺杆空压机 75kW", "customer_id": "c1", "site_id": "s1", "status": "active",
                   "warranty": {"starts_on": "2025-01-01", "ends_on": "2027-01-01"}}],
        "contract": [{"id": "ct1", "number": "FW-2026-01", "name": "年度维保", "customer_id": "c1", "state": "active",
                      "starts_on": "2026-01-01", "ends_on": "2026-12-31", "included": {"visits": 4}}],
        "technician": [
            {"id": "t1", "name": "张伟", "active": True, "skills": [{"id": "1", "skill": "compressor", "level": 3}], "territories": ["上海"]},
            {"id": "t2", "name": "Chen Jing", "active": True, "skills": [{"id": "1", "skill": "electric", "level": 2}]},
        ],
        "part": [{"id": "p1", "sku": "OIL-SEAL-75", "name": "轴封", "uom": "each", "list_price": "180", "currency": "CNY", "active": True}],
        "warehouse": [{"id": "w1", "name": "Main warehouse", "kind": "main"}, {"id": "w2", "name": "张伟随车", "kind": "technician"}],
        "ticket": [
            {"id": "tk1", "number": "T-000041", "type": "repair", "status": "in_service", "priority": "p1", "channel": "phone",
             "subject": "空压机漏油，压力上不去", "description": "昨晚开始漏油，今早停机。", "queue": "hotline", "customer_id": "c1", "contact_id": "k1",
             "site_id": "s1", "asset_ids": ["as1"], "fault": {"symptom": "OIL_LEAK", "symptom_text": "轴端漏油"},
             "opened_at": at(now, -180), "sla_start_at": at(now, -183), "chase_count": 1,
             "assignment": {"technician_id": "t1", "visit_id": "v1", "window_start": at(now, -60), "window_end": at(now, 60), "assigned_at": at(now, -170), "by": "wang"},
             "sla": {"policy": "gold", "policy_version": 2, "calendar": "shanghai", "targets": [
                 {"target": "first_response", "state": "met", "started_at": at(now, -183), "due_at": at(now, -150), "met_at": at(now, -175), "target_seconds": 1800, "elapsed_seconds": 480, "paused_seconds": 0},
                 {"target": "resolution", "state": "running", "started_at": at(now, -183), "due_at": at(now, 57), "warn_at": at(now, 9), "target_seconds": 14400, "elapsed_seconds": 10980, "paused_seconds": 0}]},
             "gates": [{"gate": "evidence", "state": "open"}, {"gate": "settlement", "state": "open"}, {"gate": "follow_up", "state": "open"}],
             "waiting_for": [{"system": "erp", "since": at(now, -12), "what": "RES-7"}]},
            {"id": "tk2", "number": "T-000042", "type": "maintenance", "status": "triaged", "priority": "p3", "channel": "web",
             "subject": "Quarterly maintenance of the dryer", "customer_id": "c2", "required_skills": [{"id": "1", "skill": "dryer", "level": 1}]},
            {"id": "tk3", "number": "T-000040", "type": "repair", "status": "closed", "priority": "p2", "channel": "phone",
             "subject": "更换滤芯", "customer_id": "c1", "settlement": {"required": "paid", "state": "paid"}},
            {"id": "tk4", "number": "T-000043", "type": "repair", "status": "new", "priority": "p3", "channel": "phone", "is_draft": True,
             "subject": "Call", "call_id": "call1", "customer_id": "c1"},
            {"id": "tk5", "number": "T-000044", "type": "repair", "status": "triaged", "priority": "p1", "channel": "phone", "subject": "冷干机报警 E04", "customer_id": "c1",
             "hold": {"reason": "parts", "since": at(now, -40), "stops_clock": True},
             "sla": {"policy": "gold", "policy_version": 2, "calendar": "shanghai", "targets": [{"target": "arrival", "state": "breached", "due_at": at(now, -20), "breached_at": at(now, -20)}]},
             "problems": [{"id": "1", "system": "erp", "what": "RES-9", "message": "Only 0 of OIL-SEAL-75 are on hand in the main warehouse.", "role": "warehouse", "since": at(now, -15)}]},
        ],
        "visit": [{"id": "v1", "ticket_id": "tk1", "technician_id": "t1", "sequence": 1, "status": "on_site", "window_start": at(now, -60), "window_end": at(now, 60),
                   "planned_at": at(now, -170), "accepted_at": at(now, -160), "departed_at": at(now, -100), "checked_in_at": at(now, -55),
                   "answers": [{"step": "safety", "value": True, "at": at(now, -50)}, {"step": "finding", "value": "faulty", "at": at(now, -49)}]}],
        "call": [
            {"id": "call1", "system": "pbx", "call_id": "7f3a", "direction": "in", "state": "answered", "from": "+8613800138000", "queue": "hotline", "agent": "li",
             "match": "one", "matches": [{"id": "c1", "entity": "customer", "customer_id": "c1"}], "customer_id": "c1", "ticket_id": "tk4", "started_at": at(now, -2), "answered_at": at(now, -1.5)},
            {"id": "call2", "system": "pbx", "call_id": "7f3b", "direction": "in", "state": "ringing", "from": "+8613900139000", "queue": "hotline",
             "match": "one", "matches": [{"id": "c2", "entity": "customer", "customer_id": "c2"}], "customer_id": "c2", "started_at": at(now, -0.1)},
            {"id": "call3", "system": "pbx", "call_id": "7f3c", "direction": "in", "state": "ringing", "from": "+8613700137000", "match": "none", "started_at": at(now, -0.2)},
        ],
        "charge": [
            {"id": "ch1", "obligation": "o1", "revision": 1, "kind": "charge", "ticket_id": "tk1", "customer_id": "c1", "code": "callout", "category": "callout", "description": "上门费", "quantity": "1", "unit": "visit", "rate": "200",
             "currency": "CNY", "net": "200.00", "tax": "12.00", "gross": "212.00", "state": "draft", "rule": "callout", "rule_version": 3},
            {"id": "ch2", "obligation": "o2", "revision": 1, "kind": "charge", "ticket_id": "tk1", "customer_id": "c1", "code": "part", "category": "part", "description": "轴封", "part_id": "p1", "quantity": "1", "unit": "each", "rate": "0", "discount_percent": "100",
             "currency": "CNY", "net": "0.00", "tax": "0.00", "gross": "0.00", "state": "reviewed", "coverage": {"by": "warranty", "list_net": "180.00", "why": {"template": "The {what} is under warranty until {day}.", "params": {"what": "compressor", "day": "2027-01-01"}}}, "rule": "parts", "rule_version": 3},
        ],
        "invoice": [{"id": "i1", "number": "INV-2026-7", "state": "issued", "customer_id": "c1", "ticket_id": "tk3", "currency": "CNY", "totals": {"net": "300.00", "tax": "18.00", "gross": "318.00"},
                     "payment": {"status": "partial", "paid_amount": "100.00", "open_amount": "218.00"}, "issued_at": at(now, -3000)}],
        "sales_order": [{"id": "so1", "number": "SO-77", "customer_id": "c1", "ordered_on": "2025-01-01", "state": "done", "currency": "CNY", "totals": {"net": "80000.00", "tax": "10400.00", "gross": "90400.00"},
                         "lines": [{"id": "1", "description": "螺杆空压机 75kW", "quantity": "1"}]}],
        "reservation": [{"id": "r1", "ticket_id": "tk1", "part_id": "p1", "quantity": "1", "warehouse_id": "w1", "state": "sent"}],
        "consumption": [{"id": "co1", "ticket_id": "tk1", "visit_id": "v1", "part_id": "p1", "quantity": "1", "warehouse_id": "w2", "state": "refused", "serial_in": "S-1", "error": "Stock too small: 0 on hand."}],
        "follow_up": [{"id": "f1", "ticket_id": "tk3", "outcome": "answered", "score": 5, "at": at(now, -1000)}],
    }  # fmt: skip


def fill(hub: Hub) -> None:
    """Store the world."""
    now = hub.clock.now()

    def work(tx: UnitOfWork) -> None:
        stamps = {"created_at": at(now, -200), "updated_at": at(now, -3)}
        for entity, docs in documents(now).items():
            for doc in docs:
                hub.schemas.check(entity, doc | stamps)
                tx.records.add(entity, doc | stamps)
                tx.audit.write("li", "create", entity, doc["id"], "corr-1", {n: [None, v] for n, v in doc.items()})
        queue(tx, now)

    hub.store.run(work)


def queue(tx: UnitOfWork, now: datetime) -> None:
    """Messages: one on its way, one given up, one to be settled, one traced."""
    delivery = Delivery("d1", "erp", "charge", "ch1", "corr-2", now - timedelta(minutes=12), goal="posted")
    tx.outbox.enqueue(delivery)
    dead = Delivery("d2", "erp", "consumption", "co1", "corr-3", now - timedelta(minutes=30))
    tx.outbox.enqueue(dead)
    for claimed in tx.outbox.claim("erp", now=now, lease_for=timedelta(seconds=1), limit=9):
        if claimed.id == "d2":
            tx.outbox.dead(claimed, error="RejectedError 409")
        else:
            tx.outbox.later(claimed, not_before=now + timedelta(minutes=1), error="RetryableError 503")
    tx.reviews.open(
        Review(
            "rv1",
            "conflict",
            "customer",
            "c1",
            "erp",
            {"path": "phone", "hub": "+86138", "remote": "+86139"},
            "corr-4",
            now,
        )
    )
    for number, stop in enumerate(STOPS[:6]):
        words = "The customer was {what}."
        tx.trace.note(
            Stop("corr-4", now - timedelta(seconds=9 - number), stop, "erp", "customer", "c1", words, {"what": stop})
        )
