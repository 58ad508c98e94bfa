"""The objects of NetBox: how they are told, what may be asked of them, and what a device has to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.domain.documents import Doc
from hub.testing.twin.fields import Field, mistake
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row, Rows

CHANGES = "core/object-changes"
JOURNAL = "extras/journal-entries"
CUSTOM: Mapping[str, tuple[str, ...]] = {"dcim/devices": ("warranty_ends_on", "pressure"), JOURNAL: ("tickethub_key",)}
CHANGED = {"last_updated__gte": "last_updated", "last_updated__lte": "last_updated"}
STATUSES = ("offline", "active", "planned", "staged", "failed", "inventory", "decommissioning")
WORDS = {
    "null": "This field may not be null.",
    "form": "Not a valid string.",
    "long": "Ensure this field has no more than {most} characters.",
    "value": "{value} is not a valid choice.",
}


@dataclass(frozen=True)
class Kind:
    """One object: its name in the change log, its plain fields, its references, and the filters on it."""

    type: str
    fields: tuple[str, ...]
    references: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=lambda: CHANGED)


KINDS: Mapping[str, Kind] = {
    "dcim/devices": Kind(
        "dcim.device",
        ("name", "serial", "asset_tag", "description", "comments"),
        {
            "device_type": "dcim/device-types", "role": "dcim/device-roles",
            "site": "dcim/sites", "tenant": "tenancy/tenants",
        },
        {**CHANGED, "asset_tag": "asset_tag", "serial": "serial", "name": "name"},
    ),
    "dcim/device-types": Kind("dcim.devicetype", ("model", "part_number")),
    "dcim/device-roles": Kind("dcim.devicerole", ("name",)),
    "dcim/sites": Kind(
        "dcim.site",
        ("name", "physical_address", "latitude", "longitude", "time_zone"),
        {"tenant": "tenancy/tenants"},
    ),
    "tenancy/tenants": Kind("tenancy.tenant", ("name",)),
    JOURNAL: Kind(
        "extras.journalentry",
        ("assigned_object_type", "assigned_object_id", "comments"),
        {},
        {**CHANGED, "cf_tickethub_key": "tickethub_key"},
    ),
    CHANGES: Kind(
        "core.objectchange",
        ("changed_object_type", "changed_object_id"),
        {},
        {
            "action": "action", "changed_object_type": "changed_object_type",
            "time_after": "time", "time_before": "time",
        },
    ),
}  # fmt: skip
TYPES = {kind: told.type.partition(".")[2].capitalize() for kind, told in KINDS.items()}
DEVICE: Mapping[str, Field] = {
    "name": Field(most=64),
    "serial": Field(most=50, may_be_null=False),
    "asset_tag": Field(most=50),
    "status": Field(values=frozenset(STATUSES), may_be_null=False),
    "description": Field(most=200, may_be_null=False),
    "comments": Field(may_be_null=False),
}
REQUIRED = ("device_type", "role", "site")


def a_decimal(value: Any) -> Decimal:
    """A number, or a text that is one."""
    if isinstance(value, bool):
        raise TypeError(value)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(value) from None


FORMS: Mapping[str, Callable[[Any], object]] = {
    "warranty_ends_on": date.fromisoformat,
    "tickethub_key": lambda told: told + "",
    "pressure": a_decimal,
}


def told(rows: Rows, kind: str, row: Row) -> Doc:
    """A record as it is told: references nested, choices with their labels."""
    url = f"http://another.example/api/{kind}/{row.id}/"
    doc = {"id": int(row.id), "url": url, "display": str(row.doc.get("name") or row.doc.get("model") or row.id)}
    doc |= {name: row.doc.get(name) for name in KINDS[kind].fields}
    doc |= {name: nested(rows, other, row.doc.get(name)) for name, other in KINDS[kind].references.items()}
    if kind == CHANGES:
        action = row.doc["action"]
        return doc | {"time": when(row), "action": {"value": action, "label": action.capitalize() + "d"}}
    if kind == "dcim/devices":
        status = row.doc["status"]
        doc["status"] = {"value": status, "label": status.capitalize()}
    if kind == "dcim/device-types":
        doc["manufacturer"] = {"id": 1, "name": row.doc["manufacturer"]}
    if kind == JOURNAL:
        doc["kind"] = {"value": row.doc["kind"], "label": row.doc["kind"].capitalize()}
    doc["custom_fields"] = dict.fromkeys(CUSTOM.get(kind, ())) | row.doc.get("custom_fields", {})
    return doc | {"created": row.created_at.isoformat().replace("+00:00", "Z"), "last_updated": when(row)}


def when(row: Row) -> str:
    """The time of the last change."""
    return row.changed_at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def nested(rows: Rows, kind: str, row_id: Any) -> Doc | None:
    """A reference, with as much as is shown of it."""
    row = None if row_id is None else rows.get(kind, str(row_id))
    return None if row is None else {"id": int(row.id), "display": row.doc.get("name") or row.doc.get("model")}


def checked(rows: Rows, sent: Doc, row: Row | None) -> Doc:
    """A device as it is to be kept; RefusedError names the first field that is wrong. Unknown ones are passed over."""
    doc: Doc = {"name": None, "serial": "", "asset_tag": None, "status": "active", "description": "", "comments": ""}
    doc = {**doc, "tenant": None, "custom_fields": {}, **(row.doc if row else {})}
    for name, value in sent.items():
        if name in DEVICE:
            doc[name] = plain(name, value)
        elif name in KINDS["dcim/devices"].references:
            doc[name] = reference(rows, name, value)
        elif name == "custom_fields":
            doc[name] = {**doc[name], **custom("dcim/devices", value)}
    for name in REQUIRED:
        if doc.get(name) is None:
            raise RefusedError(400, "missing", "This field is required.", field=name)
    unique(rows, doc, row)
    return doc


def plain(name: str, value: Any) -> Any:
    """A plain value, trimmed."""
    value = value.strip() if isinstance(value, str) else value
    wrong = mistake(DEVICE[name], value)
    if wrong is not None:
        words = WORDS[wrong].format(most=DEVICE[name].most, value=value)
        raise RefusedError(400, wrong, words, field=name)
    return value or None if name in {"name", "asset_tag"} else value


def reference(rows: Rows, name: str, value: Any) -> int | None:
    """The id of another record, given as a number or as attributes that only one has."""
    if value is None and name not in REQUIRED:
        return None
    kind = KINDS["dcim/devices"].references[name]
    if isinstance(value, int) and not isinstance(value, bool):
        if rows.get(kind, str(value)) is not None:
            return value
        words = f"Related object not found using the provided numeric ID: {value}"
    elif isinstance(value, dict):
        found = [one for one in rows.of(kind) if all(one.doc.get(key) == part for key, part in value.items())]
        if len(found) == 1:
            return int(found[0].id)
        words = "Related object not found using the provided attributes"
    else:
        words = "Related objects must be referenced by numeric ID or by dictionary of attributes."
    raise RefusedError(400, "reference", words, field=name)


def custom(kind: str, value: Any) -> Doc:
    """Values of custom fields: a date and a decimal on devices, a text on journal entries."""
    given = value if isinstance(value, dict) else {"": None}
    if wrong := sorted(given.keys() - set(CUSTOM[kind])):
        raise RefusedError(400, "custom", f"Unknown field name '{wrong[0]}' in custom field data.", field="__all__")
    for name, told in given.items():
        try:
            if told is not None:
                FORMS[name](told)
        except (TypeError, ValueError):
            raise RefusedError(400, "custom", f"Invalid value for custom field '{name}'", field="__all__") from None
    return dict(given)


def entry(rows: Rows, sent: Doc, row: Row | None) -> Doc:
    """A journal entry as it is to be kept."""
    doc: Doc = {"kind": "info", "custom_fields": {}, **(row.doc if row else {})}
    doc |= {
        name: sent[name] for name in ("assigned_object_type", "assigned_object_id", "kind", "comments") if name in sent
    }
    doc["custom_fields"] = {**doc["custom_fields"], **custom(JOURNAL, sent.get("custom_fields", {}))}
    for name in ("assigned_object_type", "assigned_object_id", "comments"):
        if doc.get(name) in (None, ""):
            raise RefusedError(400, "missing", "This field is required.", field=name)
    if doc["kind"] not in {"info", "success", "warning", "danger"}:
        raise RefusedError(400, "value", f"{doc['kind']} is not a valid choice.", field="kind")
    if doc["assigned_object_type"] != "dcim.device":
        raise RefusedError(400, "type", "Invalid content type", field="assigned_object_type")
    if not isinstance(doc["assigned_object_id"], int) or not rows.get("dcim/devices", str(doc["assigned_object_id"])):
        raise RefusedError(400, "absent", "No such object", field="assigned_object_id")
    if not isinstance(doc["comments"], str):
        raise RefusedError(400, "form", "Not a valid string.", field="comments")
    return {**doc, "comments": doc["comments"].strip()}


def unique(rows: Rows, doc: Doc, row: Row | None) -> None:
    """Nothing, where no other device has the tag, or the name at the same site and tenant."""
    others = [one.doc for one in rows.of("dcim/devices") if row is None or one.id != row.id]
    if doc["asset_tag"] is not None and doc["asset_tag"] in {one["asset_tag"] for one in others}:
        raise RefusedError(400, "unique", "device with this Asset tag already exists.", field="asset_tag")
    place = (str(doc["name"]).lower(), doc["site"], doc["tenant"])
    if doc["name"] and place in {(str(one["name"]).lower(), one["site"], one["tenant"]) for one in others}:
        raise RefusedError(400, "unique", "Device name must be unique per site.", field="__all__")


CHECKS: Mapping[str, Callable[[Rows, Doc, Row | None], Doc]] = {"dcim/devices": checked, JOURNAL: entry}
"""What may be written, and how it is checked."""
