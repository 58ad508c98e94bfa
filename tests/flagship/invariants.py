"""What must hold when the dust has settled, found out without a line of the engine: each finding is a sentence."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.flagship.forms import CHOICES, KEYS, OBJECTS, PLACES, REFERENCES, Place, agree, serial_of
from tests.flagship.ledger import HUB, Edit, Entry, ancestors
from tests.flagship.stage import Stage
from tests.flagship.trace import Trace
from tests.flagship.twin import NOT_NOW, Write

AT_ONCE = timedelta(seconds=0.5)  # from a call to its effect, where time is real: such a write is the call's own
AFTER_QUIET = 4  # more turns, in which nothing may be written
PLANNED = (  # why a message may be dead: each is a refusal that a person is meant to see
    r"longer than \d+",
    r"is gone from ",
    r"there is no (account|partner|owner) ",
    r"what this key has made is deleted",
    r"There is no \w+ ",
)
WRITES_PER_CAUSE = 6
ENDS = {"part", "asset"}  # what a deletion over there ends here; for others a person is asked


def findings(stage: Stage, *, is_quiet: bool) -> list[str]:
    """Everything that does not hold."""
    found = list(dict.fromkeys(stage.problems))
    if not is_quiet:
        found.append(f"termination: still busy: {waiting(stage)}")
    for check in CHECKS:
        found += check(stage)
    return found


def waiting(stage: Stage) -> str:
    """What has not ended."""
    rows = [row for row in (*stage.tables.inbox(), *stage.tables.outbox()) if row["state"] != "dead"]
    return "; ".join(f"{row['state']} {row.get('system') or row.get('source')}: {row['error']}" for row in rows[:4])


def stays_quiet(stage: Stage) -> Iterator[str]:
    """Nothing is written when nothing has happened."""
    before = stage.written()
    for _ in range(AFTER_QUIET):
        stage.clock.pass_by(61)
        stage.turn()
    if stage.written() != before:
        last = [(name, write) for name, twin in stage.twins.items() for write in twin.writes[-1:]]
        yield f"termination: {stage.written() - before} writes after all was quiet: {last}"


def ends_well(stage: Stage) -> Iterator[str]:
    """Nothing is dead but for a planned refusal."""
    for row in (*stage.tables.inbox(), *stage.tables.outbox()):
        if row["state"] == "dead" and not any(re.search(reason, str(row["error"])) for reason in PLANNED):
            yield f"dead without a planned reason: {row.get('entity') or row.get('raw')} {row['error']}"


def breaks_no_rule(stage: Stage) -> Iterator[str]:
    """The strict twins refused nothing but what was planned."""
    for name, twin in stage.twins.items():
        for reason in twin.refusals:
            if not any(re.search(planned, reason) for planned in (*PLANNED, NOT_NOW)):
                yield f"{name} refused: {reason}"


def is_there_once(stage: Stage) -> Iterator[str]:
    """One remote record per hub record and key; one link per remote record; one hub record per birth."""
    for name, twin in stage.twins.items():
        keys = Counter((kind, row.doc[twin.key]) for (kind, _), row in twin.rows.items() if twin.key in row.doc)
        yield from (f"doubled: {name} has {count} of {key}" for key, count in keys.items() if count > 1)
    active = Counter(
        (link["system"], link["object"], link["entity"], link["record_id"])
        for link in stage.tables.links()
        if link["state"] == "active"
    )
    yield from (f"doubled: {count} links of {key}" for key, count in active.items() if count > 1)
    for entity in PLACES:
        ours = {stage.hub_id(entry) for entry in stage.ledger if entry.entity == entity}
        standing = {each for each, doc in stage.tables.records(entity).items() if not doc.get("merged_into")}
        for record_id in standing - ours:
            yield f"doubled: the hub has a {entity} {record_id} that nobody made"


def nothing_is_stray(stage: Stage) -> Iterator[str]:
    """Each remote record is one that a person made there, or the only one of a record of the hub."""
    known = {
        (system, name, row.id)
        for entry in stage.ledger
        for system, name in OBJECTS[entry.entity].items()
        if (row := stage.row(entry, system)) is not None
    }
    merged_away = [each for each, doc in stage.tables.records("customer").items() if doc.get("merged_into")]
    ours = {
        *stage.tables.records("invoice"),
        *merged_away,
    }  # what is over there of the latter is unlinked, or linked on
    for system, twin in stage.twins.items():
        for name, row_id in twin.rows:
            row = twin.rows[name, row_id]
            if (system, name, row_id) not in known and row.doc.get(twin.key) not in ours:
                yield f"doubled: nobody made {name} {row_id} of {system}: {row.doc}"


def stays_deleted(stage: Stage) -> Iterator[str]:
    """What a person over there deleted is not made again."""
    for entry in stage.ledger:
        for system in entry.deleted:
            if stage.row(entry, system) is not None:
                yield f"resurrected: {entry.label} in {system}"


def ends_what_went(stage: Stage) -> Iterator[str]:
    """What is gone over there, and only that, is ended here."""
    for entry in stage.ledger:
        hub_id = stage.hub_id(entry)
        for system in OBJECTS[entry.entity] if hub_id is not None else ():
            acts = {row["action"] for row in stage.tables.audit(entry.entity, str(hub_id))}
            if f"sync.{system}.deleted" in acts and system not in entry.deleted:
                yield f"ended: {entry.label}, which is still in {system}"
            name = OBJECTS[entry.entity][system]  # of a system that lists nothing at all, nothing is believed
            told = entry.entity in ENDS and system in entry.deleted and stage.twins[system].of(name)
            if told and "active" in stage.tables.states(system, entry.entity, str(hub_id)):
                yield f"not ended: {entry.label} is gone from {system}, and its link lives on"


def is_there(stage: Stage) -> Iterator[str]:
    """What was made is there, here and in every system that is to know it."""
    for entry in standing(stage):
        doc = stage.hub_doc(entry)
        if doc is None:
            if entry.acked and entry.side not in entry.deleted:
                yield f"lost: {entry.label} ({entry.entity} of {entry.side}) is not in the hub"
            continue
        for system in OBJECTS[entry.entity]:
            if system in entry.deleted or is_refused(stage, entry, system):
                continue
            if stage.row(entry, system) is None:
                yield f"lost: {entry.label} ({entry.entity} of {entry.side}) is not in {system}"
            elif stage.tables.remote(system, entry.entity, str(stage.hub_id(entry))) is None:
                yield f"lost: {entry.label} has no link to {system}"


def standing(stage: Stage) -> list[Entry]:
    """What did not go into something else over there."""
    return [entry for entry in stage.ledger if entry.went_into is None]


def standing_alone(stage: Stage) -> list[Entry]:
    """What nothing went into, either: a survivor may have had less, and may have the rows of others elsewhere."""
    return [entry for entry in standing(stage) if not stage.ledger.merged_into(entry)]


def is_one_here(stage: Stage) -> Iterator[str]:
    """What was merged over there is one record here, or its loser was never known."""
    for entry in stage.ledger:
        into = stage.ledger.entries[entry.went_into] if entry.went_into else entry
        hub_id, other_id = stage.hub_id(entry), stage.hub_id(into)
        if hub_id is not None and survivor_of(stage, hub_id) != survivor_of(stage, other_id):
            yield f"not merged: {entry.label} went into {into.label} over there, here they are two"


def survivor_of(stage: Stage, hub_id: str | None) -> str | None:
    """The record that stands for one that may have been merged away."""
    doc = None if hub_id is None else stage.tables.record("customer", hub_id)
    return survivor_of(stage, doc["merged_into"]) if doc and doc.get("merged_into") else hub_id


def came_along(stage: Stage, entry: Entry, field: str) -> list[Edit]:
    """What was written of records that went into this one: it may be what is left, and need not be."""
    return [
        replace(edit, acked=False) for each in stage.ledger.merged_into(entry) for edit in each.edits.get(field, ())
    ]


def is_refused(stage: Stage, entry: Entry, system: str) -> bool:
    """Whether a delivery of it was refused there, or one of what it refers to."""
    dead = {(row["system"], row["record_id"]) for row in stage.tables.outbox() if row["state"] == "dead"}
    doc = stage.hub_doc(entry) or {}
    return bool({(system, stage.hub_id(entry)), (system, doc.get("customer_id"))} & dead)


def converges(stage: Stage) -> Iterator[str]:
    """Both sides of each link say the same, field by field, but for what a person is asked."""
    asked = {(each["system"], each["record_id"], each["detail"].get("path")) for each in stage.tables.reviews()}
    for entry in standing(stage):
        doc, hub_id = stage.hub_doc(entry), stage.hub_id(entry)
        for system in OBJECTS[entry.entity]:
            row = stage.row(entry, system)
            if doc is None or row is None or is_refused(stage, entry, system):
                continue
            for field, places in PLACES[entry.entity].items():
                place = places.get(system)
                if place is None or (system, hub_id, field) in asked:
                    continue
                if not agree(place, doc.get(field), row.doc.get(place.name)):
                    yield (
                        f"not converged: {entry.label}.{field}: the hub says {doc.get(field)!r}, "
                        f"{system} {row.doc.get(place.name)!r}"
                    )
            yield from refers_alike(stage, entry, system, doc.get("customer_id"))


def refers_alike(stage: Stage, entry: Entry, system: str, customer_id: str | None) -> Iterator[str]:
    """The customer over there is ours."""
    name, row = REFERENCES.get(entry.entity, {}).get(system), stage.row(entry, system)
    if name is None or row is None:
        return
    told = row.doc.get(name)
    theirs = None if told is None else stage.tables.linked(system, OBJECTS["customer"][system], str(told))
    if theirs != customer_id:
        yield f"not converged: {entry.label}: its customer is {customer_id} here, {theirs} in {system}"


def loses_no_edit(stage: Stage) -> Iterator[str]:
    """The final value is one that was written, by nobody's knowledge superseded, and a loser left its trace."""
    for entry in standing(stage):
        doc = stage.hub_doc(entry)
        if doc is None or entry.deleted:
            continue
        trace, hub_id = Trace.of(stage, entry), stage.hub_id(entry)
        asked = {row["detail"].get("path") for row in stage.tables.reviews() if row["record_id"] == hub_id}
        for field, edits in entry.edits.items():
            final = value_of(entry, field, doc.get(field))
            kept = {value_of(entry, field, value) for value in over_there(stage, entry, field)}
            seen = replace(trace, kept=kept if field in asked else set())
            edits = edits + came_along(stage, entry, field)  # noqa: PLW2901 - both are judged as one record's
            doubtful = {each.serial for each in edits if is_doubtful(stage, entry, field, each, final)}
            yield from judge(entry, field, edits, final, seen, doubtful)


