"""What can happen in a history, one function each; a step whose subject is not there (yet, or any more) does nothing.

A step is a tuple of plain values, so that a history can be printed, stored, shortened and played again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from tests.flagship.crew import Command, work_together
from tests.flagship.crm import Crm
from tests.flagship.forms import OBJECTS, PLACES, REFERENCES, Place, serial_of, written
from tests.flagship.ledger import HUB, Edit, Entry
from tests.flagship.rules import Doc
from tests.flagship.stage import Stage
from tests.flagship.twin import Fault

Step = tuple[Any, ...]
BORN_WITH: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "code"),
    "contact": ("name",),
    "ticket": ("subject",),
    "part": ("sku", "name", "uom"),
    "asset": ("serial",),
}
CENT = Decimal("0.01")
LONG_AGO = timedelta(days=9)
MOST_HOOKS = 12  # at once: the others are lost


def play(stage: Stage, step: Step) -> None:
    """Let one step happen."""
    STEPS[step[0]](stage, *step[1:])


def born(stage: Stage, side: str, entity: str, label: str, serial: int, owner: str = "") -> None:
    """A person makes something, in the hub or in a system."""
    values = {name: written(name, serial, serial, over_there=side != HUB) for name in BORN_WITH[entity]}
    known = stage.ledger.entries.get(owner) if entity in REFERENCES else None
    if entity in REFERENCES and (known is None or (side != HUB and stage.row(known, side) is None)):
        if entity != "asset":
            return
        known = None
    entry = Entry(label, entity, side, f"hub-{label}")
    if side == HUB:
        born_here(stage, entry, values, known)
    else:
        born_there(stage, entry, values, known)
    if entry.label in stage.ledger.entries:
        for name, value in values.items():
            number = serial_of(name, value)
            if number is not None:
                entry.note(name, Edit(number, side, None, entry.acked, at=stage.clock.now))


def born_here(stage: Stage, entry: Entry, values: Doc, owner: Entry | None) -> None:
    """In the hub; what was not acknowledged may have happened."""
    if owner is not None:
        owner_id = stage.hub_id(owner)
        if owner_id is None:
            return
        values = values | {"customer_id": owner_id}
    if entry.entity == "ticket":
        values = values | {"type": "repair", "channel": "web", "priority": "p3"}
    stage.ledger.entries[entry.label] = entry
    entry.acked = False
    told = stage.ask("add", entry.entity, entry.id, values)
    entry.acked = told[0] == "result"
    if entry.acked and told[1]:  # a real hub gives the id
        entry.id = told[1]
    if told[0] == "refused":
        stage.problems.append(f"a person's new {entry.entity} was refused: {told[1]}")


def born_there(stage: Stage, entry: Entry, values: Doc, owner: Entry | None) -> None:
    """In a system, in its own words."""
    twin, name = stage.twins[entry.side], OBJECTS[entry.entity][entry.side]
    theirs = {PLACES[entry.entity][field][entry.side].name: value for field, value in values.items()
              if entry.side in PLACES[entry.entity][field]}  # fmt: skip
    for field in list(values):
        if entry.side not in PLACES[entry.entity][field]:
            del values[field]
    if "unit" in theirs:
        theirs["unit"] = PLACES["part"]["uom"]["erp"].form(theirs["unit"])
    if owner is not None:
        row = stage.row(owner, entry.side)
        theirs[REFERENCES[entry.entity][entry.side]] = twin.write_id(row.id) if row else None
    entry.id = twin.put(name, None, theirs).id
    stage.ledger.entries[entry.label] = entry


def edit(stage: Stage, side: str, label: str, field: str, serial: int, style: int) -> None:
    """A person changes a field, in the hub or in a system."""
    entry = stage.ledger.entries.get(label)
    if entry is None:
        return
    value = written(field, serial, style, over_there=side != HUB)
    if side == HUB:
        edit_here(stage, entry, field, value)
    else:
        edit_there(stage, entry, side, field, value)


def edit_here(stage: Stage, entry: Entry, field: str, value: str | None, made: Edit | None = None) -> None:
    """In the hub; what was not acknowledged may have happened."""
    doc, hub_id = stage.hub_doc(entry), stage.hub_id(entry)
    if doc is None:
        return
    number = serial_of(field, value)
    if made is None and number is not None:
        made = Edit(number, HUB, stage.seen_here(entry, field, doc), acked=False, at=stage.clock.now)
    if made is not None:
        entry.note(field, made)
    told = stage.ask("edit", entry.entity, hub_id, {field: value})
    if made is not None:
        made.acked = told[0] == "result"
    if made is not None and told[0] == "refused":
        entry.edits[field].remove(made)


def edit_there(stage: Stage, entry: Entry, system: str, field: str, value: str) -> None:
    """In a system, as its own people do: at once."""
    row, place = stage.row(entry, system), PLACES[entry.entity].get(field, {}).get(system)
    if row is None or place is None or not is_shown(stage, entry, system, place):
        return
    seen, number = stage.seen_there(entry, field, row, place), serial_of(field, value)
    theirs = place.form(value) if number is None else value
    stage.twins[system].put(OBJECTS[entry.entity][system], row, {place.name: theirs})
    if number is not None:
        entry.note(field, Edit(number, system, seen, at=stage.clock.now))


def is_shown(stage: Stage, entry: Entry, system: str, place: Place) -> bool:
    """Whether people over there see a field at present."""
    return (OBJECTS[entry.entity][system], place.name) not in stage.twins[system].hidden


def delete(stage: Stage, system: str, label: str) -> None:
    """A person over there deletes a record that no other record of the system needs."""
    entry = stage.ledger.entries.get(label)
    row = None if entry is None else stage.row(entry, system)
    hub_id = None if entry is None else stage.hub_id(entry)
    if entry is None or row is None or hub_id is None or stage.tables.remote(system, entry.entity, hub_id) is None:
        return  # what the hub does not know of, it cannot see go
    needed = any(
        str(other.doc.get(name)) == row.id for fields in REFERENCES.values() if (name := fields.get(system))
        for other in stage.twins[system].rows.values()
    )  # fmt: skip
    if needed:
        return
    stage.twins[system].drop(OBJECTS[entry.entity][system], row.id)
    entry.deleted.add(system)
    stage.sweeps = True


def merge_there(stage: Stage, label: str, into: str) -> None:
    """A person in the CRM makes one account of two."""
    loser, survivor = (stage.ledger.entries.get(each) for each in (label, into))
    if loser is None or survivor is None or loser is survivor or loser.side not in {HUB, "crm"}:
        return
    rows = [stage.row(each, "crm") for each in (loser, survivor)]
    is_known = loser.side == "crm" or stage.tables.remote("crm", "customer", loser.id) is not None
    crm = stage.twins["crm"]
    if is_known and rows[0] is not None and rows[1] is not None and isinstance(crm, Crm):
        crm.merge(rows[0].id, rows[1].id)
        loser.went_into = into
        loser.deleted.add("crm")


def throw_away(stage: Stage, system: str, label: str) -> None:
    """A person over there puts a record that the hub knows in the bin."""
    entry = stage.ledger.entries.get(label)
    row = None if entry is None else stage.row(entry, system)
    hub_id = None if entry is None else stage.hub_id(entry)
    if entry is None or row is None or hub_id is None or stage.tables.remote(system, entry.entity, hub_id) is None:
        return
    stage.twins[system].throw_away(OBJECTS[entry.entity][system], row.id)
    stage.sweeps = True


def bring_back(stage: Stage, system: str) -> None:
    """And takes it out again."""
    stage.empty_bin(stage.twins[system])


def backdate(stage: Stage, system: str, label: str) -> None:
    """A record was brought in by a script: no hook tells of it, and its time is long past."""
    entry, twin = stage.ledger.entries.get(label), stage.twins[system]
    if entry is None or entry.side != system or stage.hub_id(entry) is not None:
        return
    row = twin.rows[OBJECTS[entry.entity][system], entry.id]
    row.at -= LONG_AGO
    twin.events = [event for event in twin.events if event.id != row.id]
    stage.sweeps = True


def date_back(stage: Stage, system: str, label: str, ours: bool) -> None:  # noqa: FBT001 - a step is a plain tuple
    """The last change of a record is not listed: a script made it, or (``ours``) what the hub wrote is left out."""
    entry = stage.ledger.entries.get(label)
    row = None if entry is None else stage.row(entry, system)
    if row is not None and row.by_hub == ours:
        row.at -= LONG_AGO


def sweep(stage: Stage, system: str) -> None:
    """The ids of a system are swept."""
    stage.sweeps = True
    stage.sweep(system)


def charge(stage: Stage, label: str, serial: int, lines: int) -> None:
    """Work is charged and invoiced, once; the person presses the button again when the hub died under it."""
    entry = stage.ledger.entries.get(label)
    doc = None if entry is None else stage.hub_doc(entry)
    if entry is None or entry.entity != "ticket" or doc is None or stage.ledger.charges.keys() & {f"{label}-0"}:
        return
    made = [charge_of(doc, f"{label}-{number}", serial + number) for number in range(lines)]
    for _ in range(3):
        told = stage.ask("charge", entry.id, made)
        if told[0] == "result":
            stage.ledger.charges |= {each["id"]: each["gross"] for each in made}
        if told[0] == "refused":
            stage.problems.append(f"an invoice was refused: {told[1]}")
        if told[0] != "died":
            return


def charge_of(ticket: Doc, charge_id: str, serial: int) -> Doc:
    """An approved charge of some hours."""
    quantity, price = Decimal(serial % 7 + 1) / 2, Decimal(serial % 90 + 10)
    net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
    tax = (net * Decimal("0.13")).quantize(CENT, ROUND_HALF_UP)
    return {
        "id": charge_id, "obligation": charge_id, "revision": 1, "kind": "charge", "ticket_id": ticket["id"],
        "customer_id": ticket["customer_id"], "code": "labour", "category": "labour",
        "description": f"工时 {charge_id}",
        "quantity": str(quantity), "unit": "hour", "rate": str(price), "unit_price": str(price), "tax_rate": "0.13",
        "currency": "CNY", "net": str(net), "tax": str(tax), "gross": str(net + tax),
        "source": {"entity": "visit", "id": "v"},
        "at": "2026-03-02T01:00:00+00:00",
    }  # fmt: skip


def pay(stage: Stage, number: int) -> None:
    """The customer pays a posted bill over there."""
    erp = stage.twins["erp"]
    posted = [row for row in erp.of("bill") if row.doc["state"] == "posted"]
    if posted:
        row = posted[number % len(posted)]
        row.doc["state"] = "paid"
        erp.put("bill", row, {})


def hooks(stage: Stage, system: str, how: str) -> None:
    """The system's hooks arrive: once, twice, the last first, late, or never."""
    twin = stage.twins[system]
    events, twin.events = twin.events, []
    if how == "lost":
        return
    if how == "late":
        stage.held_back += [(system, event) for event in events]
        return
    late = [event for name, event in stage.held_back if name == system]
    stage.held_back = [(name, event) for name, event in stage.held_back if name != system]
    told = {"once": [*events, *late], "twice": [*events, *events], "turned": [*events[::-1], *late]}[how]
    for event in told[:MOST_HOOKS]:
        if stage.ask("hint", system, event.object, event.id, event.doc) == ("died",):  # it got no answer: told again
            stage.ask("hint", system, event.object, event.id, event.doc)


