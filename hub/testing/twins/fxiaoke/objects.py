"""What the objects of Fxiaoke accept."""

from collections.abc import Mapping
from typing import Any

from hub.testing.twin.fields import Field
from hub.testing.twin.refusals import RefusedError

WRONG = "32000"
TIMES = {"create_time", "last_modified_time"}
OURS = {"owner": Field("list", required=True), "tickethub_key__c": Field(most=100)}
KEPT = {name: Field("integer", read_only=True) for name in TIMES} | {
    "_id": Field(read_only=True),
    "life_status": Field(read_only=True),
}
OBJECTS: Mapping[str, Mapping[str, Field]] = {
    "AccountObj": KEPT
    | OURS
    | {
        "name": Field(required=True, most=256),
        "account_no": Field(read_only=True),
        "tel": Field(most=100),
        "email": Field(most=256, pattern=r"[^@\s]+@[^@\s]+"),
        "address": Field(most=300),
        **{f"tickethub_{name}__c": Field("number") for name in ("open_tickets", "satisfaction")},
        **{f"tickethub_{name}__c": Field("integer") for name in ("last_ticket_at", "last_visit_at", "as_of")},
        **{f"tickethub_{name}__c": Field(most=100) for name in ("warranty_ends", "contract_ends")},
        "tickethub_balance__c": Field(most=255),
    },
    "ContactObj": KEPT
    | OURS
    | {
        "name": Field(required=True, most=256),
        "account_id": Field(),
        "job_title": Field(most=100),
        "mobile1": Field(most=100),
        "email": Field(most=256, pattern=r"[^@\s]+@[^@\s]+"),
    },
    "CasesObj": KEPT
    | OURS
    | {
        "name": Field(read_only=True),
        "account_id": Field(),
        "tickethub_number__c": Field(most=100),
        "tickethub_subject__c": Field(most=200),
        "tickethub_description__c": Field(most=10_000),
        "tickethub_status__c": Field(values=frozenset({"open", "completed", "closed", "cancelled"})),
        "tickethub_remedy__c": Field(most=2000),
        "tickethub_closed_at__c": Field("integer"),
    },
    "SalesOrderObj": KEPT
    | {
        "name": Field(read_only=True),
        "account_id": Field(required=True),
        "order_amount": Field("number"),
        "owner": OURS["owner"],
    },
    "SalesOrderProductObj": KEPT
    | {
        "order_id": Field(required=True),
        "product_id": Field(),
        "product_id__r": Field(read_only=True),
        "quantity": Field("number"),
        "sales_price": Field("number"),
    },
    "SaleContractObj": KEPT
    | {"name": Field(read_only=True), "account_id": Field(required=True), "owner": OURS["owner"]},
    "LeadsObj": KEPT
    | OURS
    | {
        "name": Field(required=True, most=100),
        "company": Field(most=256),
        "biz_status": Field(read_only=True),
        "tickethub_account__c": Field(),
        "tickethub_text__c": Field(most=2000),
        "tickethub_cause__c": Field(most=100),
        "tickethub_due_on__c": Field(most=100),
    },
    "ActiveRecordObj": KEPT
    | OURS
    | {"active_record_content": Field(required=True, most=2000), "related_object_data": Field("list")},
}
NUMBERED: Mapping[str, tuple[str, str]] = {"AccountObj": ("account_no", "KH"), "CasesObj": ("name", "GD")}
REFERENCES = {"account_id": "AccountObj", "order_id": "SalesOrderObj", "tickethub_account__c": "AccountObj"}


def exactly(told: Any, names: set[str]) -> None:
    """Nothing, where an object has these members and no others."""
    if not isinstance(told, dict) or told.keys() != names:
        raise RefusedError(200, WRONG, f"expected {', '.join(sorted(names))}")


def fields_of(kind: Any) -> Mapping[str, Field]:
    """The fields of an object."""
    if kind not in OBJECTS:
        raise RefusedError(200, WRONG, f"no such object: {kind}")
    return OBJECTS[kind]


def known(fields: Mapping[str, Field], name: Any) -> None:
    """Nothing, where there is such a field."""
    if name not in fields:
        raise RefusedError(200, WRONG, f"no such field: {name}")
