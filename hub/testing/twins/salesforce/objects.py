"""What the objects of Salesforce accept: names, lengths and kinds of fields as its object reference has them."""

import re
from collections.abc import Mapping
from dataclasses import replace

from hub.domain.documents import Doc
from hub.testing.twin.fields import Field, mistake
from hub.testing.twin.refusals import RefusedError

BASE = "/services/data/v62.0"
AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)"
MAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"
INSTANT = Field(pattern=AT)
LONG = 32_000  # of a long text: no query may compare it
BODY = 4_000  # of a comment, in bytes
TOLD = {
    "Id": Field(read_only=True, most=18),
    "IsDeleted": Field("bool", read_only=True),
    "CreatedDate": replace(INSTANT, read_only=True),
    "SystemModstamp": replace(INSTANT, read_only=True),
}
MERGED = {"MasterRecordId": Field(read_only=True, most=18)}
KEY = {"TicketHub_Key__c": Field(most=64)}
REFERENCE = Field(most=18)
OBJECTS: Mapping[str, Mapping[str, Field]] = {
    "Account": TOLD | MERGED | KEY | {
        "Name": Field(required=True, most=255), "AccountNumber": Field(most=40), "ParentId": REFERENCE,
        "Phone": Field(most=40), "BillingStreet": Field(most=255), "BillingCity": Field(most=40),
        "BillingState": Field(most=80), "BillingPostalCode": Field(most=20), "BillingCountry": Field(most=80),
        "TicketHub_Open_Tickets__c": Field("number"), "TicketHub_Satisfaction__c": Field("number"),
        "TicketHub_Last_Ticket_At__c": INSTANT, "TicketHub_Last_Visit_At__c": INSTANT, "TicketHub_As_Of__c": INSTANT,
        "TicketHub_Warranty_Ends__c": Field("date"), "TicketHub_Contract_Ends__c": Field("date"),
        "TicketHub_Balance__c": Field(most=255),
    },
    "Contact": TOLD | MERGED | KEY | {
        "AccountId": REFERENCE, "FirstName": Field(most=40), "LastName": Field(required=True, most=80),
        "Name": Field(read_only=True), "Title": Field(most=128), "MobilePhone": Field(most=40),
        "Email": Field(most=80, pattern=MAIL),
    },
    "Case": TOLD | MERGED | KEY | {
        "CaseNumber": Field(read_only=True), "AccountId": REFERENCE, "ContactId": REFERENCE,
        "Subject": Field(most=255), "Description": Field(most=LONG),
        "Status": Field(values=frozenset({"New", "Working", "Escalated", "Closed"})),
        "Priority": Field(values=frozenset({"High", "Medium", "Low"})),
        "Origin": Field(values=frozenset({"Phone", "Email", "Web"})),
        "IsClosed": Field("bool", read_only=True), "ClosedDate": replace(INSTANT, read_only=True),
        "TicketHub_Number__c": Field(most=40), "TicketHub_Remedy__c": Field(most=LONG),
        "TicketHub_Closed_At__c": INSTANT,
    },
    "CaseComment": TOLD | {
        "ParentId": replace(REFERENCE, required=True), "CommentBody": Field(most=BODY), "IsPublished": Field("bool"),
        "CreatedById": replace(REFERENCE, read_only=True),
    },
    "User": TOLD | {"Username": Field(most=80), "Name": Field(read_only=True)},
    "Task": TOLD | KEY | {
        "Subject": Field(most=255), "Description": Field(most=LONG),
        "Status": Field(
            values=frozenset({"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"})
        ),
        "TaskSubtype": Field(values=frozenset({"Task", "Call", "Email", "ListEmail", "Cadence", "LinkedIn"})),
        "CallType": Field(values=frozenset({"Internal", "Inbound", "Outbound"})),
        "AccountId": Field(read_only=True, most=18), "IsClosed": Field("bool", read_only=True),
        "CompletedDateTime": replace(INSTANT, read_only=True), "OwnerId": REFERENCE,
        "CallObject": Field(most=255), "CallDisposition": Field(most=255), "WhatId": REFERENCE, "WhoId": REFERENCE,
        "TicketHub_Started_At__c": INSTANT, "TicketHub_Ended_At__c": INSTANT,
    },
    "Lead": TOLD | MERGED | KEY | {
        "Company": Field(required=True, most=255), "LastName": Field(required=True, most=80),
        "Description": Field(most=LONG), "IsConverted": Field("bool", read_only=True),
        "Status": Field(values=frozenset(
            {"Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"}
        )),
        "TicketHub_Account__c": REFERENCE, "TicketHub_Cause__c": Field(most=40),
        "TicketHub_Due_On__c": Field("date"),
    },
    "Order": TOLD | {
        "OrderNumber": Field(read_only=True), "AccountId": REFERENCE, "EffectiveDate": Field("date", required=True),
        "Status": Field(required=True), "StatusCode": Field(read_only=True),
        "TotalAmount": Field("number", read_only=True),
    },
    "OrderItem": TOLD | {
        "OrderId": replace(REFERENCE, required=True), "Product2Id": REFERENCE, "Description": Field(most=255),
        "Quantity": Field("number"), "UnitPrice": Field("number"),
    },
    "Product2": TOLD | {"Name": Field(required=True, most=255)},
    "Contract": TOLD | {
        "ContractNumber": Field(read_only=True), "AccountId": replace(REFERENCE, required=True),
        "Status": Field(required=True), "StatusCode": Field(read_only=True),
        "StartDate": Field("date"), "EndDate": Field("date", read_only=True),
    },
    "ServiceContract": TOLD | {
        "ContractNumber": Field(read_only=True), "Name": Field(required=True, most=255), "AccountId": REFERENCE,
        "Status": Field(read_only=True), "StartDate": Field("date"), "EndDate": Field("date"),
    },
}  # fmt: skip
PREFIXES: Mapping[str, str] = {
    "Account": "001", "Contact": "003", "Case": "500", "Task": "00T", "Order": "801", "OrderItem": "802",
    "Product2": "01t", "Contract": "800", "ServiceContract": "810", "CaseComment": "00a", "User": "005",
    "Lead": "00Q",
}  # fmt: skip
NUMBERED: Mapping[str, str] = {
    "Case": "CaseNumber", "Order": "OrderNumber", "Contract": "ContractNumber", "ServiceContract": "ContractNumber",
}  # fmt: skip
DEFAULTS: Mapping[str, Doc] = {
    "Case": {"Status": "New", "Priority": "Medium"},
    "CaseComment": {"IsPublished": False},
    "Task": {"Status": "Not Started", "TaskSubtype": "Task"},
    "Lead": {"Status": "Open - Not Contacted", "IsConverted": False},
}
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "AccountId": ("Account",), "ParentId": ("Account",), "ContactId": ("Contact",), "WhoId": ("Contact",),
    "WhatId": ("Account", "Case", "Order", "Contract"), "OrderId": ("Order",), "Product2Id": ("Product2",),
    "OwnerId": ("User",), "TicketHub_Account__c": ("Account",),
}  # fmt: skip
PARENTS: Mapping[str, str] = {"CaseComment": "Case"}  # what ParentId means where it is not an account
RELATIONS: Mapping[str, tuple[str, str]] = {  # the field that refers, and the object referred to
    "Account": ("AccountId", "Account"), "Contact": ("ContactId", "Contact"), "Product2": ("Product2Id", "Product2"),
    "Parent": ("ParentId", "Account"), "CreatedBy": ("CreatedById", "User"), "Owner": ("OwnerId", "User"),
}  # fmt: skip
EXTERNAL = dict.fromkeys(("Account", "Contact", "Case", "Lead"), "TicketHub_Key__c")
WRONG: Mapping[str, tuple[str, str]] = {
    "read_only": ("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: {name}."),
    "null": ("REQUIRED_FIELD_MISSING", "Required fields are missing: [{name}]"),
    "missing": ("REQUIRED_FIELD_MISSING", "Required fields are missing: [{name}]"),
    "form": ("JSON_PARSER_ERROR", "Cannot deserialize the value of {name}"),
    "long": ("STRING_TOO_LONG", "{name}: data value too large (max length={most})"),
    "value": ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "{name}: bad value for restricted picklist field"),
    "pattern": ("JSON_PARSER_ERROR", "Cannot deserialize the value of {name}"),
}
ID = re.compile(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def related(kind: str, relation: str) -> tuple[str, str]:
    """The field of an object that a relation goes by, and the object that it leads to."""
    field, there = RELATIONS[relation]
    return field, PARENTS.get(kind, there) if field == "ParentId" else there


def fields_of(kind: str) -> Mapping[str, Field]:
    """The fields of an object."""
    if kind not in OBJECTS:
        raise RefusedError(404, "NOT_FOUND", "The requested resource does not exist")
    return OBJECTS[kind]


def whole_id(short: str) -> str:
    """An id of 15 characters with the three that say which of them are capitals; RefusedError where it is none."""
    if not ID.fullmatch(short):
        raise RefusedError(400, "MALFORMED_ID", f"id value of incorrect type: {short}")
    short = short[:15]
    sums = [sum(letter.isupper() << at for at, letter in enumerate(short[part : part + 5])) for part in (0, 5, 10)]
    return short + "".join(LETTERS[one] for one in sums)


def is_id(text: str) -> bool:
    """Whether it may be the id of a record."""
    return ID.fullmatch(text) is not None and (len(text) == 15 or whole_id(text) == text)  # noqa: PLR2004 - the short form


def taken(kind: str, sent: Doc, *, making: bool) -> Doc:
    """What is written of a document: texts without blanks around them, and nothing for empty ones."""
    fields = fields_of(kind)
    doc = {name: (value.strip() or None) if isinstance(value, str) else value for name, value in sent.items()}
    for name, value in doc.items():
        if name not in fields:
            raise RefusedError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}")
        refuse(fields[name], name, mistake(fields[name], value) or too_many_bytes(fields[name], value))
    for name, field in fields.items():
        if making and field.required and doc.get(name) is None:
            refuse(field, name, "missing")
    return {**(DEFAULTS.get(kind, {}) if making else {}), **doc}


def too_many_bytes(field: Field, value: object) -> str | None:
    """Whether a text is too long where bytes are counted."""
    is_long = field.most == BODY and isinstance(value, str) and len(value.encode()) > BODY
    return "long" if is_long else None


def refuse(field: Field, name: str, wrong: str | None) -> None:
    """Nothing, where nothing is wrong with a value."""
    if wrong is None:
        return
    code, message = WRONG[wrong]
    if wrong == "pattern" and field.pattern == MAIL:
        code, message = "INVALID_EMAIL_ADDRESS", "{name}: invalid email address"
    raise RefusedError(400, code, message.format(name=name, most=field.most), field=name)


def told_of(error: RefusedError) -> Doc:
    """One error as it is told."""
    return {"message": error.reason, "errorCode": error.code, "fields": [error.field] if error.field else []}