def is_doubtful(stage: Stage, entry: Entry, field: str, edit: Edit, final: int | None) -> bool:
    """Whether the hub could not know that an edit over there came after its own write of just the final value.

    That is so from the effect of a write of which it does not know how it ended, to its next write of that record.
    """
    row, place = stage.row(entry, edit.side), PLACES[entry.entity][field].get(edit.side)
    if row is None or place is None:
        return False
    later = [write.at for write in written_to(stage, entry, edit.side)]
    for doubt in stage.twins[edit.side].doubts:
        is_it = doubt.object == OBJECTS[entry.entity][edit.side] and doubt.record in {row.id, stage.hub_id(entry)}
        if is_it and place.name in doubt.sent and value_of(entry, field, doubt.sent[place.name]) == final:
            until = min((at for at in later if at > doubt.at + AT_ONCE), default=edit.at)
            if doubt.at <= edit.at <= until:
                return True
    return False


def value_of(entry: Entry, field: str, value: object) -> int | None:
    """The edit that a value stands for."""
    return entry.clearing(field) if value is None else serial_of(field, value)


def over_there(stage: Stage, entry: Entry, field: str) -> Iterator[object]:
    """What the systems hold of a field: while a person is asked, each side keeps its own."""
    for system, place in PLACES[entry.entity][field].items():
        row = stage.row(entry, system)
        if row is not None:
            yield row.doc.get(place.name)


