"""The two mappings of the benchmark by hand, as one would write them who knows the schemas and wants them fast.

Same job: what is not mapped is carried over, nothing given is changed, lines are aligned by key, a field that the other
side does not have is cleared, and a word over there that already means the same is kept.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Doc = dict[str, Any]
NONE: Doc = {}
UNITS = [Decimal(1).scaleb(-places) for places in range(5)]
HUNDRED = Decimal(100)


# --- structure only


def push_structure(hub: Doc, old: Doc | None) -> Doc:  # noqa: PLR0915 - one line per field, as the mapping has
    remote = {**old} if old else {}
    customer, site, asset = hub["customer"], hub["site"], hub["asset"]
    remote["hub_id"] = hub["id"]
    remote["order_no"] = hub["number"]
    remote["subject"] = hub["title"]
    remote["description"] = hub["text"]
    remote["order_type"] = hub["type"]
    remote["source"] = hub["channel"]
    remote["lang"] = hub["language"]
    remote["urgency"] = hub["priority"]
    remote["status"] = hub["state"]
    remote["team"] = hub["queue"]
    if (note := hub.get("note")) is not None or remote.get("remarks") is not None:
        remote["remarks"] = note
    if (worker := hub.get("worker")) is not None or remote.get("assignee") is not None:
        remote["assignee"] = worker
    dates = remote["dates"] = {**remote["dates"]} if "dates" in remote else {}
    dates["created"] = hub["opened_at"]
    dates["deadline"] = hub["due_at"]
    if (closed := hub.get("closed_at")) is not None or dates.get("closed") is not None:
        dates["closed"] = closed
    party = remote["party"] = {**remote["party"]} if "party" in remote else {}
    party["code"] = customer["id"]
    party["name"] = customer["name"]
    party["phone"] = customer["phone"]
    if (mail := customer.get("email")) is not None or party.get("mail") is not None:
        party["mail"] = mail
    if (vat := customer.get("tax_id")) is not None or party.get("vat") is not None:
        party["vat"] = vat
    location = remote["location"] = {**remote["location"]} if "location" in remote else {}
    location["code"] = site["id"]
    location["name"] = site["name"]
    address = location["address"] = {**location["address"]} if "address" in location else {}
    address["line1"] = site["street"]
    address["city"] = site["city"]
    address["postal_code"] = site["zip"]
    address["country"] = site["country"]
    equipment = remote["equipment"] = {**remote["equipment"]} if "equipment" in remote else {}
    equipment["code"] = asset["id"]
    equipment["serial_no"] = asset["serial"]
    equipment["model"] = asset["model"]
    equipment["manufacturer"] = asset["maker"]
    present = {item["hub_line"]: item for item in remote["items"]} if "items" in remote else NONE
    items = remote["items"] = []
    for line in hub["lines"]:
        item = {**present.get(line["id"], NONE)}
        item["hub_line"] = line["id"]
        item["item_code"] = line["sku"]
        item["description"] = line["text"]
        item["uom"] = line["unit"]
        item["store"] = line["warehouse"]
        items.append(item)
    return remote


def pull_structure(remote: Doc, old: Doc | None) -> Doc:  # noqa: PLR0915 - one line per field, as the mapping has
    hub = {**old} if old else {}
    dates, party, location, equipment = remote["dates"], remote["party"], remote["location"], remote["equipment"]
    address = location["address"]
    hub["id"] = remote["hub_id"]
    hub["number"] = remote["order_no"]
    hub["title"] = remote["subject"]
    hub["text"] = remote["description"]
    hub["type"] = remote["order_type"]
    hub["channel"] = remote["source"]
    hub["language"] = remote["lang"]
    hub["priority"] = remote["urgency"]
    hub["state"] = remote["status"]
    hub["queue"] = remote["team"]
    if (note := remote.get("remarks")) is not None:
        hub["note"] = note
    else:
        hub.pop("note", None)
    if (worker := remote.get("assignee")) is not None:
        hub["worker"] = worker
    else:
        hub.pop("worker", None)
    hub["opened_at"] = dates["created"]
    hub["due_at"] = dates["deadline"]
    if (closed := dates.get("closed")) is not None:
        hub["closed_at"] = closed
    else:
        hub.pop("closed_at", None)
    customer = hub["customer"] = {**hub["customer"]} if "customer" in hub else {}
    customer["id"] = party["code"]
    customer["name"] = party["name"]
    customer["phone"] = party["phone"]
    if (mail := party.get("mail")) is not None:
        customer["email"] = mail
    else:
        customer.pop("email", None)
    if (vat := party.get("vat")) is not None:
        customer["tax_id"] = vat
    else:
        customer.pop("tax_id", None)
    site = hub["site"] = {**hub["site"]} if "site" in hub else {}
    site["id"] = location["code"]
    site["name"] = location["name"]
    site["street"] = address["line1"]
    site["city"] = address["city"]
    site["zip"] = address["postal_code"]
    site["country"] = address["country"]
    asset = hub["asset"] = {**hub["asset"]} if "asset" in hub else {}
    asset["id"] = equipment["code"]
    asset["serial"] = equipment["serial_no"]
    asset["model"] = equipment["model"]
    asset["maker"] = equipment["manufacturer"]
    present = {line["id"]: line for line in hub["lines"]} if "lines" in hub else NONE
    lines = hub["lines"] = []
    for item in remote["items"]:
        line = {**present.get(item["hub_line"], NONE)}
        line["id"] = item["hub_line"]
        line["sku"] = item["item_code"]
        line["text"] = item["description"]
        line["unit"] = item["uom"]
        line["warehouse"] = item["store"]
        lines.append(line)
    return hub


# --- value maps, numbers, conditions

STATE = {"draft": 0, "issued": 1, "void": 2}
PAYMENT = {"unpaid": "Unpaid", "partial": "Partly Paid", "paid": "Paid"}
LANGUAGE = {"zh": "zh_CN", "en": "en_US"}
TERM = {"now": "Immediate", "d15": "Net 15", "d30": "Net 30"}
KIND = {"service": "Service", "repair": "Repair", "warranty": "Warranty"}
UOM = {"hour": "Hour", "each": "Nos", "km": "Km"}
TAX = {"standard": "S", "reduced": "R", "none": "Z"}
STATE_OF = {theirs: ours for ours, theirs in STATE.items()}
PAYMENT_OF = {"Overdue": "unpaid", **{theirs: ours for ours, theirs in PAYMENT.items()}}
LANGUAGE_OF = {theirs: ours for ours, theirs in LANGUAGE.items()}
TERM_OF = {theirs: ours for ours, theirs in TERM.items()}
KIND_OF = {theirs: ours for ours, theirs in KIND.items()}
UOM_OF = {theirs: ours for ours, theirs in UOM.items()}
TAX_OF = {theirs: ours for ours, theirs in TAX.items()}
URGENCY = {"p1": "High", "p2": "Medium"}


def fixed(text: str, places: int) -> str:
    return str(Decimal(text).quantize(UNITS[places], ROUND_HALF_UP))


def number(value: Decimal, places: int) -> int | float:
    rounded = value.quantize(UNITS[places], ROUND_HALF_UP)
    whole = int(rounded)
    return whole if whole == rounded else float(rounded)


def text(value: Decimal, places: int) -> str:
    return format(value.quantize(UNITS[places], ROUND_HALF_UP).normalize(), "f")


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def push_values(hub: Doc, old: Doc | None) -> Doc:  # noqa: PLR0915 - one line per field, as the mapping has
    remote = {**old} if old else {}
    customer, totals, status, state = hub["customer"], hub["totals"], hub["payment"]["status"], hub["state"]
    remote["hub_id"] = hub["id"]
    remote["invoice_no"] = hub["number"]
    remote["docstatus"] = STATE[state]
    if PAYMENT_OF.get(remote.get("status", "")) != status:
        remote["status"] = PAYMENT[status]
    remote["lang"] = LANGUAGE[hub["language"]]
    remote["payment_terms"] = TERM[hub["terms"]]
    remote["category"] = KIND[hub["kind"]]
    remote["posting_date"] = hub["issued_on"]
    if state != "draft":
        remote["due_date"] = hub["due_on"]
    remote["currency_code"] = hub["currency"]
    remote["exchange_rate"] = number(Decimal(hub["rate"]), 4)
    remote["discount_percent"] = number(Decimal(hub["discount"]) * HUNDRED, 2)
    remote["net_total"] = fixed(totals["net"], 2)
    remote["tax_total"] = fixed(totals["tax"], 2)
    remote["grand_total"] = fixed(totals["gross"], 2)
    remote["rounding"] = number(Decimal(totals["rounding"]), 2)
    if status in ("partial", "paid"):
        remote["paid_amount"] = fixed(hub["paid"]["amount"], 2)
        if status == "paid":
            remote["paid_date"] = hub["paid"]["on"]
    remote["is_urgent"] = hub["urgent"]
    remote["total_hours"] = number(Decimal(hub["hours"]), 2)
    remote["total_km"] = number(Decimal(hub["distance"]), 1)
    if (note := hub.get("note")) is not None or remote.get("remarks") is not None:
        remote["remarks"] = note
    remote["urgency"] = URGENCY.get(hub["priority"], "Low")
    remote["doctype"] = "Sales Invoice"
    party = remote["party"] = {**remote["party"]} if "party" in remote else {}
    party["code"] = customer["id"]
    party["name"] = customer["name"]
    if (vat := customer.get("tax_id")) is not None or party.get("vat") is not None:
        party["vat"] = vat
    party["is_company"] = 1 if customer["business"] else 0
    party["key_account"] = "Y" if customer["vip"] else "N"
    if customer["business"] and ((mail := customer.get("email")) is not None or party.get("mail") is not None):
        party["mail"] = mail
    present = {item["hub_line"]: item for item in remote["items"]} if "items" in remote else NONE
    items = remote["items"] = []
    for line in hub["lines"]:
        item = {**present.get(line["id"], NONE)}
        item["hub_line"] = line["id"]
        item["item_code"] = line["sku"]
        item["qty"] = number(Decimal(line["quantity"]), 3)
        item["uom"] = UOM[line["unit"]]
        item["rate"] = fixed(line["price"], 2)
        item["vat_percent"] = number(Decimal(line["tax_rate"]) * HUNDRED, 2)
        item["tax_category"] = TAX[line["tax"]]
        items.append(item)
    return remote


def pull_values(remote: Doc, old: Doc | None) -> Doc:  # noqa: PLR0915 - one line per field, as the mapping has
    hub = {**old} if old else {}
    party = remote["party"]
    state, status = STATE_OF[remote["docstatus"]], PAYMENT_OF[remote["status"]]
    hub["id"] = remote["hub_id"]
    hub["number"] = remote["invoice_no"]
    hub["state"] = state
    payment = hub["payment"] = {**hub["payment"]} if "payment" in hub else {}
    payment["status"] = status
    hub["language"] = LANGUAGE_OF[remote["lang"]]
    hub["terms"] = TERM_OF[remote["payment_terms"]]
    hub["kind"] = KIND_OF[remote["category"]]
    customer = hub["customer"] = {**hub["customer"]} if "customer" in hub else {}
    customer["id"] = party["code"]
    customer["name"] = party["name"]
    if (vat := party.get("vat")) is not None:
        customer["tax_id"] = vat
    else:
        customer.pop("tax_id", None)
    business = customer["business"] = party["is_company"] == 1
    customer["vip"] = party["key_account"] == "Y"
    if business:
        if (mail := party.get("mail")) is not None:
            customer["email"] = mail
        else:
            customer.pop("email", None)
    hub["issued_on"] = remote["posting_date"]
    if state != "draft":
        hub["due_on"] = remote["due_date"]
    hub["currency"] = remote["currency_code"]
    hub["rate"] = text(exact(remote["exchange_rate"]), 4)
    hub["discount"] = format((exact(remote["discount_percent"]) / HUNDRED).normalize(), "f")
    totals = hub["totals"] = {**hub["totals"]} if "totals" in hub else {}
    totals["net"] = fixed(remote["net_total"], 2)
    totals["tax"] = fixed(remote["tax_total"], 2)
    totals["gross"] = fixed(remote["grand_total"], 2)
    totals["rounding"] = text(exact(remote["rounding"]), 2)
    if status in ("partial", "paid"):
        paid = hub["paid"] = {**hub["paid"]} if "paid" in hub else {}
        paid["amount"] = fixed(remote["paid_amount"], 2)
        if status == "paid":
            paid["on"] = remote["paid_date"]
    hub["urgent"] = remote["is_urgent"]
    hub["hours"] = text(exact(remote["total_hours"]), 2)
    hub["distance"] = text(exact(remote["total_km"]), 1)
    if (note := remote.get("remarks")) is not None:
        hub["note"] = note
    else:
        hub.pop("note", None)
    present = {line["id"]: line for line in hub["lines"]} if "lines" in hub else NONE
    lines = hub["lines"] = []
    for item in remote["items"]:
        line = {**present.get(item["hub_line"], NONE)}
        line["id"] = item["hub_line"]
        line["sku"] = item["item_code"]
        line["quantity"] = text(exact(item["qty"]), 3)
        line["unit"] = UOM_OF[item["uom"]]
        line["price"] = fixed(item["rate"], 2)
        line["tax_rate"] = format((exact(item["vat_percent"]) / HUNDRED).normalize(), "f")
        line["tax"] = TAX_OF[item["tax_category"]]
        lines.append(line)
    return hub