def poll(stage: Stage, system: str) -> None:
    stage.ask("poll", system)


def inbox(stage: Stage, limit: int) -> None:
    stage.ask("inbox", limit)


def deliver(stage: Stage, system: str, limit: int) -> None:
    stage.ask("deliver", system, limit)


def turn(stage: Stage) -> None:
    """A turn of everything."""
    stage.turn()


def wait(stage: Stage, seconds: float) -> None:
    """Time goes by."""
    stage.clock.pass_by(seconds)
    for twin in stage.twins.values():
        twin.go_on()


def fault(stage: Stage, system: str, op: str, how: str, number: float = 0, then: Step | None = None) -> None:
    """The next request of a kind goes wrong, or something happens during it."""

    def happen() -> None:
        if then is not None:
            play(stage, tuple(then))

    stage.twins[system].faults.append(Fault(op, how, number, happen if then is not None else None))


def stall(stage: Stage) -> None:
    """Only during a call: the hub sleeps through its lease, another one works."""
    if stage.depth:
        stage.stall()


def kill(stage: Stage, point: str, nth: int) -> None:
    """The hub dies when it comes to a place for the nth time."""
    stage.ask("kill_at", point, nth)


def side_by_side(
    stage: Stage, commands: Sequence[Command], order: Sequence[int], events: Sequence[tuple[int, Step | None]] = ()
) -> None:
    """Several workers have their turns at once, and before some moves something happens; without a step: a death."""
    happen = {move: None if step is None else partial(play, stage, tuple(step)) for move, step in events}
    if not stage.depth and not stage.stalled:
        work_together(stage, commands, order, happen)