def judge(
    entry: Entry, field: str, edits: list[Edit], final: int | None, trace: Trace, doubtful: set[int]
) -> Iterator[str]:
    """One field; where the hub could not know whether its write came first, a loser with a trace has lost by rule."""
    acked = [each for each in edits if each.acked]
    if not acked and final is None:
        return
    winner = next((each for each in edits if each.serial == final), None)
    if winner is None:
        yield f"invented: {entry.label}.{field} is {final}, which nobody wrote"
        return
    for each in acked:
        if each.serial in doubtful and trace.tells(field, each):
            continue
        if each is not winner and winner.serial in ancestors(edits, each):
            came_back = f"{final} came back over {each.serial} of {each.side}, who had seen it"
            yield f"lost edit: {entry.label}.{field}: {came_back}"
            return
    superseded = set().union(*(ancestors(edits, each) for each in edits if each.acked or each is winner))
    losers = [each for each in acked if each is not winner and each.serial not in superseded]
    for each in losers:
        if not trace.tells(field, each):
            yield f"lost edit: {entry.label}.{field}: {each.serial} of {each.side} is gone without a trace"
    yield from follows_owner(entry, field, winner, losers)


def follows_owner(entry: Entry, field: str, winner: Edit, losers: list[Edit]) -> Iterator[str]:
    """Where just the hub and one system disagreed from one base, the field's owner has won."""
    if len(losers) != 1 or winner.parent != losers[0].parent or winner.parent is None:
        return
    sides = {winner.side, losers[0].side}
    if HUB not in sides or len(sides) != 2 or len(PLACES[entry.entity][field]) != 1:
        return
    (system,) = sides - {HUB}
    owner = {"hub": HUB, "remote": system}.get(PLACES[entry.entity][field][system].owner)
    if owner is not None and winner.side != owner:
        yield f"wrong owner: {entry.label}.{field} belongs to {owner}, but {winner.serial} of {winner.side} won"


