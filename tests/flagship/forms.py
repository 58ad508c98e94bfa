"""What each twin keeps of each field, written down by hand: the invariants' own mapping, no line of which is ours.

A form brings a value of either side to what the twin can hold of it: two values agree when their forms are equal.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Form = Callable[[Any], Any]


def trimmed(value: Any) -> Any:
    return str(value).strip()


def cut(value: Any) -> Any:
    return str(value)[:24]


def capital(value: Any) -> Any:
    return str(value).strip().upper()


def small(value: Any) -> Any:
    return str(value).lower()


def exact(value: Any) -> Any:
    return str(value)


def number(value: Any) -> Any:
    return re.sub(r"\D", "", str(value))[-11:]


def cents(value: Any) -> Any:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def choice(*pairs: tuple[str, str]) -> Form:
    table = dict(pairs) | {theirs: theirs for _, theirs in pairs}
    return lambda value: table[str(value)]


@dataclass(frozen=True)
class Place:
    """Where a system keeps a field, in which form, and who owns it."""

    name: str
    form: Form
    owner: str  # hub | remote | latest | review


LEVEL = choice(("standard", "Standard"), ("silver", "Silver"), ("gold", "Gold"), ("platinum", "Platinum"))
UNIT = choice(("each", "EA"), ("metre", "M"), ("kilogram", "KG"), ("litre", "L"))
PRIORITY = choice(("p1", "P1"), ("p2", "P2"), ("p3", "P3"), ("p4", "P4"))
STATUS = choice(("active", "in_use"), ("retired", "scrapped"))

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "customer": {"crm": "account", "erp": "partner", "asset": "owner"},
    "contact": {"crm": "contact"},
    "ticket": {"crm": "case"},
    "part": {"erp": "item"},
    "asset": {"asset": "unit"},
    "invoice": {"erp": "bill"},
}
PLACES: Mapping[str, Mapping[str, Mapping[str, Place]]] = {
    "customer": {
        "name": {
            "crm": Place("name", trimmed, "hub"),
            "erp": Place("title", exact, "hub"),
            "asset": Place("label", cut, "hub"),
        },
        "level": {"crm": Place("tier", LEVEL, "remote")},
        "phone": {"crm": Place("phone", number, "latest"), "asset": Place("tel", number, "hub")},
        "email": {"crm": Place("mail", exact, "review"), "erp": Place("mail", small, "hub")},
        "code": {"erp": Place("code", capital, "remote"), "asset": Place("code", small, "hub")},
        "tax_id": {"erp": Place("vat", exact, "hub")},
    },
    "contact": {
        "name": {"crm": Place("fullName", trimmed, "remote")},
        "position": {"crm": Place("title", exact, "hub")},
    },
    "ticket": {
        "subject": {"crm": Place("subject", trimmed, "hub")},
        "priority": {"crm": Place("priority", PRIORITY, "hub")},
    },
    "part": {
        "sku": {"erp": Place("sku", capital, "remote")},
        "name": {"erp": Place("label", exact, "hub")},
        "list_price": {"erp": Place("price", cents, "remote")},
        "uom": {"erp": Place("unit", UNIT, "hub")},
    },
    "asset": {
        "serial": {"asset": Place("serial", exact, "hub")},
        "name": {"asset": Place("label", cut, "remote")},
        "status": {"asset": Place("status", STATUS, "hub")},
    },
}
REFERENCES: Mapping[str, Mapping[str, str]] = {  # entity -> system -> the field that names the customer over there
    "contact": {"crm": "accountId"},
    "ticket": {"crm": "accountId"},
    "asset": {"asset": "owner"},
    "invoice": {"erp": "partner"},
}
KEYS = {"crm": "externalRef", "erp": "hub_key", "asset": "memo_key"}
CLEARED = ("phone", "email", "code", "tax_id", "position", "list_price")  # fields that a person may empty
CHOICES: Mapping[str, tuple[str, ...]] = {
    "level": ("standard", "silver", "gold", "platinum"),
    "uom": ("each", "metre", "kilogram", "litre"),
    "priority": ("p1", "p2", "p3", "p4"),
    "status": ("active", "retired"),
}


def agree(place: Place, ours: Any, theirs: Any) -> bool:
    """Whether both sides say the same, as far as the system can say it."""
    if ours in (None, "") or theirs in (None, ""):
        return ours in (None, "") and theirs in (None, "")
    return bool(place.form(ours) == place.form(theirs))


def serial_of(field: str, value: Any) -> int | None:
    """The number of the edit that wrote a value, whatever a system has made of it; None for choices and nothing."""
    if value is None or field in CHOICES:
        return None
    if field == "phone":
        return int(number(value)[-8:])
    if field == "list_price":
        return int(Decimal(str(value)))
    found = re.search(r"\d{5}", str(value))
    return int(found.group()) if found else None


def written(field: str, serial: int, style: int, *, over_there: bool) -> str:
    """A value that carries the number of its edit; the style says how a person writes it."""
    if field in CHOICES:
        return CHOICES[field][serial % len(CHOICES[field])]
    digits = f"{serial:05d}"
    phone = f"138{serial:08d}"
    styles: Mapping[str, tuple[str, ...]] = {
        "phone": (f"+86{phone}",)
        if not over_there
        else (phone, f"{phone[:3]} {phone[3:7]} {phone[7:]}", f"+86{phone}"),
        "email": (f"Li.{digits}@Example.com", f"wang{digits}@example.cn"),
        "code": (f"c{digits}x", f"C{digits}X", f"K{digits}y"),
        "sku": (f"sk-{digits}", f"SK-{digits}"),
        "tax_id": (f"T{digits}",),
        "serial": (f"SN{digits}",),
        "list_price": (f"{serial}.5", f"{serial}.125", f"{serial}.994", f"{serial}"),
    }
    texts = (
        f"{digits} 上海机电设备",
        f"{digits} 北京制冷 Cooling & Söhne GmbH, Branch",
        f"N{digits}",
        f" {digits} 空调 ",
    )
    options = styles.get(field, texts)
    return options[style % len(options)]
