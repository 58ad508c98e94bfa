"""What hub and ERP hold after a round, counted and summed, without the numbers and times that differ each time."""

from collections import Counter

from hub.testing.console_user import ConsoleUser
from hub.testing.staff import PART
from hub.testing.story import MAIN, VAN, Story

Row = tuple[str, str, str]  # what, in the hub, in the ERP
HERE = (
    *("calls", "tickets", "visits", "evidence", "charges", "invoices", "payments", "follow_ups", "part_requests"),
    *("reservations", "issues", "releases", "consumptions", "returns", "customers", "parts", "warehouses"),
)
THERE = {
    "account.invoice": "invoices",
    "account.invoice.line": "lines of invoices",
    "account.move": "account moves",
    "account.move.line": "lines of account moves",
    "stock.shipment.internal": "internal shipments",
    "stock.shipment.out": "customer shipments",
    "stock.move": "stock moves",
    "party.party": "parties",
    "party.contact_mechanism": "contact mechanisms",
}
UNDONE = ("new", "ready", "sent", "unknown", "parked", "dead")


def census(admin: ConsoleUser, story: Story) -> list[Row]:
    """The story's own table, what waits, the stock as the hub knows it, and how much there is of everything."""
    return [*story.table(), *levels(admin, story), *undone(admin), *here(admin), *there(story)]


def levels(admin: ConsoleUser, story: Story) -> list[Row]:
    """The level of the part in both places: in the hub, in the ERP."""
    part = admin.one("parts", sku=PART)["id"]
    rows = []
    for code in (MAIN, VAN):
        place = admin.one("warehouses", code=code)["id"]
        known = admin.items("stock_levels", part_id=part, warehouse_id=place)
        rows.append(
            (f"level {code}", str(sum(int(one["on_hand"]) for one in known)), str(story.stores.stock_of(PART, code)))
        )
    return rows


def undone(admin: ConsoleUser) -> list[Row]:
    """What the hub has still to do, and what it gave up: nothing, when it is at rest."""
    waiting = [item for state in UNDONE for item in admin.items("queue", state=state)]
    return [("undone", str(item["state"]), str(item.get("error") or item.get("entity"))) for item in waiting]


def here(admin: ConsoleUser) -> list[Row]:
    """How many records the hub has, by their state."""
    rows = []
    for plural in HERE:
        states = Counter(str(item.get("state", item.get("status", ""))) for item in admin.items(plural, limit="200"))
        rows += [(f"hub: {plural} {state}".strip(), str(count), "") for state, count in sorted(states.items())]
    return rows


def there(story: Story) -> list[Row]:
    """How many records the ERP has."""
    rows = []
    for model, what in THERE.items():
        rpc = story.finance.rpc if model.startswith("account") else story.stores.rpc
        rows.append((f"ERP: {what}", "", str(len(rpc.call(f"{model}.search", [])))))
    return rows


def at_rest(admin: ConsoleUser, story: Story) -> bool:
    """Whether nothing waits in the hub and it knows the stock."""
    return not undone(admin) and all(known == real for _, known, real in levels(admin, story))


def differences(expected: list[Row], found: list[Row]) -> list[str]:
    """The rows that are not as they should be, and those in which hub and ERP say different things."""
    told = [f"{what}: hub {here or '-'}, ERP {there or '-'}" for what, here, there in found if disagrees(here, there)]
    missing, surplus = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    told += [f"missing: {' '.join(row)}" for row in missing]
    return told + [f"surplus: {' '.join(row)}" for row in surplus]


def disagrees(here: str, there: str) -> bool:
    """Whether both say something, and not the same."""
    return bool(here and there) and here != there