def empties_nothing(stage: Stage) -> Iterator[str]:
    """What nobody has emptied was never empty again, not even for a while, on either side."""
    for entry in standing_alone(stage):
        hub_id = stage.hub_id(entry)
        audited = [row["payload"] for row in stage.tables.audit(entry.entity, str(hub_id))]
        for field, places in PLACES[entry.entity].items():
            if entry.clearing(field) is not None:
                continue
            if any(field in each and each[field][1] is None for each in audited):
                yield f"emptied: {entry.label}.{field} was nothing in the hub for a while"
            for system, place in places.items():
                if any(write.sent.get(place.name, 0) is None for write in written_to(stage, entry, system)):
                    yield f"emptied: {system} was told that {entry.label}.{field} is nothing"


def written_to(stage: Stage, entry: Entry, system: str) -> list[Write]:
    """What the hub wrote of something to a system."""
    row, name = stage.row(entry, system), OBJECTS[entry.entity].get(system)
    return [each for each in stage.twins[system].writes if row is not None and (each.object, each.id) == (name, row.id)]


def keeps_order(stage: Stage) -> Iterator[str]:
    """What is sent of a record follows the order in which the hub had it."""
    for entry in standing_alone(stage):
        hub_id = stage.hub_id(entry)
        if hub_id is None:
            continue
        audited = [row["payload"] for row in stage.tables.audit(entry.entity, hub_id)]
        for field, places in PLACES[entry.entity].items():
            if field in CHOICES:
                continue
            had = [None, *(serial_of(field, each[field][1]) for each in audited if field in each)]
            for system, place in places.items():
                yield from in_order(stage, entry, field, system, place, had)