def several(stage: Stage, *steps: Step) -> None:
    """One after another."""
    for step in steps:
        play(stage, tuple(step))


def clear(stage: Stage, side: str, label: str, field: str, serial: int) -> None:
    """A person empties a field, in the hub or in a system; once, so that nothing stands for one edit only."""
    entry = stage.ledger.entries.get(label)
    if entry is None or entry.clearing(field) is not None:
        return
    made = Edit(serial, side, None, acked=side != HUB, at=stage.clock.now, is_clearing=True)
    if side == HUB:
        doc = stage.hub_doc(entry)
        if doc is not None and doc.get(field) is not None:
            made.parent = serial_of(field, doc[field])
            edit_here(stage, entry, field, None, made)
        return
    row, place = stage.row(entry, side), PLACES[entry.entity].get(field, {}).get(side)
    if row is not None and place is not None and is_shown(stage, entry, side, place) and row.doc.get(place.name):
        made.parent = serial_of(field, row.doc[place.name])
        stage.twins[side].put(OBJECTS[entry.entity][side], row, {place.name: None})
        entry.note(field, made)


def hide(stage: Stage, system: str, name: str, field: str) -> None:
    """A release takes a field away, until the next release or until the faults stop."""
    if stage.twins[system].tells_nulls:
        stage.twins[system].hidden.add((name, field))


def show(stage: Stage, system: str) -> None:
    """The next release has all fields again."""
    stage.twins[system].hidden.clear()


STEPS: Mapping[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        born,
        edit,
        delete,
        merge_there,
        throw_away,
        bring_back,
        backdate,
        date_back,
        sweep,
        charge,
        pay,
        hooks,
        poll,
        inbox,
        deliver,
        turn,
        wait,
        fault,
        stall,
        kill,
        side_by_side,
        several,
        clear,
        hide,
        show,
    )
}
