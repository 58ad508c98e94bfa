"""Service records: what one finished ticket did for one asset, as a document that is never edited.

A record is made each time a ticket is completed. One that is reopened and completed again gets a further record, which
tells of the visits and parts since: the first one stands in the history of another system already, and stays true.
Its id is its number, which a person reads there, and by which it is found again after an answer that never came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc
from hub.domain.instants import parse_instant

DONE = frozenset({"completed", "closed"})
REPORT_LENGTH = 4000  # characters of the field


@dataclass(frozen=True)
class Work:
    """What is known of a ticket's work: its records, oldest first, and the names that a record keeps."""

    visits: Sequence[Doc]
    consumptions: Sequence[Doc]
    earlier: Sequence[Doc]
    readings: Sequence[Doc]
    technicians: Mapping[str, str]
    parts: Mapping[str, Doc]


def has_finished(before: Doc | None, after: Doc) -> bool:
    """Whether a ticket's work ends now; a ticket that comes in as done was worked on elsewhere."""
    return before is not None and before.get("status") not in DONE and after.get("status") in DONE


def finished_at(ticket: Doc) -> str:
    """When the work ended."""
    return str(ticket.get("completed_at") or ticket.get("closed_at") or ticket["updated_at"])


def number_of(ticket: Doc, count: int) -> str:
    """What people and other systems call a record: its ticket's number and a count. It is its id as well."""
    return f"{ticket.get('number') or ticket['id']}-{count}"


def service_record(ticket: Doc, asset_id: str, work: Work, *, count: int, covered_by: str, zone: str) -> Doc:
    """The record of one asset; ``count`` numbers the records of the ticket, ``zone`` tells its days.

    Parts count for the asset that they name, or for the only one that the ticket has; readings only for that one.
    """
    is_only = len(ticket.get("asset_ids", ())) == 1
    visits, done = untold_visits(work), finished_at(ticket)
    started = min((visit["checked_in_at"] for visit in visits if visit.get("checked_in_at")), default=None)
    parts = [part_line(each, work.parts) for each in untold_parts(work, asset_id, is_only=is_only)]
    doc: Doc = {
        "id": number_of(ticket, count),
        "ticket_id": ticket["id"],
        "asset_id": asset_id,
        "number": number_of(ticket, count),
        **{name: ticket[name] for name in ("customer_id", "type", "subject", "fault") if name in ticket},
        "covered_by": covered_by,
        "started_at": started,
        "finished_at": done,
        "started_on": day(started or done, zone),
        "finished_on": day(done, zone),
        "visit_ids": [visit["id"] for visit in visits],
        "technicians": [{"id": one, "name": work.technicians.get(one, one)} for one in who_worked(visits)],
        "parts": parts,
        "meters": list(work.readings) if is_only else [],
    }
    told = {name: value for name, value in doc.items() if value not in (None, [])}
    return {**told, "report": report(told)}


def untold_visits(work: Work) -> list[Doc]:
    """The visits that somebody made, and no earlier record tells of."""
    told = {visit_id for record in work.earlier for visit_id in record.get("visit_ids", ())}
    return [visit for visit in work.visits if visit.get("checked_in_at") and visit["id"] not in told]


def untold_parts(work: Work, asset_id: str, *, is_only: bool) -> list[Doc]:
    """The parts that went into an asset, and no earlier record tells of; one that was taken back did not."""
    told = {line["id"] for record in work.earlier for line in record.get("parts", ())}
    taken_back = {each["corrects_id"] for each in work.consumptions if "corrects_id" in each}
    return [
        each
        for each in work.consumptions
        if each.get("state") != "cancelled"
        and not {each["id"], each.get("corrects_id")} & (told | taken_back)
        and (each.get("asset_id") == asset_id or (is_only and "asset_id" not in each))
    ]


def who_worked(visits: Iterable[Doc]) -> list[str]:
    """Each technician once, in the order of the visits."""
    return list(dict.fromkeys(visit["technician_id"] for visit in visits))


def part_line(consumption: Doc, parts: Mapping[str, Doc]) -> Doc:
    """What a record says of one consumption."""
    part = parts.get(consumption["part_id"], {})
    same = ("id", "part_id", "quantity", "serial_in", "serial_out")
    line: Doc = {name: consumption[name] for name in same if name in consumption}
    return line | {name: part[name] for name in ("sku", "name") if name in part}


def day(instant: str, zone: str) -> str:
    """The day of an instant in a zone."""
    found: date = parse_instant(instant).astimezone(ZoneInfo(zone)).date()
    return found.isoformat()


def report(record: Doc) -> str:
    """All of a record in a few lines that need no words of any language."""
    fault = record.get("fault", {})
    found = (fault.get(f"{name}_text") or fault.get(name) for name in ("symptom", "cause", "remedy"))
    people = ", ".join(each["name"] for each in record.get("technicians", ()))
    lines = [
        record.get("subject"),
        *found,
        *(part_text(line) for line in record.get("parts", ())),
        *(f"{each['name']}: {each['value']} {each.get('unit', '')}".strip() for each in record.get("meters", ())),
        people,
    ]
    return "\n".join(line for line in lines if line)[:REPORT_LENGTH]


def part_text(line: Doc) -> str:
    """One part: ``2 x P-FILTER Filter (OLD > NEW)``."""
    named = " ".join(line[name] for name in ("sku", "name") if name in line) or line["part_id"]
    serials = " > ".join(line.get(name, "?") for name in ("serial_out", "serial_in"))
    return f"{line['quantity']} x {named}" + (f" ({serials})" if "serial_in" in line or "serial_out" in line else "")