def in_order(stage: Stage, entry: Entry, field: str, system: str, place: Place, had: list[int | None]) -> Iterator[str]:
    """One field in one system."""
    writes = written_to(stage, entry, system)
    sent = [serial_of(field, write.sent[place.name]) for write in writes if place.name in write.sent]
    rest = iter(had)
    current = next(rest, None)
    for value in sent:
        while current != value:
            try:
                current = next(rest)
            except StopIteration:
                yield f"order: {entry.label}.{field}: {system} was sent {sent}, the hub had {had}"
                return


def money_adds_up(stage: Stage) -> Iterator[str]:
    """Each charge is on one bill, and the sums are the same to the cent."""
    bills = [row for row in stage.twins["erp"].of("bill") if row.doc["state"] in {"posted", "paid"}]
    carried = Counter(line["key"] for row in stage.twins["erp"].of("bill") for line in row.doc["lines"])
    for key, count in carried.items():
        if count > 1:
            yield f"doubled: charge {key} is on {count} bills"
    invoices = stage.tables.records("invoice")
    charges = {key: doc for key, doc in stage.tables.records("charge").items() if doc["state"] == "invoiced"}
    dead = {row["record_id"] for row in stage.tables.outbox() if row["state"] == "dead"}
    if any(is_stopped(doc, dead) for doc in invoices.values()):
        return
    for key in stage.ledger.charges:
        if key not in carried:
            yield f"lost: charge {key} is on no bill"
    ours = sum((Decimal(doc["gross"]) for doc in charges.values()), Decimal(0))
    told = sum((Decimal(doc["totals"]["gross"]) for doc in invoices.values()), Decimal(0))
    theirs = sum((Decimal(row.doc["total"]) for row in bills), Decimal(0))
    if not ours == told == theirs:
        yield f"money: the charges come to {ours}, the invoices to {told}, the ERP's bills to {theirs}"
    open_here = sum((Decimal(doc.get("payment", {}).get("open_amount", "0")) for doc in invoices.values()), Decimal(0))
    open_there = sum((Decimal(row.doc["open"]) for row in bills), Decimal(0))
    if open_here != open_there:
        yield f"money: {open_here} is open here, {open_there} in the ERP"


def is_stopped(invoice: dict[str, object], dead: set[str]) -> bool:
    """Whether a planned refusal holds up an invoice."""
    return bool({invoice["id"], invoice["customer_id"]} & dead)


def audit_holds(stage: Stage) -> Iterator[str]:
    """The chain verifies."""
    told = stage.ask("verify")
    if told != ("result", None):
        yield f"audit: {told}"


def writes_little(stage: Stage) -> Iterator[str]:
    """No ping-pong: there are at most so many writes per edit."""
    causes = sum(len(edits) for entry in stage.ledger for edits in entry.edits.values()) + len(stage.ledger.entries)
    causes += len(stage.ledger.charges) + stage.deaths
    if stage.written() > WRITES_PER_CAUSE * causes:
        yield f"termination: {stage.written()} writes for {causes} causes"


def forgets_serial(field: str) -> bool:
    """Whether a field's values carry no serial."""
    return field in CHOICES


CHECKS: tuple[Callable[[Stage], Iterator[str]], ...] = (
    stays_quiet,
    ends_well,
    breaks_no_rule,
    is_there_once,
    nothing_is_stray,
    stays_deleted,
    ends_what_went,
    is_there,
    is_one_here,
    converges,
    loses_no_edit,
    empties_nothing,
    keeps_order,
    money_adds_up,
    audit_holds,
    writes_little,
)
__all__ = ["KEYS", "findings"]
